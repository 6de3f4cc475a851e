"""Shapes as Keras shows them: what is open is None."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.graph import replaced
from analyzers.tensors.dims import Dim, Expression, symbol, symbols
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

AXIS_LETTERS = {2: ("N", "C"), 3: ("N", "T", "C"), 4: ("N", "H", "W", "C"), 5: ("N", "D", "H", "W", "C")}


def static_shape(shape: Any) -> tuple[int | None, ...]:
    """The shape as Keras shows it while a model is built: what is open is None."""
    return tuple(d if isinstance(d, int) else None for d in shape)


def open_shape(shape: Any, letters: tuple[str, ...] = ()) -> tuple[Dim, ...]:
    """Dims from a shape in which None is open: those become symbols."""
    if isinstance(shape, Unknown):
        raise UnknownUsed(shape)
    dims = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    names = letters or AXIS_LETTERS.get(len(dims), tuple(f"D{i}" for i in range(len(dims))))
    return tuple(symbol(n) if d is None or isinstance(d, Unknown) else d for d, n in zip(dims, names))


def note_open(machine: Machine, dims: Iterable[Dim]) -> None:
    """The program leaves these sizes of an input open (None)."""
    known = machine.frameworks.setdefault("keras open sizes", set())
    for dim in dims:
        known.update(symbols(dim))


def is_open(machine: Machine, dim: Any) -> bool:
    """Whether Keras shows the size as None while it builds a model: an input leaves it open that it comes from."""
    if not isinstance(dim, Expression):
        return False
    return not machine.frameworks.get("keras open sizes", frozenset()).isdisjoint(symbols(dim))


def is_shape(value: Any) -> bool:
    """Whether this is one shape, and not a nest of several."""
    return isinstance(value, (tuple, list)) and not any(isinstance(v, (tuple, list, dict)) for v in value)


def static_nest(value: Any) -> Any:
    """The nest with every tensor replaced by its shape, open dims as None."""
    return replaced(value, lambda t: static_shape(t.shape))


def raw_nest(value: Any) -> Any:
    """The nest with every tensor replaced by its shape, open dims as they are."""
    return replaced(value, lambda t: tuple(t.shape))
