"""sum, mean, max, norm, sort, cumsum and the like, along dims."""

from __future__ import annotations

import math
import operator
from builtins import sorted as sorted_values
from collections.abc import Callable, Sequence
from typing import Any

from analyzers.frameworks.torch.arithmetic import clone, sub
from analyzers.frameworks.torch.dtypes import dtype_name
from analyzers.frameworks.torch.functional.activation import softmax_along
from analyzers.frameworks.torch.functional.arguments import optional_tensor, tensor
from analyzers.frameworks.torch.registration import (
    shared,
    shared_in_place,
    tensor_method,
    torch_function,
)
from analyzers.frameworks.torch.results import NamedResult
from analyzers.tensors.dims import Dim, text, unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import concat_split, reduction
from analyzers.tensors.operations.arguments import (
    axis,
    integer,
    require_rank,
    size,
)
from analyzers.tensors.operations.dtypes import REAL_OF, as_floating, category
from analyzers.tensors.operations.elementwise import (
    broadcast,
    computed,
    unary,
)
from analyzers.tensors.tensor import Tensor


def _sum_dtype(input: Tensor, dtype: Any) -> str:
    default = "int64" if category(input.dtype) < 2 else input.dtype
    return dtype_name(dtype, default)


@shared("sum", "nansum")
def total(input: Tensor, dim: Any = None, keepdim: Any = False, dtype: Any = None) -> Tensor:
    return reduction.reduce(input, dim, keepdim, _sum_dtype(input, dtype), _accumulated_sum)


def _accumulated_sum(values: Sequence[Any]) -> Any:
    """Whole numbers only: torch's order of summation rounds floats in its own way."""
    result = sum(values)
    if any(value != int(value) for value in values) or abs(result) > 2**24:
        raise ValueError("not exact")
    return result


@shared("mean", "nanmean")
def mean(input: Tensor, dim: Any = None, keepdim: Any = False, dtype: Any = None) -> Tensor:
    return reduction.reduce(input, dim, keepdim, dtype_name(dtype, input.dtype))


@shared("prod")
def prod(input: Tensor, dim: Any = None, keepdim: Any = False, dtype: Any = None) -> Tensor:
    single = None if dim is None else integer(dim)
    return reduction.reduce(input, single, keepdim, _sum_dtype(input, dtype), _exact_product)


def _exact_product(values: Sequence[Any]) -> Any:
    result = math.prod(values)
    if any(value != int(value) for value in values) or abs(result) > 2**24:
        raise ValueError("not exact")
    return result


@shared("amax")
def amax(input: Tensor, dim: Any = (), keepdim: Any = False) -> Tensor:
    reduction.require_elements(input, dim)
    return reduction.reduce(input, dim, keepdim, None, max)


@shared("amin")
def amin(input: Tensor, dim: Any = (), keepdim: Any = False) -> Tensor:
    reduction.require_elements(input, dim)
    return reduction.reduce(input, dim, keepdim, None, min)


@shared("aminmax")
def aminmax(input: Tensor, dim: Any = None, keepdim: Any = False) -> NamedResult:
    reduction.require_elements(input, dim)
    low = reduction.reduce(input, dim, keepdim, None, min)
    return NamedResult((low, reduction.reduce(input, dim, keepdim, None, max)), ("min", "max"))


def _extreme(input: Tensor, dim: Any, keepdim: Any, function: Callable[..., Any]) -> Any:
    """max and min: over everything, along one dim (values and indices), or of two tensors."""
    if isinstance(dim, Tensor):
        return computed(function, input, dim)
    if dim is None:
        reduction.require_elements(input, None)
        return reduction.reduce(input, None, False, None, function)
    along = axis(dim, input.rank)
    reduction.require_elements(input, along)
    values = reduction.reduce(input, along, keepdim, None, function)
    return NamedResult((values, values.with_(dtype="int64")))


@shared("max")
def maximum_of(input: Tensor, dim: Any = None, keepdim: Any = False, other: Any = None) -> Any:
    return _extreme(input, dim if other is None else tensor(other), keepdim, max)


