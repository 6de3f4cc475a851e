"""Joining arrays and taking them apart: concatenate, stack, split, append, insert, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.numpy import dtypes
from analyzers.frameworks.numpy.arguments import array_of, axis_argument, dtype_or_none, known
from analyzers.frameworks.numpy.array import Array
from analyzers.frameworks.numpy.elementwise import converted, into
from analyzers.frameworks.numpy.registration import function
from analyzers.frameworks.numpy.shaping import viewed, with_rank
from analyzers.tensors.dims import text, unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import concat_split, reshape, selecting
from analyzers.tensors.operations.arguments import integer
from analyzers.tensors.operations.elementwise import shape_text
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


# -- joining -----------------------------------------------------------------------------------------


def arrays_in(machine: Machine, arrays: Any) -> list[Array]:
    """The arrays of a sequence (of an array its rows); raises invalid-argument (ValueError) for an empty one."""
    listed = [array_of(part) for part in machine.iterate(known(arrays))]
    if not listed:
        raise OperationError(
            "invalid-argument", "{subject} gets nothing to join", exception="ValueError", of_nothing=True
        )
    return listed


def concatenated(arrays: Sequence[Array], axis: int, dtype: str | None = None) -> Tensor:
    """End to end along an axis; raises concat-mismatch (ValueError)."""
    first = arrays[0]
    if not first.rank:
        raise OperationError("rank-mismatch", "{subject} cannot join arrays without dimensions", exception="ValueError")
    for other in arrays[1:]:
        if other.rank != first.rank:
            shapes = f"{shape_text(first.shape)} with {shape_text(other.shape)}"
            raise OperationError("concat-mismatch", f"{{subject}} cannot join {shapes}", exception="ValueError")
    name = dtype or dtypes.result_type([a.dtype for a in arrays])
    return concat_split.cat([a if a.dtype == name else converted(a, name) for a in arrays], axis)


@function("concatenate", "concat")
def concatenate(
    arrays: Any, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: Any = "same_kind", machine: Machine
) -> Any:
    listed, name = arrays_in(machine, arrays), dtype_or_none(dtype)
    if axis is None:
        flat = [Array.of(reshape.view(a, (-1,))) for a in listed]
        return into(machine, out, concatenated(flat, 0, name))
    return into(machine, out, concatenated(listed, axis_argument(axis, max(listed[0].rank, 1)), name))


@function("stack")
def stack(
    arrays: Any, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: Any = "same_kind", machine: Machine
) -> Any:
    listed, name = arrays_in(machine, arrays), dtype_or_none(dtype)
    index = axis_argument(axis, listed[0].rank + 1)
    name = name or dtypes.result_type([a.dtype for a in listed])
    return into(machine, out, concat_split.stack([a if a.dtype == name else converted(a, name) for a in listed], index))


def _register_stack(name: str, prepared: Callable[[Array], Tensor], axis_of: Callable[[int], int]) -> None:
    def join(tup: Any, *, dtype: Any = None, casting: Any = "same_kind", machine: Machine) -> Tensor:
        listed = [Array.of(prepared(a)) for a in arrays_in(machine, tup)]
        return concatenated(listed, axis_of(listed[0].rank), dtype_or_none(dtype))

    function(*name.split())(join)


_register_stack("vstack row_stack", lambda a: with_rank(a, 2), lambda rank: 0)
_register_stack("hstack", lambda a: with_rank(a, 1), lambda rank: 0 if rank == 1 else 1)


@function("dstack")
def dstack(tup: Any, *, machine: Machine) -> Tensor:
    return concatenated([Array.of(with_rank(a, 3)) for a in arrays_in(machine, tup)], 2)


@function("column_stack")
def column_stack(tup: Any, *, machine: Machine) -> Tensor:
    listed = [a if a.rank > 1 else Array.of(reshape.view(a, (-1, 1))) for a in arrays_in(machine, tup)]
    return concatenated(listed, 1)


@function("append")
def append(arr: Any, values: Any, axis: Any = None) -> Tensor:
    first, second = array_of(arr), array_of(values)
    if axis is None:
        return concatenated([Array.of(reshape.view(a, (-1,))) for a in (first, second)], 0)
    return concatenated([first, second], axis_argument(axis, first.rank))


@function("delete")
def delete(arr: Any, obj: Any, axis: Any = None) -> Tensor:
    array = array_of(arr)
    array = Array.of(reshape.view(array, (-1,))) if axis is None else array
    index = 0 if axis is None else axis_argument(axis, array.rank)
    have = array.shape[index]
    places = _places(obj, have)
    if places is None:
        shape = (*array.shape[:index], unknown_dim("elements that are deleted"), *array.shape[index + 1 :])
        return Array(shape, dtype=array.dtype)
    left = tuple([place for place in range(integer(have)) if place not in places])
    return selecting.index_select(array, index, Tensor((len(left),), dtype="int64", content=left))


def _places(obj: Any, have: Any) -> set[int] | None:
    """Which positions a number, slice or list of them names; None where it is not known."""
    if not isinstance(have, int):
        return None
    if isinstance(obj, slice):
        return set(range(*obj.indices(have)))
    numbers = array_of(obj).content
    return None if numbers is None else {number % have for number in numbers}


@function("insert")
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Tensor:
    array = array_of(arr)
    array = Array.of(reshape.view(array, (-1,))) if axis is None else array
    index, places = 0 if axis is None else axis_argument(axis, array.rank), array_of(obj)
    new = array_of(values)
    count = places.numel() if places.rank else (new.shape[index] if new.rank == array.rank else 1)
    return Array((*array.shape[:index], array.shape[index] + count, *array.shape[index + 1 :]), dtype=array.dtype)


# -- taking apart ------------------------------------------------------------------------------------


def _cut(ary: Any, indices_or_sections: Any, axis: Any) -> list[Array]:
    array = array_of(ary)
    index = axis_argument(axis, array.rank)
    sections = known(indices_or_sections)
    if isinstance(sections, Array) and sections.rank:
        sections = sections.content if sections.content is not None else known(sections.content)
    return [viewed(ary, part) for part in concat_split.tensor_split(array, sections, index)]


@function("array_split")
def array_split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> list[Array]:
    return _cut(ary, indices_or_sections, axis)


@function("split")
def split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> list[Array]:
    """Raises reshape-mismatch (ValueError) where the parts cannot be equal."""
    array = array_of(ary)
    have = array.shape[axis_argument(axis, array.rank)]
    if not isinstance(indices_or_sections, (list, tuple, Tensor)):
        count = integer(known(indices_or_sections))
        if isinstance(have, int) and count and have % count:
            message = f"{{subject}} cannot cut {text(have)} positions into {count} equal parts"
            raise OperationError("reshape-mismatch", message, exception="ValueError")
    return _cut(ary, indices_or_sections, axis)


def _register_split(name: str, axis_of: Callable[[int], int]) -> None:
    def cut(ary: Any, indices_or_sections: Any) -> list[Array]:
        return split(ary, indices_or_sections, axis_of(array_of(ary).rank))

    function(name)(cut)


_register_split("vsplit", lambda rank: 0)
_register_split("hsplit", lambda rank: 0 if rank == 1 else 1)
_register_split("dsplit", lambda rank: 2)


@function("unstack")
def unstack(x: Any, *, axis: Any = 0) -> tuple[Tensor, ...]:
    array = array_of(x)
    return tuple(concat_split.unbind(array, axis_argument(axis, array.rank)))
