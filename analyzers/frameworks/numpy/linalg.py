"""``np.linalg`` and ``np.fft``: shapes and dtypes."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.numpy import dtypes
from analyzers.frameworks.numpy.arguments import array_of, axis_argument, flag, known, reduced_axes
from analyzers.frameworks.numpy.array import Array
from analyzers.frameworks.numpy.products import in_common_dtype, integer_valued, multiplied
from analyzers.frameworks.numpy.reductions import Fold, Reduction, reduce_array
from analyzers.frameworks.numpy.registration import function
from analyzers.tensors.dims import Dim, require, same, text, unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import reduction
from analyzers.tensors.operations.arguments import size
from analyzers.tensors.operations.elementwise import shape_text
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown


def matrix(a: Any) -> Array:
    """Two dimensions or more; raises rank-mismatch (ValueError)."""
    array = array_of(a)
    if array.rank < 2:
        raise OperationError(
            "rank-mismatch", f"{{subject}} expects at least 2 dimensions, gets {array.rank}", exception="ValueError"
        )
    return array


def square(a: Any) -> Array:
    array = matrix(a)
    if require(array.shape[-1], array.shape[-2]) is False:
        raise OperationError(
            "matmul-mismatch",
            f"{{subject}} expects a square matrix, gets {shape_text(array.shape)}",
            exception="ValueError",
        )
    return array


def floating(dtype: str) -> str:
    return dtype if dtypes.KINDS[dtype] in "fc" else "float64"


def mixed(a: Array, shape: tuple[Dim, ...], dtype: str | None = None) -> Array:
    """An array of another shape (and dtype) whose elements depend on all of the matrix."""
    axes = (a.rank - 2, a.rank - 1)
    field = a.field.mix(axes).remove(axes)
    for place in range(len(shape) - (a.rank - 2)):
        field = field.insert(a.rank - 2 + place)
    return Array(shape, field, dtype or floating(a.dtype))


@function("linalg.norm")
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Tensor:
    def over_axes(array: Array, over: tuple[int, ...]) -> Fold | None:
        if ord is not None or not integer_valued(array):
            return None
        return lambda values: sum(value * value for value in values) ** 0.5

    return reduce_array(Reduction(floating, dtypes.real_of, over_axes), x, axis, keepdims)


@function("linalg.inv", "linalg.cholesky", "linalg.matrix_power")
def inverse(a: Any, *_: Any, **__: Any) -> Array:
    array = square(a)
    return mixed(array, array.shape)


@function("linalg.pinv")
def pseudo_inverse(a: Any, rcond: Any = None, hermitian: Any = False, *, rtol: Any = None) -> Array:
    array = matrix(a)
    return mixed(array, (*array.shape[:-2], array.shape[-1], array.shape[-2]))


@function("linalg.det", "linalg.cond")
def determinant(a: Any, *_: Any) -> Tensor:
    array = square(a)
    return reduction.reduce(array, (array.rank - 2, array.rank - 1), False, floating(array.dtype))


@function("linalg.matrix_rank")
def matrix_rank(A: Any, tol: Any = None, hermitian: Any = False, *, rtol: Any = None) -> Tensor:
    array = array_of(A)
    return reduction.reduce(array, tuple(range(max(array.rank - 2, 0), array.rank)), False, "int64")


def _smaller(a: Array) -> Dim:
    rows, columns = a.shape[-2], a.shape[-1]
    if same(rows, columns):
        return rows
    return (
        min(rows, columns)
        if isinstance(rows, int) and isinstance(columns, int)
        else unknown_dim("the smaller side of a matrix")
    )


@function("linalg.svd")
def svd(a: Any, full_matrices: Any = True, compute_uv: Any = True, hermitian: Any = False) -> Any:
    array = matrix(a)
    *batch, rows, columns = array.shape
    few = _smaller(array)
    values = mixed(array, (*batch, few), dtypes.real_of(floating(array.dtype)))
    if not flag(compute_uv):
        return values
    inner = (rows, columns) if flag(full_matrices) else (few, few)
    return mixed(array, (*batch, rows, inner[0])), values, mixed(array, (*batch, inner[1], columns))


@function("linalg.svdvals")
def svdvals(x: Any) -> Array:
    return svd(x, compute_uv=False)


@function("linalg.eig")
def eigen(a: Any) -> tuple[Array, Array]:
    array = square(a)
    return mixed(array, array.shape[:-1]), mixed(array, array.shape)


@function("linalg.eigh")
def eigen_symmetric(a: Any, UPLO: Any = "L") -> tuple[Array, Array]:
    return eigen(a)


@function("linalg.eigvals")
def eigenvalues(a: Any) -> Array:
    return eigen(a)[0]


@function("linalg.eigvalsh")
def eigenvalues_symmetric(a: Any, UPLO: Any = "L") -> Array:
    return eigen(a)[0]


@function("linalg.qr")
def qr(a: Any, mode: Any = "reduced") -> Any:
    array = matrix(a)
    *batch, rows, columns = array.shape
    inner = rows if known(mode) == "complete" else _smaller(array)
    triangle = mixed(array, (*batch, inner, columns))
    return triangle if mode == "r" else (mixed(array, (*batch, rows, inner)), triangle)


@function("linalg.solve")
def solve(a: Any, b: Any) -> Array:
    array, right = square(a), array_of(b)
    place = -1 if right.rank == 1 else -2
    if right.rank and require(right.shape[place], array.shape[-1]) is False:
        message = f"{{subject}} gets {text(array.shape[-1])} unknowns and {text(right.shape[place])} right-hand sides"
        raise OperationError("matmul-mismatch", message, exception="ValueError")
    return Array(right.shape, dtype=floating(dtypes.promote(array.dtype, right.dtype)))


@function("linalg.lstsq")
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    array, right = matrix(a), array_of(b)
    shape = (array.shape[-1], *right.shape[1:])
    return (
        Array(shape, dtype="float64"),
        Unknown("residuals"),
        Unknown("the rank of a matrix"),
        Unknown("singular values"),
    )


@function("linalg.multi_dot")
def multi_dot(arrays: Any, *, out: Any = None) -> Tensor:
    result: Any = arrays[0]
    for other in arrays[1:]:
        result = multiplied(*in_common_dtype(result, other))
    return result


# -- Fourier -----------------------------------------------------------------------------------------


def _register_transform(names: str, length_of: Any, dtype: str) -> None:
    def transform(a: Any, n: Any = None, axis: Any = -1, norm: Any = None, out: Any = None) -> Tensor:
        array = array_of(a)
        index = axis_argument(axis, array.rank)
        length = length_of(array.shape[index], None if n is None else size(n))
        return reduction.resized(array, index, length, dtype)

    for name in names.split():
        function(f"fft.{name}")(transform)


_register_transform("fft ifft", lambda have, n: have if n is None else n, "complex128")
_register_transform("rfft ihfft", lambda have, n: (have if n is None else n) // 2 + 1, "complex128")
_register_transform("irfft hfft", lambda have, n: 2 * (have - 1) if n is None else n, "float64")


@function("fft.fftn", "fft.ifftn")
def transform_axes(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    array = array_of(a)
    if s is not None:
        return Unknown("a transform of another size")
    return reduction.mix(array, reduced_axes(axes, array.rank), "complex128")


@function("fft.fft2", "fft.ifft2")
def transform_plane(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    return transform_axes(a, s, axes)


@function("fft.fftshift", "fft.ifftshift")
def shifted(x: Any, axes: Any = None) -> Tensor:
    array = array_of(x)
    return reduction.mix(array, reduced_axes(axes, array.rank))


@function("fft.fftfreq")
def fftfreq(n: Any, d: Any = 1.0, device: Any = None) -> Array:
    return Array((size(n),), dtype="float64")


@function("fft.rfftfreq")
def rfftfreq(n: Any, d: Any = 1.0, device: Any = None) -> Array:
    return Array((size(n) // 2 + 1,), dtype="float64")
