"""Subscripts: ``x[key]`` and ``x[key] = value``, gather, scatter and their relatives."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, Expression, require, same, text, unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.layout import Names
from analyzers.tensors.operations import axis_names, content
from analyzers.tensors.operations.arguments import integer, size
from analyzers.tensors.operations.concat_split import piece, select
from analyzers.tensors.operations.dtypes import category
from analyzers.tensors.operations.elementwise import broadcast_shapes, merged_field
from analyzers.tensors.operations.positions import flip
from analyzers.tensors.operations.reshape import permute, unsqueeze
from analyzers.tensors.support import Gather
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

MASK_REASON = "a boolean mask selects elements by value"


def getitem(x: Tensor, key: Any) -> Tensor:
    """``x[key]`` for ints, slices, None, Ellipsis, lists, tensors and tuples of them.

    A boolean mask gives an unknown dim. Raises dimension-out-of-range (IndexError).
    """
    result, indexed = _basic(x, _normal(key, x))
    return advanced(result, indexed) if indexed else result


NUMBERS = frozenset((int, float, bool))


def is_inside(x: Tensor, key: Any) -> bool:
    """Whether the key is made of whole numbers that are positions of ``x``."""
    keys = key if type(key) is tuple else (key,)
    return len(keys) <= x.rank and all(
        type(k) is int and type(size) is int and -size <= k < size for k, size in zip(keys, x.shape)
    )


def setitem(x: Tensor, key: Any, value: Any) -> None:
    """``x[key] = value``: checks that the value fits, and writes its field (content) into ``x``.

    Raises broadcast-mismatch.
    """
    x.content = None
    if type(value) in NUMBERS and is_inside(x, key):
        return
    items = _normal(key, x)
    target, indexed = _basic(x.with_(), items)
    if indexed:
        target = advanced(target, indexed)
    if isinstance(value, Unknown):
        x.field = x.field.forget(range(x.rank), value.reason)
    elif isinstance(value, Tensor):
        _require_fits(target, value)
        if value.field is not Field.EMPTY:
            x.field = Field.merge([x.field, _written_field(x, items, value, target)])


def _require_fits(target: Tensor, value: Tensor) -> None:
    shape = value.shape
    while len(shape) > target.rank and same(shape[0], 1):
        shape = shape[1:]
    fits = len(shape) <= target.rank and all(
        same(own, 1) or same(own, wanted) is not False
        for own, wanted in zip(reversed(shape), reversed(target.shape), strict=False)
    )
    if not fits:
        raise OperationError(
            "broadcast-mismatch",
            f"{{subject}} cannot put {shape_text(value.shape)} into {shape_text(target.shape)}",
        )


def _written_field(x: Tensor, items: list[Any], value: Tensor, target: Tensor) -> Field:
    """The field of the value, moved to where it stands in ``x``; unknown where it is not a plain slice."""
    field = value.field.broadcast(value.shape, target.rank) if value.rank < target.rank else value.field
    simple = value.rank <= target.rank and all(
        isinstance(item, (slice, int)) and not isinstance(item, bool) for item in items
    )
    if not simple:
        return field.forget(range(max(value.rank, target.rank)), "written to scattered positions").mix(())
    for index, item in enumerate(items):
        field = field.insert(index) if isinstance(item, int) else _slice_field(field, index, item, x.shape[index])
    return field


def _slice_field(field: Field, index: int, item: slice, length: Dim) -> Field:
    if item == slice(None) or not field.located(index):
        return field
    start, _, step = _slice_bounds(item, length)
    if step != 1 or not isinstance(start, int):
        return field.forget((index,), "written to every other position")
    return field.gather(index, Gather.shifted(-start), length)


# --- the parts of a subscript --------------------------------------------------------------------


def _normal(key: Any, x: Tensor) -> list[Any]:
    """The items of a subscript with the Ellipsis spelled out as full slices."""
    if isinstance(key, Unknown):
        raise UnknownUsed(key)
    items = list(key) if isinstance(key, tuple) else [key]
    items = [_item(item) for item in items]
    used = sum(_consumed(item) for item in items)
    if used > x.rank:
        raise OperationError(
            "dimension-out-of-range",
            f"{{subject}} gets {used} ind{'ex' if used == 1 else 'ices'}, its input has {x.rank} dimension{'s' * (x.rank != 1)}",
            exception="IndexError",
        )
    fill = [slice(None)] * (x.rank - used)
    if Ellipsis not in [item for item in items if not isinstance(item, Tensor)]:
        return [*items, *fill]
    position = next(index for index, item in enumerate(items) if item is Ellipsis)
    rest = [other for other in items[position + 1 :] if other is not Ellipsis]
    return [*items[:position], *fill, *rest]


def _item(item: Any) -> Any:
    """One item: int, slice, None, Ellipsis, bool or a tensor of indices."""
    if item is None or item is Ellipsis or isinstance(item, (int, slice, Expression)):
        return item
    if isinstance(item, Unknown):
        raise UnknownUsed(item)
    if isinstance(item, Tensor):
        return _index_tensor(item)
    if isinstance(item, (list, tuple, range)):
        return index_list(item)
    return integer(item)


def _index_tensor(item: Tensor) -> Any:
    if item.rank == 0 and category(item.dtype) == 1:
        return item.content[0] if item.content is not None else item
    if category(item.dtype) >= 2:
        raise OperationError(
            "invalid-argument", "{subject} is indexed with a floating-point tensor", exception="IndexError"
        )
    return item


def index_list(items: Sequence[Any]) -> Tensor:
    """A (nested) list of ints or bools as an index tensor."""
    listed = list(items)
    if any(isinstance(item, (list, tuple)) for item in listed):
        rows = [index_list(item) for item in listed]
        numbers = [number for row in rows for number in row.content or ()]
        known = all(row.content is not None for row in rows)
        dtype, shape = rows[0].dtype, (len(rows), *rows[0].shape)
        return Tensor(shape, dtype=dtype, content=tuple(numbers) if known else None)
    boolean = bool(listed) and all(isinstance(item, bool) for item in listed)
    values: list[Any] = [size(item) for item in listed]
    known = all(isinstance(value, int) for value in values)
    return Tensor((len(values),), dtype="bool" if boolean else "int64", content=tuple(values) if known else None)


def _consumed(item: Any) -> int:
    """How many dims of the input an item takes."""
    if item is None or item is Ellipsis or isinstance(item, bool):
        return 0
    if (isinstance(item, Tensor) and category(item.dtype) == 0) or (isinstance(item, Tensor) and item.dtype == "uint8"):
        return item.rank
    return 1


def _basic(x: Tensor, items: list[Any]) -> tuple[Tensor, list[tuple[int, Tensor]]]:
    """Apply ints, slices and None; returns the index tensors with the dim each begins at."""
    indexed: list[tuple[int, Tensor]] = []
    dim = 0
    for item in items:
        if item is None:
            x = unsqueeze(x, dim)
            dim += 1
        elif isinstance(item, bool):
            x = unsqueeze(x, dim)
            indexed.append((dim, Tensor((1,), dtype="bool", content=(item,))))
            dim += 1
        elif isinstance(item, Tensor):
            indexed.append((dim, item))
            dim += _consumed(item)
        elif isinstance(item, slice):
            x = _sliced(x, dim, item)
            dim += 1
        else:
            x = select(x, dim, item)
    return x, indexed


def _sliced(x: Tensor, dim: int, item: slice) -> Tensor:
    if item == slice(None):
        return x.with_(content=x.content)
    if steps_back(item):
        return _backwards(x, dim, item)
    start, length, step = _slice_bounds(item, x.shape[dim])
    return piece(x, dim, start, length, step)


def steps_back(item: Any) -> bool:
    """A slice with a negative step, as numpy, Keras and TensorFlow take them (torch refuses it)."""
    return isinstance(item, slice) and isinstance(item.step, int) and item.step < 0


def _backwards(x: Tensor, dim: int, item: slice) -> Tensor:
    have = x.shape[dim]
    if item.start is None and item.stop is None and item.step == -1:
        return flip(x, (dim,))
    bounds = (item.start, item.stop)
    if not isinstance(have, int) or not all(b is None or isinstance(b, int) for b in bounds):
        length = unknown_dim("length of a slice")
        field = x.field.forget((dim,), "read backwards in part")
        return x.with_(shape=(*x.shape[:dim], length, *x.shape[dim + 1 :]), field=field, axes=x.axes)
    picked = range(have)[item]
    if not picked:
        return piece(x, dim, 0, 0)
    return flip(piece(x, dim, picked[-1], len(picked), -item.step), (dim,))


def _slice_bounds(item: slice, have: Dim) -> tuple[Dim, Dim, int]:
    """First position, length and step of a slice of a dim of length ``have``."""
    step = 1 if item.step is None else integer(item.step)
    if step <= 0:
        raise OperationError("invalid-argument", f"{{subject}} slices with step {step}", exception="ValueError")
    start = 0 if item.start is None else size(item.start)
    stop = have if item.stop is None else size(item.stop)
    if isinstance(have, int) and isinstance(start, int) and isinstance(stop, int):
        first, last, _ = slice(start, stop).indices(have)
        return first, max(-(-(last - first) // step), 0), step
    first, last = _symbolic_bound(start, have), _symbolic_bound(stop, have)
    if first is None or last is None:
        return 0 if first is None else first, unknown_dim("length of a slice"), step
    return first, _symbolic_length(first, last, step), step


def _symbolic_bound(bound: Dim, have: Dim) -> Dim | None:
    """A slice bound counted from the front, assumed inside unless it is provably outside."""
    if isinstance(bound, int):
        if isinstance(have, int):
            return min(bound, have) if bound >= 0 else max(have + bound, 0)
        return bound if bound >= 0 else have + bound
    try:
        if bound > have:
            return have
        return have + bound if bound < 0 else bound
    except UnknownUsed:
        return None


def _symbolic_length(first: Dim, last: Dim, step: int) -> Dim:
    span = last - first
    if isinstance(span, int):
        return max(-(-span // step), 0)
    return (span + (step - 1)) // step


# --- index tensors -------------------------------------------------------------------------------


def advanced(x: Tensor, indexed: list[tuple[int, Tensor]]) -> Tensor:
    """NumPy's advanced indexing: the index tensors broadcast, and their dims replace the indexed ones."""
    flat, dims = _without_masks(x, indexed)
    shape = _index_shape(flat)
    rest = [dim for index, dim in enumerate(x.shape) if index not in dims]
    if 0 not in shape:
        for index, dim in zip(flat, dims, strict=True):
            if 0 not in rest or x.shape[dim] == 0:
                _require_inside(index, x.shape[dim], dim)
    adjacent = dims == list(range(dims[0], dims[0] + len(dims)))
    place = dims[0] if adjacent else 0
    field = _indexed_field(x, flat, dims, shape, place)
    result_shape = (*rest[:place], *shape, *rest[place:])
    numbers = _indexed_content(x, flat, dims, shape, place)
    return x.with_(shape=result_shape, field=field, content=numbers, axes=_indexed_axes(x, dims, len(shape), place))


