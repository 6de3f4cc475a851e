"""torch.* functions (most are Tensor methods as well): arithmetic, reductions, joining, products."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from analyzers.frameworks.registry import METHODS, NAMES
from analyzers.frameworks.torch.dtypes import DTYPES, Size, dtype_name
from analyzers.frameworks.torch.functional.arguments import optional_tensor, tensor
from analyzers.frameworks.torch.registration import (
    in_place_form,
    shared,
    shared_in_place,
    tensor_method,
    torch_call,
    torch_function,
)
from analyzers.tensors.dims import Dim, Expression, same, text, unknown_dim
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.operations import content, einsum, indexing, linear_algebra, reduction, reshape
from analyzers.tensors.operations.arguments import (
    TENSOR_VALUE,
    axes,
    axis,
    integer,
    reduced_axes,
    require_dims,
    require_rank,
    size,
    sizes,
    unpacked,
)
from analyzers.tensors.operations.dtypes import REAL_OF, as_floating, category, complex_of
from analyzers.tensors.operations.elementwise import (
    broadcast,
    broadcast_shapes,
    computed,
    merged_field,
    promoted_dtype,
    shape_text,
    unary,
)
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed


class NamedResult(tuple):
    """A named tuple of torch.return_types: ``values, indices = x.max(1)``, ``x.max(1).values``."""

    fields: tuple[str, ...]

    def __new__(cls, values: Iterable[Any], fields: tuple[str, ...] = ("values", "indices")) -> NamedResult:
        result = tuple.__new__(cls, values)
        result.fields = fields
        return result

    def __getattr__(self, name: str) -> Any:
        fields = self.__dict__.get("fields", ())
        if name in fields:
            return self[fields.index(name)]
        raise AttributeError(name)


# --- one operand ---------------------------------------------------------------------------------

SAME_DTYPE: dict[str, Callable[[Any], Any] | None] = {
    "ceil": math.ceil, "floor": math.floor, "trunc": math.trunc, "fix": math.trunc, "neg": operator.neg,
    "negative": operator.neg, "square": lambda x: x * x, "sign": lambda x: (x > 0) - (x < 0),
    "positive": operator.pos, "frac": None, "sgn": None, "bitwise_not": None,
    "conj_physical": None, "hardshrink": None, "zero": lambda x: 0, "detach": lambda x: x,
}  # fmt: skip
"""Functions that keep the dtype, with their arithmetic where it is exact."""
TO_FLOAT: dict[str, Callable[[Any], Any] | None] = dict.fromkeys((
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "sinh",
    "cosh", "asinh", "acosh", "atanh", "arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh", "rsqrt",
    "reciprocal", "erf", "erfc", "erfinv", "lgamma", "digamma", "deg2rad", "rad2deg", "sinc", "i0", "tanh",
    "sigmoid",
))  # fmt: skip
TO_FLOAT["sqrt"] = math.sqrt
for _exact in ("exp", "log", "log2", "log10", "log1p", "expm1"):
    TO_FLOAT[_exact] = getattr(math, _exact)
TO_BOOL: dict[str, Callable[[Any], Any] | None] = {
    "isnan": lambda x: x != x, "isinf": math.isinf, "isfinite": math.isfinite, "isposinf": None,
    "isneginf": None, "isreal": None, "signbit": None, "logical_not": operator.not_,
}  # fmt: skip
SPECIAL = {
    "expit": "sigmoid", "erf": "erf", "erfc": "erfc", "erfinv": "erfinv", "exp2": "exp2", "expm1": "expm1",
    "log1p": "log1p", "gammaln": "lgamma", "digamma": "digamma", "sinc": "sinc", "i0": "i0",
}  # fmt: skip


def _mapped(input: Tensor, function: Callable[[Any], Any] | None, dtype: str) -> Tensor:
    result = unary(input, dtype)
    if function is not None and input.content is not None:
        result.content = content.computed(function, (input,), input.shape, dtype, as_work(input.dtype, dtype))
    return result


def as_work(own: str, dtype: str) -> str:
    """The dtype an elementwise function computes in."""
    return dtype if category(dtype) == 2 else own


def _register_unary(name: str, function: Callable[[Any], Any] | None, result: Callable[[str], str]) -> None:
    def native(input: Tensor) -> Tensor:
        return _mapped(input, function, result(input.dtype))

    if f"torch.{name}" in NAMES:
        tensor_method(name)(native)
    else:
        shared(name)(native)
    METHODS[f"{name}_"] = NAMES[f"torch.{name}_"] = torch_call(in_place_form(native), f"{name}_")


for _name, _function in SAME_DTYPE.items():
    _register_unary(_name, _function, lambda dtype: dtype)
for _name, _function in TO_FLOAT.items():
    _register_unary(_name, _function, as_floating)
for _name, _function in TO_BOOL.items():
    _register_unary(_name, _function, lambda dtype: "bool")
for _alias, _name in SPECIAL.items():
    NAMES[f"torch.special.{_alias}"] = NAMES[f"torch.{_name}"]


@shared_in_place("abs", "absolute")
def absolute(input: Tensor) -> Tensor:
    return _mapped(input, abs, REAL_OF.get(input.dtype, input.dtype))


@shared("angle")
def angle(input: Tensor) -> Tensor:
    return unary(input, REAL_OF.get(input.dtype, as_floating(input.dtype)))


@torch_function("real", "imag")
def real(input: Tensor) -> Tensor:
    return unary(input, REAL_OF.get(input.dtype, input.dtype))


@shared("conj", "resolve_conj", "resolve_neg")
def conj(input: Tensor) -> Tensor:
    return unary(input)


@shared("clone")
def clone(input: Tensor, memory_format: Any = None) -> Tensor:
    return input.with_(content=input.content, trait=input.trait)


@shared_in_place("round")
def round_numbers(input: Tensor, decimals: Any = 0) -> Tensor:
    return _mapped(input, round if decimals == 0 else None, input.dtype)


@shared_in_place("nan_to_num")
def nan_to_num(input: Tensor, nan: Any = None, posinf: Any = None, neginf: Any = None) -> Tensor:
    return unary(input)


@shared_in_place("logit", "polygamma", "mvlgamma", "renorm")
def with_numbers(input: Any, *numbers: Any, eps: Any = None, **_: Any) -> Tensor:
    return unary(input if isinstance(input, Tensor) else tensor(numbers[0]))


@shared_in_place("clamp", "clip")
def clamp(input: Tensor, min: Any = None, max: Any = None) -> Tensor:
    """Bounds may be numbers or tensors that broadcast."""
    if min is None and max is None:
        raise OperationError("invalid-argument", "{subject} needs min or max")
    bounds = [bound for bound in (min, max) if isinstance(bound, (Tensor, int, float))]
    dtype = promoted_dtype((input, *bounds))
    if input.content is None or any(isinstance(bound, (Tensor, Unknown, Expression)) for bound in (min, max)):
        return broadcast(input, *bounds, dtype=dtype)
    low = -math.inf if min is None else min
    high = math.inf if max is None else max
    return _mapped(input, lambda x: low if x < low else (high if x > high else x), dtype)


@shared_in_place("clamp_min")
def clamp_min(input: Tensor, min: Any) -> Tensor:
    return clamp(input, min)


@shared_in_place("clamp_max")
def clamp_max(input: Tensor, max: Any) -> Tensor:
    return clamp(input, None, max)


# --- two operands --------------------------------------------------------------------------------


def operand(value: Any) -> Any:
    """A tensor or number; raises UnknownUsed, or PythonError(TypeError) for anything else."""
    if isinstance(value, (Tensor, int, float, complex, Expression)):
        return value
    return tensor(value)


ARITHMETIC: dict[str, Callable[..., Any] | None] = {
    "mul": operator.mul, "multiply": operator.mul, "remainder": operator.mod,
    "fmod": math.fmod, "pow": None, "maximum": max, "minimum": min, "fmax": max, "fmin": min,
    "bitwise_and": operator.and_, "bitwise_or": operator.or_, "bitwise_xor": operator.xor,
    "bitwise_left_shift": operator.lshift, "bitwise_right_shift": operator.rshift,
    "gcd": math.gcd, "lcm": math.lcm, "nextafter": None, "heaviside": None, "floor_divide": operator.floordiv,
}  # fmt: skip
"""Functions whose result has the promoted dtype."""
FLOATING: dict[str, Callable[..., Any] | None] = {
    "true_divide": operator.truediv, "atan2": None, "arctan2": None, "hypot": None, "logaddexp": None,
    "logaddexp2": None, "copysign": None, "xlogy": None, "ldexp": None, "igamma": None, "igammac": None,
}  # fmt: skip
COMPARISONS: dict[str, Callable[..., Any]] = {
    "eq": operator.eq, "ne": operator.ne, "not_equal": operator.ne, "lt": operator.lt, "less": operator.lt,
    "le": operator.le, "less_equal": operator.le, "gt": operator.gt, "greater": operator.gt, "ge": operator.ge,
    "greater_equal": operator.ge, "logical_and": lambda a, b: bool(a) and bool(b),
    "logical_or": lambda a, b: bool(a) or bool(b), "logical_xor": lambda a, b: bool(a) != bool(b),
}  # fmt: skip


def _combined(function: Callable[..., Any] | None, input: Any, other: Any, dtype: str | None) -> Tensor:
    if function is None:
        return broadcast(operand(input), operand(other), dtype=dtype)
    return computed(function, operand(input), operand(other), dtype=dtype)


def _arithmetic(function: Callable[..., Any] | None) -> Callable[..., Tensor]:
    return lambda input, other: _combined(function, input, other, None)


def _floating(function: Callable[..., Any] | None) -> Callable[..., Tensor]:
    def native(input: Any, other: Any) -> Tensor:
        dtype = as_floating(promoted_dtype((operand(input), operand(other))))
        return _combined(function, input, other, dtype)

    return native


def _comparison(function: Callable[..., Any]) -> Callable[..., Tensor]:
    return lambda input, other: _combined(function, input, other, "bool")


for _name, _function in ARITHMETIC.items():
    shared_in_place(_name)(_arithmetic(_function))
for _name, _function in FLOATING.items():
    shared_in_place(_name)(_floating(_function))
for _name, _function in COMPARISONS.items():
    shared_in_place(_name)(_comparison(_function))


@torch_function("pow")
def power(base: Any, exponent: Any) -> Tensor:
    whole = exponent == 2 if isinstance(exponent, (int, float)) else False
    if whole:
        return _combined(lambda x, _: x * x, base, exponent, None)
    integers = all(
        category(value.dtype) == 1 if isinstance(value, Tensor) else isinstance(value, int)
        for value in (base, exponent)
    )
    return _combined(_integer_power if integers else _float_power, base, exponent, None)


@tensor_method("pow")
def power_of(self: Tensor, exponent: Any) -> Tensor:
    return power(self, exponent)


METHODS["pow_"] = torch_call(in_place_form(power_of), "pow_")


def _float_power(base: float, exponent: float) -> float:
    """In double precision, then rounded to the dtype: within one unit in the last place of torch's."""
    return float(base) ** float(exponent)


