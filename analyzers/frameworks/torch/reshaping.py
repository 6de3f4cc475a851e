"""reshape, permute, cat, stack, split, expand, roll and the like."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch.arithmetic import clone
from analyzers.frameworks.torch.dtypes import Size
from analyzers.frameworks.torch.functional.arguments import tensor
from analyzers.frameworks.torch.registration import (
    shared,
    shared_in_place,
    tensor_method,
    torch_function,
)
from analyzers.interpreter.framework import is_module
from analyzers.tensors.dims import Dim, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import concat_split, positions, reshape
from analyzers.tensors.operations.arguments import (
    integer,
    refused,
    require_least_rank,
    require_rank,
    sizes,
    unpacked,
)
from analyzers.tensors.operations.elementwise import (
    broadcast_shapes,
    merged_field,
    promoted_dtype,
    unary,
)
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed


@shared("reshape")
def reshape_to(input: Tensor, *lengths: Any, shape: Any = None) -> Tensor:
    return reshape.view(input, sizes((shape,) if shape is not None else lengths))


@shared("flatten")
def flatten(input: Tensor, start_dim: Any = 0, end_dim: Any = -1) -> Tensor:
    return reshape.flatten(input, start_dim, end_dim)


@shared("ravel")
def ravel(input: Tensor) -> Tensor:
    return reshape.view(input, (-1,))


@shared("unflatten")
def unflatten(input: Tensor, dim: Any, sizes: Any) -> Tensor:
    return reshape.unflatten(input, dim, unpacked((sizes,)))


@shared("permute")
def permute(input: Tensor, *order: Any, dims: Any = None) -> Tensor:
    return reshape.permute(input, unpacked((dims,) if dims is not None else order))


@shared("transpose", "swapdims")
def transpose(input: Tensor, dim0: Any, dim1: Any) -> Tensor:
    return reshape.transpose(input, dim0, dim1)


@shared("swapaxes")
def swapaxes(input: Tensor, axis0: Any, axis1: Any) -> Tensor:
    return reshape.transpose(input, axis0, axis1)


@shared("movedim", "moveaxis")
def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    return reshape.movedim(input, source, destination)


@shared("t")
def t(input: Tensor) -> Tensor:
    if input.rank > 2:
        raise OperationError("rank-mismatch", f"{{subject}} expects at most 2 dimensions, gets {input.rank}")
    return reshape.transpose(input, 0, 1) if input.rank == 2 else clone(input)


@shared("adjoint")
def adjoint(input: Tensor) -> Tensor:
    return reshape.transpose_matrix(input)


@shared("squeeze")
def squeeze(input: Tensor, dim: Any = None, *further: Any) -> Tensor:
    return reshape.squeeze(input, (dim, *further) if further else dim)


@shared("unsqueeze")
def unsqueeze(input: Tensor, dim: Any) -> Tensor:
    return reshape.unsqueeze(input, dim)


@torch_function("broadcast_to")
def broadcast_to(input: Tensor, size: Any) -> Tensor:
    return reshape.expand(input, sizes((size,)))


@tensor_method("broadcast_to")
def broadcast_to_method(self: Tensor, *sizes_: Any, size: Any = None) -> Tensor:
    return reshape.expand(self, sizes((size,) if size is not None else sizes_))


@torch_function("broadcast_tensors")
def broadcast_tensors(*tensors: Any) -> list[Tensor]:
    return reshape.broadcast_tensors([tensor(x) for x in unpacked(tensors)])


@torch_function("broadcast_shapes")
def broadcast_all_shapes(*shapes: Any) -> Size:
    return Size(broadcast_shapes(*[sizes((shape,)) for shape in shapes]))


@shared("tile")
def tile(input: Tensor, *counts: Any, dims: Any = None) -> Tensor:
    return reshape.tile(input, sizes((dims,) if dims is not None else counts))


@torch_function("repeat_interleave")
def repeat_interleave(input: Any = None, repeats: Any = None, dim: Any = None, output_size: Any = None) -> Tensor:
    x = tensor(input if input is not None else repeats)
    if repeats is None or input is None:
        index = Tensor(x.shape, dtype="int64")
        return reshape.repeat_interleave(index, x, 0, output_size)
    return reshape.repeat_interleave(x, repeats, dim, output_size)


@tensor_method("repeat_interleave")
def repeat_interleave_method(self: Tensor, repeats: Any, dim: Any = None, output_size: Any = None) -> Tensor:
    return reshape.repeat_interleave(self, repeats, dim, output_size)


@torch_function("cat", "concat", "concatenate")
def cat(tensors: Any, dim: Any = 0) -> Tensor:
    return concat_split.cat(_several(tensors), dim)


@torch_function("stack")
def stack(tensors: Any, dim: Any = 0) -> Tensor:
    return concat_split.stack(_several(tensors), dim)


def _several(tensors: Any) -> Any:
    """A list that holds no modules; raises invalid-argument (TypeError) for them and for a single tensor."""
    if isinstance(tensors, Tensor):
        raise refused(tensors, "a list of tensors")
    for value in tensors if isinstance(tensors, (list, tuple)) else (tensors,):
        if is_module(value):
            raise refused(value, "a list of tensors")
    return tensors


def _at_least(x: Tensor, rank: int) -> Tensor:
    """NumPy's rule: a matrix gets its new dim behind, everything else in front (a vector both)."""
    if x.rank >= rank:
        return x
    if rank == 3 and x.rank == 2:
        return reshape.unsqueeze(x, 2)
    if rank == 3:
        return reshape.unsqueeze(_at_least(x, 2), 2)
    return _at_least(reshape.unsqueeze(x, 0), rank)