@shared("min")
def minimum_of(input: Tensor, dim: Any = None, keepdim: Any = False, other: Any = None) -> Any:
    return _extreme(input, dim if other is None else tensor(other), keepdim, min)


@shared("argmax", "argmin")
def argmax(input: Tensor, dim: Any = None, keepdim: Any = False) -> Tensor:
    reduction.require_elements(input, dim)
    over = None if dim is None else axis(dim, input.rank)
    return reduction.reduce(input, over, keepdim, "int64")


def _truth(input: Tensor, dim: Any, keepdim: Any, function: Callable[..., Any]) -> Tensor:
    """Other than elsewhere, an empty tuple of dims reduces nothing."""
    dtype = "uint8" if input.dtype == "uint8" else "bool"
    if isinstance(dim, (tuple, list)) and not dim:
        return unary(input, dtype)
    return reduction.reduce(input, dim, keepdim, dtype, function)


@shared("all")
def all_of(input: Tensor, dim: Any = None, keepdim: Any = False) -> Tensor:
    return _truth(input, dim, keepdim, all)


@shared("any")
def any_of(input: Tensor, dim: Any = None, keepdim: Any = False) -> Tensor:
    return _truth(input, dim, keepdim, any)


@shared("count_nonzero")
def count_nonzero(input: Tensor, dim: Any = None) -> Tensor:
    return reduction.reduce(input, dim, False, "int64")


def _deviation_dims(dim: Any, unbiased: Any) -> tuple[Any, Any]:
    """``std(unbiased)`` has a bool where the dims stand otherwise."""
    return (None, dim) if isinstance(dim, bool) else (dim, unbiased)


@shared("std", "var")
def deviation(
    input: Tensor, dim: Any = None, unbiased: Any = True, keepdim: Any = False, correction: Any = 1
) -> Tensor:
    over, _ = _deviation_dims(dim, unbiased)
    return reduction.reduce(input, over, keepdim)


@torch_function("std_mean", "var_mean")
def deviation_and_mean(
    input: Tensor, dim: Any = None, unbiased: Any = True, keepdim: Any = False, correction: Any = 1
) -> tuple[Tensor, Tensor]:
    over, _ = _deviation_dims(dim, unbiased)
    return reduction.reduce(input, over, keepdim), reduction.reduce(input, over, keepdim)


@shared("logsumexp")
def logsumexp(input: Tensor, dim: Any, keepdim: Any = False) -> Tensor:
    return reduction.reduce(input, dim, keepdim, as_floating(input.dtype))


@torch_function("softmax", "special.softmax")
@tensor_method("softmax")
def softmax(input: Tensor, dim: Any, dtype: Any = None) -> Tensor:
    return softmax_along(input, dim, "softmax")


@torch_function("log_softmax", "special.log_softmax")
@tensor_method("log_softmax")
def log_softmax(input: Tensor, dim: Any, dtype: Any = None) -> Tensor:
    return softmax_along(input, dim, "log_softmax")


@shared("norm")
def norm(input: Tensor, p: Any = "fro", dim: Any = None, keepdim: Any = False, dtype: Any = None) -> Tensor:
    if isinstance(p, str) and isinstance(dim, (tuple, list)) and len(dim) > 2:
        raise OperationError("invalid-argument", f"{{subject}} takes a matrix norm over {len(dim)} dims")
    return reduction.reduce(input, dim, keepdim, dtype_name(dtype, REAL_OF.get(input.dtype, input.dtype)))


@torch_function("linalg.norm")
def linalg_norm(A: Any, ord: Any = None, dim: Any = None, keepdim: Any = False, dtype: Any = None) -> Tensor:
    return norm(tensor(A), ord, dim, keepdim, dtype)


@torch_function("linalg.vector_norm")
def vector_norm(x: Any, ord: Any = 2, dim: Any = None, keepdim: Any = False, dtype: Any = None) -> Tensor:
    return norm(tensor(x), ord, dim, keepdim, dtype)


