"""``check --format json``: the schema rf-lsp.check/1. Findings are by place, and all of them unless ``--show`` is given."""

from __future__ import annotations

from rf_lsp import __version__
from rf_lsp.output import CheckReport, RenderOptions, serialize
from rf_lsp.output.statistics import summary

SHOWS_FIXES = True
SHOWS_NOTES = True


def render(report: CheckReport, options: RenderOptions) -> str:
    return serialize.dumps(
        {
            "schema": "rf-lsp.check/1",
            "version": __version__,
            "findings": [serialize.finding(finding) for finding in report.findings],
            "summary": summary(report),
        }
    )
