"""The numbers of small constant tensors, row-major: drop-path schedules, index tables, anchors."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from analyzers.tensors.dims import Dim
from analyzers.tensors.operations.dtypes import convert, convert_all
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import UnknownUsed

LIMIT = 4096
"""Tensors with more elements keep no numbers."""

Content = tuple[Any, ...] | None
NOT_KEPT = (ArithmeticError, ValueError, TypeError, UnknownUsed)
"""What goes wrong where a number cannot be worked out; the tensor then has none."""


def element_count(shape: Sequence[Dim]) -> int | None:
    """The number of elements when it is known and small enough to keep, else None."""
    count = 1
    for dim in shape:
        if not isinstance(dim, int) or count > LIMIT:
            return None
        count *= dim
    return count if count <= LIMIT else None


def filled(value: Any, shape: Sequence[Dim], dtype: str) -> Content:
    """One number everywhere."""
    count = element_count(shape)
    if count is None or not isinstance(value, (int, float)):
        return None
    return (convert(value, dtype),) * count


def strides_of(shape: Sequence[int]) -> list[int]:
    """Row-major strides."""
    strides = [1] * len(shape)
    for index in range(len(shape) - 2, -1, -1):
        strides[index] = strides[index + 1] * shape[index + 1]
    return strides


def strided(content: Content, shape: Sequence[Dim], strides: Sequence[int], offset: int = 0) -> Content:
    """The numbers of a view with these strides."""
    if content is None or element_count(shape) is None:
        return None
    if 0 in shape:
        return ()
    positions = [offset]
    for length, stride in zip(shape, strides, strict=True):
        steps = [index * stride for index in range(length)]  # type: ignore[arg-type]
        positions = [position + step for position in positions for step in steps]
    return tuple([content[position] for position in positions])


def expanded(tensor: Tensor, shape: Sequence[Dim]) -> Content:
    """The numbers of the tensor broadcast to a shape of its rank or more."""
    if tensor.content is None or tensor.shape == tuple(shape):
        return tensor.content
    lengths: Any = tensor.shape
    own = [0 if dim == 1 else stride for dim, stride in zip(lengths, strides_of(lengths), strict=True)]
    return strided(tensor.content, shape, [0] * (len(shape) - len(own)) + own)


def computed(
    function: Callable[..., Any], operands: Sequence[Any], shape: Sequence[Dim], dtype: str, work_dtype: str
) -> Content:
    """Elementwise numbers; None when an operand's are not known or the arithmetic fails."""
    count = element_count(shape)
    if count is None:
        return None
    columns = [_column(operand, shape, count, work_dtype) for operand in operands]
    if any(column is None for column in columns):
        return None
    try:
        return convert_all([function(*row) for row in zip(*columns, strict=True)], dtype)  # type: ignore[arg-type]
    except NOT_KEPT:
        return None


def _column(operand: Any, shape: Sequence[Dim], count: int, dtype: str) -> Content:
    if isinstance(operand, Tensor):
        numbers = expanded(operand, shape)
        return numbers if numbers is None else convert_all(numbers, dtype)
    if not isinstance(operand, (int, float)):
        return None
    return (convert(operand, dtype),) * count


def folded(function: Callable[[Sequence[Any]], Any], tensor: Tensor, dims: Sequence[int], dtype: str) -> Content:
    """Numbers of a reduction over dims: ``function`` gets the list that each result element reduces."""
    if tensor.content is None:
        return None
    kept = [index for index in range(tensor.rank) if index not in dims]
    lists = grouped(tensor, kept, dims)
    try:
        return convert_all([function(values) for values in lists], dtype)
    except NOT_KEPT:
        return None


def grouped(tensor: Tensor, outer: Sequence[int], inner: Sequence[int]) -> list[tuple[Any, ...]]:
    """The numbers as one tuple (over the inner dims) per position of the outer dims."""
    shape: Any = tensor.shape
    order = [*outer, *inner]
    own = strides_of(shape)
    numbers = strided(tensor.content, [shape[i] for i in order], [own[i] for i in order]) or ()
    width = 1
    for index in inner:
        width *= shape[index]
    rows = 1
    for index in outer:
        rows *= shape[index]
    return [numbers[row * width : (row + 1) * width] for row in range(rows)]


def joined(tensors: Sequence[Tensor], dim: int) -> Content:
    """Numbers of a concatenation along ``dim``."""
    if any(tensor.content is None for tensor in tensors):
        return None
    blocks = []
    for tensor in tensors:
        width = 1
        for length in tensor.shape[dim:]:
            width *= length  # type: ignore[assignment]
        content: Any = tensor.content
        blocks.append([content[i : i + width] for i in range(0, len(content), width)] if width else [])
    rows = max(len(block) for block in blocks)
    pieces = [block[row] for row in range(rows) for block in blocks if block]
    result = tuple(itertools.chain.from_iterable(pieces))
    return result if len(result) <= LIMIT else None
