"""The same elements in another arrangement: reshape, transpose, squeeze, repeat, tile, flip, roll, pad …"""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.numpy.arguments import (
    array_of,
    axes_argument,
    axis_argument,
    dtype_or_none,
    known,
    shape_argument,
    sizes,
)
from analyzers.frameworks.numpy.array import Array, Scalar
from analyzers.frameworks.numpy.registration import attribute, function, method, setter, shared
from analyzers.frameworks.numpy.types import DTYPES
from analyzers.tensors.dims import Dim, product, same
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.operations import content, positions, reshape, selecting
from analyzers.tensors.operations.arguments import integer, size
from analyzers.tensors.operations.elementwise import broadcast_shapes
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown


def viewed(self: Array | Scalar, tensor: Tensor) -> Array:
    """The array of ``tensor``, a view where ``self`` is an array."""
    return self.view(tensor) if isinstance(self, Array) else Array.of(tensor)


# -- what an array is --------------------------------------------------------------------------------


@attribute("shape")
def shape(self: Array | Scalar) -> tuple[Dim, ...]:
    return array_of(self).shape


@attribute("ndim")
def ndim(self: Array | Scalar) -> int:
    return array_of(self).rank


@attribute("size")
def element_count(self: Array | Scalar) -> Dim:
    return array_of(self).numel()


@attribute("itemsize")
def itemsize(self: Array | Scalar) -> Any:
    return Unknown("the size of texts") if self.dtype in ("str", "object") else DTYPES[self.dtype].itemsize


@attribute("nbytes")
def nbytes(self: Array | Scalar) -> Dim:
    return array_of(self).numel() * itemsize(self)


@attribute("base")
def base(self: Array | Scalar) -> Any:
    return Unknown("whose memory an array looks at")


@function("shape")
def shape_of(a: Any) -> tuple[Dim, ...]:
    return a.shape if isinstance(a, Tensor) else array_of(a).shape


@function("ndim")
def ndim_of(a: Any) -> int:
    return len(shape_of(a))


@function("size")
def size_of(a: Any, axis: Any = None) -> Dim:
    lengths = shape_of(a)
    return product(lengths) if axis is None else lengths[axis_argument(axis, len(lengths))]


# -- one shape for another ---------------------------------------------------------------------------


def is_in_columns(order: Any) -> bool:
    """Order ``F``; raises UnknownUsed for an order that depends on the memory of the array."""
    if known(order) in ("A", "K"):
        return False
    return order == "F"


def reshaped(self: Array | Scalar, *lengths: Any, order: Any = "C") -> Array:
    """Raises reshape-mismatch (ValueError)."""
    array, wanted = array_of(self), sizes(lengths)
    if not is_in_columns(order):
        return viewed(self, reshape.view(array, wanted))
    turned = reshape.permute(array, tuple(range(array.rank))[::-1])
    found = reshape.view(turned, wanted[::-1])
    return viewed(self, reshape.permute(found, tuple(range(found.rank))[::-1]))


@method("reshape")
def reshape_method(self: Array | Scalar, *shape: Any, order: Any = "C", copy: Any = None) -> Array:
    return reshaped(self, *shape, order=order)


@function("reshape")
def reshape_function(a: Any, shape: Any = None, order: Any = "C", *, newshape: Any = None, copy: Any = None) -> Array:
    """``newshape`` is what numpy before 2.1 calls the shape."""
    return reshaped(a, newshape if shape is None else shape, order=order)


@shared("ravel")
def ravel(a: Any, order: Any = "C") -> Array:
    return reshaped(a, -1, order=order)


@method("flatten")
def flatten(self: Array | Scalar, order: Any = "C") -> Array:
    return Array.of(reshaped(self, -1, order=order))


@attribute("flat")
def flat(self: Array | Scalar) -> Array:
    return reshaped(self, -1)


@setter("shape")
def set_shape(self: Array, value: Any) -> None:
    found = reshaped(self, value)
    self.shape, self.field = found.shape, found.field


@method("resize")
def resize_in_place(self: Array | Scalar, *new_shape: Any, refcheck: Any = True) -> None:
    if not isinstance(self, Array):
        raise PythonError("TypeError", "a scalar has no other size")
    self.overwrite(None)
    self.shape, self.shared = sizes(new_shape), None


