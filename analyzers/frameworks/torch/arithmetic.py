"""Element by element: mathematical functions, operators, comparisons, clamping, choosing."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from analyzers.frameworks.torch.dtypes import DTYPES
from analyzers.frameworks.torch.functional.arguments import tensor
from analyzers.frameworks.torch.registration import (
    in_place_form,
    shared,
    shared_in_place,
    tensor_method,
    torch_call,
    torch_function,
)
from analyzers.interpreter.overlays import METHODS, NAMES
from analyzers.tensors.dims import Dim, Expression
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import content
from analyzers.tensors.operations.arguments import (
    TENSOR_VALUE,
)
from analyzers.tensors.operations.dtypes import REAL_OF, as_floating, category
from analyzers.tensors.operations.elementwise import (
    Combine,
    activation,
    added,
    broadcast,
    computed,
    divided,
    multiplied,
    promoted_dtype,
    subtracted,
    unary,
)
from analyzers.tensors.signals import SHAPES
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

# --- one operand ----------------------------------------------------------------------------------

SAME_DTYPE: dict[str, Callable[[Any], Any] | None] = {
    "ceil": math.ceil, "floor": math.floor, "trunc": math.trunc, "fix": math.trunc, "neg": operator.neg,
    "negative": operator.neg, "square": lambda x: x * x, "sign": lambda x: (x > 0) - (x < 0),
    "positive": operator.pos, "frac": None, "sgn": None, "bitwise_not": None,
    "conj_physical": None, "zero": lambda x: 0, "detach": lambda x: x,
}  # fmt: skip
"""Functions that keep the dtype, with their arithmetic where it is exact."""
TO_FLOAT: dict[str, Callable[[Any], Any] | None] = dict.fromkeys((
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan",
    "asin", "acos", "atan", "sinh",
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
        made = _mapped(input, function, result(input.dtype))
        if name in SHAPES:
            made.signal = activation(input, name).signal
        return made

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


@shared_in_place("logit", "mvlgamma", "renorm")
def with_numbers(input: Tensor, *numbers: Any, eps: Any = None, **_: Any) -> Tensor:
    return unary(input)


@shared_in_place("polygamma")
def polygamma(n: Any, input: Any) -> Tensor:
    """As a function the number comes first, as a method the tensor."""
    return unary(n if isinstance(n, Tensor) else tensor(input))


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


# --- two operands ---------------------------------------------------------------------------------


def operand(value: Any) -> Any:
    """A tensor or number; raises UnknownUsed, or PythonError(TypeError) for anything else."""
    if isinstance(value, (Tensor, int, float, complex, Expression)):
        return value
    return tensor(value)


ARITHMETIC: dict[str, Callable[..., Any] | None] = {
    "mul": operator.mul, "multiply": operator.mul, "remainder": operator.mod,
    "fmod": math.fmod, "pow": None, "maximum": max, "minimum": min, "fmax": max, "fmin": min,
    "bitwise_and": operator.and_, "bitwise_or": operator.or_, "bitwise_xor": operator.xor,
    "bitwise_left_shift": None, "bitwise_right_shift": None,
    "gcd": math.gcd, "lcm": math.lcm, "nextafter": None, "heaviside": None, "floor_divide": operator.floordiv,
}  # fmt: skip
"""Functions whose result has the promoted dtype."""
FLOATING: dict[str, Callable[..., Any] | None] = {
    "true_divide": operator.truediv, "atan2": None, "arctan2": None, "hypot": None, "logaddexp": None,
    "logaddexp2": None, "copysign": None, "xlogy": None, "ldexp": None, "igamma": None, "igammac": None,
}  # fmt: skip
COMPARISONS: dict[str, Callable[..., Any]] = {
    "eq": operator.eq, "ne": operator.ne, "not_equal": operator.ne, "lt": operator.lt, "less": operator.lt,
    "le": operator.le, "less_equal": operator.le,
    "gt": operator.gt, "greater": operator.gt, "ge": operator.ge,
    "greater_equal": operator.ge, "logical_and": lambda a, b: bool(a) and bool(b),
    "logical_or": lambda a, b: bool(a) or bool(b), "logical_xor": lambda a, b: bool(a) != bool(b),
}  # fmt: skip


SIGNALS: dict[Any, Combine] = {operator.mul: multiplied, operator.sub: subtracted, operator.truediv: divided}
"""What becomes of the operands' signals; those of all others are added."""


