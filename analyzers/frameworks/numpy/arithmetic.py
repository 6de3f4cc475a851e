"""Arithmetic of single numbers as numpy does it: no exceptions, but infinities, nan and zeros.

Operands are whole numbers, floats or complex numbers, all of one kind; symbolic sizes stand among the whole ones.
"""

from __future__ import annotations

import cmath
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from analyzers.tensors.dims import Expression
from analyzers.tensors.operations.dtypes import round_float

INFINITY, NAN = math.inf, math.nan


def is_nan(x: Any) -> bool:
    return x != x


# -- two operands ----------------------------------------------------------------------------------


def divide(a: Any, b: Any) -> Any:
    """``/`` of floats (whole numbers are made floats before)."""
    if b != 0 or isinstance(a, complex):
        return a / b
    if a == 0 or is_nan(a):
        return NAN
    return math.copysign(INFINITY, a) * math.copysign(1, b)


def floor_divide(a: Any, b: Any) -> Any:
    if isinstance(a, Expression) or isinstance(b, Expression):
        return a // b
    if b == 0:
        return divide(a, b) if isinstance(a, float) else 0
    return a // b


def remainder(a: Any, b: Any) -> Any:
    """``%``: the sign of the divisor."""
    if isinstance(a, Expression) or isinstance(b, Expression):
        return a % b
    if b == 0:
        return NAN if isinstance(a, float) else 0
    if isinstance(a, float) and math.isinf(a):
        return NAN
    return a % b


def fmod(a: Any, b: Any) -> Any:
    """The remainder with the sign of the dividend, as in C."""
    if isinstance(a, float):
        return math.fmod(a, b) if b != 0 and not math.isinf(a) else NAN
    if b == 0:
        return 0
    rest = abs(a) % abs(b)
    return -rest if a < 0 else rest


MODULUS = 1 << 64
"""Whole numbers overflow: what is beyond 64 bits need not be worked out."""


def power(a: Any, b: Any) -> Any:
    if isinstance(a, int) and isinstance(b, int):
        return pow(a, b, MODULUS)
    if any(isinstance(x, (Expression, complex)) for x in (a, b)):
        return operator.pow(a, b)
    return _real_power(a, b)


def _real_power(a: float, b: float) -> float:
    try:
        result = a**b
    except ZeroDivisionError:
        return -INFINITY if math.copysign(1, a) < 0 and b % 2 == 1 else INFINITY
    except OverflowError:
        return -INFINITY if a < 0 and b % 2 == 1 else INFINITY
    return NAN if isinstance(result, complex) else result


def maximum(a: Any, b: Any) -> Any:
    return a if is_nan(a) else b if is_nan(b) else max(a, b)


def minimum(a: Any, b: Any) -> Any:
    return a if is_nan(a) else b if is_nan(b) else min(a, b)


def fmax(a: Any, b: Any) -> Any:
    return b if is_nan(a) else a if is_nan(b) else max(a, b)


def fmin(a: Any, b: Any) -> Any:
    return b if is_nan(a) else a if is_nan(b) else min(a, b)


MAXIMUM_SHIFT = 64


def left_shift(a: Any, b: Any) -> Any:
    return 0 if b >= MAXIMUM_SHIFT or b < 0 else a << b


def right_shift(a: Any, b: Any) -> Any:
    return (-1 if a < 0 else 0) if b >= MAXIMUM_SHIFT or b < 0 else a >> b


def hypot(a: Any, b: Any) -> Any:
    return math.hypot(a, b)


def logaddexp(a: Any, b: Any) -> Any:
    high, low = max(a, b), min(a, b)
    return high if math.isinf(high) else high + math.log1p(math.exp(low - high))


def heaviside(a: Any, b: Any) -> Any:
    return a if is_nan(a) else b if a == 0 else float(a > 0)


def add_bools(a: Any, b: Any) -> Any:
    return a or b


def multiply_bools(a: Any, b: Any) -> Any:
    return a and b


# -- one operand -----------------------------------------------------------------------------------


def real(function: Callable[[float], float]) -> Callable[[Any], Any]:
    """A function of ``math`` that gives nan outside its domain and infinity where the result is too large."""

    def apply(x: Any) -> Any:
        try:
            return function(x)
        except ValueError:
            return NAN
        except OverflowError:
            return INFINITY

    return apply