def _integer_power(base: int, exponent: int) -> int:
    if exponent < 0 or abs(base) > 2**31 or exponent > 62:
        raise OverflowError
    return base**exponent


@shared_in_place("add")
def add(input: Any, other: Any, alpha: Any = 1) -> Tensor:
    return _combined(operator.add if alpha == 1 else None, input, other, None)


@shared_in_place("sub", "subtract")
def sub(input: Any, other: Any, alpha: Any = 1) -> Tensor:
    return _combined(operator.sub if alpha == 1 else None, input, other, None)


@torch_function("rsub")
def rsub(input: Any, other: Any, alpha: Any = 1) -> Tensor:
    return sub(other, input, alpha)


ROUNDING: dict[Any, Callable[..., Any]] = {
    "floor": lambda a, b: math.floor(a / b),
    "trunc": lambda a, b: math.trunc(a / b),
}


@shared_in_place("div", "divide")
def div(input: Any, other: Any, rounding_mode: Any = None) -> Tensor:
    """True division gives floats, ``rounding_mode`` keeps integers."""
    if isinstance(rounding_mode, Unknown):
        raise UnknownUsed(rounding_mode)
    dtype = promoted_dtype((operand(input), operand(other)))
    if rounding_mode is None:
        return _combined(operator.truediv, input, other, as_floating(dtype))
    return _combined(ROUNDING.get(rounding_mode), input, other, None)


