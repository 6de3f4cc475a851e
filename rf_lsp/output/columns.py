"""The columns in which layers are described; the formats that write tables share them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from analyzers.facts import CallFact, FieldFact, ModelFact
from analyzers.geometry import Geometry
from analyzers.rules.support.memory import bytes_text, size_of
from rf_lsp.errors import UsageError
from rf_lsp.output.rows import CallRow, Listed, listed
from rf_lsp.output.text import count_text, field_text, located, per_axis, percent, short_count
from rf_lsp.output.view import Choice, View
from rf_lsp.shapes import UNKNOWN, shape_text
from rf_lsp.suggestions import did_you_mean

RECURSIVE = "(recursive)"
"""Stands for the parameters of a layer that has been listed before, as in torchinfo's table."""


@dataclass(frozen=True, slots=True)
class Column:
    """``text`` of a row in a model with so many parameters. ``key`` names the column, ``rank`` is the higher the sooner
    a narrow table leaves it out (0: never), ``value`` is what rows are sorted by; ``of_blocks`` tells that a module has
    something there although its layers follow; only a ``usual`` one is shown without being asked for."""

    key: str
    title: str
    text: Callable[[CallRow, Any], str]
    rank: int = 0
    numeric: bool = True
    of_blocks: bool = False
    usual: bool = True
    value: Callable[[CallRow], Any] | None = None


def _each(text: Callable[[CallFact], str]) -> Callable[[CallRow, Any], str]:
    """A text of each of the row's calls: one where they agree, else ``first…last``."""
    return lambda row, total: _span(text(call) for call in row.calls)


def _span(texts: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(texts))
    return distinct[0] if len(distinct) == 1 else f"{distinct[0]}…{distinct[-1]}"


def _of_field(text: Callable[[FieldFact], str]) -> Callable[[CallRow, Any], str]:
    def of_call(call: CallFact) -> str:
        return text(call.field) if call.field is not None and located(call.field) else ""

    return _each(of_call)


def _of_window(text: Callable[[Geometry], Any]) -> Callable[[CallRow, Any], str]:
    def of_row(row: CallRow, total: Any) -> str:
        geometry = row.layer.geometry
        value = text(geometry) if geometry is not None else None
        return "" if value is None else value if isinstance(value, str) else per_axis(value)

    return of_row


def type_text(row: CallRow, total: Any) -> str:
    """The type's own name; a function is named by its row already."""
    return "" if row.layer.functional else row.layer.short_type


def parameters_text(row: CallRow, total: Any) -> str:
    if row.parameters == 0:
        return ""
    return count_text(row.parameters) if row.is_first else RECURSIVE


def share_text(row: CallRow, total: Any) -> str:
    """Of all parameters of the model, those of all blocks of the row."""
    count = row.parameters
    if not row.is_first or not isinstance(count, int) or not isinstance(total, int) or not count * total:
        return ""
    return f"{100 * count * row.blocks / total:.1f} %"


def trainable_text(row: CallRow, total: Any) -> str:
    if row.container is not None or row.layer.parameters in (0, None):
        return ""
    trained = row.layer.trainable_parameters
    return "yes" if trained == row.layer.parameters else "no" if trained == 0 else "partly"


def macs_text(row: CallRow, total: Any) -> str:
    """Of all the row's calls together."""
    macs = row.macs
    if row.layer.functional and macs is None:
        return ""
    return "" if macs == 0 else short_count(macs)


