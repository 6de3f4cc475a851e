"""Products of vectors and matrices: dot, matmul, outer, tensordot, einsum; diagonals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.numpy import dtypes
from analyzers.frameworks.numpy.arguments import array_of, axes_argument, axis_argument, known
from analyzers.frameworks.numpy.array import Array, Scalar
from analyzers.frameworks.numpy.elementwise import converted, into
from analyzers.frameworks.numpy.operators import takes_part
from analyzers.frameworks.numpy.reductions import SUM, reduce_array
from analyzers.frameworks.numpy.registration import function, method, shared, universal
from analyzers.frameworks.numpy.shaping import viewed
from analyzers.frameworks.numpy.ufuncs import TABLE, run
from analyzers.tensors.dims import require, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import content, einsum, linear_algebra, positions, reshape
from analyzers.tensors.operations.arguments import integer
from analyzers.tensors.operations.elementwise import shape_text
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

MAXIMUM_PRODUCTS = 65_536
"""Multiplications of numbers that one product of arrays may take."""
EXACT = 2**53
"""Whole numbers below it are added exactly in any order, whatever library multiplies the matrices."""


def in_common_dtype(a: Any, b: Any) -> tuple[Array, Array]:
    first, second = array_of(a), array_of(b)
    name = dtypes.result_type((first.dtype, second.dtype))
    return tuple([x if x.dtype == name else converted(x, name) for x in (first, second)])  # type: ignore[return-value]


def contracted(a: Array, b: Array, over_a: Sequence[int], over_b: Sequence[int]) -> Tensor:
    """The sum of the products along pairs of axes; the others of ``a``, then those of ``b``. Raises matmul-mismatch."""
    for first, second in zip(over_a, over_b, strict=True):
        if require(a.shape[first], b.shape[second]) is False:
            raise _mismatch(a, b, first, second)
    left, right = _labels(a.rank, 0), _labels(b.rank, a.rank)
    for first, second in zip(over_a, over_b, strict=True):
        right[second] = left[first]
    output = [x for i, x in enumerate(left) if i not in over_a] + [x for i, x in enumerate(right) if i not in over_b]
    result = einsum.contract([a, b], [left, right], output)
    result.content = _numbers(a, b, over_a, over_b)
    return result


def _labels(count: int, start: int) -> list[str]:
    return [f"axis {start + index}" for index in range(count)]


def _mismatch(a: Array, b: Array, first: int, second: int) -> OperationError:
    return OperationError(
        "matmul-mismatch",
        f"{{subject}} cannot multiply {shape_text(a.shape)} by {shape_text(b.shape)}: "
        f"{text(a.shape[first])} and {text(b.shape[second])} elements",
        exception="ValueError",
    )


def _numbers(a: Array, b: Array, over_a: Sequence[int], over_b: Sequence[int]) -> content.Content:
    """The numbers of a product where they do not depend on the order of additions."""
    if a.content is None or b.content is None or not _is_exact((*a.content, *b.content)):
        return None
    rows = content.grouped(a, [i for i in range(a.rank) if i not in over_a], over_a)
    columns = content.grouped(b, [i for i in range(b.rank) if i not in over_b], over_b)
    if (
        len(rows) * len(columns) * len(rows[0] if rows else ()) > MAXIMUM_PRODUCTS
        or len(rows) * len(columns) > content.LIMIT
    ):
        return None
    try:
        sums = [sum([x * y for x, y in zip(row, column)]) for row in rows for column in columns]
        return tuple([dtypes.cast(number, a.dtype) for number in sums]) if _is_exact(sums) else None
    except content.NOT_KEPT:
        return None


def _is_exact(numbers: Sequence[Any]) -> bool:
    return all(isinstance(n, int) or (isinstance(n, float) and n.is_integer() and abs(n) < EXACT) for n in numbers)


@shared("dot")
def dot(a: Any, b: Any, out: Any = None, *, machine: Machine) -> Any:
    first, second = in_common_dtype(a, b)
    if not first.rank or not second.rank:
        return into(machine, out, run(TABLE["multiply"], (first, second)))
    over = second.rank - 2 if second.rank > 1 else 0
    return into(machine, out, contracted(first, second, [first.rank - 1], [over]))


def multiplied(a: Any, b: Any) -> Tensor:
    """``a @ b``; raises matmul-mismatch, rank-mismatch (ValueError)."""
    first, second = in_common_dtype(a, b)
    if first.rank in (1, 2) and second.rank in (1, 2):
        return contracted(first, second, [first.rank - 1], [0])
    return linear_algebra.matmul(first, second)


@universal("matmul")
def matmul(
    x1: Any, x2: Any, out: Any = None, *, casting: Any = "same_kind", order: Any = "K", dtype: Any = None,
    subok: Any = True, signature: Any = None, axes: Any = None, axis: Any = None, keepdims: Any = False,
    machine: Machine,
) -> Any:  # fmt: skip
    return into(machine, out, multiplied(x1, x2))


@method("__matmul__")
def matmul_forward(self: Array | Scalar, other: Any) -> Any:
    return multiplied(self, other) if takes_part(self, other) else NotImplemented


@method("__imatmul__")
def matmul_in_place(self: Array | Scalar, other: Any, *, machine: Machine) -> Any:
    if not isinstance(self, Array) or not takes_part(self, other):
        return NotImplemented
    return into(machine, self, multiplied(self, other))


@method("__rmatmul__")
def matmul_reflected(self: Array | Scalar, other: Any) -> Any:
    return multiplied(other, self) if takes_part(self, other) else NotImplemented


@universal("inner")
def inner(a: Any, b: Any) -> Tensor:
    first, second = in_common_dtype(a, b)
    if not first.rank or not second.rank:
        return run(TABLE["multiply"], (first, second))
    return contracted(first, second, [first.rank - 1], [second.rank - 1])


def flattened(a: Any) -> Array:
    return Array.of(reshape.view(array_of(a), (-1,)))


@universal("outer")
def outer(a: Any, b: Any, out: Any = None, *, machine: Machine) -> Any:
    column = reshape.unsqueeze(flattened(a), 1)
    return into(machine, out, run(TABLE["multiply"], (Array.of(column), flattened(b))))


@function("linalg.vecdot", "vecdot")
def vecdot(x1: Any, x2: Any, *, axis: Any = -1, **_: Any) -> Tensor:
    product = Array.of(run(TABLE["multiply"], in_common_dtype(x1, x2)))
    return reduce_array(SUM, product, axis)


@function("vdot")
def vdot(a: Any, b: Any) -> Tensor:
    first, second = in_common_dtype(flattened(a), flattened(b))
    return contracted(first, second, [0], [0])


@function("tensordot")
def tensordot(a: Any, b: Any, axes: Any = 2) -> Tensor:
    """``axes``: how many last and first axes, or the axes of either."""
    first, second = in_common_dtype(a, b)
    if isinstance(known(axes), (tuple, list)):
        return contracted(first, second, axes_argument(axes[0], first.rank), axes_argument(axes[1], second.rank))
    count = integer(axes)
    return contracted(first, second, range(first.rank - count, first.rank), range(count))


@function("einsum")
def einstein_sum(
    subscripts: Any, *operands: Any, out: Any = None, dtype: Any = None, order: Any = "K", casting: Any = "safe",
    optimize: Any = False, machine: Machine,
) -> Any:  # fmt: skip
    if not isinstance(subscripts, str):
        raise UnknownUsed(Unknown("a sum that is described by lists of axes"))
    arrays = [array_of(x) for x in operands]
    result = einsum.einsum(subscripts, arrays)
    return into(machine, out, result.with_(dtype=dtypes.result_type([a.dtype for a in arrays])))


@function("einsum_path")
def einsum_path(*_: Any, **__: Any) -> Any:
    return known(None)


@function("kron")
def kron(a: Any, b: Any) -> Tensor:
    """Every element of ``a`` times all of ``b``, laid out as blocks."""
    first, second = array_of(a), array_of(b)
    rank = max(first.rank, second.rank)
    wide = [x.with_(shape=(*[1] * (rank - x.rank), *x.shape), content=x.content) for x in (first, second)]
    interleaved = [
        [d for dim in x.shape for d in ((dim, 1) if place == 0 else (1, dim))] for place, x in enumerate(wide)
    ]
    blocks = run(TABLE["multiply"], tuple(reshape.view(x, shape) for x, shape in zip(wide, interleaved)))
    return reshape.view(blocks, [p * q for p, q in zip(wide[0].shape, wide[1].shape)])


@function("cross")
def cross(a: Any, b: Any, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None) -> Tensor:
    return run(TABLE["multiply"], (array_of(a), array_of(b))).with_()


# -- diagonals ---------------------------------------------------------------------------------------


@shared("diagonal")
def diagonal(a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Array:
    array = array_of(a)
    first, second = axis_argument(axis1, array.rank), axis_argument(axis2, array.rank)
    result = positions.diagonal(array, known(offset), first, second)
    if array.content is not None and content.element_count(array.shape) is not None:
        strides = content.strides_of(array.shape)  # type: ignore[arg-type]
        shift = integer(offset)
        begin = shift * strides[second] if shift >= 0 else -shift * strides[first]
        rest = [stride for index, stride in enumerate(strides) if index not in (first, second)]
        result.content = content.strided(array.content, result.shape, [*rest, strides[first] + strides[second]], begin)
    return viewed(a, result)


@shared("trace")
def trace(
    a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1, dtype: Any = None, out: Any = None, *, machine: Machine
) -> Any:
    return into(machine, out, reduce_array(SUM, diagonal(a, offset, axis1, axis2), -1, dtype=dtype))


@function("diag")
def diag(v: Any, k: Any = 0) -> Tensor:
    """A vector as the diagonal of a matrix, or the diagonal of a matrix."""
    array, offset = array_of(v), integer(k)
    if array.rank not in (1, 2):
        raise OperationError(
            "rank-mismatch", f"{{subject}} expects 1 or 2 dimensions, gets {array.rank}", exception="ValueError"
        )
    if array.rank == 2:
        return diagonal(v, offset)
    result = positions.diagonal_embedding(array, offset)
    side = result.shape[0]
    if array.content is not None and content.element_count(result.shape) is not None:
        zero = dtypes.cast(0, array.dtype)
        cells = [(row, column) for row in range(integer(side)) for column in range(integer(side))]
        numbers = [array.content[min(r, c)] if c - r == offset else zero for r, c in cells]
        result.content = tuple(numbers)
    return result


@function("diagflat")
def diagflat(v: Any, k: Any = 0) -> Tensor:
    return diag(flattened(v), k)


def integer_valued(a: Array) -> bool:
    """Whether the numbers are known, and whole."""
    return a.content is not None and _is_exact(a.content)