def _register_at_least(rank: int) -> None:
    def native(*tensors: Any) -> Any:
        if len(tensors) == 1 and isinstance(tensors[0], Tensor):
            return _at_least(tensors[0], rank)
        return tuple(_at_least(tensor(x), rank) for x in unpacked(tensors))

    torch_function(f"atleast_{rank}d")(native)


for _rank in (1, 2, 3):
    _register_at_least(_rank)


@torch_function("hstack")
def hstack(tensors: Any) -> Tensor:
    listed = [_at_least(x, 1) for x in concat_split.tensor_list(tensors)]
    return concat_split.cat(listed, 0 if listed[0].rank == 1 else 1)


@torch_function("vstack", "row_stack")
def vstack(tensors: Any) -> Tensor:
    return concat_split.cat([_at_least(x, 2) for x in concat_split.tensor_list(tensors)], 0)


@torch_function("dstack")
def dstack(tensors: Any) -> Tensor:
    return concat_split.cat([_at_least(x, 3) for x in concat_split.tensor_list(tensors)], 2)


@torch_function("column_stack")
def column_stack(tensors: Any) -> Tensor:
    listed = concat_split.tensor_list(tensors)
    columns = [reshape.view(x, (-1, 1)) if x.rank <= 1 else x for x in listed]
    return concat_split.cat(columns, 1)


@torch_function("block_diag")
def block_diag(*tensors: Any) -> Tensor:
    listed = [_at_least(tensor(x), 2) for x in tensors]
    rows: Dim = 0
    columns: Dim = 0
    for x in listed:
        require_rank(x, 2)
        rows, columns = rows + x.shape[0], columns + x.shape[1]
    lost = [x.with_(field=x.field.forget((0, 1), "blocks of a larger matrix")) for x in listed]
    return Tensor((rows, columns), merged_field(lost, 2), promoted_dtype(listed))


@torch_function("split")
def split(tensor: Any, split_size_or_sections: Any, dim: Any = 0) -> tuple[Tensor, ...]:
    return concat_split.split(_tensor(tensor), split_size_or_sections, dim)


_tensor = tensor


@tensor_method("split")
def split_method(self: Tensor, split_size: Any, dim: Any = 0) -> tuple[Tensor, ...]:
    return concat_split.split(self, split_size, dim)


@shared("split_with_sizes")
def split_with_sizes(input: Tensor, split_sizes: Any, dim: Any = 0) -> tuple[Tensor, ...]:
    return concat_split.split(input, list(unpacked((split_sizes,))), dim)


@shared("chunk")
def chunk(input: Tensor, chunks: Any, dim: Any = 0) -> tuple[Tensor, ...]:
    return concat_split.chunk(input, chunks, dim)


