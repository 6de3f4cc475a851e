"""Sorting, searching, choosing, sets and counts."""

from __future__ import annotations

import bisect
import contextlib
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.numpy import arithmetic
from analyzers.frameworks.numpy.arguments import (
    array_of,
    axis_argument,
    common_dtype,
    flag,
    kept,
    known,
    operand,
)
from analyzers.frameworks.numpy.array import Array, Scalar
from analyzers.frameworks.numpy.elementwise import combined, converted, into, write
from analyzers.frameworks.numpy.indexing import writable
from analyzers.frameworks.numpy.joining import concatenated
from analyzers.frameworks.numpy.keys import nonzero_of
from analyzers.frameworks.numpy.products import flattened
from analyzers.frameworks.numpy.reductions import LEFT_OUT
from analyzers.frameworks.numpy.registration import function, method, shared
from analyzers.frameworks.numpy.running import back_in_order
from analyzers.frameworks.numpy.ufuncs import to_bool
from analyzers.tensors.dims import Dim, unknown_dim
from analyzers.tensors.operations import content, indexing, reduction, reshape
from analyzers.tensors.operations.arguments import integer
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

UNCERTAIN = (TypeError, UnknownUsed)
"""What is raised where numbers (or symbolic sizes) have no known order."""
BY_VALUE = "elements that are chosen by value"


# -- sorting -----------------------------------------------------------------------------------------


def along(a: Array, axis: int, arrange: Callable[[Sequence[Any]], Sequence[Any]]) -> content.Content:
    """The numbers with every row along an axis arranged anew; None where that is not known."""
    if a.content is None or any(map(arithmetic.is_nan, a.content)):
        return None
    outer = [index for index in range(a.rank) if index != axis]
    try:
        numbers = [number for row in content.grouped(a, outer, [axis]) for number in arrange(row)]
    except UNCERTAIN:
        return None
    return back_in_order(tuple(numbers), a, [*outer, axis])


def in_order(descending: Any) -> Callable[[Sequence[Any]], Sequence[Any]]:
    return lambda row: sorted(row, reverse=flag(descending))


def places_in_order(descending: Any) -> Callable[[Sequence[Any]], Sequence[Any]]:
    return lambda row: sorted(range(len(row)), key=row.__getitem__, reverse=flag(descending))


def sorted_along(a: Any, axis: Any, dtype: str | None, arrange: Callable[[Sequence[Any]], Sequence[Any]]) -> Tensor:
    array = array_of(a)
    array = flattened(array) if axis is None else array
    index = 0 if axis is None else axis_argument(axis, array.rank)
    result = reduction.mix(array, (index,), dtype)
    result.content = along(array, index, arrange)
    return result


@function("sort")
def sort(
    a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None, descending: Any = None
) -> Tensor:
    return sorted_along(a, axis, None, in_order(descending))


@method("sort")
def sort_in_place(
    self: Array | Scalar,
    axis: Any = -1,
    kind: Any = None,
    order: Any = None,
    *,
    stable: Any = None,
    descending: Any = None,
    machine: Machine,
) -> None:
    write(machine, writable(self), sorted_along(self, axis, None, in_order(descending)).content)


@shared("argsort")
def argsort(
    a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None, descending: Any = None
) -> Tensor:
    """The order of equal numbers depends on the machine unless the sort is stable."""
    result = sorted_along(a, axis, "int64", places_in_order(descending))
    numbers = array_of(a).content
    if (
        numbers is not None
        and len(set(numbers)) < len(numbers)
        and kind not in ("stable", "mergesort")
        and stable is not True
    ):
        result.content = None
    return result


@function("partition")
def partition(a: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: Any = None) -> Tensor:
    return sorted_along(a, axis, None, sorted).with_()


@shared("argpartition")
def argpartition(a: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: Any = None) -> Tensor:
    return sorted_along(a, axis, "int64", sorted).with_()


@function("lexsort")
def lexsort(keys: Any, axis: Any = -1) -> Tensor:
    array = array_of(keys)
    return Array(array.shape[1:], dtype="int64")


def _places(edges: Array, wanted: Array, find: Callable[[Sequence[Any], Any], int]) -> Tensor:
    """Where each number belongs among sorted edges."""
    numbers = None
    if edges.content is not None and wanted.content is not None:
        with contextlib.suppress(*UNCERTAIN):
            numbers = tuple([find(edges.content, number) for number in wanted.content])
    return wanted.with_(dtype="int64", content=numbers)