def memory_text(row: CallRow, total: Any) -> str:
    """Of the outputs of one block, with 32 bits for a number."""
    sizes = [size_of(call.output_shape) for call in row.calls[: len(row.calls) // row.blocks]]
    return "" if None in sizes else bytes_text(4 * sum(size for size in sizes if size is not None))


def density_text(field: FieldFact) -> str:
    """Only where there are holes."""
    if all(density in (None, 1) for density in field.density):
        return ""
    return per_axis(field.density, lambda density: UNKNOWN if density is None else f"{density:.2f}")


def _halo_text(field: FieldFact) -> str:
    return per_axis(field.halo, lambda halo: UNKNOWN if halo is None else f"{halo[0]}+{halo[1]}")


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else -1.0


def _largest(text: Callable[[FieldFact], Sequence[Any]]) -> Callable[[CallRow], Any]:
    def of_row(row: CallRow) -> float:
        found = row.calls[-1].field
        return max((float(v) for v in text(found) if v is not None), default=-1.0) if found is not None else -1.0

    return of_row


def _input_text(call: CallFact) -> str:
    return ", ".join(shape_text(shape[1:]) if shape else UNKNOWN for shape in call.input_shapes)


COLUMNS = (
    Column("type", "type", type_text, 4, numeric=False, value=lambda row: row.layer.short_type),
    Column("input", "input", _each(_input_text), 8, numeric=False, usual=False),
    Column("kernel", "kernel", _of_window(lambda g: g.kernel_size), 8, usual=False),
    Column("kernel-stride", "step", _of_window(lambda g: g.stride), 8, usual=False),
    Column("padding", "padding", _of_window(lambda g: g.padding), 8, usual=False),
    Column("dilation", "dilation", _of_window(lambda g: g.dilation), 8, usual=False),
    Column("output", "output", _each(lambda call: shape_text(call.outputs[0].per_item)), numeric=False, of_blocks=True),
    Column("dtype", "dtype", _each(lambda call: call.dtype or UNKNOWN), 8, numeric=False, usual=False),
    Column("parameters", "params", parameters_text, of_blocks=True, value=lambda row: _number(row.parameters)),
    Column("share", "params %", share_text, 8, of_blocks=True, usual=False, value=lambda row: _number(row.parameters)),
    Column("trainable", "trained", trainable_text, 8, numeric=False, usual=False),
    Column("macs", "MACs", macs_text, 5, of_blocks=True, value=lambda row: _number(row.macs)),
    Column(
        "memory", "memory", memory_text, 8, usual=False, value=lambda row: _number(size_of(row.calls[0].output_shape))
    ),
    Column("rf", "RF", _each(lambda call: field_text(call.field)), value=_largest(lambda field: field.size)),
    Column("stride", "stride", _of_field(lambda f: per_axis(f.stride)), 3, value=_largest(lambda f: f.stride)),
    Column("start", "start", _of_field(lambda field: per_axis(field.start)), 6),
    Column("density", "density", _of_field(density_text), 2),
    Column("erf", "ERF ≈", _of_field(lambda f: per_axis(f.erf)), 7, value=_largest(lambda field: field.erf)),
    Column(
        "covers", "covers", _of_field(lambda f: per_axis(f.coverage, percent)), 1, value=_largest(lambda f: f.coverage)
    ),
    Column("halo", "halo", _of_field(_halo_text), 8, usual=False),
)
KEYS = {column.key: column for column in COLUMNS}
OTHER_NAMES = {
    "params": "parameters",
    "%": "share",
    "receptive-field": "rf",
    "coverage": "covers",
    "step": "kernel-stride",
}


def column_named(name: str, option: str) -> str:
    """The key of a column; raises :class:`UsageError` for one that there is not."""
    known = name.strip().lower()
    known = OTHER_NAMES.get(known, known)
    if known not in KEYS:
        raise UsageError(f"{option}: no column {name!r}{did_you_mean(name, KEYS)}; there are {', '.join(KEYS)}")
    return known


def sorting_column(name: str) -> str:
    """The key of a column that rows can be sorted by; raises :class:`UsageError`."""
    key = column_named(name, "--sort")
    if KEYS[key].value is None:
        sortable = ", ".join(column.key for column in COLUMNS if column.value is not None)
        raise UsageError(f"--sort: rows are not sorted by {key}; by {sortable}")
    return key


@dataclass(frozen=True, slots=True)
class Listing:
    """A model's rows, and the columns in which any of them has something to say, with each row's text."""

    rows: list[Listed]
    columns: list[tuple[Column, list[str]]]

    @property
    def names(self) -> Iterator[str]:
        """The whole name of each row, those of folded blocks within."""
        above: list[str] = []
        for depth, name, row in self.rows:
            separator = "/" if row is not None and "/" in row.layer.name else "."
            above[depth:] = [name]
            yield name if row is not None and row.layer.functional else separator.join(above)


def listing(model: ModelFact, view: View = View()) -> Listing:  # noqa: B008 (it is frozen)
    rows = listed(model, view.choice if view.sort is None else Choice(None, view.choice.layer, folded=False))
    if view.sort is not None:
        rows = _sorted(rows, view.sort)
    chosen = [KEYS[key] for key in view.columns] or [column for column in COLUMNS if column.usual]
    texts = [(column, [_text(column, row, model.parameters) for _, _, row in rows]) for column in chosen]
    return Listing(rows, [(column, cells) for column, cells in texts if any(cells) or view.columns])


def _text(column: Column, row: CallRow | None, total: Any) -> str:
    if row is None or (row.is_open and not column.of_blocks):
        return ""
    return column.text(row, total)


def _sorted(rows: list[Listed], key: str) -> list[Listed]:
    """The layers by their whole names, those with most first; words by the alphabet."""
    value = KEYS[key].value
    assert value is not None
    layers = [row for _, _, row in rows if row is not None and row.container is None]
    ordered = sorted(layers, key=value, reverse=not layers or not isinstance(value(layers[0]), str))
    return [(0, row.layer.name.removeprefix("forward:") + row.repeats, row) for row in ordered]
