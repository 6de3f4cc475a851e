"""Functions that change or read shapes."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.keras.layer import static_shape
from analyzers.frameworks.keras.layers.arguments import (
    invalid,
)
from analyzers.frameworks.keras.layers.merging import joined
from analyzers.frameworks.keras.ops.registration import names, shape_argument, tensor
from analyzers.frameworks.registry import NAMES
from analyzers.tensors.dims import product
from analyzers.tensors.operations import (
    indexing,
    padding,
    reshape,
)
from analyzers.tensors.operations.arguments import axes as axes_of
from analyzers.tensors.operations.arguments import axis as axis_of
from analyzers.tensors.operations.arguments import size
from analyzers.tensors.operations.elementwise import unary
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed


@names("shape", "tf.shape", "K.int_shape", "K.shape")
def shape_of(x: Any, *args: Any, **kwargs: Any) -> Any:
    given = tensor(x)
    return static_shape(given.shape) if given.history is not None else tuple(given.shape)


@names("ndim", "tf.rank", "K.ndim")
def ndim(x: Any) -> int:
    return tensor(x).rank


@names("size", "tf.size", "K.count_params")
def numel(x: Any, *args: Any, **kwargs: Any) -> Any:
    return tensor(x).numel()


@names("reshape", "tf.reshape", "K.reshape")
def reshape_to(
    x: Any = None, newshape: Any = None, name: Any = None, *, tensor: Any = None, shape: Any = None
) -> Tensor:
    given = _tensor(x if tensor is None else tensor)
    target = newshape if shape is None else shape
    if isinstance(target, Tensor):
        target = shape_argument(target)
    if isinstance(target, Unknown):
        raise UnknownUsed(target)
    dims = tuple(target) if isinstance(target, (tuple, list)) else (target,)
    return reshape.view(given, tuple(-1 if d is None else size(d) for d in dims))


_tensor = tensor


@names("ravel")
def ravel(x: Any) -> Tensor:
    return reshape.view(tensor(x), (-1,))


@names("K.flatten")
def flatten(x: Any) -> Tensor:
    return reshape.view(tensor(x), (-1,))


@names("K.batch_flatten")
def batch_flatten(x: Any) -> Tensor:
    given = tensor(x)
    return reshape.view(given, (given.shape[0], product(given.shape[1:])))


@names("transpose", "tf.transpose", "K.transpose", "K.permute_dimensions")
def transpose(
    x: Any = None, axes: Any = None, *args: Any, a: Any = None, perm: Any = None, pattern: Any = None, **kwargs: Any
) -> Tensor:
    given = tensor(x if a is None else a)
    order = next((o for o in (axes, perm, pattern) if o is not None), tuple(reversed(range(given.rank))))
    return reshape.permute(given, tuple(order))


@names("swapaxes")
def swapaxes(x: Any, axis1: Any, axis2: Any) -> Tensor:
    return reshape.transpose(tensor(x), axis1, axis2)


@names("moveaxis")
def moveaxis(x: Any, source: Any, destination: Any) -> Tensor:
    return reshape.movedim(tensor(x), source, destination)


@names("tf.linalg.matrix_transpose")
def matrix_transpose(a: Any, *args: Any, **kwargs: Any) -> Tensor:
    return reshape.transpose_matrix(tensor(a))


@names("expand_dims", "tf.expand_dims", "K.expand_dims")
def expand_dims(x: Any = None, axis: Any = -1, name: Any = None, *, input: Any = None) -> Tensor:
    given = tensor(x if input is None else input)
    for where in axis if isinstance(axis, (tuple, list)) else (axis,):
        given = reshape.unsqueeze(given, where)
    return given


@names("squeeze", "tf.squeeze", "K.squeeze")
def squeeze(x: Any = None, axis: Any = None, name: Any = None, *, input: Any = None) -> Tensor:
    given = tensor(x if input is None else input)
    for dim in axes_of(axis, given.rank) if axis is not None else ():
        if isinstance(given.shape[dim], int) and given.shape[dim] != 1:
            raise invalid(f"{{subject}} cannot drop dim {dim}, its length is {given.shape[dim]}", "axis")
    return reshape.squeeze(given, axis)


@names("concatenate", "tf.concat", "K.concatenate")
def concatenate(
    xs: Any = None, axis: Any = 0, *args: Any, values: Any = None, tensors: Any = None, **kwargs: Any
) -> Tensor:
    given = next((v for v in (xs, values, tensors) if v is not None), [])
    if isinstance(given, Unknown):
        raise UnknownUsed(given)
    return joined([tensor(v) for v in given], axis)


NAMES["keras.backend.concatenate"] = lambda tensors, axis=-1: concatenate(tensors, axis)


@names("hstack")
def hstack(xs: Any) -> Tensor:
    return joined([tensor(v) for v in xs], 1)


@names("vstack")
def vstack(xs: Any) -> Tensor:
    return joined([tensor(v) for v in xs], 0)


@names("stack", "tf.stack", "K.stack")
def stack(x: Any = None, axis: Any = 0, *args: Any, values: Any = None, **kwargs: Any) -> Any:
    given = x if values is None else values
    if isinstance(given, Unknown):
        raise UnknownUsed(given)
    if not any(isinstance(v, Tensor) for v in given):
        return tuple(given)
    return reshape.stack([tensor(v) for v in given], axis)


@names("unstack", "tf.unstack")
def unstack(x: Any, num: Any = None, axis: Any = 0, *args: Any, **kwargs: Any) -> list:
    return list(reshape.unbind(tensor(x), axis))


@names("split", "array_split", "tf.split")
def split(
    x: Any = None,
    indices_or_sections: Any = None,
    axis: Any = 0,
    *args: Any,
    value: Any = None,
    num_or_size_splits: Any = None,
    **kwargs: Any,
) -> list:
    given = tensor(x if value is None else value)
    parts = indices_or_sections if num_or_size_splits is None else num_or_size_splits
    if isinstance(parts, (tuple, list)):
        if num_or_size_splits is not None:
            return list(reshape.split(given, list(parts), axis))
        return list(reshape.tensor_split(given, list(parts), axis))
    dim = axis_of(axis, given.rank)
    length = given.shape[dim]
    if isinstance(length, int) and isinstance(parts, int) and parts and length % parts:
        raise invalid(f"{{subject}} cannot split {length} into {parts} equal parts", "indices_or_sections")
    return list(reshape.chunk(given, parts, axis))


@names("tf.split")
def tf_split(value: Any, num_or_size_splits: Any, axis: Any = 0, *args: Any, **kwargs: Any) -> list:
    return split(value, axis=axis, num_or_size_splits=num_or_size_splits)


@names("repeat", "tf.repeat", "K.repeat_elements")
def repeat(
    x: Any = None, repeats: Any = 1, axis: Any = None, *args: Any, input: Any = None, rep: Any = None, **kwargs: Any
) -> Tensor:
    return reshape.repeat_interleave(tensor(x if input is None else input), repeats if rep is None else rep, axis)


@names("K.repeat")
def repeat_vector(x: Any, n: Any) -> Tensor:
    given = tensor(x)
    return reshape.expand(reshape.unsqueeze(given, 1), (given.shape[0], size(n), given.shape[1]))


@names("tile", "tf.tile", "K.tile")
def tile(
    x: Any = None, repeats: Any = None, *args: Any, input: Any = None, multiples: Any = None, n: Any = None
) -> Tensor:
    given = tensor(x if input is None else input)
    counts = next((c for c in (repeats, multiples, n) if c is not None), 1)
    counts = shape_argument(counts) if isinstance(counts, (Tensor, tuple, list)) else (size(counts),)
    return reshape.tile(given, counts)


@names("broadcast_to", "tf.broadcast_to")
def broadcast_to(x: Any = None, shape: Any = None, *args: Any, input: Any = None) -> Tensor:
    return reshape.broadcast_to(tensor(x if input is None else input), shape_argument(shape))


@names("flip", "tf.reverse", "K.reverse")
def flip(x: Any, axis: Any = None, *args: Any, **kwargs: Any) -> Tensor:
    given = tensor(x)
    return reshape.flip(given, tuple(range(given.rank)) if axis is None else axis)


@names("roll", "tf.roll")
def roll(x: Any, shift: Any = 0, axis: Any = None, *args: Any, **kwargs: Any) -> Tensor:
    return reshape.roll(tensor(x), shift, axis)


@names("pad", "tf.pad")
def pad(
    x: Any = None,
    pad_width: Any = None,
    mode: Any = "constant",
    *args: Any,
    tensor: Any = None,
    paddings: Any = None,
    **kwargs: Any,
) -> Tensor:
    given = _tensor(x if tensor is None else tensor)
    widths = pad_width if paddings is None else paddings
    if isinstance(widths, Tensor):
        flat = shape_argument(widths)
        widths = list(zip(flat[::2], flat[1::2]))
    if isinstance(widths, int):
        widths = [(widths, widths)] * given.rank
    if len(widths) == 2 and all(isinstance(w, int) for w in widths):
        widths = [tuple(widths)] * given.rank
    pairs = [(size(w[0]), size(w[1])) for w in widths]
    if len(pairs) == 1:
        pairs = pairs * given.rank
    if len(pairs) != given.rank:
        raise invalid(f"{{subject}} expects paddings for {given.rank} dimensions, gets {len(pairs)}", "pad_width")
    kept = [(d, p) for d, p in enumerate(pairs) if p != (0, 0)]
    return padding.pad(given, [d for d, _ in kept], [p for _, p in kept])


@names("K.spatial_2d_padding")
def spatial_2d_padding(x: Any, padding: Any = ((1, 1), (1, 1)), data_format: Any = None) -> Tensor:
    return pad(x, ((0, 0), *padding, (0, 0)))


@names("take", "tf.gather", "K.gather")
def take(x: Any = None, indices: Any = None, axis: Any = None, *args: Any, params: Any = None, **kwargs: Any) -> Any:
    given = tensor(x if params is None else params)
    where = 0 if axis is None else axis_of(axis, given.rank)
    if isinstance(indices, int):
        return reshape.select(given, where, indices)
    index = tensor(indices)
    field = given.field.mix((where,)) if given.field is not type(given.field).EMPTY else index.field
    if field is index.field:
        for _ in range(given.rank - 1 - where):
            field = field.insert((field and index.rank) or index.rank)
        return Tensor((*given.shape[:where], *index.shape, *given.shape[where + 1 :]), field, given.dtype)
    return indexing.getitem(given, (*(slice(None),) * where, index))


@names("get_item")
def get_item(x: Any, key: Any) -> Any:
    return indexing.getitem(tensor(x), key)


@names("slice", "tf.slice")
def slice_of(
    inputs: Any = None,
    start_indices: Any = None,
    shape: Any = None,
    *args: Any,
    input_: Any = None,
    begin: Any = None,
    size: Any = None,
) -> Tensor:
    given = tensor(inputs if input_ is None else input_)
    starts, lengths = (start_indices if begin is None else begin), (shape if size is None else size)
    for dim, (start, length) in enumerate(zip(starts, lengths)):
        given = reshape.narrow(given, dim, start, given.shape[dim] - start if length == -1 else length)
    return given


@names("meshgrid", "tf.meshgrid")
def meshgrid(*xs: Any, indexing: Any = "xy", **kwargs: Any) -> list:
    return reshape.meshgrid([tensor(x) for x in xs], indexing)


@names("diag", "diagonal", "tf.linalg.diag_part")
def diagonal(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    given = tensor(x)
    return reshape.diag(given) if given.rank < 2 else reshape.diagonal(given)


@names("tril", "triu", "tf.linalg.band_part")
def triangle(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    return unary(tensor(x))