@torch_function("linalg.matrix_norm")
def matrix_norm(A: Any, ord: Any = "fro", dim: Any = (-2, -1), keepdim: Any = False, dtype: Any = None) -> Tensor:
    matrix = tensor(A)
    if matrix.rank < 2:
        raise OperationError("rank-mismatch", f"{{subject}} expects at least 2 dimensions, gets {matrix.rank}")
    return norm(matrix, ord, dim, keepdim, dtype)


@shared("dist")
def dist(input: Tensor, other: Any, p: Any = 2) -> Tensor:
    return reduction.reduce(broadcast(input, tensor(other)))


@shared("trace")
def trace(input: Tensor) -> Tensor:
    require_rank(input, 2)
    return reduction.reduce(input)


@shared("median", "nanmedian")
def median(input: Tensor, dim: Any = None, keepdim: Any = False) -> Any:
    if dim is None:
        return reduction.reduce(input)
    reduction.require_elements(input, dim)
    values = reduction.reduce(input, axis(dim, input.rank), keepdim)
    return NamedResult((values, values.with_(dtype="int64")))


@shared("mode")
def mode(input: Tensor, dim: Any = -1, keepdim: Any = False) -> NamedResult:
    reduction.require_elements(input, dim)
    values = reduction.reduce(input, axis(dim, input.rank), keepdim)
    return NamedResult((values, values.with_(dtype="int64")))


@shared("kthvalue")
def kthvalue(input: Tensor, k: Any, dim: Any = -1, keepdim: Any = False) -> NamedResult:
    along = axis(dim, input.rank)
    _require_k(k, input, along, 1)
    values = reduction.reduce(input, along, keepdim)
    return NamedResult((values, values.with_(dtype="int64")))


def _require_k(k: Any, input: Tensor, along: int, least: int) -> Dim:
    wanted, have = size(k), input.shape[along] if input.rank else 1
    if isinstance(wanted, int) and (wanted < least or (isinstance(have, int) and wanted > have)):
        raise OperationError(
            "dimension-out-of-range",
            f"{{subject}} takes {wanted} of the {text(have)} elements of dim {along}",
        )
    return wanted


@shared("quantile", "nanquantile")
def quantile(input: Tensor, q: Any, dim: Any = None, keepdim: Any = False, interpolation: Any = "linear") -> Tensor:
    result = reduction.reduce(input, None if dim is None else axis(dim, input.rank), keepdim)
    if input.numel() == 0:
        raise OperationError("invalid-argument", "{subject} has no elements")
    if isinstance(q, Tensor) and q.rank == 1:
        return result.with_(shape=(*q.shape, *result.shape), field=result.field.insert(0))
    return result


@shared("topk")
def topk(input: Tensor, k: Any, dim: Any = -1, largest: Any = True, sorted: Any = True) -> NamedResult:
    along = axis(dim, input.rank)
    values = reduction.resized(input, along, _require_k(k, input, along, 0))
    return NamedResult((values, values.with_(dtype="int64")))


@shared("sort")
def sort(input: Tensor, dim: Any = -1, descending: Any = False, stable: Any = False) -> NamedResult:
    values = reduction.mix(input, axis(dim, input.rank))
    return NamedResult((values, values.with_(dtype="int64")))


@shared("argsort")
def argsort(input: Tensor, dim: Any = -1, descending: Any = False, stable: Any = False) -> Tensor:
    return reduction.mix(input, axis(dim, input.rank), "int64")


@shared("msort")
def msort(input: Tensor) -> Tensor:
    return reduction.mix(input, axis(0, input.rank))


@shared_in_place("cumsum")
def cumsum(input: Tensor, dim: Any, dtype: Any = None) -> Tensor:
    return reduction.cumulative(input, dim, _sum_dtype(input, dtype), operator.add)


@shared_in_place("cumprod")
def cumprod(input: Tensor, dim: Any, dtype: Any = None) -> Tensor:
    return reduction.cumulative(input, dim, _sum_dtype(input, dtype), operator.mul)


