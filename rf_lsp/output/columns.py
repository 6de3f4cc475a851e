"""The columns in which a layer is described; table, markdown and csv share them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analyzers.facts import FieldFact, LayerFact
from rf_lsp.output.text import (
    UNKNOWN,
    count_text,
    field_text,
    located,
    per_axis,
    percent,
    short_count,
    without_batch,
)


@dataclass(frozen=True, slots=True)
class Column:
    """``rank``: the higher, the sooner a narrow table leaves the column out (0: never)."""

    title: str
    text: Callable[[LayerFact], str]
    rank: int = 0
    numeric: bool = True


def short_type(layer: LayerFact) -> str:
    return layer.type.rsplit(".", 1)[-1]


def _of_field(text: Callable[[FieldFact], str]) -> Callable[[LayerFact], str]:
    def of_layer(layer: LayerFact) -> str:
        return text(layer.field) if layer.field is not None and located(layer.field) else ""

    return of_layer


def type_text(layer: LayerFact) -> str:
    """The type's own name; a function is named by its row already."""
    return "" if layer.functional else short_type(layer)


def parameters_text(layer: LayerFact) -> str:
    return "" if layer.parameters == 0 else count_text(layer.parameters)


def macs_text(layer: LayerFact) -> str:
    return "" if layer.macs == 0 or (layer.functional and layer.macs is None) else short_count(layer.macs)


def density_text(field: FieldFact) -> str:
    """Only where there are holes."""
    if all(density in (None, 1) for density in field.density):
        return ""
    return per_axis(field.density, lambda density: UNKNOWN if density is None else f"{density:.2f}")


COLUMNS = (
    Column("type", type_text, 3, numeric=False),
    Column("output", lambda layer: without_batch(layer.output_shape), numeric=False),
    Column("params", parameters_text),
    Column("MACs", macs_text, 4),
    Column("RF", lambda layer: field_text(layer.field)),
    Column("stride", _of_field(lambda field: per_axis(field.stride)), 2),
    Column("start", _of_field(lambda field: per_axis(field.start)), 6),
    Column("density", _of_field(density_text), 1),
    Column("ERF ≈", _of_field(lambda field: per_axis(field.erf)), 5),
    Column("covers", _of_field(lambda field: per_axis(field.coverage, percent)), 7),
)


def used_columns(layers: Sequence[LayerFact]) -> list[Column]:
    """The columns in which any layer has something to say."""
    return [column for column in COLUMNS if any(column.text(layer) for layer in layers)]
