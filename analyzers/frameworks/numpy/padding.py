"""Edges around arrays."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.numpy.arguments import array_of
from analyzers.frameworks.numpy.array import Array
from analyzers.frameworks.numpy.creation import filled
from analyzers.frameworks.numpy.joining import concatenated
from analyzers.frameworks.numpy.registration import function
from analyzers.tensors.operations import content
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed


@function("pad")
def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Array:
    """``pad_width``: one number, (before, after), or a pair for each axis."""
    found = array_of(array)
    if isinstance(pad_width, dict):
        raise UnknownUsed(Unknown("padding by a dictionary"))
    widths = array_of(pad_width)
    if widths.content is None:
        raise UnknownUsed(Unknown("padding that is not known"))
    wide = content.expanded(widths, (found.rank, 2)) if found.rank else ()
    if wide is None:
        raise UnknownUsed(Unknown("padding that is not known"))
    pairs = [(wide[2 * i], wide[2 * i + 1]) for i in range(found.rank)]
    if mode == "constant":
        return _padded(found, pairs, kwargs.get("constant_values", 0))
    lengths = tuple(before + dim + after for dim, (before, after) in zip(found.shape, pairs, strict=True))
    return Array(lengths, dtype=found.dtype)


def _padded(a: Array, pairs: list[tuple[Any, Any]], value: Any) -> Array:
    number = value if isinstance(value, (int, float)) else None
    result: Tensor = a
    for axis, ends in enumerate(pairs):
        blocks = [filled((*result.shape[:axis], end, *result.shape[axis + 1 :]), number, a.dtype) for end in ends]
        result = concatenated([blocks[0], Array.of(result), blocks[1]], axis)
    return Array.of(result)