@function("resize")
def resize(a: Any, new_shape: Any) -> Array:
    """The elements again and again, as many as fit."""
    array, lengths = array_of(a), shape_argument(new_shape)
    count, numbers = content.element_count(lengths), array.content
    if count is None or not numbers:
        return Array(lengths, dtype=array.dtype)
    return Array(lengths, dtype=array.dtype, content=(numbers * (count // len(numbers) + 1))[:count])


@shared("squeeze")
def squeeze(a: Any, axis: Any = None) -> Array:
    array = array_of(a)
    if axis is None:
        return viewed(a, reshape.squeeze(array))
    named = axes_argument(axis, array.rank)
    for index in named:
        if same(array.shape[index], 1) is False:
            raise OperationError(
                "dimension-out-of-range",
                f"{{subject}} drops axis {index}, which has {array.shape[index]} positions",
                exception="ValueError",
            )
    return viewed(a, reshape.view(array, [dim for index, dim in enumerate(array.shape) if index not in named]))


@function("expand_dims")
def expand_dims(a: Any, axis: Any) -> Array:
    array = array_of(a)
    count = len(axis) if isinstance(axis, (tuple, list)) else 1
    result: Tensor = array
    for index in sorted(axes_argument(axis, array.rank + count)):
        result = reshape.unsqueeze(result, index)
    return viewed(a, result)


def _register_atleast(rank: int) -> None:
    def atleast(*arys: Any) -> Any:
        found = [viewed(a, with_rank(array_of(a), rank)) for a in arys]
        return found[0] if len(found) == 1 else tuple(found)

    function(f"atleast_{rank}d")(atleast)


def with_rank(x: Tensor, rank: int) -> Tensor:
    """Axes of one position in front until there are two, a third at the end."""
    while x.rank < rank:
        x = reshape.unsqueeze(x, 0 if x.rank < 2 else 2)
    return x


for _rank in (1, 2, 3):
    _register_atleast(_rank)


# -- order of axes -----------------------------------------------------------------------------------


def transposed(self: Array | Scalar, axes: Any) -> Array:
    array = array_of(self)
    order = tuple(range(array.rank))[::-1] if axes is None else axes_argument(axes, array.rank)
    if len(order) != array.rank:
        raise OperationError(
            "rank-mismatch", f"{{subject}} gets {len(order)} axes for {array.rank} dimensions", exception="ValueError"
        )
    return viewed(self, reshape.permute(array, order))


@method("transpose")
def transpose_method(self: Array | Scalar, *axes: Any) -> Array:
    only = axes[0] if len(axes) == 1 else axes
    return transposed(self, None if axes in ((), (None,)) else only)


@function("transpose", "permute_dims")
def transpose(a: Any, axes: Any = None) -> Array:
    return transposed(a, axes)


@attribute("T")
def transpose_attribute(self: Array | Scalar) -> Array:
    return transposed(self, None)


@attribute("mT")
def matrix_transpose_attribute(self: Array | Scalar) -> Array:
    return viewed(self, reshape.transpose_matrix(array_of(self)))


@function("matrix_transpose")
def matrix_transpose(x: Any) -> Array:
    return matrix_transpose_attribute(x)


@shared("swapaxes")
def swapaxes(a: Any, axis1: Any, axis2: Any) -> Array:
    array = array_of(a)
    return viewed(a, reshape.transpose(array, axis_argument(axis1, array.rank), axis_argument(axis2, array.rank)))


@function("moveaxis")
def moveaxis(a: Any, source: Any, destination: Any) -> Array:
    array = array_of(a)
    ends = axes_argument(source, array.rank), axes_argument(destination, array.rank)
    return viewed(a, reshape.movedim(array, *ends))


@function("rollaxis")
def rollaxis(a: Any, axis: Any, start: Any = 0) -> Array:
    array = array_of(a)
    index, before = axis_argument(axis, array.rank), integer(start)
    before = before + array.rank if before < 0 else before
    return viewed(a, reshape.movedim(array, index, before - (index < before)))


# -- repeating ---------------------------------------------------------------------------------------


@shared("repeat")
def repeat(a: Any, repeats: Any, axis: Any = None) -> Tensor:
    """Every element ``repeats`` times in a row (one count for each position, or one for all)."""
    array = array_of(a)
    index = 0 if axis is None else axis_argument(axis, max(array.rank, 1))
    if axis is None or not array.rank:
        array = Array.of(reshape.view(array, (-1,)))
    counts = array_of(repeats)
    if counts.rank == 1 and same(counts.shape[0], 1) is not True:
        return _repeated_unevenly(array, counts, index)
    count: Any = counts.content[0] if counts.content is not None else Unknown("the number of repetitions")
    return reshape.repeat_interleave(array, size(count), index)


def _repeated_unevenly(a: Array, counts: Array, axis: int) -> Tensor:
    known_counts = counts.content is not None and sum(counts.content) <= content.LIMIT
    if not known_counts or same(counts.shape[0], a.shape[axis]) is False:
        return reshape.repeat_interleave(a, counts, axis)
    places = [place for place, count in enumerate(counts.content or ()) for _ in range(count)]
    index = Tensor((len(places),), dtype="int64", content=tuple(places))
    return selecting.index_select(a, axis, index)


@function("tile")
def tile(A: Any, reps: Any) -> Array:
    array, counts = array_of(A), shape_argument(reps)
    return Array.of(reshape.tile(array, counts))


@function("broadcast_to")
def broadcast_to(array: Any, shape: Any, subok: Any = False) -> Array:
    found, lengths = array_of(array), shape_argument(shape)
    return viewed(array, reshape.expand(found, lengths))


@function("broadcast_arrays")
def broadcast_arrays(*args: Any, subok: Any = False) -> tuple[Array, ...]:
    arrays = [array_of(a) for a in args]
    return tuple([viewed(a, x) for a, x in zip(args, reshape.broadcast_tensors(arrays), strict=True)])


@function("broadcast_shapes")
def broadcast_shapes_of(*args: Any) -> tuple[Dim, ...]:
    return broadcast_shapes(*[shape_argument(shape) for shape in args])


# -- order of elements -------------------------------------------------------------------------------


@function("flip")
def flip(m: Any, axis: Any = None) -> Array:
    array = array_of(m)
    over = tuple(range(array.rank)) if axis is None else axes_argument(axis, array.rank)
    return viewed(m, positions.flip(array, over)) if over else viewed(m, array)


@function("fliplr")
def fliplr(m: Any) -> Array:
    return flip(m, 1)


@function("flipud")
def flipud(m: Any) -> Array:
    return flip(m, 0)


@function("roll")
def roll(a: Any, shift: Any, axis: Any = None) -> Array:
    array = array_of(a)
    if axis is None:
        row = reshape.view(array, (-1,))
        return Array.of(reshape.view(_rolled(row, known(shift), 0), array.shape))
    over = axes_argument(axis, array.rank)
    shifts = shift if isinstance(shift, (tuple, list)) else [shift] * len(over)
    result: Tensor = array
    for amount, index in zip(shifts, over):
        result = _rolled(result, known(amount), index)
    return Array.of(result)


def _rolled(x: Tensor, amount: Any, axis: int) -> Tensor:
    result, have = positions.roll(x, amount, axis), x.shape[axis]
    if x.content is not None and isinstance(have, int) and have:
        places = tuple([(place - integer(amount)) % have for place in range(have)])
        index = Tensor((have,), dtype="int64", content=places)
        result.content = selecting.index_select(x.with_(content=x.content), axis, index).content
    return result


@function("rot90")
def rot90(m: Any, k: Any = 1, axes: Any = (0, 1)) -> Array:
    array = array_of(m)
    first, second = axes_argument(axes, array.rank)
    result: Tensor = array
    for _ in range(integer(k) % 4):
        result = positions.flip(reshape.transpose(result, first, second), (first,))
    return viewed(m, result)


# -- memory ------------------------------------------------------------------------------------------


@method("copy")
def copy(self: Array | Scalar, order: Any = "C") -> Any:
    array = array_of(self)
    return Array.of(array) if isinstance(self, Array) else array.with_(content=array.content)


@method("__copy__", "__deepcopy__")
def deep_copy(self: Array | Scalar, *_: Any) -> Any:
    return copy(self)


@method("view")
def view(self: Array | Scalar, dtype: Any = None, type: Any = None) -> Array:
    """The same memory, read as another dtype."""
    array = array_of(self)
    name = dtype_or_none(dtype)
    if name is None or name == array.dtype:
        return viewed(self, array)
    own, new = itemsize(array), DTYPES[name].itemsize
    if own == new or not array.rank:
        return viewed(self, array.with_(dtype=name))
    return viewed(self, array.with_(shape=(*array.shape[:-1], array.shape[-1] * own // new), dtype=name))


@function("shares_memory", "may_share_memory")
def shares_memory(a: Any, b: Any, max_work: Any = None) -> Any:
    return Unknown("whether two arrays share memory")
