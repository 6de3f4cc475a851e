"""Tensors that go together only where one has shrunk to a single row: it runs with such an input and with no other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from analyzers.tensors.dims import Dim, same, shape_text, symbols, value_at
from analyzers.tensors.errors import OperationError
from analyzers.tensors.polynomials import Symbol
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

JOINING = frozenset(("cat", "concat", "concatenate", "stack"))
"""Nothing is spread over several rows by these."""
SIZES = (*range(1, 1025), 1536, 2048, 4099, 16000, 44100, 65536)
"""Sizes that are looked at; if none of the large ones fits, no larger one is supposed to."""
LARGEST = 1024


def note_degenerate(machine: Machine, native: Any, args: list[Any], operands: Sequence[Tensor]) -> None:
    """Remark that two tensors are combined which fit for degenerate sizes alone."""
    if machine.uncertain or native.__name__ in JOINING:
        return
    first, second = operands[0].shape, operands[1].shape
    for a, b in zip_longest(reversed(first), reversed(second), fillvalue=1):
        if type(a) is int and type(b) is int:
            continue
        fitting = degenerate_sizes(a, b)
        if fitting is not None:
            _remark(machine, native, args, (first, second), fitting)
            return


def _remark(
    machine: Machine, native: Any, args: list[Any], shapes: tuple[Any, Any], fitting: tuple[Symbol, list[int]]
) -> None:
    from analyzers.interpreter.words import callee

    symbol, sizes = fitting
    said = str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]}…{sizes[-1]}"
    message = f"{{subject}} cannot combine {shape_text(shapes[0])} with {shape_text(shapes[1])} unless {symbol.name} is {said}"
    error = OperationError("broadcast-mismatch", message, level="warning", shapes=list(shapes))
    machine.recorder.remarks.append(machine.recorder.recorded(error, callee(machine, native, args), machine.site()))


@lru_cache(maxsize=512)
def degenerate_sizes(a: Dim, b: Dim) -> tuple[Symbol, list[int]] | None:
    """(the symbol, the sizes of it for which the lengths go together) where these are those of a single row alone."""
    found = symbols(a) | symbols(b)
    if len(found) != 1 or same(a, b) or a == 1 or b == 1:
        return None
    (one,) = found
    if not one.solvable or one.anonymous:
        return None
    if any(_fits_with(a, b, one, size) is not None for size in SIZES if size >= LARGEST):
        return None
    fitting = [(size, found) for size in SIZES if (found := _fits_with(a, b, one, size)) is not None]
    if not fitting or any(shorter > 1 for _, shorter in fitting):
        return None
    return one, [size for size, _ in fitting]


def _fits_with(a: Dim, b: Dim, one: Symbol, size: int) -> int | None:
    """The shorter of two lengths that go together where the symbol has this size; None where they do not."""
    left, right = value_at(a, {one: size}), value_at(b, {one: size})
    fits = left > 0 and right > 0 and (left == right or 1 in (left, right))
    return min(left, right) if fits else None
