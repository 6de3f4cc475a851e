"""Operations that reduce, or mix, elements along dims."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from analyzers.tensors.dims import Dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import axis_names, content
from analyzers.tensors.operations.arguments import axis, reduced_axes
from analyzers.tensors.tensor import Tensor


def reduce(
    x: Tensor,
    dims: Any = None,
    keepdim: Any = False,
    dtype: str | None = None,
    function: Callable[[Sequence[Any]], Any] | None = None,
) -> Tensor:
    """One element per position of the other dims, which depends on all positions of ``dims``.

    ``dims`` is an int, several, or None for all; ``keepdim`` keeps them with length 1. ``function``
    of the list of reduced numbers computes the content of small constants. Raises
    dimension-out-of-range.
    """
    over = reduced_axes(dims, x.rank)
    if x.rank == 0:
        return _scalar(x, dtype, function)
    field = x.field.mix(over)
    keep = bool(keepdim)
    shape: tuple[Dim, ...]
    if keep:
        shape = tuple(1 if index in over else dim for index, dim in enumerate(x.shape))
    else:
        shape = tuple(dim for index, dim in enumerate(x.shape) if index not in over)
        field = field.remove(over)
    axes = x.axes if keep else axis_names.without(x.axes, over)
    result = Tensor(shape, field, dtype or x.dtype, axes=axes)
    if function is not None and x.content is not None:
        result.content = content.folded(function, x, over, result.dtype)
    return result


def _scalar(x: Tensor, dtype: str | None, function: Callable[[Sequence[Any]], Any] | None) -> Tensor:
    result = Tensor((), x.field, dtype or x.dtype)
    if function is not None:
        result.content = content.folded(function, x, (), result.dtype)
    return result


def mix(x: Tensor, dims: Any, dtype: str | None = None) -> Tensor:
    """Same shape; every element depends on all positions along ``dims`` (softmax, cumsum, sort, fft)."""
    over = reduced_axes(dims, x.rank)
    field = x.field.mix(over) if x.rank else x.field
    return Tensor(x.shape, field, dtype or x.dtype, axes=x.axes)


def require_elements(x: Tensor, dims: Any) -> None:
    """Raises empty-output for a reduction without identity (max, argmax) over no elements at all."""
    over = reduced_axes(dims, x.rank)
    if any(x.shape[index] == 0 for index in over if x.rank):
        raise OperationError("dimension-out-of-range", "{subject} has no elements to reduce", exception="IndexError")


def cumulative(x: Tensor, dim: Any, dtype: str | None, step: Callable[[Any, Any], Any]) -> Tensor:
    """cumsum, cumprod, cummax: running results along one dim."""
    index = axis(dim, x.rank)
    result = mix(x, index, dtype)
    if x.content is not None:
        with contextlib.suppress(OverflowError):
            result.content = _running(x, index, result.dtype, step)
    return result


def _running(x: Tensor, dim: int, dtype: str, step: Callable[[Any, Any], Any]) -> content.Content:
    """Floats are accumulated in double precision, as torch does on the CPU."""
    if x.rank == 0:
        return x.content
    outer = [index for index in range(x.rank) if index != dim]
    rows: list[Any] = []
    for values in content.grouped(x, outer, [dim]):
        total: Any = None
        for value in values:
            total = value if total is None else step(total, value)
            rows.append(content.convert(total, dtype))
    shape: Any = [x.shape[index] for index in outer] + [x.shape[dim]]
    strides = content.strides_of(shape)
    order = [*outer, dim]
    return content.strided(tuple(rows), x.shape, [strides[order.index(i)] for i in range(x.rank)])


def resized(x: Tensor, dim: Any, length: Dim, dtype: str | None = None) -> Tensor:
    """All positions of ``dim`` are mixed and ``length`` of them come out (topk, sampling)."""
    index = axis(dim, x.rank)
    if x.rank == 0:
        return Tensor((), x.field, dtype or x.dtype)
    shape = (*x.shape[:index], length, *x.shape[index + 1 :])
    return Tensor(shape, x.field.mix((index,)), dtype or x.dtype, axes=x.axes)
