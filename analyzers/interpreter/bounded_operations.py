"""Operations of Python itself on plain values, refused where the result would be too large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter import certain
from analyzers.interpreter.budget import MAXIMUM_BITS, MAXIMUM_COLLECTION, MAXIMUM_STRING
from analyzers.interpreter.unknown_numbers import unknown_number
from analyzers.tensors.dims import Expression
from analyzers.unknown import UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def guarded(machine: Machine, function: Any, left: Any, right: Any) -> Any:
    try:
        return function(left, right)
    except UnknownUsed as used:
        return unknown_number(function, left, right, used.unknown)
    except (TypeError, ValueError, ArithmeticError) as error:
        if isinstance(left, Expression) or isinstance(right, Expression):
            return machine.unknown("arithmetic with a symbolic size")
        raise certain.of_python(machine, error, left, right) from None


def too_large(name: str, left: Any, right: Any) -> str | None:
    """A reason where the result would not fit the budget."""
    if isinstance(left, int) and isinstance(right, int):
        return _number_too_large(name, left, right)
    if name == "mul":
        count = right if isinstance(right, int) else left if isinstance(left, int) else 0
        sequence = left if isinstance(right, int) else right
        if isinstance(sequence, (str, bytes, list, tuple)):
            limit = MAXIMUM_STRING if isinstance(sequence, (str, bytes)) else MAXIMUM_COLLECTION
            if len(sequence) * count > limit:
                return f"a sequence of more than {limit:,} elements"
    if name == "add" and isinstance(left, (str, list, tuple)) and isinstance(right, type(left)):
        if len(left) + len(right) > MAXIMUM_COLLECTION:
            return f"a sequence of more than {MAXIMUM_COLLECTION:,} elements"
    return None


def _number_too_large(name: str, left: int, right: int) -> str | None:
    bits = 0
    if name == "pow" and right > 0:
        bits = left.bit_length() * right
    elif name == "lshift":
        bits = left.bit_length() + right
    elif name == "mul":
        bits = left.bit_length() + right.bit_length()
    return "a number that is too large" if bits > MAXIMUM_BITS else None


PRODUCTS_PER_STEP = 2
"""Of terms of symbolic sizes."""


def steps_of(name: str, size: Expression, other: Any) -> int:
    """What arithmetic with a symbolic size costs: by its terms, and for a product or a quotient by those of the other."""
    if name == "pow":
        return len(size.terms) ** 2 * (other if type(other) is int and 0 < other < 9 else 1) // PRODUCTS_PER_STEP
    others = len(other.terms) if type(other) is Expression and name not in ("add", "sub") else 1
    return len(size.terms) * others // PRODUCTS_PER_STEP


MULTIPLICATIONS_PER_STEP = 1000
"""Of machine words."""


def modular_power(machine: Machine, base: Any, exponent: Any, modulus: Any) -> Any:
    """``pow(base, exponent, modulus)``, charged by what it multiplies."""
    if all(isinstance(n, int) for n in (base, exponent, modulus)) and modulus:
        words = modulus.bit_length() // 64 + 1
        machine.budget.spend(exponent.bit_length() * words**2 // MULTIPLICATIONS_PER_STEP)
        base %= modulus
    return pow(base, exponent, modulus)