@shared_in_place("float_power")
def float_power(input: Tensor, exponent: Any) -> Tensor:
    dtype = promoted_dtype((input, operand(exponent)))
    return broadcast(input, exponent, dtype="complex128" if category(dtype) == 3 else "float64")


@shared("isclose")
def isclose(
    input: Tensor, other: Tensor, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: Any = False
) -> Tensor:
    return broadcast(input, tensor(other), dtype="bool")


@shared("allclose", "equal", "is_nonzero", "is_same_size")
def decides_by_value(
    input: Tensor, other: Any = None, rtol: Any = None, atol: Any = None, equal_nan: Any = None
) -> Any:
    if isinstance(other, Tensor) and input.rank != other.rank:
        return False
    return Unknown(TENSOR_VALUE)


@shared_in_place("lerp")
def lerp(input: Tensor, end: Any, weight: Any) -> Tensor:
    numbers = [value for value in (end, weight) if isinstance(value, Tensor)]
    return broadcast(input, *numbers, dtype=input.dtype)


@shared_in_place("addcmul", "addcdiv")
def addcmul(input: Tensor, tensor1: Any, tensor2: Any, value: Any = 1) -> Tensor:
    return broadcast(input, tensor(tensor1), tensor(tensor2))


@torch_function("where")
def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """Elementwise choice; with only a condition the indices where it holds."""
    if input is None and other is None:
        return nonzero(tensor(condition), as_tuple=True)
    chosen = promoted_dtype((operand(input), operand(other)))
    return computed(
        lambda c, a, b: a if c else b, tensor(condition), operand(input), operand(other), dtype=chosen
    )


