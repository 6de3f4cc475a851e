"""matmul, einsum, addmm and the like."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch.functional.arguments import tensor
from analyzers.frameworks.torch.functional.linear import cosine_similarity
from analyzers.frameworks.torch.registration import (
    shared,
    shared_in_place,
    torch_function,
)
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import same
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import VECTORS, Layout
from analyzers.tensors.operations import einsum, linear_algebra, reduction, reshape
from analyzers.tensors.operations.arguments import (
    axis,
    require_dims,
    require_least_rank,
    require_rank,
    unpacked,
)
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

torch_function("cosine_similarity", "nn.functional.cosine_similarity")(cosine_similarity)


@shared("matmul")
def matmul(input: Tensor, other: Any) -> Tensor:
    matrix = tensor(other)
    if matrix.has_shape and matrix.rank == 2:
        input.note_taken(Layout.of("... E", rest=VECTORS, E=matrix.shape[0]))
    return linear_algebra.matmul(input, matrix)


@shared("mm")
def mm(input: Tensor, mat2: Any) -> Tensor:
    other = tensor(mat2)
    if other.has_shape and other.rank == 2:
        input.note_taken(Layout.of("N E", E=other.shape[0]))
    require_rank(input, 2)
    require_rank(other, 2)
    return linear_algebra.matmul(input, other)


torch_function("spmm", "dsmm", "sparse.mm")(mm)


@shared("bmm")
def bmm(input: Tensor, mat2: Any) -> Tensor:
    return linear_algebra.batched_matmul(input, tensor(mat2))


@shared("mv")
def mv(input: Tensor, vec: Any) -> Tensor:
    vector = tensor(vec)
    require_rank(input, 2)
    require_rank(vector, 1)
    return linear_algebra.matmul(input, vector)


@shared("dot", "vdot")
def dot(input: Tensor, other: Any) -> Tensor:
    vector = tensor(other)
    require_rank(input, 1)
    require_rank(vector, 1)
    return linear_algebra.matmul(input, vector)


@shared("inner")
def inner(input: Tensor, other: Any) -> Tensor:
    second = tensor(other)
    if not input.rank or not second.rank:
        return broadcast(input, second)
    if same(input.shape[-1], second.shape[-1]) is False:
        shapes = f"{shape_text(input.shape)} and {shape_text(second.shape)}"
        raise OperationError("matmul-mismatch", f"{{subject}} gets {shapes}: the last dimensions differ")
    return einsum.tensordot(input, second, ([-1], [-1]))


@shared("outer", "ger")
def outer(input: Tensor, vec2: Any) -> Tensor:
    return linear_algebra.outer(input, tensor(vec2))


@shared_in_place("addmm")
def addmm(input: Any, mat1: Any, mat2: Any, beta: Any = 1, alpha: Any = 1) -> Tensor:
    return linear_algebra.add_product(tensor(input), mm(tensor(mat1), mat2))


@shared_in_place("addmv")
def addmv(input: Any, mat: Any, vec: Any, beta: Any = 1, alpha: Any = 1) -> Tensor:
    return linear_algebra.add_product(tensor(input), mv(tensor(mat), vec))


@shared_in_place("addr")
def addr(input: Any, vec1: Any, vec2: Any, beta: Any = 1, alpha: Any = 1) -> Tensor:
    return linear_algebra.add_product(tensor(input), outer(tensor(vec1), vec2))


@shared_in_place("baddbmm")
def baddbmm(input: Any, batch1: Any, batch2: Any, beta: Any = 1, alpha: Any = 1) -> Tensor:
    return linear_algebra.add_product(tensor(input), bmm(tensor(batch1), batch2))


@shared_in_place("addbmm")
def addbmm(input: Any, batch1: Any, batch2: Any, beta: Any = 1, alpha: Any = 1) -> Tensor:
    products = bmm(tensor(batch1), batch2)
    summed = reduction.reduce(products, 0)
    summed.cost = products.cost
    return linear_algebra.add_product(tensor(input), summed)


@torch_function("chain_matmul", "linalg.multi_dot")
def multi_dot(*tensors: Any) -> Tensor:
    listed = [tensor(x) for x in unpacked(tensors)]
    result, cost = listed[0], 0
    for x in listed[1:]:
        result = linear_algebra.matmul(result, x)
        cost = cost + result.cost
    result.cost = cost
    return result


@torch_function("tensordot")
def tensordot(a: Any, b: Any, dims: Any = 2) -> Tensor:
    return einsum.tensordot(tensor(a), tensor(b), dims)


@torch_function("einsum")
def einstein_sum(*arguments: Any) -> Tensor:
    first = arguments[0]
    if isinstance(first, Unknown):
        raise UnknownUsed(first)
    if not isinstance(first, str):
        return einsum.einsum(*einsum.sublist_equation(arguments))
    return einsum.einsum(first, unpacked(arguments[1:]))


@shared("kron")
def kron(input: Tensor, other: Any) -> Tensor:
    return einsum.kron(input, tensor(other))


@shared("cross")
def cross(input: Tensor, other: Any, dim: Any = None) -> Tensor:
    """Vectors of 3 along ``dim`` (the first dim of that length by default)."""
    result = broadcast(input, tensor(other))
    if dim is not None and input.rank != other.rank:
        raise OperationError("rank-mismatch", f"{{subject}} gets {input.rank} and {other.rank} dimensions")
    if dim is None:
        found = [index for index, length in enumerate(result.shape) if length == 3]
        along = found[0] if found else 0
    else:
        along = axis(dim, result.rank)
    require_dims(result, "IndexError")
    lengths = [x.shape[along - result.rank] for x in (input, other) if along - result.rank >= -x.rank]
    if any(same(length, 3) is False for length in lengths):
        raise OperationError("matmul-mismatch", f"{{subject}} needs 3 elements along dim {along}")
    return reduction.mix(result, along)


@torch_function("linalg.cross")
def linalg_cross(input: Any, other: Any, dim: Any = -1) -> Tensor:
    return cross(tensor(input), other, dim)


@torch_function("cdist")
def cdist(x1: Any, x2: Any, p: Any = 2.0, compute_mode: Any = None) -> Tensor:
    """(…, P, M) and (…, R, M) → (…, P, R) distances."""
    first, second = tensor(x1), tensor(x2)
    for x in (first, second):
        require_least_rank(x, 2)
    return linear_algebra.matmul(first, reshape.transpose(second, -2, -1))


@shared("cov", "corrcoef")
def cov(input: Tensor, correction: Any = 1, fweights: Any = None, aweights: Any = None) -> Tensor:
    if input.rank > 2:
        raise OperationError("rank-mismatch", f"{{subject}} expects at most 2 dimensions, gets {input.rank}")
    if input.rank < 2:
        return reduction.reduce(input)
    return linear_algebra.matmul(input, reshape.transpose(input, 0, 1))
