"""A model as a table for notebooks: HTML without scripts, in which text from sources marks nothing up."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rf_lsp.output.escape import visible
from rf_lsp.output.text import count_text, macs_text, number_text, per_axis, percent, short_count
from rf_lsp.shapes import shape_text

if TYPE_CHECKING:
    from rf_lsp.api.facts import Call, Finding, LayerFact, ModelFact, ReceptiveField

MOST = 500
"""Rows of a table; what is more is counted."""
LEFT, RIGHT = "text-align:left", "text-align:right"
HEAD = ("layer", "type", "output", "params", "MACs", "RF", "stride", "covers")


def text(value: str) -> str:
    """Text as HTML shows it."""
    return html.escape(visible(value))


def model_html(model: ModelFact) -> str:
    rows = [row for layer in model.layers for row in _rows(layer)]
    lines = [f"<p><b>{text(model.name)}</b> · {text(_summary(model))}<br><code>{text(model.target)}</code></p>"]
    lines.extend(table_html(HEAD, rows, left=3))
    lines.extend(findings_html(model.findings))
    return f"<div>{''.join(lines)}</div>"


def table_html(head: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> Iterator[str]:
    """A table whose first ``left`` columns are texts, the others numbers."""
    styles = [LEFT] * left + [RIGHT] * (len(head) - left)
    yield "<table><thead><tr>"
    yield from (f'<th style="{style}">{text(cell)}</th>' for cell, style in zip(head, styles, strict=True))
    yield "</tr></thead><tbody>"
    for row in rows[:MOST]:
        cells = (f'<td style="{style}">{text(cell)}</td>' for cell, style in zip(row, styles, strict=True))
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table>"
    if len(rows) > MOST:
        yield f"<p>… and {len(rows) - MOST} more rows</p>"


def findings_html(findings: Sequence[Finding]) -> Iterator[str]:
    if findings:
        rows = [(item.severity, f"{item.code} {item.name}", str(item.place), item.message) for item in findings]
        yield from table_html(("level", "rule", "place", "what"), rows, left=4)


def _summary(model: ModelFact) -> str:
    inputs = ", ".join(shape_text(item.shape) for item in model.inputs) or "?"
    outputs = ", ".join(shape_text(item.shape) for item in model.outputs) or "?"
    parts = [f"{inputs} → {outputs}", f"{count_text(model.parameters)} params", macs_text(model.macs), model.status]
    field = model.receptive_field
    return " · ".join([*parts, f"RF {_size(field)}"] if field is not None else parts)


def _rows(layer: LayerFact) -> Iterator[tuple[str, ...]]:
    kind = "" if layer.is_functional else layer.type.rpartition(".")[2]
    for number, call in enumerate(layer.per_call):
        parameters = count_text(layer.parameters) if number == 0 and layer.parameters != 0 else ""
        macs = "" if call.macs in (0, None) else short_count(call.macs)
        yield layer.name, kind, shape_text(call.output_shape), parameters, macs, *_field(call)


def _field(call: Call) -> tuple[str, str, str]:
    field = call.receptive_field
    if field is None:
        return "", "", ""
    is_located = any(size is not None for size in field.size)
    return (
        _size(field),
        per_axis(field.stride) if is_located else "",
        per_axis(field.coverage, percent) if is_located else "",
    )


def _size(field: ReceptiveField) -> str:
    if all(size is None for size in field.size):
        return "global"
    sizes = per_axis(field.size, lambda size: "all" if size is None else number_text(size))
    return f"{sizes} + global" if field.is_global else sizes