@tensor_method("where")
def where_method(self: Tensor, condition: Any, other: Any) -> Tensor:
    return where(condition, self, other)


@shared_in_place("masked_fill")
def masked_fill(input: Tensor, mask: Any, value: Any) -> Tensor:
    return broadcast(input, tensor(mask), dtype=input.dtype)


@shared("isin")
def isin(elements: Any, test_elements: Any, assume_unique: Any = False, invert: Any = False) -> Tensor:
    return unary(tensor(elements), "bool")


@shared("bucketize")
def bucketize(input: Any, boundaries: Any, out_int32: Any = False, right: Any = False) -> Tensor:
    return unary(tensor(input), "int64")


@torch_function("searchsorted")
def searchsorted(
    sorted_sequence: Any,
    input: Any,
    out_int32: Any = False,
    right: Any = False,
    side: Any = None,
    sorter: Any = None,
) -> Tensor:
    return unary(input, "int64") if isinstance(input, Tensor) else Tensor((), dtype="int64")


# --- reductions ----------------------------------------------------------------------------------


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
def matrix_norm(
    A: Any, ord: Any = "fro", dim: Any = (-2, -1), keepdim: Any = False, dtype: Any = None
) -> Tensor:
    matrix = tensor(A)
    if matrix.rank < 2:
        raise OperationError(
            "rank-mismatch", f"{{subject}} expects at least 2 dimensions, gets {matrix.rank}"
        )
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
def quantile(
    input: Tensor, q: Any, dim: Any = None, keepdim: Any = False, interpolation: Any = "linear"
) -> Tensor:
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


@shared("diff")
def diff(input: Tensor, n: Any = 1, dim: Any = -1, prepend: Any = None, append: Any = None) -> Tensor:
    """Each application subtracts neighbours and shortens ``dim`` by one."""
    if input.rank == 0:
        raise OperationError("rank-mismatch", "{subject} expects at least 1 dimension, gets a scalar")
    if n == 0:
        return clone(input)
    along = axis(dim, input.rank)
    around = [optional_tensor(prepend), input, optional_tensor(append)]
    x = reshape.cat([part for part in around if part is not None], along)
    for _ in range(min(integer(n), integer(x.shape[along]))):
        length = x.shape[along] - 1
        x = sub(reshape.piece(x, along, 1, length), reshape.piece(x, along, 0, length))
    return x


@shared("unique")
def unique(
    input: Tensor,
    sorted: Any = True,
    return_inverse: Any = False,
    return_counts: Any = False,
    dim: Any = None,
) -> Any:
    return _distinct(input, return_inverse, return_counts, dim)


@shared("unique_consecutive")
def unique_consecutive(
    input: Tensor, return_inverse: Any = False, return_counts: Any = False, dim: Any = None
) -> Any:
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


@shared("bincount")
def bincount(input: Tensor, weights: Any = None, minlength: Any = 0) -> Tensor:
    require_rank(input, 1)
    return Tensor((unknown_dim("the largest value"),), dtype="int64")


@shared("histc")
def histc(input: Tensor, bins: Any = 100, min: Any = 0, max: Any = 0) -> Tensor:
    return Tensor((size(bins),), reduction.reduce(input).field.insert(0), input.dtype)


# --- shapes --------------------------------------------------------------------------------------


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
def squeeze(input: Tensor, dim: Any = None) -> Tensor:
    return reshape.squeeze(input, dim)


@shared("unsqueeze")
def unsqueeze(input: Tensor, dim: Any) -> Tensor:
    return reshape.unsqueeze(input, dim)


@shared("broadcast_to")
def broadcast_to(input: Tensor, size: Any) -> Tensor:
    return reshape.expand(input, sizes((size,)))


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
def repeat_interleave(
    input: Any = None, repeats: Any = None, dim: Any = None, output_size: Any = None
) -> Tensor:
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
    return reshape.cat(tensors, dim)


@torch_function("stack")
def stack(tensors: Any, dim: Any = 0) -> Tensor:
    return reshape.stack(tensors, dim)


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
    listed = [_at_least(x, 1) for x in reshape.tensor_list(tensors)]
    return reshape.cat(listed, 0 if listed[0].rank == 1 else 1)


@torch_function("vstack", "row_stack")
def vstack(tensors: Any) -> Tensor:
    return reshape.cat([_at_least(x, 2) for x in reshape.tensor_list(tensors)], 0)