def _indexed_axes(x: Tensor, dims: Sequence[int], rank: int, place: int) -> Names | None:
    """A list of positions keeps the name of the dim it picks from."""
    if x.axes is None:
        return None
    rest = axis_names.without(x.axes, dims) or ()
    picked = (x.axes[dims[0]],) if len(dims) == rank == 1 else (None,) * rank
    return (*rest[:place], *picked, *rest[place:])


def _without_masks(x: Tensor, indexed: list[tuple[int, Tensor]]) -> tuple[list[Tensor], list[int]]:
    """Masks replaced by the positions they select: one index of the same unknown length per dim."""
    flat: list[Tensor] = []
    dims: list[int] = []
    for dim, index in indexed:
        if category(index.dtype) != 0 and index.dtype != "uint8":
            flat.append(index)
            dims.append(dim)
            continue
        _require_mask(index, x, dim)
        flat.extend(_mask_positions(index))
        dims.extend(range(dim, dim + index.rank))
    return flat, dims


def _mask_positions(mask: Tensor) -> list[Tensor]:
    if mask.content is not None and mask.rank == 1:
        chosen = tuple(index for index, value in enumerate(mask.content) if value)
        return [Tensor((len(chosen),), dtype="int64", content=chosen)]
    count = unknown_dim(MASK_REASON) if mask.content is None else sum(map(bool, mask.content))
    return [Tensor((count,), dtype="int64") for _ in mask.shape]


