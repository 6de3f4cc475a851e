"""Subscripts of arrays: ``a[key]`` (a view, a copy or a scalar), ``a[key] = value``, iteration, ``tolist`` and ``item``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.numpy.arguments import array_of, kept, known, shape_argument
from analyzers.frameworks.numpy.array import ARRAY_VALUE, Array, Scalar, UnknownScalar, scalar
from analyzers.frameworks.numpy.elementwise import write
from analyzers.frameworks.numpy.keys import is_advanced, items_of
from analyzers.frameworks.numpy.registration import function, method, setter
from analyzers.frameworks.numpy.ufuncs import TABLE, run
from analyzers.tensors.dims import Dim
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.operations import content, indexing, selecting
from analyzers.tensors.operations.arguments import integer
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

MAXIMUM_ROWS = 4096
"""Rows of an array that a loop goes through one by one."""


# -- reading -----------------------------------------------------------------------------------------


@method("__getitem__")
def get_item(self: Array | Scalar, key: Any) -> Any:
    """A view for slices and whole numbers, a copy for arrays of positions, a scalar where no axis is left."""
    array = array_of(self)
    if not isinstance(self, Array) and key not in ((), ..., None):
        raise PythonError("IndexError", "invalid index to scalar variable.")
    items = items_of(key, array)
    result = indexing.getitem(array, items)
    if is_advanced(items):
        return Array.of(result)
    if not result.rank and Ellipsis not in [item for item in items if not isinstance(item, Tensor)]:
        return result.with_(content=result.content)
    return array.view(result)


@method("__len__")
def length(self: Array | Scalar) -> Dim:
    if not isinstance(self, Array) or not self.rank:
        raise PythonError("TypeError", "len() of unsized object")
    return self.shape[0]


@method("__iter__")
def rows(self: Array | Scalar) -> Any:
    array = array_of(self)
    if not array.rank:
        raise PythonError("TypeError", "iteration over a 0-d array")
    count = array.shape[0]
    if not isinstance(count, int) or count > MAXIMUM_ROWS:
        return Unknown("the rows of an array whose length is not known or large")
    if array.rank == 1:
        numbers = array.content if array.content is not None else (None,) * count
        return [scalar(number, array.dtype) for number in numbers]
    return [array.view(indexing.getitem(array, row)) for row in range(count)]


@method("__contains__")
def contains(self: Array | Scalar, item: Any) -> Any:
    equal = run(TABLE["equal"], (self, item))
    return Unknown(ARRAY_VALUE) if equal.content is None else any(equal.content)


@method("tolist")
def to_list(self: Tensor | Scalar) -> Any:
    """Nested lists of Python numbers; of Unknowns where only the lengths are known (up to 4096)."""
    array = array_of(self)
    count = content.element_count(array.shape)
    if count is None:
        return Unknown(ARRAY_VALUE)
    numbers = array.content
    if numbers is None:
        numbers = tuple([Unknown(ARRAY_VALUE) for _ in range(count)])
    return _nested(numbers, array.shape)


def _nested(numbers: Any, shape: Any) -> Any:
    if not shape:
        return numbers[0]
    width = len(numbers) // shape[0] if shape[0] else 0
    return [_nested(numbers[row * width : (row + 1) * width], shape[1:]) for row in range(shape[0])]


@method("item")
def item_of(self: Array | Scalar, *args: Any) -> Any:
    """A Python number: the only one, or the one at a position (flat, or one for each axis)."""
    array = array_of(self)
    place = args[0] if len(args) == 1 else args
    found: Tensor = array
    if place != ():
        source = array if isinstance(place, tuple) else array.with_(shape=(array.numel(),), content=array.content)
        found = indexing.getitem(source, items_of(place, source))
    count = found.numel()
    if isinstance(count, int) and count != 1:
        raise OperationError("invalid-argument", f"{{subject}} needs one element, gets {count}", exception="ValueError")
    return Unknown(ARRAY_VALUE) if found.content is None else found.content[0]


# -- writing -----------------------------------------------------------------------------------------


@method("__setitem__")
def set_item(self: Array | Scalar, key: Any, value: Any, *, machine: Machine) -> None:
    """``a[key] = value``; raises broadcast-mismatch (ValueError), dimension-out-of-range (IndexError)."""
    array = writable(self)
    before = array.with_(content=array.content)
    array.overwrite(None)  # That is what stays where key or value are not known.
    if isinstance(value, Unknown) and not isinstance(value, UnknownScalar):
        indexing.setitem(array, items_of(key, array), value)
        return
    new = array_of(value)
    if type(key) is int and array.rank == 1 and not new.rank and indexing.is_inside(array, key):
        write(machine, array, _replaced(before, [key % integer(array.shape[0])], new, (1,)))
        return
    items = items_of(key, array)
    indexing.setitem(array, items, new)
    write(machine, array, _written(before, items, new))


def writable(self: Array | Scalar) -> Array:
    """The array; raises TypeError for a scalar."""
    if not isinstance(self, Array):
        raise PythonError("TypeError", f"'{type(self).__name__}' object does not support item assignment")
    return self


def _written(before: Tensor, items: tuple[Any, ...], new: Tensor) -> content.Content:
    """The numbers after the assignment, where it is known which are replaced by what."""
    count = content.element_count(before.shape)
    if count is None or new.content is None:
        return None
    places = indexing.getitem(Tensor(before.shape, dtype="int64", content=tuple(range(count))), items)
    if places.content is None:
        return None
    fitting = new.with_(shape=_fitting(new, places.rank), content=new.content)
    return _replaced(before, places.content, fitting, places.shape)


def _fitting(new: Tensor, rank: int) -> tuple[Dim, ...]:
    """The shape without the leading axes of one position that are too many."""
    return new.shape[max(new.rank - rank, 0) :]


def _replaced(before: Tensor, places: Any, new: Tensor, shape: Any) -> content.Content:
    """The numbers with those of ``new``, broadcast to ``shape``, at these places."""
    values = kept(content.expanded(new, shape), before.dtype)
    count = content.element_count(before.shape)
    if values is None or count is None:
        return None
    numbers: list[Any] = [None] * count if before.content is None else list(before.content)
    for place, value in zip(places, values, strict=True):
        numbers[place] = value
    return None if None in numbers else tuple(numbers)


@method("fill")
def fill(self: Array | Scalar, value: Any, *, machine: Machine) -> None:
    set_item(self, ..., value, machine=machine)


@method("itemset")
def item_set(self: Array | Scalar, *args: Any) -> None:
    writable(self).overwrite(None)


@setter("dtype")
def set_dtype(self: Array, value: Any) -> None:
    self.overwrite(None)


@setter("flat")
def set_flat(self: Array, value: Any, *, machine: Machine) -> None:
    new = array_of(known(value))
    if new.rank:
        self.overwrite(None)
    else:
        set_item(self, ..., new, machine=machine)


# -- functions that write ----------------------------------------------------------------------------


@function("copyto")
def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True, *, machine: Machine) -> None:
    if where is not True:
        writable(dst).overwrite(None)
        return
    set_item(dst, ..., src, machine=machine)


@function("put", "place", "putmask", "fill_diagonal", "put_along_axis")
def put(a: Any, *args: Any, **kwargs: Any) -> None:
    writable(a).overwrite(None)


@method("put")
def put_at(self: Array | Scalar, indices: Any, values: Any, mode: Any = "raise") -> None:
    writable(self).overwrite(None)


@function("take_along_axis")
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Tensor:
    if axis is None:
        array = array_of(arr)
        return selecting.take(array, array_of(indices))
    return selecting.take_along_dim(array_of(arr), array_of(indices), axis)


@function("unravel_index")
def unravel_index(indices: Any, shape: Any, order: Any = "C") -> tuple[Tensor, ...]:
    """The position on every axis of a place in the flattened array."""
    places, lengths = array_of(indices), [integer(length) for length in shape_argument(shape)]
    found = []
    for length, stride in zip(lengths, content.strides_of(lengths), strict=True):
        above = Array.of(run(TABLE["floor_divide"], (places, stride)))
        found.append(run(TABLE["remainder"], (above, length)))
    return tuple(found)
