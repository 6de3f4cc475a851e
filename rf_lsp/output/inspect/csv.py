"""``inspect --format csv``: one row a layer, for spreadsheets and pandas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from analyzers.facts import LayerFact, ModelFact
from rf_lsp.output import InspectReport, View, serialize
from rf_lsp.output.text import line_text, path_text

FIELD_KEYS = ("size", "stride", "start", "density", "coverage", "erf", "size_min", "shortest")
LAYER_KEYS = ("model", "layer", "type", "calls", "functional", "file", "line")
HEADER = (*LAYER_KEYS, "output_shape", "parameters", "macs", "axis", *FIELD_KEYS, "global")


def render(report: InspectReport, view: View) -> str:
    """A layer with unequal axes still has one row: values of several axes are joined by ``x``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for item in report.models:
        writer.writerows(_row(item.model, layer) for layer in item.model.layers)
    return out.getvalue()


def _row(model: ModelFact, layer: LayerFact) -> list[Any]:
    place = layer.definition or layer.call
    where = line_text(path_text(place.file), place.line, place.cell).rpartition(":") if place else ("", "", "")
    shape = serialize.shape(layer.output_shape)
    head = [model.target, layer.name, layer.type, layer.calls, int(layer.functional), where[0], where[2]]
    numbers = [_text(serialize.dim(layer.parameters)), _text(serialize.dim(layer.macs))]
    return [*head, "" if shape is None else _joined(shape), *numbers, *_field(layer)]


def _field(layer: LayerFact) -> Iterator[str]:
    field = serialize.receptive_field(layer.field)
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