@torch_function("dstack")
def dstack(tensors: Any) -> Tensor:
    return reshape.cat([_at_least(x, 3) for x in reshape.tensor_list(tensors)], 2)


@torch_function("column_stack")
def column_stack(tensors: Any) -> Tensor:
    listed = reshape.tensor_list(tensors)
    columns = [reshape.view(x, (-1, 1)) if x.rank <= 1 else x for x in listed]
    return reshape.cat(columns, 1)


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
    return reshape.split(_tensor(tensor), split_size_or_sections, dim)


_tensor = tensor


@tensor_method("split")
def split_method(self: Tensor, split_size: Any, dim: Any = 0) -> tuple[Tensor, ...]:
    return reshape.split(self, split_size, dim)


@shared("split_with_sizes")
def split_with_sizes(input: Tensor, split_sizes: Any, dim: Any = 0) -> tuple[Tensor, ...]:
    return reshape.split(input, list(unpacked((split_sizes,))), dim)


@shared("chunk")
def chunk(input: Tensor, chunks: Any, dim: Any = 0) -> tuple[Tensor, ...]:
    return reshape.chunk(input, chunks, dim)


@shared("tensor_split")
def tensor_split(
    input: Tensor, indices_or_sections: Any = None, dim: Any = 0, indices: Any = None, sections: Any = None
) -> tuple[Tensor, ...]:
    given = [value for value in (indices_or_sections, indices, sections) if value is not None]
    return reshape.tensor_split(input, given[0], dim)


def _numpy_split(input: Tensor, sections: Any, dim: int) -> tuple[Tensor, ...]:
    if not isinstance(sections, (list, tuple)) and integer(input.shape[dim]) % integer(sections):
        raise OperationError(
            "reshape-mismatch", f"{{subject}} cannot divide {text(input.shape[dim])} by {integer(sections)}"
        )
    return reshape.tensor_split(input, sections, dim)


@shared("hsplit")
def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    _require_least_rank(input, 1)
    return _numpy_split(input, indices_or_sections, 0 if input.rank == 1 else 1)


@shared("vsplit")
def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    _require_least_rank(input, 2)
    return _numpy_split(input, indices_or_sections, 0)


@shared("dsplit")
def dsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    _require_least_rank(input, 3)
    return _numpy_split(input, indices_or_sections, 2)


def _require_least_rank(input: Tensor, rank: int) -> None:
    if input.rank < rank:
        raise OperationError(
            "rank-mismatch", f"{{subject}} expects at least {rank} dimensions, gets {input.rank}"
        )


@shared("unbind")
def unbind(input: Tensor, dim: Any = 0) -> tuple[Tensor, ...]:
    return tuple(reshape.unbind(input, dim))


@shared("narrow", "narrow_copy")
def narrow(input: Tensor, dim: Any, start: Any, length: Any) -> Tensor:
    return reshape.narrow(input, dim, start, length)


@shared("select")
def select(input: Tensor, dim: Any, index: Any) -> Tensor:
    return reshape.select(input, dim, index)


@shared("roll")
def roll(input: Tensor, shifts: Any, dims: Any = None, dim: Any = None) -> Tensor:
    return reshape.roll(input, shifts, dims if dim is None else dim)


@shared("flip")
def flip(input: Tensor, *order: Any, dims: Any = None) -> Tensor:
    return reshape.flip(input, tuple(unpacked((dims,) if dims is not None else order)))


@shared("fliplr")
def fliplr(input: Tensor) -> Tensor:
    _require_least_rank(input, 2)
    return reshape.flip(input, (1,))


@shared("flipud")
def flipud(input: Tensor) -> Tensor:
    _require_least_rank(input, 1)
    return reshape.flip(input, (0,))


@shared("rot90")
def rot90(input: Tensor, k: Any = 1, dims: Any = (0, 1)) -> Tensor:
    return reshape.rot90(input, k, dims)


@shared("diagonal")
def diagonal(input: Tensor, offset: Any = 0, dim1: Any = 0, dim2: Any = 1) -> Tensor:
    return reshape.diagonal(input, offset, dim1, dim2)


@torch_function("linalg.diagonal")
def linalg_diagonal(A: Any, offset: Any = 0, dim1: Any = -2, dim2: Any = -1) -> Tensor:
    return reshape.diagonal(tensor(A), offset, dim1, dim2)


@shared("diag")
def diag(input: Tensor, diagonal: Any = 0) -> Tensor:
    return reshape.diag(input, diagonal)


@shared("diag_embed")
def diag_embed(input: Tensor, offset: Any = 0, dim1: Any = -2, dim2: Any = -1) -> Tensor:
    return reshape.diagonal_embedding(input, offset, dim1, dim2)


