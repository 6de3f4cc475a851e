"""The columns in which the calls of layers are described; table and markdown share them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from analyzers.facts import CallFact, FieldFact
from rf_lsp.output.rows import CallRow
from rf_lsp.output.text import count_text, field_text, located, per_axis, percent, short_count
from rf_lsp.shapes import UNKNOWN, shape_text

RECURSIVE = "(recursive)"
"""Stands for the parameters of a layer that has been listed before, as in torchinfo's table."""


@dataclass(frozen=True, slots=True)
class Column:
    """``rank``: the higher, the sooner a narrow table leaves the column out (0: never)."""

    title: str
    text: Callable[[CallRow], str]
    rank: int = 0
    numeric: bool = True


def _each(text: Callable[[CallFact], str]) -> Callable[[CallRow], str]:
    """A text of each of the row's calls: one where they agree, else ``first…last``."""
    return lambda row: _span(text(call) for call in row.calls)


def _span(texts: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(texts))
    return distinct[0] if len(distinct) == 1 else f"{distinct[0]}…{distinct[-1]}"


def _of_field(text: Callable[[FieldFact], str]) -> Callable[[CallRow], str]:
    def of_call(call: CallFact) -> str:
        return text(call.field) if call.field is not None and located(call.field) else ""

    return _each(of_call)


def type_text(row: CallRow) -> str:
    """The type's own name; a function is named by its row already."""
    return "" if row.layer.functional else row.layer.short_type


def parameters_text(row: CallRow) -> str:
    if row.layer.parameters == 0:
        return ""
    return count_text(row.layer.parameters) if row.is_first else RECURSIVE


def macs_text(row: CallRow) -> str:
    """Of all the row's calls together."""
    macs = [call.macs for call in row.calls]
    if row.layer.functional and macs == [None]:
        return ""
    total = sum(macs) if None not in macs else None
    return "" if total == 0 else short_count(total)


def density_text(field: FieldFact) -> str:
    """Only where there are holes."""
    if all(density in (None, 1) for density in field.density):
        return ""
    return per_axis(field.density, lambda density: UNKNOWN if density is None else f"{density:.2f}")


COLUMNS = (
    Column("type", type_text, 3, numeric=False),
    Column("output", _each(lambda call: shape_text(call.outputs[0].per_item)), numeric=False),
    Column("params", parameters_text),
    Column("MACs", macs_text, 4),
    Column("RF", _each(lambda call: field_text(call.field))),
    Column("stride", _of_field(lambda field: per_axis(field.stride)), 2),
    Column("start", _of_field(lambda field: per_axis(field.start)), 6),
    Column("density", _of_field(density_text), 1),
    Column("ERF ≈", _of_field(lambda field: per_axis(field.erf)), 5),
    Column("covers", _of_field(lambda field: per_axis(field.coverage, percent)), 7),
)


def used_columns(rows: Sequence[CallRow]) -> list[tuple[Column, list[str]]]:
    """The columns in which any row has something to say, and what each row says there."""
    texts = [(column, [column.text(row) for row in rows]) for column in COLUMNS]
    return [(column, cells) for column, cells in texts if any(cells)]
