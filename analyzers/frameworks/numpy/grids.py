"""Grids of coordinates: meshgrid, indices, and what is made by subscripts (``np.mgrid[0:3, 0:4]``, ``np.r_``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.numpy.arguments import array_of, dtype_argument, kept, known, shape_argument
from analyzers.frameworks.numpy.array import Array
from analyzers.frameworks.numpy.creation import arange, linspace
from analyzers.frameworks.numpy.indexing import to_list
from analyzers.frameworks.numpy.joining import concatenated
from analyzers.frameworks.numpy.registration import function, native_of
from analyzers.interpreter.overlays import NAMES
from analyzers.interpreter.values import MISSING, BoundMethod, NativeValue
from analyzers.tensors.dims import unknown_dim
from analyzers.tensors.operations import content, positions, reshape
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


@function("meshgrid")
def meshgrid(*xi: Any, copy: Any = True, sparse: Any = False, indexing: Any = "xy") -> tuple[Tensor, ...]:
    vectors = [Array.of(reshape.view(array_of(x), (-1,))) for x in xi]
    if known(sparse):
        order = [1, 0, *range(2, len(vectors))] if indexing == "xy" and len(vectors) > 1 else range(len(vectors))
        return tuple([_along(x, place, len(vectors)) for x, place in zip(vectors, order)])
    return tuple(positions.meshgrid(vectors, known(indexing)))


def _along(vector: Tensor, axis: int, rank: int) -> Tensor:
    return reshape.view(vector, [-1 if index == axis else 1 for index in range(rank)])


@function("indices")
def indices(dimensions: Any, dtype: Any = int, sparse: Any = False) -> Any:
    lengths, name = shape_argument(dimensions), dtype_argument(dtype, "int64")
    vectors = [arange(length, dtype=name) for length in lengths]
    if known(sparse):
        return tuple([_along(x, place, len(vectors)) for place, x in enumerate(vectors)])
    return _stacked(positions.meshgrid(vectors, "ij"))


def _stacked(grids: list[Tensor]) -> Tensor:
    """The grids along a new first axis."""
    if not grids:
        return Array((0,), dtype="int64", content=())
    return concatenated([Array.of(reshape.unsqueeze(grid, 0)) for grid in grids], 0)


@function("ix_")
def ix_(*args: Any) -> tuple[Tensor, ...]:
    return tuple([_along(array_of(x), place, len(args)) for place, x in enumerate(args)])


@function("ndindex")
def ndindex(*shape: Any) -> list[tuple[int, ...]]:
    lengths = shape_argument(shape[0] if len(shape) == 1 else shape)
    count = content.element_count(lengths)
    if count is None:
        raise UnknownUsed(Unknown("positions of an array that is large or of unknown size"))
    strides = content.strides_of(lengths)  # type: ignore[arg-type]
    return [tuple(place // s % d for s, d in zip(strides, lengths)) for place in range(count)]  # type: ignore[operator]


@function("ndenumerate")
def ndenumerate(arr: Any) -> Any:
    array = array_of(arr)
    flat = to_list(array.with_(shape=(array.numel(),), content=array.content))
    return flat if isinstance(flat, Unknown) else list(zip(ndindex(*array.shape), flat))


# -- subscripts --------------------------------------------------------------------------------------


class Subscripted(NativeValue):
    """An object of which only subscripts are asked."""

    __slots__ = ("get_item",)

    def __init__(self, get_item: Any) -> None:
        self.get_item = native_of(get_item, get_item.__name__, hidden=1)

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return BoundMethod(self, self.get_item) if name == "__getitem__" else MISSING


def _range_of(part: Any) -> Array:
    """``0:3`` counts; ``0:1:5j`` is five numbers from end to end."""
    if not isinstance(part, slice):
        return array_of(part)
    start = 0 if part.start is None else part.start
    if isinstance(part.step, complex):
        return linspace(start, part.stop, int(abs(part.step)))
    return arange(start, part.stop, part.step)


def mgrid(self: object, key: Any) -> Any:
    if not isinstance(key, tuple):
        return _range_of(key)
    return _stacked(positions.meshgrid([_range_of(part) for part in key], "ij"))


def ogrid(self: object, key: Any) -> Any:
    if not isinstance(key, tuple):
        return _range_of(key)
    return tuple([_along(_range_of(part), place, len(key)) for place, part in enumerate(key)])


def r_(self: object, key: Any) -> Any:
    """The parts end to end."""
    parts = key if isinstance(key, tuple) else (key,)
    if any(isinstance(part, str) for part in parts):
        raise UnknownUsed(Unknown("np.r_ with a text"))
    arrays = [_range_of(part) for part in parts]
    return concatenated([a if a.rank else Array((1,), dtype=a.dtype, content=a.content) for a in arrays], 0)


def c_(self: object, key: Any) -> Any:
    """Vectors as columns beside each other."""
    arrays = [_range_of(part) for part in (key if isinstance(key, tuple) else (key,))]
    columns = [Array.of(reshape.view(a, (-1, 1))) if a.rank < 2 else a for a in arrays]
    return concatenated(columns, columns[0].rank - 1)


def s_(self: object, key: Any) -> Any:
    return key


for _maker in (mgrid, ogrid, r_, c_, s_):
    NAMES[f"numpy.{_maker.__name__}"] = Subscripted(_maker)
NAMES["numpy.index_exp"] = NAMES["numpy.s_"]


# -- triangles ---------------------------------------------------------------------------------------


def _register_triangle(name: str, inside: Callable[[int, int], bool]) -> None:
    def triangle(m: Any, k: Any = 0) -> Tensor:
        array = array_of(m)
        result = array.with_()
        if array.content is not None and array.rank >= 2:
            columns, rows = array.shape[-1], array.shape[-2]
            cells = [(i // columns % rows, i % columns) for i in range(len(array.content))]  # type: ignore[operator]
            numbers = [n if inside(column - row, k) else 0 for n, (row, column) in zip(array.content, cells)]
            result.content = kept(numbers, array.dtype)
        return result

    def triangle_indices(n: Any, k: Any = 0, m: Any = None) -> tuple[Tensor, Tensor]:
        lengths = shape_argument((n, n if m is None else m))
        if content.element_count(lengths) is None or not isinstance(k, int):
            count = unknown_dim("positions of a triangle")
            return Array((count,), dtype="int64"), Array((count,), dtype="int64")
        cells = [(row, column) for row in range(lengths[0]) for column in range(lengths[1]) if inside(column - row, k)]  # type: ignore[arg-type]
        rows, columns = tuple(c[0] for c in cells), tuple(c[1] for c in cells)
        return tuple([Array((len(cells),), dtype="int64", content=part) for part in (rows, columns)])  # type: ignore[return-value]

    function(name)(triangle)
    function(f"{name}_indices")(triangle_indices)


_register_triangle("triu", lambda offset, k: offset >= k)
_register_triangle("tril", lambda offset, k: offset <= k)
