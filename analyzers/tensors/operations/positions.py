"""Moving positions within a shape: rolls, flips, diagonals, grids."""

from __future__ import annotations

from typing import Any

from analyzers.tensors.dims import Dim, unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.operations import content
from analyzers.tensors.operations.arguments import axes, axis, integer, require_dims, require_rank, size
from analyzers.tensors.operations.concat_split import tensor_list
from analyzers.tensors.operations.reshape import expand, transpose, view
from analyzers.tensors.support import Gather
from analyzers.tensors.tensor import Tensor

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