@shared("searchsorted")
def searchsorted(a: Any, v: Any, side: Any = "left", sorter: Any = None) -> Tensor:
    find = bisect.bisect_left if known(side) == "left" else bisect.bisect_right
    result = _places(array_of(a), array_of(v), find)
    return result if sorter is None else result.with_()


@function("digitize")
def digitize(x: Any, bins: Any, right: Any = False) -> Tensor:
    edges, array = array_of(bins), array_of(x)
    rising = edges.content is not None and list(edges.content) == sorted_or_none(edges.content)
    find = bisect.bisect_left if known(right) else bisect.bisect_right
    return _places(edges if rising else Array.of(edges.with_()), array, find)


def sorted_or_none(numbers: Sequence[Any]) -> list[Any] | None:
    try:
        return sorted(numbers)
    except UNCERTAIN:
        return None


# -- where -------------------------------------------------------------------------------------------


def _choose(condition: Any, x: Any, y: Any) -> Any:
    return x if condition else y


@function("where")
def where(condition: Any, x: Any = LEFT_OUT, y: Any = LEFT_OUT) -> Any:
    if x is LEFT_OUT or y is LEFT_OUT:
        return nonzero(condition)
    choices = [operand(x), operand(y)]
    dtype = common_dtype(choices)
    test = operand(condition)
    asked = test._replace(array=converted(test.array, "bool")) if test.array.dtype != "bool" else test
    arrays = [asked, *(o._replace(array=converted(o.array, dtype)) for o in choices)]
    result = combined(None, arrays, "bool", dtype)
    if all(o.array.content is not None for o in arrays) and content.element_count(result.shape) is not None:
        columns = [content.expanded(o.array, result.shape) or () for o in arrays]
        result.content = tuple([_choose(*row) for row in zip(*columns, strict=True)])
    return result if result.rank else Array.of(result)


@shared("nonzero")
def nonzero(a: Any) -> tuple[Tensor, ...]:
    """The positions of what is not zero, one array for each axis."""
    array = array_of(a)
    if array.content is not None:
        return tuple(nonzero_of(array))
    count = unknown_dim(BY_VALUE)
    return tuple([Array((count,), dtype="int64") for _ in range(array.rank)])


@function("flatnonzero")
def flatnonzero(a: Any) -> Tensor:
    return nonzero(flattened(a))[0]


@function("argwhere")
def argwhere(a: Any) -> Tensor:
    found = nonzero(a)
    return (
        concatenated([Array.of(reshape.unsqueeze(place, 1)) for place in found], 1)
        if found
        else Array((1, 0), dtype="int64")
    )


@function("select")
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Tensor:
    operands = [operand(x) for x in (*choicelist, default)]
    return combined(None, [*[operand(c) for c in condlist], *operands], "bool", common_dtype(operands))


@function("piecewise", "choose")
def choose(a: Any, *_: Any, **__: Any) -> Any:
    return Unknown("numbers that are chosen by functions or positions")


@function("extract", "compress")
def extract(condition: Any, arr: Any, *_: Any) -> Tensor:
    array = array_of(arr)
    return Array((unknown_dim(BY_VALUE),), dtype=array.dtype)


@shared("take")
def take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: Any = "raise", *, machine: Machine) -> Any:
    """The elements at positions along an axis (None: of the flattened array)."""
    array, places = array_of(a), array_of(indices)
    if places.shape == (0,):
        places = Array((0,), dtype="int64", content=())
    index = 0 if axis is None else axis_argument(axis, array.rank)
    source = flattened(array) if axis is None else array
    if known(mode) != "raise":
        places = Array(places.shape, dtype=places.dtype)
    picked = indexing.getitem(source, (*[slice(None)] * index, places if places.rank else _as_row(places)))
    return into(machine, out, picked if places.rank else reshape.squeeze(picked, index))


def _as_row(place: Array) -> Tensor:
    return place.with_(shape=(1,), content=place.content)


# -- sets --------------------------------------------------------------------------------------------