@shared("diagflat")
def diagflat(input: Tensor, offset: Any = 0) -> Tensor:
    return reshape.diagonal_embedding(reshape.view(input, (-1,)), offset)


@shared_in_place("tril", "triu")
def triangle(input: Tensor, diagonal: Any = 0) -> Tensor:
    _require_least_rank(input, 2)
    return unary(input)


@torch_function("meshgrid")
def meshgrid(*tensors: Any, indexing: Any = "ij") -> tuple[Tensor, ...]:
    if isinstance(indexing, Unknown):
        raise UnknownUsed(indexing)
    return tuple(reshape.meshgrid(list(unpacked(tensors)), indexing or "ij"))


@shared("as_strided")
def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: Any = None) -> Tensor:
    """Any shape over the same memory; what it sees of the input is not followed."""
    shape = sizes((size,))
    field = input.field.forget(range(input.rank), "as_strided").mix(range(input.rank))
    field = field.remove(tuple(range(input.rank)))
    for index in range(len(shape)):
        field = field.insert(index)
    return input.with_(shape=shape, field=field)


# --- positions -----------------------------------------------------------------------------------


@shared("gather")
def gather(input: Tensor, dim: Any, index: Any, sparse_grad: Any = False) -> Tensor:
    return indexing.gather(input, dim, tensor(index))


@shared_in_place("scatter")
def scatter(
    input: Tensor, dim: Any, index: Any, src: Any = None, reduce: Any = None, value: Any = None
) -> Tensor:
    return indexing.scatter(input, dim, tensor(index), src if src is not None else value)


@shared_in_place("scatter_add")
def scatter_add(input: Tensor, dim: Any, index: Any, src: Any) -> Tensor:
    return indexing.scatter(input, dim, tensor(index), tensor(src))


@shared_in_place("scatter_reduce")
def scatter_reduce(
    input: Tensor, dim: Any, index: Any, src: Any, reduce: Any = None, include_self: Any = True
) -> Tensor:
    return indexing.scatter(input, dim, tensor(index), tensor(src))


@shared("index_select")
def index_select(input: Tensor, dim: Any, index: Any) -> Tensor:
    return indexing.index_select(input, dim, tensor(index))


@shared_in_place("index_add")
def index_add(input: Tensor, dim: Any, index: Any, source: Any, alpha: Any = 1) -> Tensor:
    return indexing.index_write(input, dim, tensor(index), tensor(source))


@shared_in_place("index_copy")
def index_copy(input: Tensor, dim: Any, index: Any, source: Any) -> Tensor:
    return indexing.index_write(input, dim, tensor(index), tensor(source))


@shared_in_place("index_fill")
def index_fill(input: Tensor, dim: Any, index: Any, value: Any) -> Tensor:
    return indexing.index_write(input, dim, tensor(index), None)


@shared_in_place("index_reduce")
def index_reduce(
    input: Tensor, dim: Any, index: Any, source: Any, reduce: Any = None, include_self: Any = True
) -> Tensor:
    return indexing.index_write(input, dim, tensor(index), tensor(source))


@shared_in_place("index_put")
def index_put(input: Tensor, indices: Any, values: Any, accumulate: Any = False) -> Tensor:
    result = input.with_()
    indexing.setitem(result, tuple(unpacked((indices,))), values)
    return result


@shared("masked_select")
def masked_select(input: Tensor, mask: Any) -> Tensor:
    return indexing.masked_select(input, tensor(mask))


@shared_in_place("masked_scatter")
def masked_scatter(input: Tensor, mask: Any, source: Any) -> Tensor:
    result = broadcast(input, tensor(mask), dtype=input.dtype)
    values = tensor(source)
    lost = reduction.reduce(values).field
    return result.with_(field=merged_field([result, Tensor((), lost)], result.rank))


@shared("take")
def take(input: Tensor, index: Any) -> Tensor:
    return indexing.take(input, tensor(index))


@shared("take_along_dim")
def take_along_dim(input: Tensor, indices: Any, dim: Any = None) -> Tensor:
    return indexing.take_along_dim(input, tensor(indices), dim)


@shared("select_scatter")
def select_scatter(input: Tensor, src: Any, dim: Any, index: Any) -> Tensor:
    return _written(input, reshape.select(input, dim, index), tensor(src))


@shared("slice_scatter")
def slice_scatter(
    input: Tensor, src: Any, dim: Any = 0, start: Any = None, end: Any = None, step: Any = 1
) -> Tensor:
    along = axis(dim, input.rank)
    key = (slice(None),) * along + (slice(start, end, step),)
    return _written(input, indexing.getitem(input, key), tensor(src))


