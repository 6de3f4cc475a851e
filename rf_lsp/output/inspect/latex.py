"""``inspect --format latex``: tables for a paper (they need the package booktabs)."""

from __future__ import annotations

from rf_lsp.output import InspectReport, RenderOptions
from rf_lsp.output.tabulated import as_latex


def render(report: InspectReport, options: RenderOptions) -> str:
    return "\n\n".join(as_latex(item.model, options.view) for item in report.models) + "\n"