def logarithm(function: Callable[[float], float], pole: float = 0) -> Callable[[Any], Any]:
    """A logarithm, minus infinity at its pole."""
    inside = real(function)
    return lambda x: -INFINITY if x == pole else inside(x)


def sign(x: Any) -> Any:
    if is_nan(x):
        return x
    return (x > 0) - (x < 0)


def square(x: Any) -> Any:
    return x * x


def reciprocal(x: Any) -> Any:
    if isinstance(x, int):
        return int(1 / x) if x else 0
    return divide(1.0, x)


def conjugate(x: Any) -> Any:
    return x.conjugate() if isinstance(x, complex) else x


def rounded(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """``floor`` and its like: whole numbers (and symbolic sizes) stay, infinities and nan too."""

    def apply(x: Any) -> Any:
        if isinstance(x, (int, Expression)):
            return x
        if not math.isfinite(x):
            return x
        return math.copysign(float(function(x)), x)

    return apply


def to_decimals(x: Any, decimals: int) -> Any:
    """``np.round``: to even on the scaled number, which is not always what Python's ``round`` gives."""
    if isinstance(x, int):
        if decimals >= 0:
            return x
        unit = 10**-decimals
        return round(x / unit) * unit
    if isinstance(x, complex):
        return complex(to_decimals(x.real, decimals), to_decimals(x.imag, decimals))
    if not math.isfinite(x):
        return x
    if decimals == 0:
        return math.copysign(float(round(x)), x)
    scale = 10.0 ** abs(decimals)
    scaled = x * scale if decimals > 0 else x / scale
    whole = math.copysign(float(round(scaled)), scaled) if math.isfinite(scaled) else scaled
    return whole / scale if decimals > 0 else whole * scale


def real_part(x: Any) -> Any:
    return x.real if isinstance(x, complex) else x


def imaginary_part(x: Any) -> Any:
    return x.imag if isinstance(x, complex) else 0


def exp(x: Any) -> Any:
    return cmath.exp(x) if isinstance(x, complex) else real(math.exp)(x)


def sqrt(x: Any) -> Any:
    return cmath.sqrt(x) if isinstance(x, complex) else real(math.sqrt)(x)


def is_infinite(x: Any) -> bool:
    return cmath.isinf(x)


def is_finite(x: Any) -> bool:
    return cmath.isfinite(x)


def sinc(x: Any) -> Any:
    return 1.0 if x == 0 else math.sin(math.pi * x) / (math.pi * x)


def cube_root(x: Any) -> Any:
    root = round(abs(x) ** (1 / 3), 15)
    exact = round(root)
    if exact**3 == abs(x):
        return math.copysign(float(exact), x)
    raise ValueError("a cube root that is not whole")


# -- many numbers ----------------------------------------------------------------------------------

BLOCK = 128
"""Numbers that numpy adds up in one go."""
LANES = 8


def pairwise_sum(values: Sequence[Any], add: Callable[[Any, Any], Any]) -> Any:
    """The sum of neighbours in the order in which numpy adds floats: eight lanes, blocks of 128, halves."""
    count = len(values)
    if count < LANES:
        total = -0.0 if not values else values[0]
        for value in values[1:]:
            total = add(total, value)
        return total
    if count <= BLOCK:
        return _sum_of_block(values, add)
    half = count // 2
    half -= half % LANES
    return add(pairwise_sum(values[:half], add), pairwise_sum(values[half:], add))


def _sum_of_block(values: Sequence[Any], add: Callable[[Any, Any], Any]) -> Any:
    lanes = list(values[:LANES])
    whole = len(values) - len(values) % LANES
    for start in range(LANES, whole, LANES):
        lanes = [add(a, b) for a, b in zip(lanes, values[start : start + LANES], strict=True)]
    pairs = [add(lanes[i], lanes[i + 1]) for i in range(0, LANES, 2)]
    total = add(add(pairs[0], pairs[1]), add(pairs[2], pairs[3]))
    for value in values[whole:]:
        total = add(total, value)
    return total


def adding_in(dtype: str) -> Callable[[Any, Any], Any]:
    """Addition that rounds to a floating dtype after every step."""
    if dtype in ("float32", "float16"):
        return lambda a, b: round_float(a + b, dtype)
    return operator.add
