"""Operations that rearrange elements without computing on them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from analyzers.tensors.dims import Dim, exact_quotient, product, require, same, text, unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.operations import content
from analyzers.tensors.operations.arguments import axes, axis, integer, refused, require_dims, require_rank, size
from analyzers.tensors.operations.dtypes import convert, promote
from analyzers.tensors.operations.elementwise import (
    FLATTENED,
    broadcast_shapes,
    shape_text,
)
from analyzers.tensors.support import Gather
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

# --- one shape for another -----------------------------------------------------------------------


def view(x: Tensor, shape: Sequence[Dim]) -> Tensor:
    """The same elements in another shape; one length may be -1. Raises reshape-mismatch."""
    resolved = resolved_shape(x, tuple(shape))
    field = x.field
    if field is not Field.EMPTY and resolved != x.shape:
        field = field.reshape(x.shape, resolved)
    return x.with_(shape=resolved, field=field, content=x.content, trait=_flattened(x, resolved))


def _flattened(x: Tensor, shape: tuple[Dim, ...]) -> str | None:
    """The trait of a tensor whose last dim merges several: messages spell the product out."""
    kept = len(shape) - 1
    if kept < 0 or x.rank < kept + 2:
        return x.trait if shape == x.shape else None
    merged = x.shape[kept:]
    if x.shape[:kept] == shape[:kept] and sum(dim != 1 for dim in merged) > 1:
        return FLATTENED + shape_text(merged)
    return None


def resolved_shape(x: Tensor, shape: tuple[Dim, ...]) -> tuple[Dim, ...]:
    """``shape`` with its -1 computed; raises reshape-mismatch when the element counts differ."""
    open_dims = [index for index, dim in enumerate(shape) if isinstance(dim, int) and dim < 0]
    if not open_dims:
        if shape != x.shape and require(product(x.shape), product(shape)) is False:
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
            f"{{subject}} orders {len(order)} dimensions, its input has {x.rank}",
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
    return x.with_(shape=shape, field=field, content=numbers)


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
    """Drop dims of length 1 (all, or those named that have it)."""
    named = range(x.rank) if dims is None else axes(dims, x.rank)
    dropped = tuple(index for index in named if index < x.rank and same(x.shape[index], 1))
    if not dropped:
        return x.with_(content=x.content, trait=x.trait)
    shape = tuple(dim for index, dim in enumerate(x.shape) if index not in dropped)
    return x.with_(shape=shape, field=x.field.remove(tuple(sorted(dropped))), content=x.content)


def unsqueeze(x: Tensor, dim: Any) -> Tensor:
    """Insert a dim of length 1."""
    index = axis(dim, x.rank + 1)
    shape = (*x.shape[:index], 1, *x.shape[index:])
    return x.with_(shape=shape, field=x.field.insert(index), content=x.content)


# --- repeating -----------------------------------------------------------------------------------


def expand(x: Tensor, lengths: Sequence[Dim]) -> Tensor:
    """Repeat dims of length 1 without copying; -1 keeps a length. Raises broadcast-mismatch."""
    extra = len(lengths) - x.rank
    if extra < 0:
        raise OperationError("rank-mismatch", f"{{subject}} names {len(lengths)} dimensions, its input has {x.rank}")
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
    return x.with_(shape=shape, field=field, content=content.expanded(x, shape))


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
        raise OperationError("rank-mismatch", f"{{subject}} names {len(counts)} dimensions, its input has {x.rank}")
    if any(isinstance(count, int) and count < 0 for count in counts):
        raise OperationError("invalid-argument", "{subject} cannot repeat a negative number of times")
    wide = _expanded(x, (1,) * extra + x.shape)
    shape = tuple(length * count for length, count in zip(wide.shape, counts, strict=True))
    field = wide.field if 0 not in counts else Field.EMPTY
    if field is not Field.EMPTY:
        for index, count in enumerate(counts):
            field = field.repeat(index, count)
    return x.with_(shape=shape, field=field, content=_tiled(wide, shape))


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
    return x.with_(shape=shape, field=field, content=_interleaved(x, count, index))


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
    return x.with_(shape=(*x.shape[:index], length, *x.shape[index + 1 :]), field=field)


# --- joining -------------------------------------------------------------------------------------


NEVER_TENSORS = (int, float, complex, str, bytes, tuple, list, dict, set, type(None))


def tensor_list(tensors: Any) -> list[Tensor]:
    """The tensors of a sequence; raises invalid-argument when empty or not tensors."""
    if isinstance(tensors, Unknown):
        raise UnknownUsed(tensors)
    if isinstance(tensors, Tensor):
        return unbind(tensors, 0)
    if isinstance(tensors, (int, float, str)):
        raise refused(tensors, "a list of tensors")
    listed = list(tensors)
    for item in listed:
        if isinstance(item, Unknown):
            raise UnknownUsed(item)
        if isinstance(item, NEVER_TENSORS):
            raise refused(item, "a list of tensors")
        if not isinstance(item, Tensor):
            raise UnknownUsed(Unknown(f"{type(item).__name__} is not modelled as a tensor"))
    if not listed:
        raise OperationError("invalid-argument", "{subject} gets an empty list of tensors", exception="ValueError")
    return listed


def cat(tensors: Any, dim: Any = 0) -> Tensor:
    """Concatenate along ``dim``; the other lengths must agree. Raises concat-mismatch."""
    if isinstance(tensors, Tensor):
        raise refused(tensors, "a list of tensors")
    everything = tensor_list(tensors)
    listed = [x for x in everything if x.shape != (0,)] or everything[:1]
    rank = listed[0].rank
    if any(x.rank == 0 for x in listed):
        raise OperationError("rank-mismatch", "{subject} cannot join scalars")
    index = axis(dim, rank)
    shape = _joined_shape(listed, index)
    dtype = everything[0].dtype
    for x in everything[1:]:
        dtype = promote(dtype, x.dtype)
    return Tensor(shape, _joined_field(listed, index), dtype, content=_joined_content(listed, index, dtype))


def _joined_content(tensors: Sequence[Tensor], index: int, dtype: str) -> content.Content:
    numbers = content.joined(tensors, index)
    if numbers is None or all(x.dtype == dtype for x in tensors):
        return numbers
    return tuple([convert(number, dtype) for number in numbers])


def _joined_shape(tensors: Sequence[Tensor], index: int) -> tuple[Dim, ...]:
    first = tensors[0]
    total: Dim = first.shape[index]
    for x in tensors[1:]:
        if x.rank != first.rank or not _agree(first.shape, x.shape, index):
            raise _concat_mismatch(tensors, x, index)
        total = total + x.shape[index]
    return (*first.shape[:index], total, *first.shape[index + 1 :])


def _agree(first: tuple[Dim, ...], second: tuple[Dim, ...], index: int) -> bool:
    pairs = zip(first, second, strict=True)
    return all(i == index or a == b or same(a, b) is not False for i, (a, b) in enumerate(pairs))


def _concat_mismatch(tensors: Sequence[Tensor], other: Tensor, index: int) -> OperationError:
    first = tensors[0]
    declared = None
    if all(x.rank == first.rank for x in tensors):
        total: Dim = 0
        for x in tensors:
            total = total + x.shape[index]
        declared = Tensor((*first.shape[:index], total, *first.shape[index + 1 :]), dtype=first.dtype)
    return OperationError(
        "concat-mismatch",
        f"{{subject}} along dim {index} cannot join {shape_text(first.shape)} with {shape_text(other.shape)}",
        result=declared,
        shapes=[x.shape for x in tensors],
        dim=index,
    )


def _joined_field(tensors: Sequence[Tensor], index: int) -> Field:
    """End to end along a located dim, else the union, weighted by lengths (channels)."""
    if all(x.field is Field.EMPTY for x in tensors):
        return Field.EMPTY
    return Field.concat([x.field for x in tensors], index, [x.shape[index] for x in tensors])


def stack(tensors: Any, dim: Any = 0) -> Tensor:
    """Join along a new dim; all shapes must agree. Raises concat-mismatch."""
    listed = tensor_list(tensors)
    first = listed[0]
    for x in listed[1:]:
        if x.rank != first.rank or not _agree(first.shape, x.shape, -1):
            raise OperationError(
                "concat-mismatch",
                f"{{subject}} cannot stack {shape_text(first.shape)} and {shape_text(x.shape)}",
                result=None,
                shapes=[x.shape for x in listed],
            )
    return cat([unsqueeze(x, axis(dim, first.rank + 1)) for x in listed], dim)


# --- pieces --------------------------------------------------------------------------------------


def piece(x: Tensor, index: int, start: Dim, length: Dim, step: int = 1) -> Tensor:
    """``length`` positions of one dim from ``start`` on, every ``step``-th (no checks)."""
    shape = (*x.shape[:index], length, *x.shape[index + 1 :])
    if shape == x.shape and start == 0 and step == 1:
        return x.with_(content=x.content)
    return x.with_(
        shape=shape,
        field=_piece_field(x, index, start, length, step),
        content=_piece_content(x, index, start, shape, step),
    )


def _piece_field(x: Tensor, index: int, start: Dim, length: Dim, step: int) -> Field:
    if x.field is Field.EMPTY:
        return x.field
    return x.field.narrow(index, start, step, length)


def _piece_content(x: Tensor, index: int, start: Dim, shape: tuple[Dim, ...], step: int) -> content.Content:
    if x.content is None or not isinstance(start, int) or not _inside(x, index, start, shape, step):
        return None
    strides = content.strides_of(x.shape)  # type: ignore[arg-type]
    offset = start * strides[index]
    strides[index] *= step
    return content.strided(x.content, shape, strides, offset)


def _inside(x: Tensor, index: int, start: int, shape: Sequence[Any], step: int) -> bool:
    have: Any = x.shape[index]
    return shape[index] == 0 or 0 <= start <= start + (shape[index] - 1) * step < have


def narrow(x: Tensor, dim: Any, start: Any, length: Any) -> Tensor:
    """``length`` positions of ``dim`` from ``start``; raises dimension-out-of-range past the end."""
    require_dims(x)
    index = axis(dim, x.rank)
    first, count = size(start), size(length)
    have = x.shape[index]
    if all(isinstance(value, int) for value in (first, count, have)):
        if first < 0:
            first = first + have
        if count < 0 or first < 0 or first + count > have:
            raise OperationError(
                "dimension-out-of-range",
                f"{{subject}} takes {text(count)} from {text(first)} on, dim {index} has {text(have)}",
            )
    return piece(x, index, first, count)


def select(x: Tensor, dim: Any, position: Any) -> Tensor:
    """One position of a dim, which goes; raises dimension-out-of-range (IndexError)."""
    if x.rank == 0:
        raise OperationError("dimension-out-of-range", "{subject} cannot index a scalar", exception="IndexError")
    index = axis(dim, x.rank)
    place = _position(x, index, position)
    shape = x.shape[:index] + x.shape[index + 1 :]
    numbers = None
    if x.content is not None and place is not None:
        strides = content.strides_of(x.shape)  # type: ignore[arg-type]
        offset = place * strides.pop(index)
        numbers = content.strided(x.content, shape, strides, offset)
    field = x.field if x.field is Field.EMPTY else x.field.select(index, place)
    return x.with_(shape=shape, field=field, content=numbers)


def _position(x: Tensor, index: int, position: Any) -> int | None:
    """The non-negative position, None when not known."""
    place, have = size(position), x.shape[index]
    if not isinstance(place, int):
        return None
    if not isinstance(have, int):
        return place if place >= 0 else None
    if -have <= place < have:
        return place % have
    raise OperationError(
        "dimension-out-of-range",
        f"{{subject}} takes index {place} of dim {index}, which has {have}",
        exception="IndexError",
        index=place,
        size=have,
    )


def split(x: Tensor, lengths: Any, dim: Any = 0) -> tuple[Tensor, ...]:
    """Pieces of one length (the last may be shorter) or of a list of lengths."""
    if isinstance(lengths, Unknown):
        raise UnknownUsed(lengths)
    require_dims(x)
    index = axis(dim, x.rank)
    if isinstance(lengths, (tuple, list)):
        return _split_into(x, [size(length) for length in lengths], index)
    return _split_evenly(x, size(lengths), index)


def _split_into(x: Tensor, lengths: list[Dim], index: int) -> tuple[Tensor, ...]:
    total: Dim = 0
    for length in lengths:
        total = total + length
    negative = any(isinstance(length, int) and length < 0 for length in lengths)
    if negative or require(x.shape[index], total) is False:
        parts = "+".join(map(text, lengths))
        raise OperationError(
            "reshape-mismatch",
            f"{{subject}} takes {parts} = {text(total)} from dim {index}, which has {text(x.shape[index])}",
            result=None if negative else tuple(_pieces(x, lengths, index)),
            expected=total,
            actual=x.shape[index],
        )
    return tuple(_pieces(x, lengths, index))


def _pieces(x: Tensor, lengths: Iterable[Dim], index: int) -> list[Tensor]:
    found = []
    start: Dim = 0
    for length in lengths:
        found.append(piece(x, index, start, length))
        start = start + length
    return found


def _few(count: int) -> int:
    """The number of pieces; raises UnknownUsed when it is too large to look at each."""
    if count > content.LIMIT:
        raise UnknownUsed(Unknown(f"{count:,} pieces of a tensor"))
    return count


def _split_evenly(x: Tensor, length: Dim, index: int) -> tuple[Tensor, ...]:
    have = x.shape[index]
    if isinstance(length, int) and (length < 0 or (length == 0 and same(have, 0) is False)):
        raise OperationError("invalid-argument", f"{{subject}} cannot split into pieces of {length}")
    if length == 0 or have == 0:
        return (piece(x, index, 0, have),)
    if isinstance(have, int) and isinstance(length, int):
        whole, rest = divmod(have, length)
        _few(whole)
        return tuple(_pieces(x, [length] * whole + [rest] * (rest > 0), index))
    count = exact_quotient(have, length)
    if not isinstance(count, int):
        raise UnknownUsed(Unknown(f"number of pieces of {text(length)} in {text(have)}"))
    return tuple(_pieces(x, [length] * _few(count), index))


def chunk(x: Tensor, chunks: Any, dim: Any = 0) -> tuple[Tensor, ...]:
    """At most ``chunks`` pieces of equal length, the last may be shorter."""
    count = integer(chunks)
    require_dims(x)
    if count <= 0:
        raise OperationError("invalid-argument", f"{{subject}} cannot make {count} chunks")
    index = axis(dim, x.rank)
    have = x.shape[index]
    if have == 0:
        return tuple(_pieces(x, [0] * _few(count), index))
    if isinstance(have, int):
        return _split_evenly(x, -(-have // count), index)
    length = exact_quotient(have, count)
    if length is None:
        length = unknown_dim(f"{text(have)} in {count} chunks")
    return tuple(_pieces(x, [length] * _few(count), index))


def tensor_split(x: Tensor, sections: Any, dim: Any = 0) -> tuple[Tensor, ...]:
    """Pieces as even as possible (an int), or cut at the given positions."""
    if isinstance(sections, Unknown):
        raise UnknownUsed(sections)
    require_dims(x)
    index = axis(dim, x.rank)
    if isinstance(sections, Tensor) and sections.rank == 1:
        if sections.content is None:
            raise UnknownUsed(Unknown("value of a tensor"))
        sections = list(sections.content)
    if isinstance(sections, (tuple, list)):
        return _cut_at(x, [integer(section) for section in sections], index)
    count = integer(sections)
    if count <= 0:
        raise OperationError("invalid-argument", f"{{subject}} cannot make {count} sections")
    whole, rest = divmod(integer(x.shape[index]), _few(count))
    return tuple(_pieces(x, [whole + 1] * rest + [whole] * (count - rest), index))


def _cut_at(x: Tensor, positions: list[int], index: int) -> tuple[Tensor, ...]:
    have = integer(x.shape[index])
    bounds = [0, *positions, have]
    pieces = []
    for start, end in itertools.pairwise(bounds):
        begin, finish, _ = slice(start, end).indices(have)
        pieces.append(piece(x, index, begin, max(finish - begin, 0)))
    return tuple(pieces)


def unbind(x: Tensor, dim: Any = 0) -> list[Tensor]:
    """All positions of a dim; raises UnknownUsed when their number is not known."""
    if x.rank == 0:
        raise OperationError("dimension-out-of-range", "{subject} cannot take a scalar apart", exception="IndexError")
    index = axis(dim, x.rank)
    return [select(x, index, position) for position in range(_few(integer(x.shape[index])))]


def unfold(x: Tensor, dim: Any, length: Any, step: Any) -> Tensor:
    """Sliding windows of one dim; the positions inside a window become a new last dim."""
    index = axis(dim, x.rank)
    width, stride = integer(length), integer(step)
    have = x.shape[index] if x.rank else 1
    if stride <= 0 or width < 0 or (isinstance(have, int) and width > have):
        raise OperationError(
            "dimension-out-of-range",
            f"{{subject}} cannot take windows of {width} every {stride} from {text(have)}",
        )
    if x.rank == 0:
        return x.with_(shape=(width,))
    if width == stride:
        return _blocks(x, index, width)
    count = (have - width) // stride + 1
    field = x.field
    if field is not Field.EMPTY:
        field = field.gather(index, Gather.window(width, stride), count).insert(x.rank)
    return x.with_(shape=(*x.shape[:index], count, *x.shape[index + 1 :], width), field=field)


def _blocks(x: Tensor, index: int, width: int) -> Tensor:
    count = x.shape[index] // width
    cropped = piece(x, index, 0, count * width)
    return movedim(unflatten(cropped, index, (count, width)), index + 1, -1)


# --- positions -----------------------------------------------------------------------------------


def roll(x: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    """Cyclic shift along dims (of the flattened tensor when none is named)."""
    amounts = shifts if isinstance(shifts, (tuple, list)) else (shifts,)
    if dims is None or (isinstance(dims, (tuple, list)) and not dims):
        if len(amounts) != 1:
            raise OperationError("invalid-argument", "{subject} gets several shifts and no dims")
        return x.with_(field=x.field.forget(range(x.rank), "rolled as one flat list"))
    named = dims if isinstance(dims, (tuple, list)) else (dims,)
    if len(named) != len(amounts):
        raise OperationError("invalid-argument", f"{{subject}} gets {len(amounts)} shifts for {len(named)} dims")
    if x.numel() == 0:
        return x.with_(content=x.content)
    require_dims(x, "IndexError")
    field = x.field
    for amount, dim in zip(amounts, named, strict=True):
        index = axis(dim, x.rank)
        if field is not Field.EMPTY:
            field = field.gather(index, Gather.shifted(-size(amount)), x.shape[index])
    return x.with_(field=field)


def flip(x: Tensor, dims: Any) -> Tensor:
    """Reverse the order along dims."""
    reversed_dims = axes(dims, x.rank)
    numbers = None
    if x.content is not None and x.rank:
        strides = content.strides_of(x.shape)  # type: ignore[arg-type]
        offset = sum((x.shape[i] - 1) * strides[i] for i in reversed_dims)
        signed = [-s if i in reversed_dims else s for i, s in enumerate(strides)]
        numbers = content.strided(x.content, x.shape, signed, offset)
    field = x.field
    if field is not Field.EMPTY and x.rank:
        field = field.gather_each((i, Gather.reversed(x.shape[i]), x.shape[i]) for i in reversed_dims)
    return x.with_(field=field, content=numbers)


def rot90(x: Tensor, k: Any = 1, dims: Any = (0, 1)) -> Tensor:
    """Rotate in the plane of two dims, ``k`` quarter turns."""
    plane = axes(dims, x.rank)
    if len(plane) != 2:
        raise OperationError("invalid-argument", f"{{subject}} needs two dims, gets {len(plane)}")
    turns = integer(k) % 4
    if turns == 0:
        return x.with_(content=x.content)
    if turns == 2:
        return flip(x, plane)
    turned = flip(x, (plane[1],)) if turns == 1 else flip(x, (plane[0],))
    return transpose(turned, *plane)


# --- diagonals -----------------------------------------------------------------------------------


def diagonal(x: Tensor, offset: Any = 0, dim1: Any = 0, dim2: Any = 1) -> Tensor:
    """The diagonal of two dims, as the last dim."""
    first, second = axis(dim1, x.rank), axis(dim2, x.rank)
    if first == second or x.rank < 2:
        raise OperationError("dimension-out-of-range", "{subject} needs two different dims")
    shift = integer(offset)
    rows, columns = x.shape[first], x.shape[second]
    length = _diagonal_length(rows, columns, shift)
    rest = tuple(dim for index, dim in enumerate(x.shape) if index not in (first, second))
    field = x.field.forget((first, second), "a diagonal").mix((first, second))
    field = field.remove(tuple(sorted((first, second))))
    return x.with_(shape=(*rest, length), field=field.insert(len(rest)))


def _diagonal_length(rows: Dim, columns: Dim, offset: int) -> Dim:
    if rows == columns and offset == 0:
        return rows
    if isinstance(rows, int) and isinstance(columns, int):
        return max(min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns), 0)
    return unknown_dim("length of a diagonal")


def diagonal_embedding(x: Tensor, offset: Any = 0, dim1: Any = -2, dim2: Any = -1) -> Tensor:
    """The last dim as the diagonal of two new ones."""
    rank = x.rank + 1
    first, second = axis(dim1, rank), axis(dim2, rank)
    if first == second:
        raise OperationError("dimension-out-of-range", "{subject} needs two different dims")
    side = x.shape[-1] + abs(integer(offset))
    shape = list(x.shape[:-1])
    for index in sorted((first, second)):
        shape.insert(index, side)
    field = x.field if x.field is Field.EMPTY else x.field.forget(range(x.rank), "put on a diagonal")
    return x.with_(shape=tuple(shape), field=field)


def diag(x: Tensor, offset: Any = 0) -> Tensor:
    """A vector to a diagonal matrix, a matrix to its diagonal."""
    require_rank(x, 1, 2)
    return diagonal_embedding(x, offset) if x.rank == 1 else diagonal(x, offset)


def meshgrid(tensors: Any, indexing: str = "ij") -> list[Tensor]:
    """Coordinate grids of vectors; ``"xy"`` swaps the first two dims."""
    listed = tensor_list(tensors)
    for x in listed:
        require_rank(x, 0, 1)
    swapped = indexing == "xy" and len(listed) > 1
    if swapped:
        listed[0], listed[1] = listed[1], listed[0]
    shape = tuple(x.numel() for x in listed)
    grids = []
    for index, x in enumerate(listed):
        lengths = [1] * len(listed)
        lengths[index] = shape[index]  # type: ignore[call-overload]
        grids.append(expand(view(x, lengths), shape))
    if swapped:
        grids[0], grids[1] = grids[1], grids[0]
    return grids