@shared("logcumsumexp")
def logcumsumexp(input: Tensor, dim: Any) -> Tensor:
    return reduction.mix(input, axis(dim, input.rank))


@shared("cummax", "cummin")
def cummax(input: Tensor, dim: Any) -> NamedResult:
    values = reduction.mix(input, axis(dim, input.rank))
    return NamedResult((values, values.with_(dtype="int64")))


MANY_DIFFERENCES = 16
"""Repeated differences beyond these are taken to depend on everything."""


@shared("diff")
def diff(input: Tensor, n: Any = 1, dim: Any = -1, prepend: Any = None, append: Any = None) -> Tensor:
    """Each application subtracts neighbours and shortens ``dim`` by one."""
    if input.rank == 0:
        raise OperationError("rank-mismatch", "{subject} expects at least 1 dimension, gets a scalar")
    if n == 0:
        return clone(input)
    along = axis(dim, input.rank)
    around = [optional_tensor(prepend), input, optional_tensor(append)]
    x = concat_split.cat([part for part in around if part is not None], along)
    for _ in range(min(integer(n), MANY_DIFFERENCES, integer(x.shape[along]))):
        length = x.shape[along] - 1
        x = sub(concat_split.piece(x, along, 1, length), concat_split.piece(x, along, 0, length))
    if integer(n) <= MANY_DIFFERENCES:
        return x
    rest = max(integer(x.shape[along]) + MANY_DIFFERENCES - integer(n), 0)
    return reduction.resized(x, along, rest)


@shared("unique")
def unique(
    input: Tensor,
    sorted: Any = True,
    return_inverse: Any = False,
    return_counts: Any = False,
    dim: Any = None,
) -> Any:
    if input.content is not None and dim is None and not any(v != v for v in input.content):
        return _counted(input, _in_order(sorted_values(set(input.content))), return_inverse, return_counts)
    return _distinct(input, return_inverse, return_counts, dim)


def _in_order(values: list[Any]) -> dict[Any, int]:
    """Value → its place among the distinct ones."""
    return {value: place for place, value in enumerate(values)}


def _counted(input: Tensor, places: dict[Any, int], return_inverse: Any, return_counts: Any) -> Any:
    """``unique`` of numbers that are known."""
    content = input.content or ()
    count = len(places)
    results = [input.with_(shape=(count,), content=tuple(places))]
    if return_inverse:
        results.append(Tensor(input.shape, dtype="int64", content=tuple(places[v] for v in content)))
    if return_counts:
        totals = [0] * count
        for value in content:
            totals[places[value]] += 1
        results.append(Tensor((count,), dtype="int64", content=tuple(totals)))
    return results[0] if len(results) == 1 else tuple(results)


@shared("unique_consecutive")
def unique_consecutive(input: Tensor, return_inverse: Any = False, return_counts: Any = False, dim: Any = None) -> Any:
    return _distinct(input, return_inverse, return_counts, dim)


def _distinct(input: Tensor, return_inverse: Any, return_counts: Any, dim: Any) -> Any:
    count = unknown_dim("how many values are distinct")
    if dim is None:
        field = reduction.reduce(input).field.insert(0)
        values, inverse = input.with_(shape=(count,), field=field), unary(input, "int64")
    else:
        along = axis(dim, input.rank)
        values = reduction.resized(input, along, count)
        inverse = Tensor((input.shape[along],), dtype="int64")
    results = [values]
    if return_inverse:
        results.append(inverse)
    if return_counts:
        results.append(Tensor((count,), dtype="int64"))
    return values if len(results) == 1 else tuple(results)


@shared("bincount")
def bincount(input: Tensor, weights: Any = None, minlength: Any = 0) -> Tensor:
    require_rank(input, 1)
    return Tensor((unknown_dim("the largest value"),), dtype="int64")


@shared("histc")
def histc(input: Tensor, bins: Any = 100, min: Any = 0, max: Any = 0) -> Tensor:
    return Tensor((size(bins),), reduction.reduce(input).field.insert(0), input.dtype)