@function("unique")
def unique(
    ar: Any, return_index: Any = False, return_inverse: Any = False, return_counts: Any = False, axis: Any = None, *,
    equal_nan: Any = True, sorted: Any = True,
) -> Any:  # fmt: skip
    """The different elements in order, and on request where they stand and how often."""
    array = array_of(ar)
    if axis is not None:
        return _unique_rows(array, axis_argument(axis, array.rank), (return_index, return_inverse, return_counts))
    numbers = _different(array)
    count: Dim = unknown_dim("number of different elements") if numbers is None else len(numbers)
    found = [Array((count,), dtype=array.dtype, content=numbers)]
    if flag(return_index):
        first = {number: place for place, number in reversed(list(enumerate(array.content or ())))}
        found.append(_asked(count, numbers, first.__getitem__))
    if flag(return_inverse):
        order = {number: place for place, number in enumerate(numbers or ())}
        places = None if numbers is None else tuple([order[number] for number in array.content or ()])
        found.append(Array(array.shape, dtype="int64", content=places))
    if flag(return_counts):
        counts = Counter(array.content)
        found.append(_asked(count, numbers, counts.__getitem__))
    return found[0] if len(found) == 1 else tuple(found)


LABELS = "labels "
"""What the trait of an array of labels begins with: how many different ones it holds follows, 0 the first."""


def labels(array: Tensor) -> int | None:
    """How many different labels the array holds, if it holds labels of which that is known."""
    trait = array.trait or ""
    return int(trait.removeprefix(LABELS)) if trait.startswith(LABELS) else None


def _different(array: Array) -> content.Content:
    count = labels(array)
    if count is not None:
        return tuple(range(count))
    if array.content is None or any(map(arithmetic.is_nan, array.content)):
        return None
    found = sorted_or_none(list(set(array.content)))
    return None if found is None else tuple(found)


def _asked(count: Dim, numbers: content.Content, ask: Callable[[Any], int]) -> Array:
    return Array((count,), dtype="int64", content=None if numbers is None else tuple([ask(n) for n in numbers]))


def _unique_rows(array: Array, axis: int, wanted: tuple[Any, ...]) -> Any:
    count = unknown_dim("number of different rows")
    rows = Array((*array.shape[:axis], count, *array.shape[axis + 1 :]), dtype=array.dtype)
    others = [Array((count,), dtype="int64") for option in wanted if flag(option)]
    return (rows, *others) if others else rows


def _register_set(name: str, kept_of: Callable[[set[Any], set[Any]], set[Any]]) -> None:
    def operate(ar1: Any, ar2: Any, assume_unique: Any = False, **_: Any) -> Tensor:
        first, second = flattened(ar1), flattened(ar2)
        dtype = common_dtype([operand(first), operand(second)])
        if first.content is None or second.content is None:
            return Array((unknown_dim("number of different elements"),), dtype=dtype)
        found = kept_of(set(first.content), set(second.content))
        return Array((len(found),), dtype=dtype, content=kept(sorted_or_none(list(found)), dtype))

    function(name)(operate)


_register_set("intersect1d", lambda a, b: a & b)
_register_set("union1d", lambda a, b: a | b)
_register_set("setdiff1d", lambda a, b: a - b)
_register_set("setxor1d", lambda a, b: a ^ b)


@function("isin", "in1d")
def isin(
    element: Any, test_elements: Any, assume_unique: Any = False, invert: Any = False, *, kind: Any = None
) -> Tensor:
    array, others = array_of(element), array_of(test_elements)
    result = array.with_(dtype=to_bool(array.dtype))
    if array.content is not None and others.content is not None and isinstance(invert, bool):
        wanted = set(others.content)
        result.content = tuple([(number in wanted) is not invert for number in array.content])
    return result


# -- counts ------------------------------------------------------------------------------------------


@function("bincount")
def bincount(x: Any, weights: Any = None, minlength: Any = 0) -> Tensor:
    array = array_of(x)
    dtype = "int64" if weights is None else "float64"
    if array.content is None:
        return Array((unknown_dim("the largest number"),), dtype=dtype)
    length = max(max(array.content, default=-1) + 1, integer(minlength))
    if length > content.LIMIT or weights is not None:
        return Array((length,), dtype=dtype)
    counts = Counter(array.content)
    return Array((length,), dtype=dtype, content=tuple([counts[number] for number in range(length)]))


@function("histogram")
def histogram(
    a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None
) -> tuple[Tensor, Tensor]:
    edges = array_of(bins) if not isinstance(bins, str) else None
    if edges is None:
        raise UnknownUsed(Unknown("a number of bins that depends on the numbers"))
    count: Dim = edges.shape[0] - 1 if edges.rank else integer(edges)
    dtype = "int64" if density is None and weights is None else "float64"
    return Array((count,), dtype=dtype), Array((count + 1,), dtype="float64")
