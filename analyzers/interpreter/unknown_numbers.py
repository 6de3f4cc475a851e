"""Numbers that are not known because a size is a symbol: a scale (``dim ** -0.5``) leaves the shape of what it scales as it
is, and half of a size is a size again where it is rounded."""

from __future__ import annotations

import operator
from fractions import Fraction
from typing import Any

from analyzers.tensors.dims import Expression, less
from analyzers.tensors.field import Field
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownNumber

MAXIMUM_DENOMINATOR = 64
"""Of factors that are what is written, as 0.5 and 0.75 are and 0.1 is not."""
NUMBERS = (int, float, Expression, UnknownNumber)
ARITHMETIC = frozenset(("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"))


def unknown_number(function: Any, left: Any, right: Any, unknown: Unknown) -> Unknown:
    """What arithmetic with a size gave that depends on its value."""
    if not isinstance(left, NUMBERS) or not isinstance(right, NUMBERS):
        return unknown
    return UnknownNumber(unknown.reason, unknown.place, _quotient(function, left, right))


def _quotient(function: Any, left: Any, right: Any) -> tuple[Any, int] | None:
    factor = right if isinstance(left, Expression) else left
    size = left if isinstance(left, Expression) else right
    if isinstance(factor, Expression) or not isinstance(factor, (int, float)):
        return None
    exact = Fraction(factor) if abs(factor) < MAXIMUM_DENOMINATOR else Fraction(int(factor))
    if function is operator.truediv and factor is right and exact > 0:
        exact = 1 / exact
    elif function is not operator.mul:
        return None
    is_written = 0 < exact.numerator <= MAXIMUM_DENOMINATOR and exact.denominator <= MAXIMUM_DENOMINATOR
    return (size * exact.numerator, exact.denominator) if is_written else None


def floor(value: UnknownNumber) -> Any:
    """The size that is left of a quotient, an Unknown of any other number."""
    if value.quotient is None:
        return UnknownNumber(value.reason, value.place)
    size, parts = value.quotient
    return size // parts


def ceiling(value: UnknownNumber) -> Any:
    if value.quotient is None:
        return UnknownNumber(value.reason, value.place)
    size, parts = value.quotient
    return (size + (parts - 1)) // parts


def as_float(value: Any) -> UnknownNumber:
    """``float(size)``"""
    if isinstance(value, UnknownNumber):
        return value
    return UnknownNumber("a symbolic size as a float", quotient=(value, 1))


def truncated(value: UnknownNumber) -> Any:
    """``int(value)``: the floor of what is not below zero."""
    below = value.quotient is None or less(value.quotient[0], 0) is not False
    return UnknownNumber(value.reason, value.place) if below else floor(value)


def scalars(left: Any, right: Any) -> tuple[Any, Any] | None:
    """The operands with a tensor of no dims for a number that a tensor is combined with; None for anything else."""
    if isinstance(left, Tensor) and isinstance(right, UnknownNumber):
        return left, Tensor((), Field.EMPTY)
    if isinstance(left, UnknownNumber) and isinstance(right, Tensor):
        return Tensor((), Field.EMPTY), right
    return None


def combined_unknowns(name: str, left: Any, right: Any) -> Unknown:
    """The unknown that comes out of an operator; of numbers it is one."""
    unknown = left if isinstance(left, Unknown) else right
    if name in ARITHMETIC and isinstance(left, NUMBERS) and isinstance(right, NUMBERS):
        return UnknownNumber(unknown.reason, unknown.place)
    return unknown.used()


def negated(name: str, value: Unknown) -> Unknown:
    """``-value``"""
    return (
        UnknownNumber(value.reason, value.place)
        if isinstance(value, UnknownNumber) and name != "invert"
        else value.used()
    )
