"""``inspect --format html``: the tables as HTML, to be pasted into a page or shown by a notebook."""

from __future__ import annotations

from rf_lsp.output import InspectReport, RenderOptions
from rf_lsp.output.tabulated import as_html


def render(report: InspectReport, options: RenderOptions) -> str:
    return "\n".join(as_html(item.model, options.view) for item in report.models) + "\n"
