"""What convolutions, pools, resizes and pads share: one value per spatial axis, one gather per axis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, text, unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.layout import SPATIAL
from analyzers.tensors.operations.arguments import NEVER_INTEGERS, described, size
from analyzers.tensors.support import Gather
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

Pair = tuple[Dim, Dim]
"""Padding before and after one axis."""


def per_axis(value: Any, count: int, argument: str) -> tuple[Dim, ...]:
    """One value for every axis, from an int or a sequence of 1 or ``count`` ints; raises invalid-argument."""
    if isinstance(value, (tuple, list)) and len(value) == 1:
        return (number(value[0], argument),) * count
    return exactly(value, count, argument)


def exactly(value: Any, count: int, argument: str) -> tuple[Dim, ...]:
    """One value for every axis, from an int or a sequence of ``count`` ints; raises invalid-argument."""
    if not isinstance(value, (tuple, list)):
        return (number(value, argument),) * count
    if len(value) != count:
        raise OperationError(
            "invalid-argument",
            f"{{subject}} expects {argument} of {count} values, gets {len(value)}",
            argument=argument,
            expected=count,
            actual=len(value),
        )
    return tuple(number(item, argument, first=not index) for index, item in enumerate(value))


def number(value: Any, argument: str, *, first: bool = True) -> Dim:
    """A whole number; raises invalid-argument (TypeError) for None and for what is no number.

    Of several numbers torch minds truth values only in the first place.
    """
    if type(value) is int:
        return value
    if value is None or isinstance(value, NEVER_INTEGERS) or (first and isinstance(value, bool)):
        raise OperationError(
            "invalid-argument",
            f"{{subject}} takes a whole number as {argument}, gets {described(value)}",
            exception="TypeError",
            argument=argument,
            absent=value is None,
        )
    return size(value)


def paddings(value: Any, count: int) -> tuple[Dim, ...]:
    """One amount of padding for every axis, at least 0 (an unknown dim is at least 1).

    Raises invalid-argument.
    """
    amounts = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    found = tuple(
        number(amount, "padding", first=not index) - isinstance(amount, Unknown) for index, amount in enumerate(amounts)
    )
    found = per_axis(found, count, "padding")
    require_at_least(found, 0, "padding")
    return found


def below(dim: Dim, bound: int) -> bool:
    """Certainly smaller than the bound; symbolic dims never are."""
    return isinstance(dim, int) and dim < bound


def require_at_least(values: Iterable[Dim], bound: int, argument: str, result: Any = None) -> None:
    """Raises invalid-argument for a kernel, stride, dilation … that is certainly too small."""
    for value in values:
        if not (type(value) is int and value >= bound) and below(value, bound):
            raise OperationError(
                "invalid-argument",
                f"{{subject}} has {argument} {text(value)}, which must be at least {bound}",
                result=result,
                argument=argument,
                actual=value,
            )


def require_spatial_rank(input: Tensor, spatial_rank: int) -> tuple[int, ...]:
    """The spatial dims of a channels-first map, batched or not; raises rank-mismatch."""
    unbatched = spatial_rank + 1
    if input.rank not in (unbatched, unbatched + 1):
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects {unbatched} dimensions (unbatched) or {unbatched + 1}, gets {input.rank}"
            + (f" ({shape_text(input.shape)})" if input.rank else ""),
            expected=unbatched + 1,
            actual=input.rank,
        )
    return tuple(range(input.rank - spatial_rank, input.rank))


def resized(shape: Sequence[Dim], dims: Sequence[int], sizes: Sequence[Dim]) -> list[Dim]:
    """The shape with new sizes at these dims."""
    changed = list(shape)
    for dim, new_size in zip(dims, sizes, strict=True):
        changed[dim] = new_size
    return changed


def declared(sizes: Iterable[Dim]) -> list[Dim]:
    """Sizes to go on with after an error: impossible ones become unknown."""
    return [unknown_dim("the output is empty") if below(size, 1) else size for size in sizes]


def gathers(make: Callable[..., Gather], *columns: Sequence[Any]) -> list[Gather]:
    """One gather per axis from columns of its arguments; equal axes share one."""
    built: dict[tuple, Gather] = {}
    rows = list(zip(*columns, strict=True))
    for row in rows:
        if row not in built:
            built[row] = make(*row)
    return [built[row] for row in rows]


def gathered(field: Field, dims: Sequence[int], found: Sequence[Gather], sizes: Sequence[Dim]) -> Field:
    """The field after one gather along every dim."""
    return field if field is Field.EMPTY else field.gather_each(zip(dims, found, sizes, strict=True))


def moved(field: Field, dims: Sequence[int], found: Sequence[Gather], sizes: Sequence[Dim]) -> Field:
    """:func:`gathered` by a layer that moves over these dims, which are space (or time) from now on.

    A 1-D convolution of kernel 1 moves over nothing: it is a Linear over tokens.
    """
    if field is Field.EMPTY:
        return field
    if len(dims) in SPATIAL and (len(dims) > 1 or found[0].shift is None):
        field = field.moved_over(dims, SPATIAL[len(dims)])
    if any(_reads_nothing(gather, size) for gather, size in zip(found, sizes, strict=True)):
        return Field.EMPTY
    return field.gather_each(zip(dims, found, sizes, strict=True))


def _reads_nothing(gather: Gather, size: Dim) -> bool:
    """Whether no unit of a map reads anything along an axis, and so nothing at all (a transposed kernel smaller than its
    stride, cropped to where it does not reach)."""
    if gather.reason is not None or not isinstance(size, int) or size >= gather.period:
        return False
    return not any(gather.taps[:size])