def _require_mask(mask: Tensor, x: Tensor, dim: int) -> None:
    for offset, length in enumerate(mask.shape):
        if require(x.shape[dim + offset], length) is False:
            raise OperationError(
                "broadcast-mismatch",
                f"{{subject}} is masked with {shape_text(mask.shape)}, "
                f"dim {dim + offset} has {text(x.shape[dim + offset])}",
                exception="IndexError",
            )


def _index_shape(indices: Sequence[Tensor]) -> tuple[Dim, ...]:
    try:
        return broadcast_shapes(*[index.shape for index in indices])
    except OperationError as error:
        shapes = ", ".join(shape_text(index.shape) for index in indices)
        raise OperationError(
            "broadcast-mismatch", f"{{subject}} is indexed with {shapes}", exception="IndexError"
        ) from error


def _require_inside(index: Tensor, have: Dim, dim: int) -> None:
    if not isinstance(have, int):
        return
    for value in index.content or ():
        if not -have <= value < have:
            raise OperationError(
                "dimension-out-of-range",
                f"{{subject}} takes index {value} of dim {dim}, which has {have}",
                exception="IndexError",
            )


def _indexed_field(
    x: Tensor, indices: Sequence[Tensor], dims: Sequence[int], shape: tuple[Dim, ...], place: int
) -> Field:
    """What ran along the indexed dims is followed for one regular index, else lost."""
    fields = [index for index in indices if index.field is not Field.EMPTY]
    if x.field is Field.EMPTY and not fields:
        return Field.EMPTY
    if len(dims) == 1 and not fields and len(shape) == 1:
        return taken_field(x, dims[0], indices[0])
    field = x.field.forget(dims, "picked by index").remove(tuple(sorted(dims)))
    for offset in range(len(shape)):
        field = field.insert(place + offset)
    if not fields:
        return field
    rank = x.rank - len(dims) + len(shape)
    rest = rank - place - len(shape)
    wide = [_trailing(index, len(shape), rest) for index in fields]
    return merged_field([Tensor((1,) * rank, field), *wide], rank)


