"""A model as a table for notebooks: HTML without scripts, in which text from sources marks nothing up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from analyzers.tensors.dim_text import counted
from rf_lsp.output.markup import Markup, element, joined
from rf_lsp.output.tabulated import html_table
from rf_lsp.output.text import count_text, macs_text, number_text, per_axis, percent, short_count
from rf_lsp.shapes import shape_text

if TYPE_CHECKING:
    from rf_lsp.api.facts import Call, Finding, LayerFact, ModelFact, ReceptiveField

MOST = 500
"""Rows of a table; what is more is counted."""
HEAD = ("layer", "type", "output", "params", "MACs", "RF", "stride", "covers")


def model_html(model: ModelFact) -> Markup:
    name = element("p", element("b", model.name), f" · {_summary(model)}", element("br"), element("code", model.target))
    rows = [row for layer in model.layers for row in _rows(layer)]
    return element("div", name, long_table(HEAD, rows, left=3), findings_html(model.findings))


def long_table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> Markup:
    """A table whose first ``left`` columns are texts, the others numbers; of many rows the first ones."""
    table = html_table(head, rows[:MOST], [index >= left for index in range(len(head))])
    return joined(table, element("p", f"… and {counted(len(rows) - MOST, 'more row')}") if len(rows) > MOST else None)


def findings_html(findings: Sequence[Finding]) -> Markup:
    if not findings:
        return joined()
    rows = [(item.severity, f"{item.code} {item.name}", str(item.place), item.message) for item in findings]
    return long_table(("level", "rule", "place", "what"), rows, left=4)


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
