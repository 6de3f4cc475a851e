"""``inspect --format markdown``: for pull requests and READMEs."""

from __future__ import annotations

from collections.abc import Iterator

from rf_lsp.output import Inspected, InspectReport, RenderOptions
from rf_lsp.output.columns import listing
from rf_lsp.output.markdown import code, plain
from rf_lsp.output.text import count_text, input_text, macs_text, memory_text, place_text, summary_text, tiling_text
from rf_lsp.output.view import View


def render(report: InspectReport, options: RenderOptions) -> str:
    parts = ["\n".join(_model(item, options.view)) for item in report.models]
    loose = [*map(_finding, report.findings)]
    return "\n\n".join([*parts, *(["\n".join(loose)] if loose else [])]) + "\n"


def _model(item: Inspected, view: View) -> Iterator[str]:
    model = item.model
    yield f"### {_cell(summary_text(model))}"
    yield ""
    yield code(place_text(model.place) if model.place else model.target)
    yield ""
    for entry in model.inputs:
        yield f"input {_cell(input_text(entry.name, entry.shape, entry.origin))}"
    yield ""
    yield from _table(item, view)
    yield ""
    yield f"Total {count_text(model.parameters)} parameters, {macs_text(model.macs)}; {model.status}."
    for line in (memory_text(model), tiling_text(model)):
        if line:
            yield ""
            yield _cell(line)
    if model.unknowns or item.findings:
        yield ""
    for unknown in model.unknowns:
        where = f"{place_text(unknown.place)} " if unknown.place else ""
        yield f"- not known: {_cell(where + unknown.reason)}"
    yield from map(_finding, item.findings)


def _table(item: Inspected, view: View) -> Iterator[str]:
    """Each layer with its whole name: nothing is indented in a table of Markdown, and modules whose layers follow are
    left out."""
    found = listing(item.model, view)
    columns = found.columns
    yield "| layer | " + " | ".join(column.title for column, _ in columns) + " |"
    yield "|---|" + "".join("---:|" if column.numeric else "---|" for column, _ in columns)
    rows = zip(found.rows, found.names, *(cells for _, cells in columns), strict=True)
    for (_, _, row), name, *cells in rows:
        if row is not None and not row.is_open:
            whole = row.layer.name if row.layer.functional else name
            yield "| " + " | ".join(map(_cell, (whole, *cells))) + " |"


def _finding(finding) -> str:
    return f"- **{finding.severity} {finding.code}** " + _cell(f"{finding.message} ({place_text(finding.place)})")


def _cell(text: str) -> str:
    return plain(text)
