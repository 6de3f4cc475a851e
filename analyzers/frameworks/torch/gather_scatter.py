"""gather, scatter, index_select and the like: elements by position."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch.arithmetic import operand
from analyzers.frameworks.torch.functional.arguments import tensor
from analyzers.frameworks.torch.registration import (
    shared,
    shared_in_place,
    tensor_method,
    torch_function,
)
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import same, unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.operations import concat_split, indexing, positions, reduction, selecting
from analyzers.tensors.operations.arguments import (
    axis,
    unpacked,
)
from analyzers.tensors.operations.elementwise import broadcast, computed, merged_field, promoted_dtype
from analyzers.tensors.tensor import Tensor


@shared("gather")
def gather(input: Tensor, dim: Any, index: Any, sparse_grad: Any = False) -> Tensor:
    return selecting.gather(input, dim, tensor(index))


@shared_in_place("scatter")
def scatter(input: Tensor, dim: Any, index: Any, src: Any = None, reduce: Any = None, value: Any = None) -> Tensor:
    return selecting.scatter(input, dim, tensor(index), src if src is not None else value)


@shared_in_place("scatter_add")
def scatter_add(input: Tensor, dim: Any, index: Any, src: Any) -> Tensor:
    return selecting.scatter(input, dim, tensor(index), tensor(src))


@shared_in_place("scatter_reduce")
def scatter_reduce(
    input: Tensor, dim: Any, index: Any, src: Any, reduce: Any = None, include_self: Any = True
) -> Tensor:
    return selecting.scatter(input, dim, tensor(index), tensor(src))


@shared("index_select")
def index_select(input: Tensor, dim: Any, index: Any) -> Tensor:
    return selecting.index_select(input, dim, tensor(index))


@shared_in_place("index_add")
def index_add(input: Tensor, dim: Any, index: Any, source: Any, alpha: Any = 1) -> Tensor:
    return selecting.index_write(input, dim, tensor(index), tensor(source))


@shared_in_place("index_copy")
def index_copy(input: Tensor, dim: Any, index: Any, source: Any) -> Tensor:
    selecting.require_places(input, tensor(index), axis(dim, input.rank))
    return selecting.index_write(input, dim, tensor(index), tensor(source))


@shared_in_place("index_fill")
def index_fill(input: Tensor, dim: Any, index: Any, value: Any) -> Tensor:
    selecting.require_places(input, tensor(index), axis(dim, input.rank))
    return selecting.index_write(input, dim, tensor(index), None)


@shared_in_place("index_reduce")
def index_reduce(
    input: Tensor, dim: Any, index: Any, source: Any, reduce: Any = None, include_self: Any = True
) -> Tensor:
    return selecting.index_write(input, dim, tensor(index), tensor(source))


@shared_in_place("index_put")
def index_put(input: Tensor, indices: Any, values: Any, accumulate: Any = False) -> Tensor:
    result = input.with_()
    indexing.setitem(result, tuple(unpacked((indices,))), values)
    return result


@shared("masked_select")
def masked_select(input: Tensor, mask: Any) -> Tensor:
    return selecting.masked_select(input, tensor(mask))


@shared_in_place("masked_scatter")
def masked_scatter(input: Tensor, mask: Any, source: Any) -> Tensor:
    result = broadcast(input, tensor(mask), dtype=input.dtype)
    values = tensor(source)
    lost = reduction.reduce(values).field
    return result.with_(field=merged_field([result, Tensor((), lost)], result.rank))


@shared("take")
def take(input: Tensor, index: Any) -> Tensor:
    return selecting.take(input, tensor(index))


@shared("take_along_dim")
def take_along_dim(input: Tensor, indices: Any, dim: Any = None) -> Tensor:
    return selecting.take_along_dim(input, tensor(indices), dim)


@shared("select_scatter")
def select_scatter(input: Tensor, src: Any, dim: Any, index: Any) -> Tensor:
    return _written(input, concat_split.select(input, dim, index), tensor(src))


@shared("slice_scatter")
def slice_scatter(input: Tensor, src: Any, dim: Any = 0, start: Any = None, end: Any = None, step: Any = 1) -> Tensor:
    along = axis(dim, input.rank)
    key = (slice(None),) * along + (slice(start, end, step),)
    return _written(input, indexing.getitem(input, key), tensor(src))


@shared("diagonal_scatter")
def diagonal_scatter(input: Tensor, src: Any, offset: Any = 0, dim1: Any = 0, dim2: Any = 1) -> Tensor:
    return _written(input, positions.diagonal(input, offset, dim1, dim2), tensor(src))


def _written(input: Tensor, target: Tensor, source: Tensor) -> Tensor:
    if target.rank != source.rank or any(same(a, b) is False for a, b in zip(target.shape, source.shape, strict=True)):
        raise OperationError(
            "broadcast-mismatch",
            f"{{subject}} expects a source of {shape_text(target.shape)}, gets {shape_text(source.shape)}",
        )
    if source.field is Field.EMPTY:
        return input.with_()
    lost = source.field.forget(range(source.rank), "written to a part").mix(range(source.rank))
    lost = lost.remove(tuple(range(source.rank)))
    return input.with_(field=merged_field([input, Tensor((), lost)], input.rank))


@torch_function("where")
def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """Elementwise choice; with only a condition the indices where it holds."""
    if input is None and other is None:
        return nonzero(tensor(condition), as_tuple=True)
    chosen = promoted_dtype((operand(input), operand(other)))
    return computed(lambda c, a, b: a if c else b, tensor(condition), operand(input), operand(other), dtype=chosen)


@tensor_method("where")
def where_method(self: Tensor, condition: Any, other: Any) -> Tensor:
    return where(condition, self, other)


@shared("nonzero")
def nonzero(input: Tensor, as_tuple: Any = False) -> Any:
    """The positions of the elements that are not zero: (?, rank), or one (?,) per dim."""
    count = unknown_dim("how many elements are not zero")
    field = reduction.reduce(input).field.insert(0)
    if as_tuple:
        return tuple(Tensor((count,), field, "int64") for _ in range(max(input.rank, 1)))
    return Tensor((count, input.rank), field.insert(1), "int64")


@shared("argwhere")
def argwhere(input: Tensor) -> Tensor:
    return nonzero(input)
