"""Decompositions and other matrix functions whose results Keras orders in its own way."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.keras.ops.registration import names, tensor
from analyzers.tensors.dims import Dim
from analyzers.tensors.operations import reduction
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.tensor import Tensor


def _mixed(x: Tensor, *shape: Dim) -> Tensor:
    """A matrix in which every element depends on the whole of ``x``."""
    return reduction.mix(x, (-2, -1)).with_(shape=(*x.shape[:-2], *shape))


@names("svd")
def svd(x: Any, full_matrices: Any = True, compute_uv: Any = True) -> Any:
    """(M, N) → u (M, M), s (K,), v (N, N) with K = min(M, N); K columns and rows where not full."""
    given = tensor(x)
    m, n = given.shape[-2:]
    least = min(m, n) if isinstance(m, int) and isinstance(n, int) else n
    values = reduction.reduce(_mixed(given, m, least), -2)
    if compute_uv is False:
        return values
    full = full_matrices is not False
    return _mixed(given, m, m if full else least), values, _mixed(given, n if full else least, n)


@names("tf.linalg.svd")
def tf_svd(tensor: Any, full_matrices: Any = False, compute_uv: Any = True, name: Any = None) -> Any:
    """TensorFlow gives s, u, v, and v not transposed."""
    made = svd(tensor, full_matrices, compute_uv)
    if compute_uv is False:
        return made
    u, s, v = made
    return s, u, v.with_(shape=(*v.shape[:-2], v.shape[-1], v.shape[-2]))


@names("tf.linalg.qr")
def tf_qr(input: Any, full_matrices: Any = False, name: Any = None) -> tuple[Tensor, Tensor]:
    given = tensor(input)
    m, n = given.shape[-2:]
    inner = min(m, n) if isinstance(m, int) and isinstance(n, int) and full_matrices is not True else m
    return _mixed(given, m, inner), _mixed(given, inner, n)


@names("cholesky_inverse")
def cholesky_inverse(x: Any, upper: Any = False) -> Tensor:
    given = tensor(x)
    return _mixed(given, *given.shape[-2:])


@names("lu_factor")
def lu_factor(x: Any) -> tuple[Tensor, Tensor]:
    """(M, N) → factors of that shape, pivots (min(M, N),)."""
    given = tensor(x)
    m, n = given.shape[-2:]
    least = min(m, n) if isinstance(m, int) and isinstance(n, int) else n
    return _mixed(given, m, n), reduction.reduce(_mixed(given, m, least), -2, False, "int32")


@names("solve_triangular", "tf.linalg.triangular_solve", "lstsq", "tf.linalg.lstsq")
def solve(a: Any, b: Any, *args: Any, **kwargs: Any) -> Tensor:
    """(M, N) and (M, …) → (N, …)"""
    matrix, right = tensor(a), tensor(b)
    at = matrix.rank - 2
    field = right.field.mix((at,))
    return right.with_(shape=(*right.shape[:at], matrix.shape[-1], *right.shape[at + 1 :]), field=field)


@names("corrcoef")
def corrcoef(x: Any) -> Tensor:
    """(variables, observations) → (variables, variables)"""
    given = tensor(x)
    return _mixed(given, given.shape[0], given.shape[0]) if given.rank > 1 else reduction.reduce(given, None)


@names("correlate")
def correlate(x1: Any, x2: Any, mode: Any = "valid") -> Tensor:
    """Lengths m and n → m - n + 1 (valid), max (same), m + n - 1 (full)."""
    first, second = tensor(x1), tensor(x2)
    long, short = first.shape[0], second.shape[0]
    if isinstance(long, int) and isinstance(short, int):
        long, short = max(long, short), min(long, short)
    length = {"valid": long - short + 1, "same": long}.get(mode, long + short - 1)
    return reduction.resized(first, 0, length)


@names("trapezoid")
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Tensor:
    return reduction.reduce(tensor(y), axis)


@names("tf.linalg.diag")
def diagonal_matrix(diagonal: Any, *args: Any, **kwargs: Any) -> Tensor:
    """(…, N) → (…, N, N)"""
    given = tensor(diagonal)
    return given.with_(shape=(*given.shape, given.shape[-1]), field=given.field.insert(given.rank))


@names("tf.linalg.set_diag")
def set_diagonal(input: Any, diagonal: Any, *args: Any, **kwargs: Any) -> Tensor:
    return tensor(input)


@names("tf.add_n", "tf.math.add_n", "tf.math.accumulate_n")
def add_n(inputs: Any, name: Any = None) -> Tensor:
    first, *others = [tensor(v) for v in inputs]
    for other in others:
        first = broadcast(first, other)
    return first
