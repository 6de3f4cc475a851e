"""``inspect --format json``: the schema rf-lsp.inspect/1."""

from __future__ import annotations

from rf_lsp import __version__
from rf_lsp.output import InspectReport, RenderOptions, serialize

SHOWS_FIXES = True


def render(report: InspectReport, options: RenderOptions) -> str:
    return serialize.dumps(
        {
            "schema": "rf-lsp.inspect/1",
            "version": __version__,
            "models": [serialize.model(item.model, item.findings) for item in report.models],
            "unknowns": [serialize.unknown(item) for item in report.unknowns],
            "findings": [serialize.finding(item) for item in report.findings],
        }
    )