def _combined(function: Callable[..., Any] | None, input: Any, other: Any, dtype: str | None) -> Tensor:
    if function is None:
        return broadcast(operand(input), operand(other), dtype=dtype)
    return computed(function, operand(input), operand(other), dtype=dtype, combine=SIGNALS.get(function, added))


def _arithmetic(function: Callable[..., Any] | None) -> Callable[..., Tensor]:
    return lambda input, other: _combined(function, input, other, None)


def _floating(function: Callable[..., Any] | None) -> Callable[..., Tensor]:
    def native(input: Any, other: Any) -> Tensor:
        dtype = as_floating(promoted_dtype((operand(input), operand(other))))
        return _combined(function, input, other, dtype)

    return native


def _comparison(function: Callable[..., Any] | None) -> Callable[..., Tensor]:
    return lambda input, other: _combined(function, input, other, "bool")


OF_TWO_TENSORS = frozenset((
    "maximum", "minimum", "fmax", "fmin", "gcd", "lcm", "nextafter", "heaviside", "atan2", "arctan2", "hypot",
    "logaddexp", "logaddexp2", "ldexp", "igamma", "igammac", "logical_and", "logical_or", "logical_xor",
))  # fmt: skip
"""Functions that take no number in place of a tensor."""


def _of_two_tensors(native: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda input, other: native(tensor(input), tensor(other))


TABLES: Any = ((ARITHMETIC, _arithmetic), (FLOATING, _floating), (COMPARISONS, _comparison))
for _table, _made in TABLES:
    for _name, _function in _table.items():
        _native = _made(_function)
        shared_in_place(_name)(_of_two_tensors(_native) if _name in OF_TWO_TENSORS else _native)
NAMES["torch.special.xlogy"] = NAMES["torch.xlogy"]


@torch_function("pow")
def power(input: Any, exponent: Any) -> Tensor:
    whole = exponent == 2 if isinstance(exponent, (int, float)) else False
    if whole:
        return _combined(lambda x, _: x * x, input, exponent, None)
    integers = all(
        category(value.dtype) == 1 if isinstance(value, Tensor) else isinstance(value, int)
        for value in (input, exponent)
    )
    return _combined(_integer_power if integers else _float_power, input, exponent, None)


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
def float_power(input: Any, exponent: Any) -> Tensor:
    dtype = promoted_dtype((input, operand(exponent)))
    return broadcast(input, exponent, dtype="complex128" if category(dtype) == 3 else "float64")


@shared("isclose")
def isclose(input: Tensor, other: Tensor, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: Any = False) -> Tensor:
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


@shared_in_place("masked_fill")
def masked_fill(input: Tensor, mask: Any, value: Any) -> Tensor:
    return broadcast(input, tensor(mask), dtype=input.dtype)


@shared("isin")
def isin(elements: Any, test_elements: Any, assume_unique: Any = False, invert: Any = False) -> Tensor:
    return Tensor((), dtype="bool") if isinstance(elements, (int, float)) else unary(tensor(elements), "bool")


@shared("bucketize")
def bucketize(input: Any, boundaries: Any, out_int32: Any = False, right: Any = False) -> Tensor:
    return Tensor((), dtype="int64") if isinstance(input, (int, float)) else unary(tensor(input), "int64")


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


# --- what is asked of tensors ---------------------------------------------------------------------


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