@shared("tensor_split")
def tensor_split(
    input: Tensor, indices_or_sections: Any = None, dim: Any = 0, indices: Any = None, sections: Any = None
) -> tuple[Tensor, ...]:
    given = [value for value in (indices_or_sections, indices, sections) if value is not None]
    return concat_split.tensor_split(input, given[0], dim)


def _numpy_split(input: Tensor, sections: Any, dim: int) -> tuple[Tensor, ...]:
    if not isinstance(sections, (list, tuple)) and integer(input.shape[dim]) % integer(sections):
        raise OperationError(
            "reshape-mismatch", f"{{subject}} cannot divide {text(input.shape[dim])} by {integer(sections)}"
        )
    return concat_split.tensor_split(input, sections, dim)


@shared("hsplit")
def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    require_least_rank(input, 1)
    return _numpy_split(input, indices_or_sections, 0 if input.rank == 1 else 1)


@shared("vsplit")
def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    require_least_rank(input, 2)
    return _numpy_split(input, indices_or_sections, 0)


@shared("dsplit")
def dsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    require_least_rank(input, 3)
    return _numpy_split(input, indices_or_sections, 2)


@shared("unbind")
def unbind(input: Tensor, dim: Any = 0) -> tuple[Tensor, ...]:
    return tuple(concat_split.unbind(input, dim))


@shared("narrow", "narrow_copy")
def narrow(input: Tensor, dim: Any, start: Any, length: Any) -> Tensor:
    return concat_split.narrow(input, dim, start, length)


@shared("select")
def select(input: Tensor, dim: Any, index: Any) -> Tensor:
    return concat_split.select(input, dim, index)


@shared("roll")
def roll(input: Tensor, shifts: Any, dims: Any = None, dim: Any = None) -> Tensor:
    return positions.roll(input, shifts, dims if dim is None else dim)


@shared("flip")
def flip(input: Tensor, *order: Any, dims: Any = None) -> Tensor:
    return positions.flip(input, tuple(unpacked((dims,) if dims is not None else order)))


@shared("fliplr")
def fliplr(input: Tensor) -> Tensor:
    require_least_rank(input, 2)
    return positions.flip(input, (1,))


@shared("flipud")
def flipud(input: Tensor) -> Tensor:
    require_least_rank(input, 1)
    return positions.flip(input, (0,))


@shared("rot90")
def rot90(input: Tensor, k: Any = 1, dims: Any = (0, 1)) -> Tensor:
    return positions.rot90(input, k, dims)


@shared("diagonal")
def diagonal(input: Tensor, offset: Any = 0, dim1: Any = 0, dim2: Any = 1) -> Tensor:
    return positions.diagonal(input, offset, dim1, dim2)


@torch_function("linalg.diagonal")
def linalg_diagonal(A: Any, offset: Any = 0, dim1: Any = -2, dim2: Any = -1) -> Tensor:
    return positions.diagonal(tensor(A), offset, dim1, dim2)


@shared("diag")
def diag(input: Tensor, diagonal: Any = 0) -> Tensor:
    return positions.diag(input, diagonal)


@shared("diag_embed")
def diag_embed(input: Tensor, offset: Any = 0, dim1: Any = -2, dim2: Any = -1) -> Tensor:
    return positions.diagonal_embedding(input, offset, dim1, dim2)


@shared("diagflat")
def diagflat(input: Tensor, offset: Any = 0) -> Tensor:
    return positions.diagonal_embedding(reshape.view(input, (-1,)), offset)


@shared_in_place("tril", "triu")
def triangle(input: Tensor, diagonal: Any = 0) -> Tensor:
    require_least_rank(input, 2)
    return unary(input)


@torch_function("meshgrid")
def meshgrid(*tensors: Any, indexing: Any = None) -> tuple[Tensor, ...]:
    if isinstance(indexing, Unknown):
        raise UnknownUsed(indexing)
    return tuple(positions.meshgrid(list(unpacked(tensors)), indexing or "ij"))


@shared("as_strided")
def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: Any = None) -> Tensor:
    """Any shape over the same memory; what it sees of the input is not followed."""
    shape = sizes((size,))
    field = input.field.forget(range(input.rank), "as_strided").mix(range(input.rank))
    field = field.remove(tuple(range(input.rank)))
    for index in range(len(shape)):
        field = field.insert(index)
    return input.with_(shape=shape, field=field)
