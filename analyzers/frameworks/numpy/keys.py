"""Subscripts as numpy reads them: whole numbers, slices, None, Ellipsis, arrays of positions, masks."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.numpy.arguments import SEQUENCES, array_of
from analyzers.frameworks.numpy.array import ARRAY_VALUE, Array, Scalar, UnknownScalar
from analyzers.interpreter.values import Instance
from analyzers.tensors.errors import PythonError
from analyzers.tensors.operations import content
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed


def items_of(key: Any, array: Tensor) -> tuple[Any, ...]:
    """The items of a subscript of ``array``; beside an array of positions a whole number is one too.

    Raises UnknownUsed, IndexError for a text.
    """
    items = tuple(_item(item) for item in (key if type(key) is tuple else (key,)))
    if sum(item is Ellipsis for item in items) > 1:
        raise PythonError("IndexError", "an index can only have a single ellipsis ('...')")
    if len(items) == 1 and _is_known_mask(items[0], array):
        items = tuple(nonzero_of(items[0]))
    if is_advanced(items):
        return tuple(_as_positions(item) if type(item) is int else item for item in items)
    return items


def is_advanced(items: tuple[Any, ...]) -> bool:
    """Whether positions are picked (a copy), not a regular part of the array (a view)."""
    return any(isinstance(item, Tensor) and item.rank for item in items)


def _item(item: Any) -> Any:
    if isinstance(item, UnknownScalar):
        return Tensor((), dtype=item.dtype)
    if isinstance(item, Unknown):
        raise UnknownUsed(item)
    if isinstance(item, Instance) and item.payload is not None:
        return _item(item.payload)
    if isinstance(item, (str, dict)):
        raise PythonError("IndexError", "only integers, slices, ellipsis, None and arrays are valid indices")
    if isinstance(item, slice):
        return slice(*[_bound(end) for end in (item.start, item.stop, item.step)])
    if isinstance(item, (Tensor, *SEQUENCES)):
        return _index_array(item)
    if isinstance(item, Scalar) and isinstance(item, int):
        return bool(item) if item.dtype == "bool" else int(item)
    return item


def _bound(end: Any) -> Any:
    """An end of a slice."""
    if isinstance(end, Array):
        return end.content[0] if end.content is not None and len(end.content) == 1 else Unknown(ARRAY_VALUE)
    return int(end) if isinstance(end, Scalar) and isinstance(end, int) else end


def _index_array(item: Any) -> Any:
    """Positions or a mask; numpy's small whole numbers are positions too."""
    array = array_of(item)
    if not array.rank and array.content is not None:
        return array.content[0]
    if array.shape == (0,) and not isinstance(item, Tensor):
        return Tensor((0,), dtype="int64", content=())
    return array.with_(dtype="int64", content=array.content) if array.dtype == "uint8" else array


def _is_known_mask(item: Any, array: Tensor) -> bool:
    """A mask of several axes whose truth values are known, of the size of the first axes."""
    if not isinstance(item, Tensor) or item.dtype != "bool" or item.rank < 2:
        return False
    return item.content is not None and item.shape == array.shape[: item.rank]


def _as_positions(place: int) -> Tensor:
    return Tensor((1,), dtype="int64", content=(place,))


def nonzero_of(x: Tensor) -> list[Tensor]:
    """The positions of what is not zero among known numbers: one array of whole numbers for each axis."""
    places = [place for place, number in enumerate(x.content or ()) if number]
    lengths: Any = x.shape
    return [
        Tensor((len(places),), dtype="int64", content=tuple([place // stride % length for place in places]))
        for stride, length in zip(content.strides_of(lengths), lengths, strict=True)
    ]
