"""torch.linalg: inverses, determinants, decompositions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from analyzers.frameworks.torch.functional.arguments import tensor
from analyzers.frameworks.torch.registration import (
    shared,
    torch_function,
)
from analyzers.frameworks.torch.results import NamedResult
from analyzers.interpreter.overlays import NAMES
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, same, text, unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import linear_algebra, reduction, reshape
from analyzers.tensors.operations.arguments import require_least_rank
from analyzers.tensors.operations.dtypes import complex_of
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.tensor import Tensor


def matrix(value: Any) -> Tensor:
    """A tensor of at least two dims; raises rank-mismatch."""
    x = tensor(value)
    require_least_rank(x, 2)
    return x


def square_matrix(value: Any) -> Tensor:
    """A (batch of) square matrices; raises matmul-mismatch."""
    x = matrix(value)
    if same(x.shape[-2], x.shape[-1]) is False:
        raise OperationError("matmul-mismatch", f"{{subject}} needs square matrices, gets {shape_text(x.shape)}")
    return x


def _mixed_matrix(x: Tensor, shape: Sequence[Dim] | None = None) -> Tensor:
    """Every element of a matrix depends on all of it."""
    result = reduction.mix(x, (-2, -1))
    return result if shape is None else result.with_(shape=tuple(shape))


@torch_function("linalg.inv", "linalg.matrix_exp", "linalg.cholesky", "cholesky")
def inverse(A: Any, upper: Any = False) -> Tensor:
    return _mixed_matrix(square_matrix(A))


@shared("inverse", "matrix_exp")
def inverse_of(input: Tensor) -> Tensor:
    return _mixed_matrix(square_matrix(input))


@shared("matrix_power")
def matrix_power(input: Tensor, n: Any) -> Tensor:
    return _mixed_matrix(square_matrix(input))


NAMES["torch.linalg.matrix_power"] = NAMES["torch.matrix_power"]


@torch_function("linalg.pinv")
def pinv(A: Any, *_: Any, **__: Any) -> Tensor:
    x = matrix(A)
    return _mixed_matrix(x, (*x.shape[:-2], x.shape[-1], x.shape[-2]))


@shared("pinverse")
def pinverse(input: Tensor, rcond: Any = 1e-15) -> Tensor:
    return pinv(input)


@torch_function("linalg.det")
def linalg_det(A: Any) -> Tensor:
    return reduction.reduce(square_matrix(A), (-2, -1))


@shared("det", "logdet")
def det(input: Tensor) -> Tensor:
    return linalg_det(input)


@torch_function("linalg.slogdet")
def slogdet(A: Any) -> NamedResult:
    value = linalg_det(A)
    return NamedResult((value, value), ("sign", "logabsdet"))


@torch_function("linalg.matrix_rank")
def matrix_rank(A: Any, *_: Any, **__: Any) -> Tensor:
    return reduction.reduce(matrix(A), (-2, -1), False, "int64")


@torch_function("linalg.svd")
def svd(A: Any, full_matrices: Any = True, driver: Any = None) -> NamedResult:
    x = matrix(A)
    batch, rows, columns = x.shape[:-2], x.shape[-2], x.shape[-1]
    least = _least(rows, columns)
    left, right = (rows, columns) if full_matrices else (least, least)
    values = _mixed_matrix(x)
    parts = ((*batch, rows, left), (*batch, least), (*batch, right, columns))
    singular = Tensor(parts[1], reduction.reduce(values, -1).field, x.dtype)
    return NamedResult((values.with_(shape=parts[0]), singular, values.with_(shape=parts[2])), ("U", "S", "Vh"))


@shared("svd")
def svd_of(input: Tensor, some: Any = True, compute_uv: Any = True) -> NamedResult:
    left, values, right = svd(input, not some)
    return NamedResult((left, values, reshape.transpose(right, -2, -1)), ("U", "S", "V"))


def _least(a: Dim, b: Dim) -> Dim:
    if a == b:
        return a
    if isinstance(a, int) and isinstance(b, int):
        return min(a, b)
    return unknown_dim(f"the smaller of {text(a)} and {text(b)}")


@torch_function("linalg.svdvals")
def svdvals(A: Any, driver: Any = None) -> Tensor:
    return svd(A)[1]


@torch_function("linalg.qr")
def qr(A: Any, mode: Any = "reduced") -> NamedResult:
    x = matrix(A)
    batch, rows, columns = x.shape[:-2], x.shape[-2], x.shape[-1]
    least = rows if mode == "complete" else _least(rows, columns)
    values = _mixed_matrix(x)
    return NamedResult(
        (values.with_(shape=(*batch, rows, least)), values.with_(shape=(*batch, least, columns))), ("Q", "R")
    )


@shared("qr")
def qr_of(input: Tensor, some: Any = True) -> NamedResult:
    return qr(input, "reduced" if some else "complete")


def _eigen(A: Any, dtype: Callable[[str], str]) -> tuple[Tensor, Tensor]:
    x = _mixed_matrix(square_matrix(A))
    return reduction.reduce(x, -1, False, dtype(x.dtype)), x.with_(dtype=dtype(x.dtype))


@torch_function("linalg.eigh")
def eigh(A: Any, UPLO: Any = "L") -> NamedResult:
    return NamedResult(_eigen(A, lambda dtype: dtype), ("eigenvalues", "eigenvectors"))


@torch_function("linalg.eig")
def eig(A: Any) -> NamedResult:
    return NamedResult(_eigen(A, complex_of), ("eigenvalues", "eigenvectors"))


@torch_function("linalg.eigvals")
def eigvals(A: Any) -> Tensor:
    return _eigen(A, complex_of)[0]


@torch_function("linalg.eigvalsh")
def eigvalsh(A: Any, UPLO: Any = "L") -> Tensor:
    return _eigen(A, lambda dtype: dtype)[0]


@torch_function("linalg.solve")
def solve(A: Any, B: Any, left: Any = True) -> Tensor:
    """AX = B: the shape of B, batch dims broadcast."""
    x, right = square_matrix(A), tensor(B)
    if right.rank == 1 or (right.rank == x.rank - 1 and right.shape == x.shape[:-1]):
        return linear_algebra.matmul(_mixed_matrix(x), reshape.unsqueeze(right, -1)).with_(shape=right.shape)
    return linear_algebra.matmul(_mixed_matrix(x), right)


@torch_function("linalg.matmul")
def linalg_matmul(input: Any, other: Any) -> Tensor:
    return linear_algebra.matmul(tensor(input), tensor(other))


@torch_function("linalg.vecdot")
def vecdot(x: Any, y: Any, dim: Any = -1) -> Tensor:
    return reduction.reduce(broadcast(tensor(x), tensor(y)), dim)


@torch_function("linalg.solve_triangular")
def solve_triangular(A: Any, B: Any, upper: Any = False, left: Any = True, unitriangular: Any = False) -> Tensor:
    if left is False:
        return linear_algebra.matmul(tensor(B), _mixed_matrix(square_matrix(A)))
    return linear_algebra.matmul(_mixed_matrix(square_matrix(A)), tensor(B))


@torch_function("linalg.inv_ex", "linalg.cholesky_ex")
def inverse_and_info(A: Any, upper: Any = False, check_errors: Any = False) -> NamedResult:
    x = square_matrix(A)
    return NamedResult((_mixed_matrix(x), Tensor(x.shape[:-2], dtype="int32")), ("inverse", "info"))
