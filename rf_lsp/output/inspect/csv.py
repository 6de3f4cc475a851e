"""``inspect --format csv``: one row a call of a layer, for spreadsheets and pandas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from analyzers.facts import CallFact, LayerFact, ModelFact
from rf_lsp.output import InspectReport, RenderOptions, serialize
from rf_lsp.output.escape import visible
from rf_lsp.output.text import line_text, path_text

FIELD_KEYS = ("size", "stride", "start", "density", "coverage", "erf", "size_min", "shortest")
LAYER_KEYS = ("model", "layer", "type", "calls", "call", "functional", "file", "line")
HEADER = (*LAYER_KEYS, "output_shape", "parameters", "macs", "axis", *FIELD_KEYS, "global")


def render(report: InspectReport, options: RenderOptions) -> str:
    """A layer with unequal axes still has one row a call: values of several axes are joined by ``x``. Parameters stand
    in the row of the first call, so that sums hold."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for item in report.models:
        writer.writerows(_row(item.model, layer, number) for layer, number in _calls(item.model))
    return out.getvalue()


def _calls(model: ModelFact) -> list[tuple[LayerFact, int]]:
    """(layer, number of the call) in order of the calls."""
    calls = [(layer, number) for layer in model.layers for number in range(layer.calls)]
    return sorted(calls, key=lambda call: call[0].per_call[call[1]].order)


def _row(model: ModelFact, layer: LayerFact, number: int) -> list[Any]:
    call = layer.per_call[number]
    place = layer.definition or layer.call
    where = line_text(path_text(place.file), place.line, place.cell).rpartition(":") if place else ("", "", "")
    shape = serialize.shape(call.output_shape)
    head = [
        visible(model.target),
        visible(layer.name),
        layer.type,
        layer.calls,
        number + 1,
        int(layer.functional),
        where[0],
        where[2],
    ]
    parameters = _text(serialize.dim(layer.parameters)) if number == 0 else ""
    numbers = [parameters, _text(serialize.dim(call.macs))]
    return [*head, "" if shape is None else _joined(shape), *numbers, *_field(call)]


def _field(call: CallFact) -> Iterator[str]:
    field = serialize.receptive_field(call.field)
    if field is None:
        yield from [""] * (len(FIELD_KEYS) + 2)
        return
    yield _joined(field["axes"])
    for key in FIELD_KEYS:
        alike = len(set(field[key])) == 1
        yield _text(field[key][0]) if alike else _joined(field[key])
    yield str(int(field["global"]))


def _joined(values: list[Any]) -> str:
    return "x".join("?" if value is None else str(value) for value in values)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