@shared("diagonal_scatter")
def diagonal_scatter(input: Tensor, src: Any, offset: Any = 0, dim1: Any = 0, dim2: Any = 1) -> Tensor:
    return _written(input, reshape.diagonal(input, offset, dim1, dim2), tensor(src))


def _written(input: Tensor, target: Tensor, source: Tensor) -> Tensor:
    if target.rank != source.rank or any(
        same(a, b) is False for a, b in zip(target.shape, source.shape, strict=True)
    ):
        raise OperationError(
            "broadcast-mismatch",
            f"{{subject}} expects a source of {shape_text(target.shape)}, gets {shape_text(source.shape)}",
        )
    if source.field is Field.EMPTY:
        return input.with_()
    lost = source.field.forget(range(source.rank), "written to a part").mix(range(source.rank))
    lost = lost.remove(tuple(range(source.rank)))
    return input.with_(field=merged_field([input, Tensor((), lost)], input.rank))


# --- products ------------------------------------------------------------------------------------


@shared("matmul")
def matmul(input: Tensor, other: Any) -> Tensor:
    return linear_algebra.matmul(input, tensor(other))


@shared("mm")
def mm(input: Tensor, mat2: Any) -> Tensor:
    other = tensor(mat2)
    require_rank(input, 2)
    require_rank(other, 2)
    return linear_algebra.matmul(input, other)


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
        _require_least_rank(x, 2)
    return linear_algebra.matmul(first, reshape.transpose(second, -2, -1))


@shared("cov", "corrcoef")
def cov(input: Tensor, correction: Any = 1, fweights: Any = None, aweights: Any = None) -> Tensor:
    if input.rank > 2:
        raise OperationError("rank-mismatch", f"{{subject}} expects at most 2 dimensions, gets {input.rank}")
    if input.rank < 2:
        return reduction.reduce(input)
    return linear_algebra.matmul(input, reshape.transpose(input, 0, 1))


# --- matrices ------------------------------------------------------------------------------------


def matrix(value: Any) -> Tensor:
    """A tensor of at least two dims; raises rank-mismatch."""
    x = tensor(value)
    _require_least_rank(x, 2)
    return x


def square_matrix(value: Any) -> Tensor:
    """A (batch of) square matrices; raises matmul-mismatch."""
    x = matrix(value)
    if same(x.shape[-2], x.shape[-1]) is False:
        raise OperationError(
            "matmul-mismatch", f"{{subject}} needs square matrices, gets {shape_text(x.shape)}"
        )
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
    return NamedResult(
        (values.with_(shape=parts[0]), singular, values.with_(shape=parts[2])), ("U", "S", "Vh")
    )


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


for _name in ("matmul", "vecdot"):
    NAMES[f"torch.linalg.{_name}"] = NAMES["torch.matmul"]


@torch_function("linalg.vecdot")
def vecdot(x: Any, y: Any, dim: Any = -1) -> Tensor:
    return reduction.reduce(broadcast(tensor(x), tensor(y)), dim)


# --- Fourier transforms --------------------------------------------------------------------------


def _transformed(x: Tensor, dim: Any, length: Dim, dtype: str) -> Tensor:
    if isinstance(length, int) and length < 1:
        raise OperationError("invalid-argument", f"{{subject}} gets {length} points")
    if not x.rank:
        raise OperationError("rank-mismatch", "{subject} expects at least 1 dimension, gets a scalar")
    return reduction.resized(x, dim, length, dtype)


def _points(x: Tensor, n: Any, dim: Any) -> Dim:
    return size(n) if n is not None else x.shape[axis(dim, x.rank)] if x.rank else 1


@torch_function("fft.fft", "fft.ifft")
def fft(input: Tensor, n: Any = None, dim: Any = -1, norm: Any = None) -> Tensor:
    return _transformed(input, dim, _points(input, n, dim), complex_of(as_floating(input.dtype)))