def _trailing(index: Tensor, rank: int, rest: int) -> Tensor:
    """An index tensor with ``rest`` more dims behind it."""
    while index.rank < rank:
        index = unsqueeze(index, 0)
    for _ in range(rest):
        index = unsqueeze(index, index.rank)
    return index


def taken_field(x: Tensor, dim: int, index: Tensor) -> Field:
    """The field after taking the positions of a 1-D index along ``dim``."""
    if x.field is Field.EMPTY or not x.field.located(dim):
        return x.field
    have, places = x.shape[dim], index.content
    if not places or not isinstance(have, int):
        return x.field.forget((dim,), "picked by index")
    places = [place % have for place in places]
    regular = _progression(places)
    if regular is not None:
        return x.field.narrow(dim, *regular, len(places))
    return x.field.gather(dim, Gather.listed([(place,) for place in places]), len(places))


def _progression(values: Sequence[int] | None) -> tuple[int, int] | None:
    """(start, step) of an ascending arithmetic progression of positions."""
    if not values or values[0] < 0:
        return None
    step = values[1] - values[0] if len(values) > 1 else 1
    regular = step > 0 and all(b - a == step for a, b in itertools.pairwise(values))
    return (values[0], step) if regular else None


def _indexed_content(
    x: Tensor, indices: Sequence[Tensor], dims: Sequence[int], shape: tuple[Dim, ...], place: int
) -> content.Content:
    """The picked numbers, when the numbers and the positions are known."""
    if x.content is None or any(index.content is None for index in indices):
        return None
    rest = [dim for dim in range(x.rank) if dim not in dims]
    if content.element_count((*shape, *[x.shape[dim] for dim in rest])) is None:
        return None
    rows = _picked_rows(x, indices, dims, shape, rest)
    lengths: Any = [*shape, *[x.shape[dim] for dim in rest]]
    flat = Tensor(lengths, content=tuple(rows))
    count = len(shape)
    order = [*range(count, count + place), *range(count), *range(count + place, len(lengths))]
    return permute(flat, order).content


def _picked_rows(
    x: Tensor, indices: Sequence[Tensor], dims: Sequence[int], shape: tuple[Dim, ...], rest: Sequence[int]
) -> list[Any]:
    groups = content.grouped(x, dims, rest)
    lengths: Any = [x.shape[dim] for dim in dims]
    strides = content.strides_of(lengths)
    columns = [content.expanded(index, shape) or () for index in indices]
    picked: list[Any] = []
    for position in zip(*columns, strict=True):
        row = sum(value % length * stride for value, length, stride in zip(position, lengths, strides, strict=True))
        picked.extend(groups[row])
    return picked


# --- functions that index ------------------------------------------------------------------------
