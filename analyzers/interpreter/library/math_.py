"""``math`` and ``numbers``; results that would not fit the budget are unknown."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.unknown_numbers import ceiling, floor
from analyzers.interpreter.values import TypingForm
from analyzers.tensors import dims
from analyzers.tensors.dims import Expression
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownNumber, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


MAXIMUM_NUMBERS = 1_000


def _small(value: Any, limit: int, what: str) -> None:
    if isinstance(value, int) and abs(value) > limit:
        raise UnknownUsed(Unknown(f"{what} of a number that is too large"))


def _factorial(n: Any) -> int:
    _small(n, 1000, "the factorial")
    return math.factorial(n)


def _comb(n: Any, k: Any) -> int:
    _small(n, 10_000, "the combinations")
    return math.comb(n, k)


def _perm(n: Any, k: Any = None) -> int:
    _small(n, 1000, "the permutations")
    return math.perm(n, k)


def _prod(iterable: Any, *, start: Any = 1, machine: Machine) -> Any:
    from analyzers.interpreter import operators

    total = start
    for item in machine.iterate(iterable):
        total = operators.binary(machine, "mul", total, item)
    return total


def _number(value: Any) -> Any:
    """What ``float(value)`` is of a tensor with one element."""
    if not isinstance(value, Tensor):
        return value
    content = value.content
    if content is None or len(content) != 1:
        raise UnknownUsed(Unknown("the number in a tensor"))
    return content[0]


def _of_numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(*arguments: Any) -> Any:
        if len(arguments) > MAXIMUM_NUMBERS:
            raise UnknownUsed(Unknown(f"{function.__name__} of more than {MAXIMUM_NUMBERS:,} numbers"))
        return function(*map(_number, arguments))

    apply.__name__ = function.__name__
    return apply


def _floor(x: Any) -> Any:
    if isinstance(x, UnknownNumber):
        return floor(x)
    return x if isinstance(x, Expression) else math.floor(_number(x))


def _ceil(x: Any) -> Any:
    if isinstance(x, UnknownNumber):
        return ceiling(x)
    return x if isinstance(x, Expression) else math.ceil(_number(x))


def _sqrt(x: Any) -> Any:
    x = _number(x)
    if isinstance(x, Expression):
        return UnknownNumber(f"the square root of {dims.text(x)}")
    if isinstance(x, UnknownNumber):
        return UnknownNumber(x.reason, x.place)
    return math.sqrt(x)


def _gcd(*integers: Any) -> int:
    if len(integers) > MAXIMUM_NUMBERS:
        raise UnknownUsed(Unknown(f"gcd of more than {MAXIMUM_NUMBERS:,} numbers"))
    return math.gcd(*integers)


def _isclose(a: Any, b: Any, *, rel_tol: Any = 1e-09, abs_tol: Any = 0.0) -> bool:
    return math.isclose(a, b, rel_tol=rel_tol, abs_tol=abs_tol)


def _fsum(iterable: Any, *, machine: Machine) -> Any:
    return math.fsum(machine.iterate(iterable))


def _log(x: Any, base: Any = None) -> float:
    return math.log(_number(x)) if base is None else math.log(_number(x), _number(base))


_PLAIN = (
    "sin cos tan asin acos atan atan2 sinh cosh tanh exp expm1 log2 log10 log1p fabs fmod modf frexp ldexp copysign "
    "degrees radians hypot trunc isnan isinf isfinite isqrt erf erfc gamma lgamma pow dist lcm"
)

MODULES: dict[str, dict[str, Any]] = {
    "math": {
        **{name: _of_numbers(getattr(math, name)) for name in _PLAIN.split()},
        "pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan, "tau": math.tau,
        "factorial": _factorial, "comb": _comb, "perm": _perm, "prod": _prod, "floor": _floor, "ceil": _ceil,
        "sqrt": _sqrt, "gcd": _gcd, "isclose": _isclose, "fsum": _fsum, "log": _log,
    },
    "numbers": {name: TypingForm(name) for name in ("Number", "Integral", "Real")},
}  # fmt: skip
