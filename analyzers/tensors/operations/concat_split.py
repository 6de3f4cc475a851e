"""Joining tensors and taking them apart: cat, stack, slices, splits, windows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from analyzers.tensors import signals
from analyzers.tensors.axis import UNNAMED
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, exact_quotient, less, require, same, text, unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.operations import axis_names, content, memory_order
from analyzers.tensors.operations.arguments import axis, integer, is_number, refused, require_dims, size
from analyzers.tensors.operations.dtypes import convert, promote
from analyzers.tensors.operations.reshape import movedim, unflatten, unsqueeze
from analyzers.tensors.signals import Signal
from analyzers.tensors.support import Gather
from analyzers.tensors.tensor import Tensor, signal_of
from analyzers.unknown import Unknown, UnknownUsed

# --- joining -------------------------------------------------------------------------------------

NEVER_TENSORS = (int, float, complex, str, bytes, tuple, list, dict, set, type(None))


def tensor_list(tensors: Any) -> list[Tensor]:
    """The tensors of a sequence; raises invalid-argument when empty or not tensors."""
    if isinstance(tensors, Unknown):
        raise UnknownUsed(tensors)
    if isinstance(tensors, Tensor):
        return unbind(tensors, 0)
    if isinstance(tensors, (int, float, str)) or is_number(tensors):
        raise refused(tensors, "a list of tensors")
    listed = list(tensors)
    for item in listed:
        if isinstance(item, Unknown):
            raise UnknownUsed(item)
        if isinstance(item, NEVER_TENSORS) or is_number(item):
            raise refused(item, "a list of tensors")
        if not isinstance(item, Tensor):
            raise UnknownUsed(Unknown(f"{type(item).__name__} is not modelled as a tensor"))
    if not listed:
        message = "{subject} gets an empty list of tensors"
        raise OperationError("invalid-argument", message, exception="ValueError", of_nothing=True)
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
    numbers, axes = _joined_content(listed, index, dtype), axis_names.joined(listed, rank)
    joined = Tensor(shape, _joined_field(listed, index), dtype, content=numbers, axes=axes)
    joined.signal = _joined_signal(listed, index)
    return joined


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
    return all(i == index or a == b or require(a, b) is not False for i, (a, b) in enumerate(pairs))


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
    return Field.concat([x.field for x in tensors], index, [x.shape[index] for x in tensors], _gains(tensors))


def _gains(tensors: Sequence[Tensor]) -> list[float]:
    return [signal_of(x).gain for x in tensors]


def _joined_signal(tensors: Sequence[Tensor], index: int) -> Signal | None:
    """Of tensors side by side."""
    sizes = [size if isinstance(size := x.shape[index], int) else 1 for x in tensors]
    return signals.joined([signal_of(x, 0.0) for x in tensors], sizes) if any(x.signal for x in tensors) else None


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
    at = axis(dim, first.rank + 1)
    layers = [unsqueeze(x, at) for x in listed]
    joined = cat(layers, dim)
    if joined.field is not Field.EMPTY and len(layers) > 1:
        joined.field = Field.stack([layer.field for layer in layers], at)
    return joined


# --- pieces --------------------------------------------------------------------------------------


def piece(x: Tensor, index: int, start: Dim, length: Dim, step: int = 1) -> Tensor:
    """``length`` positions of one dim from ``start`` on, every ``step``-th (no checks)."""
    shape = (*x.shape[:index], length, *x.shape[index + 1 :])
    if shape == x.shape and start == 0 and step == 1:
        return x.with_(content=x.content)
    made = x.with_(
        shape=shape,
        field=_piece_field(x, index, start, length, step),
        content=_piece_content(x, index, start, shape, step),
        axes=x.axes,
    )
    made.order = x.order
    return made


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
    """Whether every position is one of the tensor's, however long it is and what is taken of it."""
    if shape[index] == 0:
        return True
    last = start + (shape[index] - 1) * step
    return start >= 0 and less(last, start) is False and less(last, x.shape[index]) is True


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
    made = x.with_(shape=shape, field=field, content=numbers, axes=axis_names.without(x.axes, (index,)))
    made.order = memory_order.without(x.order, index)
    return made


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
    field = x.field.moved_over((index,), (UNNAMED,))
    if width == stride:
        return _blocks(x.with_(field=field), index, width)
    count = (have - width) // stride + 1
    if field is not Field.EMPTY:
        field = field.gather(index, Gather.window(width, stride), count).insert(x.rank)
    axes = axis_names.inserted(x.axes, x.rank)
    return x.with_(shape=(*x.shape[:index], count, *x.shape[index + 1 :], width), field=field, axes=axes)


def _blocks(x: Tensor, index: int, width: int) -> Tensor:
    count = x.shape[index] // width
    cropped = piece(x, index, 0, count * width)
    return movedim(unflatten(cropped, index, (count, width)), index + 1, -1)
