"""Functions that change or read shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.layers.arguments import (
    invalid,
)
from analyzers.frameworks.keras.layers.merging import joined
from analyzers.frameworks.keras.ops.registration import names, shape_argument, tensor
from analyzers.frameworks.keras.shapes import static_shape
from analyzers.interpreter.overlays import NAMES
from analyzers.tensors.dims import product, unknown_dim
from analyzers.tensors.operations import concat_split, indexing, padding, positions, reshape
from analyzers.tensors.operations.arguments import axes as axes_of
from analyzers.tensors.operations.arguments import axis as axis_of
from analyzers.tensors.operations.arguments import size
from analyzers.tensors.operations.elementwise import broadcast, unary
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


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
    x: Any = None,
    newshape: Any = None,
    name: Any = None,
    *,
    tensor: Any = None,
    shape: Any = None,
    new_shape: Any = None,
) -> Tensor:
    given = _tensor(x if tensor is None else tensor)
    target = next((s for s in (newshape, shape, new_shape) if s is not None), None)
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
    for dim in axes_of(axis, given.rank) if axis is not None and given.history is not None else ():
        if isinstance(given.shape[dim], int) and given.shape[dim] != 1:
            # Inside layers torch, which then runs, leaves such a dim as it is.
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


class Sizes(tuple):
    """Sizes that are stacked: a tensor each of whose numbers is known."""

    @property
    def shape(self) -> tuple[int]:
        return (len(self),)

    ndim = 1


def _items(value: Any) -> Any:
    return value if isinstance(value, (tuple, list)) else ()


@names("stack", "tf.stack", "K.stack")
def stack(x: Any = None, axis: Any = 0, *args: Any, values: Any = None, **kwargs: Any) -> Any:
    given = x if values is None else values
    unknown = next((v for v in (given, *_items(given)) if isinstance(v, Unknown)), None)
    if unknown is not None:
        raise UnknownUsed(unknown)
    if not any(isinstance(v, Tensor) for v in given):
        return Sizes(given)
    return concat_split.stack([tensor(v) for v in given], axis)


@names("unstack", "tf.unstack")
def unstack(x: Any, num: Any = None, axis: Any = 0, *args: Any, **kwargs: Any) -> list:
    return list(concat_split.unbind(tensor(x), axis))


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
            return list(concat_split.split(given, list(parts), axis))
        return list(concat_split.tensor_split(given, list(parts), axis))
    dim = axis_of(axis, given.rank)
    length = given.shape[dim]
    if isinstance(length, int) and isinstance(parts, int) and parts and length % parts:
        raise invalid(f"{{subject}} cannot split {length} into {parts} equal parts", "indices_or_sections")
    return list(concat_split.chunk(given, parts, axis))


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
    return positions.flip(given, tuple(range(given.rank)) if axis is None else axis)


@names("roll", "tf.roll")
def roll(x: Any, shift: Any = 0, axis: Any = None, *args: Any, **kwargs: Any) -> Tensor:
    return positions.roll(tensor(x), shift, axis)


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
        return concat_split.select(given, where, indices)
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
        given = concat_split.narrow(given, dim, start, given.shape[dim] - start if length == -1 else length)
    return given


@names("meshgrid", "tf.meshgrid")
def meshgrid(*xs: Any, indexing: Any = "xy", **kwargs: Any) -> list:
    return positions.meshgrid([tensor(x) for x in xs], indexing)


@names("diag", "diagonal", "tf.linalg.diag_part")
def diagonal(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    given = tensor(x)
    return positions.diag(given) if given.rank < 2 else positions.diagonal(given)


@names("tril", "triu", "tf.linalg.band_part")
def triangle(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    return unary(tensor(x))


@names("append")
def append(x1: Any, x2: Any, axis: Any = None) -> Tensor:
    """Both end to end, flattened where no axis is named."""
    first, second = tensor(x1), tensor(x2)
    if axis is None:
        return joined([ravel(first), ravel(second)], 0)
    return joined([first, second], axis)


for _name, _axis in (("hsplit", 1), ("vsplit", 0), ("dsplit", 2)):

    def _split(x: Any, indices_or_sections: Any, axis: int = _axis) -> list:
        return split(x, indices_or_sections, 0 if tensor(x).rank == 1 else axis)

    names(_name)(_split)


@names("dstack")
def dstack(xs: Any) -> Tensor:
    """Vectors become (1, N, 1), matrices (M, N, 1); then end to end along the third axis."""
    parts = [tensor(v) for v in xs]
    parts = [reshape.unsqueeze(v, 0) if v.rank == 1 else v for v in parts]
    return joined([reshape.unsqueeze(v, 2) if v.rank == 2 else v for v in parts], 2)


@names("scatter", "tf.scatter_nd")
def scatter(indices: Any = None, values: Any = None, shape: Any = None, *args: Any, **kwargs: Any) -> Tensor:
    """A new tensor of this shape with values written to places that are only known when it runs."""
    given = tensor(values if values is not None else kwargs.get("updates"))
    return Tensor(shape_argument(shape), given.field.forget(range(given.rank), "scattered"), given.dtype)


@names("tf.gather_nd")
def gather_nd(params: Any, indices: Any, batch_dims: Any = 0, name: Any = None) -> Tensor:
    given, index = tensor(params), tensor(indices)
    depth = index.shape[-1]
    if not isinstance(depth, int) or not isinstance(batch_dims, int):
        raise UnknownUsed(Unknown("how deep indices reach"))
    field = given.field.forget(range(given.rank), "gathered")
    return Tensor((*index.shape[:-1], *given.shape[batch_dims + depth :]), field, given.dtype)


@names("tf.boolean_mask")
def boolean_mask(tensor: Any, mask: Any, axis: Any = None, name: Any = None) -> Tensor:
    given, picked = _tensor(tensor), _tensor(mask)
    where = 0 if axis is None else axis_of(axis, given.rank)
    field = given.field.forget(range(given.rank), "picked by a mask")
    rest = given.shape[where + picked.rank :]
    return Tensor((*given.shape[:where], unknown_dim("how many elements a mask picks"), *rest), field, given.dtype)


@names("segment_sum", "segment_max", "segment_min", "segment_prod")
def segment(data: Any, segment_ids: Any, num_segments: Any = None, sorted: Any = False) -> Tensor:
    """(N, …) → (num_segments, …)"""
    given = tensor(data)
    count = unknown_dim("how many segments there are") if num_segments is None else size(num_segments)
    return given.with_(shape=(count, *given.shape[1:]), field=given.field.mix((0,)))


@names(
    *[f"tf.math.{kind}segment_{what}" for kind in ("", "unsorted_") for what in ("sum", "max", "min", "mean", "prod")]
)
def tf_segment(data: Any, segment_ids: Any, num_segments: Any = None, name: Any = None) -> Tensor:
    return segment(data, segment_ids, num_segments)


@names("tf.nn.embedding_lookup")
def embedding_lookup(params: Any, ids: Any, *args: Any, **kwargs: Any) -> Any:
    return take(params, ids, 0)


@names("tf.sequence_mask")
def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = None, name: Any = None) -> Tensor:
    """(…) → (…, maxlen)"""
    given = tensor(lengths)
    length = unknown_dim("the longest sequence") if maxlen is None else size(maxlen)
    return given.with_(shape=(*given.shape, length), field=given.field.insert(given.rank), dtype="bool")


@names("searchsorted", "tf.searchsorted")
def searchsorted(sorted_sequence: Any, values: Any, *args: Any, **kwargs: Any) -> Tensor:
    """A place for each value."""
    return tensor(values).with_(dtype="int64")


@names("digitize")
def digitize(x: Any, bins: Any) -> Tensor:
    return tensor(x).with_(dtype="int64")


@names("vander")
def vander(x: Any, N: Any = None, increasing: Any = False) -> Tensor:
    """(M,) → (M, N), N = M unless given."""
    given = tensor(x)
    columns = given.shape[0] if N is None else size(N)
    return given.with_(shape=(*given.shape, columns), field=given.field.insert(given.rank))


@names("select")
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Tensor:
    made = tensor(choicelist[0])
    for other in (*choicelist[1:], *condlist):
        made = broadcast(made, tensor(other))
    return made


@names("multi_hot")
def multi_hot(inputs: Any, num_classes: Any = None, axis: Any = -1, *args: Any, **kwargs: Any) -> Tensor:
    """(N, n) → (N, num_classes); a vector of numbers gives one row."""
    given = tensor(inputs)
    at = 0 if given.rank < 2 else 1
    shape = list(given.shape)
    shape[at] = size(num_classes)
    return given.with_(shape=tuple(shape), field=given.field.mix((at,)), dtype="float32")


def rearrange(tensor: Any, pattern: Any, *, machine: Machine, **axes_lengths: Any) -> Any:
    return machine.call(NAMES["einops.rearrange"], (tensor, pattern), axes_lengths)


NAMES["keras.ops.rearrange"] = rearrange


@names("K.temporal_padding")
def temporal_padding(x: Any, padding: Any = (1, 1)) -> Tensor:
    return pad(x, ((0, 0), tuple(padding), (0, 0)))


@names("K.spatial_3d_padding")
def spatial_3d_padding(x: Any, padding: Any = ((1, 1),) * 3, data_format: Any = None) -> Tensor:
    return pad(x, ((0, 0), *padding, (0, 0)))