@torch_function("fft.rfft", "fft.ihfft")
def rfft(input: Tensor, n: Any = None, dim: Any = -1, norm: Any = None) -> Tensor:
    points = _points(input, n, dim)
    if isinstance(points, int) and points < 1:
        raise OperationError("invalid-argument", f"{{subject}} gets {points} points")
    return _transformed(input, dim, points // 2 + 1, complex_of(as_floating(input.dtype)))


@torch_function("fft.irfft", "fft.hfft")
def irfft(input: Tensor, n: Any = None, dim: Any = -1, norm: Any = None) -> Tensor:
    length = size(n) if n is not None else 2 * (_points(input, None, dim) - 1)
    dtype = complex_of(as_floating(input.dtype))
    return _transformed(input, dim, length, REAL_OF[dtype])


def _fft_dims(input: Tensor, s: Any, dim: Any) -> tuple[tuple[int, ...], list[Any]]:
    """The transformed dims and the points given for each (None: its length)."""
    lengths = None if s is None else list(unpacked((s,)))
    if dim is None:
        count = input.rank if lengths is None else len(lengths)
        over = tuple(range(input.rank - count, input.rank))
    else:
        over = axes(dim, input.rank)
    if any(index < 0 for index in over) or (lengths is not None and len(lengths) != len(over)):
        raise OperationError("rank-mismatch", "{subject} gets sizes that do not go with its dims")
    points = [None if length == -1 else length for length in lengths or [None] * len(over)]
    return over, points


def _fftn(input: Tensor, s: Any, dim: Any, last: Callable[..., Tensor]) -> Tensor:
    over, points = _fft_dims(input, s, dim)
    pairs = list(zip(over, points, strict=True))
    if not pairs:
        if last is fft:
            return unary(input, complex_of(as_floating(input.dtype)))
        raise OperationError("rank-mismatch", "{subject} must transform at least one dim")
    for index, n in pairs[:-1]:
        input = fft(input, n, index)
    return last(input, pairs[-1][1], pairs[-1][0])


@torch_function("fft.fftn", "fft.ifftn")
def fftn(input: Tensor, s: Any = None, dim: Any = None, norm: Any = None) -> Tensor:
    return _fftn(input, s, dim, fft)


@torch_function("fft.fft2", "fft.ifft2")
def fft2(input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: Any = None) -> Tensor:
    return _fftn(input, s, dim, fft)


@torch_function("fft.rfftn")
def rfftn(input: Tensor, s: Any = None, dim: Any = None, norm: Any = None) -> Tensor:
    return _fftn(input, s, dim, rfft)


@torch_function("fft.rfft2")
def rfft2(input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: Any = None) -> Tensor:
    return _fftn(input, s, dim, rfft)


@torch_function("fft.irfftn")
def irfftn(input: Tensor, s: Any = None, dim: Any = None, norm: Any = None) -> Tensor:
    return _fftn(input, s, dim, irfft)


@torch_function("fft.irfft2")
def irfft2(input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: Any = None) -> Tensor:
    return _fftn(input, s, dim, irfft)


@torch_function("fft.fftshift", "fft.ifftshift")
def fftshift(input: Tensor, dim: Any = None) -> Tensor:
    over = reduced_axes(dim, input.rank)
    return input.with_(field=input.field.forget(over, "shifted by half"))


@shared("stft")
def stft(
    input: Tensor, n_fft: Any, hop_length: Any = None, win_length: Any = None, window: Any = None,
    center: Any = True, pad_mode: Any = "reflect", normalized: Any = False, onesided: Any = None,
    return_complex: Any = None, align_to_window: Any = None,
) -> Tensor:  # fmt: skip
    """(batch, time) → (batch, frequencies, frames), with a last dim of 2 unless complex."""
    require_rank(input, 1, 2)
    points = integer(n_fft)
    hop = points // 4 if hop_length is None else integer(hop_length)
    length = input.shape[-1] + (2 * (points // 2) if center else 0)
    if isinstance(length, int) and (length < points or hop <= 0):
        raise OperationError(
            "empty-output", f"{{subject}} transforms {points} points of a signal of {length}"
        )
    two_sided = onesided is False or (onesided is None and category(input.dtype) == 3)
    frequencies = points if two_sided else points // 2 + 1
    frames = (length - points) // hop + 1
    field = input.field.forget((input.rank - 1,), "a spectrogram").insert(input.rank - 1)
    dtype = complex_of(as_floating(input.dtype))
    result = Tensor((*input.shape[:-1], frequencies, frames), field, dtype)
    if return_complex is False or (return_complex is None and category(input.dtype) < 3):
        return Tensor((*result.shape, 2), field.insert(result.rank), REAL_OF[dtype])
    return result


# --- what is asked of tensors --------------------------------------------------------------------


@shared("is_floating_point")
def is_floating_point(input: Tensor) -> bool:
    return category(input.dtype) == 2


@shared("is_complex")
def is_complex(input: Tensor) -> bool:
    return category(input.dtype) == 3


@shared("numel")
def numel(input: Tensor) -> Dim:
    return input.numel()


@torch_function("result_type")
def result_type(tensor1: Any, tensor2: Any) -> Any:
    return DTYPES[promoted_dtype((operand(tensor1), operand(tensor2)))]


@torch_function("_shape_as_tensor")
def shape_as_tensor(input: Tensor) -> Tensor:
    known = all(isinstance(dim, int) for dim in input.shape)
    return Tensor((input.rank,), dtype="int64", content=input.shape if known else None)
