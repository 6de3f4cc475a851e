"""Operations that rearrange elements without computing on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzers.tensors.common_factors import reduced_counts
from analyzers.tensors.dim_text import counted, shape_text
from analyzers.tensors.dims import (
    Dim,
    exact_quotient,
    has_unknown,
    product,
    require,
    same,
    suppose_equal,
    text,
    unknown_dim,
)
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.layout import is_batch
from analyzers.tensors.operations import axis_names, content
from analyzers.tensors.operations.arguments import axes, axis, require_dims, size
from analyzers.tensors.operations.elementwise import FLATTENED, broadcast_shapes
from analyzers.tensors.operations.memory_order import contiguous, is_in_order, permuted
from analyzers.tensors.support import Gather
from analyzers.tensors.tensor import PROBABILITIES, Tensor
from analyzers.unknown import Unknown, UnknownUsed
from analyzers.vocabulary import MAXIMUM_RANK

# --- one shape for another -----------------------------------------------------------------------


def view(x: Tensor, shape: Sequence[Dim]) -> Tensor:
    """The same elements in another shape; one length may be -1. Raises reshape-mismatch."""
    resolved = resolved_shape(x, tuple(shape))
    field = x.field
    if field is not Field.EMPTY and resolved != x.shape:
        field = field.reshape(x.shape, resolved)
    names = x.axes if resolved == x.shape else axis_names.reshaped(x.axes, x.shape, resolved)
    made = x.with_(shape=resolved, field=field, content=x.content, trait=_flattened(x, resolved), axes=names)
    return contiguous(made) if is_in_order(x) else made


def _flattened(x: Tensor, shape: tuple[Dim, ...]) -> str | None:
    """The trait of a tensor whose last dim merges several: messages spell the product out."""
    if x.trait in PROBABILITIES:
        return x.trait
    kept = len(shape) - 1
    if kept < 0 or x.rank < kept + 2:
        return x.trait if shape == x.shape else None
    merged = x.shape[kept:]
    if x.shape[:kept] == shape[:kept] and sum(dim != 1 for dim in merged) > 1:
        return FLATTENED + shape_text(merged)
    return None


def resolved_shape(x: Tensor, shape: tuple[Dim, ...]) -> tuple[Dim, ...]:
    """``shape`` with its -1 computed; raises reshape-mismatch when the element counts differ."""
    if len(shape) > MAXIMUM_RANK:
        raise UnknownUsed(Unknown(f"a tensor of more than {MAXIMUM_RANK} dimensions"))
    open_dims = [index for index, dim in enumerate(shape) if isinstance(dim, int) and dim < 0]
    if not open_dims:
        if shape != x.shape and require(*reduced_counts(x.shape, shape)) is False:
            raise _reshape_mismatch(x, shape, Tensor(shape, dtype=x.dtype))
        return shape
    if len(open_dims) > 1 or shape[open_dims[0]] != -1:
        raise OperationError("reshape-mismatch", f"{{subject}} gets the invalid shape {shape_text(shape)}")
    position = open_dims[0]
    known = product(shape[:position] + shape[position + 1 :])
    return (*shape[:position], _remaining(x, shape, position, known), *shape[position + 1 :])


def _remaining(x: Tensor, shape: tuple[Dim, ...], position: int, known: Dim) -> Dim:
    """The length that -1 stands for."""
    total = product(x.shape)
    quotient = None if known == 0 else exact_quotient(total, known)
    if quotient is not None:
        return quotient
    if x.shape and position == 0 and is_batch(x.shape[0]):
        suppose_equal(product(x.shape[1:]), known)
    unknown = unknown_dim(f"{text(total)} elements over {text(known)}")
    if isinstance(total, int) and isinstance(known, int):
        declared = (*shape[:position], unknown, *shape[position + 1 :])
        raise _reshape_mismatch(x, shape, Tensor(declared, dtype=x.dtype))
    return unknown


def _reshape_mismatch(x: Tensor, shape: tuple[Dim, ...], declared: Tensor) -> OperationError:
    total = text(product(x.shape))
    spelled = f"{shape_text(x.shape)} = {total}" if x.rank > 1 else total
    return OperationError(
        "reshape-mismatch",
        f"{{subject}} cannot arrange {spelled} elements as {shape_text(shape)}",
        result=declared,
        expected=shape,
        actual=x.shape,
    )


def flatten(x: Tensor, start_dim: Any = 0, end_dim: Any = -1) -> Tensor:
    """Merge the dims from start to end into one; a scalar becomes one element."""
    start, end = axis(start_dim, x.rank), axis(end_dim, x.rank)
    if start > end:
        raise OperationError("dimension-out-of-range", "{subject} gets a start_dim behind its end_dim")
    if x.rank == 0:
        return view(x, (1,))
    if start == end:
        return x.with_(content=x.content, trait=x.trait)
    return view(x, (*x.shape[:start], product(x.shape[start : end + 1]), *x.shape[end + 1 :]))


def unflatten(x: Tensor, dim: Any, lengths: Sequence[Any]) -> Tensor:
    """Split one dim into several; one length may be -1. Raises reshape-mismatch."""
    index = axis(dim, x.rank)
    parts = tuple(size(length) for length in lengths)
    if not parts or x.rank == 0:
        raise OperationError("reshape-mismatch", "{subject} needs at least one size")
    only = Tensor(x.shape[index : index + 1])
    return view(x, (*x.shape[:index], *resolved_shape(only, parts), *x.shape[index + 1 :]))


# --- order of dims -------------------------------------------------------------------------------


def permute(x: Tensor, order: Sequence[Any]) -> Tensor:
    """New dim i is old dim ``order[i]``; raises rank-mismatch when a dim is missing."""
    if len(order) != x.rank:
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} orders {counted(len(order), 'dimension')}, its input has {x.rank}",
            expected=len(order),
            actual=x.rank,
        )
    return _permuted(x, axes(tuple(order), x.rank))


def _permuted(x: Tensor, order: tuple[int, ...]) -> Tensor:
    field = x.field if x.field is Field.EMPTY else x.field.permute(order)
    shape = tuple([x.shape[index] for index in order])
    numbers = None
    if x.content is not None:
        own = content.strides_of(x.shape)  # type: ignore[arg-type]
        numbers = content.strided(x.content, shape, [own[index] for index in order])
    names = axis_names.ordered(x.axes, order)
    made = x.with_(shape=shape, field=field, content=numbers, trait=_rearranged(x), axes=names)
    made.order = permuted(x.order, order)
    return made


def _rearranged(x: Tensor) -> str | None:
    """The trait that stays however the dims are ordered."""
    return x.trait if x.trait in PROBABILITIES else None


def transpose(x: Tensor, dim0: Any, dim1: Any) -> Tensor:
    """Swap two dims."""
    first, second = axis(dim0, x.rank), axis(dim1, x.rank)
    order = list(range(x.rank))
    if order:
        order[first], order[second] = second, first
    return _permuted(x, tuple(order))


def movedim(x: Tensor, source: Any, destination: Any) -> Tensor:
    """Move dims to new places, the others keep their order."""
    sources, targets = axes(source, x.rank), axes(destination, x.rank)
    if len(sources) != len(targets):
        raise OperationError("invalid-argument", "{subject} gets different numbers of sources and destinations")
    rest = [index for index in range(x.rank) if index not in sources]
    placed = dict(zip(targets, sources, strict=True))
    order = [placed[index] if index in placed else rest.pop(0) for index in range(x.rank)]
    return _permuted(x, tuple(order))


def transpose_matrix(x: Tensor) -> Tensor:
    """Swap the last two dims (``mT``); raises rank-mismatch below two."""
    if x.rank < 2:
        raise OperationError("rank-mismatch", f"{{subject}} expects at least 2 dimensions, gets {x.rank}")
    return transpose(x, -2, -1)


# --- dims of length 1 ----------------------------------------------------------------------------


def squeeze(x: Tensor, dims: Any = None) -> Tensor:
    """Drop dims of length 1 (all, or those named that have it). Raises UnknownUsed where a length is not known at all."""
    named = range(x.rank) if dims is None else axes(dims, x.rank)
    if any(index < x.rank and has_unknown(x.shape[index]) for index in named):
        raise UnknownUsed(Unknown("which dims have length one"))
    dropped = tuple(index for index in named if index < x.rank and same(x.shape[index], 1))
    if not dropped:
        return x.with_(content=x.content, trait=x.trait)
    shape = tuple(dim for index, dim in enumerate(x.shape) if index not in dropped)
    field = x.field.remove(tuple(sorted(dropped)))
    names = axis_names.without(x.axes, dropped)
    return x.with_(shape=shape, field=field, content=x.content, trait=_rearranged(x), axes=names)


def unsqueeze(x: Tensor, dim: Any) -> Tensor:
    """Insert a dim of length 1."""
    index = axis(dim, x.rank + 1)
    shape = (*x.shape[:index], 1, *x.shape[index:])
    names, field = axis_names.inserted(x.axes, index), x.field.insert(index)
    return x.with_(shape=shape, field=field, content=x.content, trait=_rearranged(x), axes=names)


# --- repeating -----------------------------------------------------------------------------------


def expand(x: Tensor, lengths: Sequence[Dim]) -> Tensor:
    """Repeat dims of length 1 without copying; -1 keeps a length. Raises broadcast-mismatch."""
    extra = len(lengths) - x.rank
    if extra < 0:
        raise OperationError(
            "rank-mismatch", f"{{subject}} names {counted(len(lengths), 'dimension')}, its input has {x.rank}"
        )
    old = (None,) * extra + x.shape
    shape = tuple(_expanded_dim(x, own, length) for own, length in zip(old, lengths, strict=True))
    return _expanded(x, shape)


def _expanded_dim(x: Tensor, own: Dim | None, length: Dim) -> Dim:
    if isinstance(length, int) and length < 0:
        if length == -1 and own is not None:
            return own
        raise OperationError("invalid-argument", f"{{subject}} cannot expand a dimension to {length}")
    if own is None or own == 1:
        return length
    if require(own, length) is False and same(own, 1) is not True:
        raise OperationError(
            "broadcast-mismatch",
            f"{{subject}} cannot expand {shape_text(x.shape)}: length {text(own)} to {text(length)}",
            expected=length,
            actual=own,
        )
    return length


def _expanded(x: Tensor, shape: tuple[Dim, ...]) -> Tensor:
    field = x.field if len(shape) == x.rank else x.field.broadcast(x.shape, len(shape))
    names = axis_names.widened(x.axes, len(shape))
    return x.with_(shape=shape, field=field, content=content.expanded(x, shape), axes=names)


def broadcast_to(x: Tensor, shape: Sequence[Dim]) -> Tensor:
    return expand(x, shape)


def broadcast_tensors(tensors: Sequence[Tensor]) -> list[Tensor]:
    """All expanded to their common shape."""
    shape = broadcast_shapes(*[tensor.shape for tensor in tensors])
    return [_expanded(tensor, shape) for tensor in tensors]


def repeat(x: Tensor, counts: Sequence[Dim]) -> Tensor:
    """Tile: dim i appears ``counts[i]`` times, end to end (missing dims are added in front)."""
    extra = len(counts) - x.rank
    if extra < 0:
        raise OperationError(
            "rank-mismatch", f"{{subject}} names {counted(len(counts), 'dimension')}, its input has {x.rank}"
        )
    if any(isinstance(count, int) and count < 0 for count in counts):
        raise OperationError("invalid-argument", "{subject} cannot repeat a negative number of times")
    wide = _expanded(x, (1,) * extra + x.shape)
    shape = tuple(length * count for length, count in zip(wide.shape, counts, strict=True))
    field = wide.field if 0 not in counts else Field.EMPTY
    if field is not Field.EMPTY:
        for index, count in enumerate(counts):
            field = field.repeat(index, count)
    return x.with_(shape=shape, field=field, content=_tiled(wide, shape), axes=wide.axes)


def _tiled(x: Tensor, shape: tuple[Dim, ...]) -> content.Content:
    if x.content is None or content.element_count(shape) is None:
        return None
    result = x.with_(content=x.content)
    for index, (old, new) in enumerate(zip(x.shape, shape, strict=True)):
        if old != new:
            count = new // old if old else 1
            numbers = content.joined([result] * count, index) if count else ()
            result = Tensor((*result.shape[:index], new, *result.shape[index + 1 :]), content=numbers)
    return result.content


def tile(x: Tensor, counts: Sequence[Dim]) -> Tensor:
    """Like :func:`repeat`, but missing counts are ones in front."""
    return repeat(x, (1,) * (x.rank - len(counts)) + tuple(counts))


def repeat_interleave(x: Tensor, repeats: Any, dim: Any = None, output_size: Any = None) -> Tensor:
    """Every element ``repeats`` times in a row along ``dim`` (the flattened tensor when None).

    Raises invalid-argument for fewer than 0.
    """
    if dim is None:
        return repeat_interleave(view(x, (-1,)), repeats, 0, output_size)
    require_dims(x, "IndexError")
    index = axis(dim, x.rank)
    if isinstance(repeats, Tensor) and repeats.numel() != 1:
        return _repeated_unevenly(x, repeats, index, output_size)
    count = size(repeats)
    if isinstance(count, int) and count < 0:
        raise OperationError("invalid-argument", f"{{subject}} repeats {count} times", result=x, argument="repeats")
    length = x.shape[index]
    shape = (*x.shape[:index], length * count, *x.shape[index + 1 :])
    field = x.field if count != 0 else Field.EMPTY
    if field is not Field.EMPTY:
        field = field.gather(index, Gather.repeated(count), length * count)
    return x.with_(shape=shape, field=field, content=_interleaved(x, count, index), axes=x.axes)


def _interleaved(x: Tensor, count: Dim, index: int) -> content.Content:
    if x.content is None or not isinstance(count, int):
        return None
    wide = unsqueeze(x, index + 1)
    return _expanded(wide, (*wide.shape[: index + 1], count, *wide.shape[index + 2 :])).content


def _repeated_unevenly(x: Tensor, repeats: Tensor, index: int, output_size: Any) -> Tensor:
    if repeats.rank != 1 or same(repeats.shape[0], x.shape[index]) is False:
        raise OperationError(
            "broadcast-mismatch",
            f"{{subject}} gets {text(repeats.numel())} repeats for {text(x.shape[index])} elements",
        )
    if repeats.content is not None:
        length: Dim = sum(repeats.content)
    elif output_size is not None:
        length = size(output_size)
    else:
        length = unknown_dim("the repeats are values of a tensor")
    field = x.field.forget((index,), "repeated unevenly")
    return x.with_(shape=(*x.shape[:index], length, *x.shape[index + 1 :]), field=field, axes=x.axes)
