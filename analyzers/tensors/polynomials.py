"""Polynomials with integer coefficients: their atoms, and sums and products of their terms.

``Terms`` maps a monomial to its coefficient; the empty monomial is the constant.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzers.tensors.dims import Dim, Expression

_SERIAL = itertools.count()


MAX_ORDER = 4096
"""Numbers that tell the place of a floor division among others."""


class Symbol:
    """A dimension without a value; at least 1. Two symbols of one name are different dims.

    ``solvable`` marks sizes the analysis may choose (the channels of an input nobody gave);
    ``argument``, what stands for an argument that nobody gives and might be anything;
    ``wanted`` collects the values that layers asked of it, ``equations`` what else it takes for the sizes that depend
    on it to fit. ``reason`` says why it is not known.
    """

    __slots__ = ("anonymous", "argument", "equations", "name", "reason", "serial", "solvable", "wanted")

    def __init__(self, name: str, reason: str | None = None, solvable: bool = False, argument: bool = False) -> None:
        self.name = name
        self.reason = reason
        self.solvable = solvable
        self.argument = argument
        self.wanted: list[int] = []
        self.equations: list[tuple[Dim, Dim]] = []
        self.anonymous = name == "?"
        self.serial = next(_SERIAL)

    def __repr__(self) -> str:
        return f"Symbol({self.name!r})"

    @property
    def order(self) -> tuple[int, ...]:
        return (self.serial,)


class Floor:
    """The atom ``⌊numerator / divisor⌋`` of a division that does not come out even."""

    __slots__ = ("_hash", "divisor", "numerator", "order", "weight")

    def __init__(self, numerator: Expression, divisor: Dim) -> None:
        self.numerator = numerator
        self.divisor = divisor
        self.weight = weight_of(numerator) + weight_of(divisor)
        self._hash = hash((numerator, divisor))
        above, below = _order_of(numerator), _order_of(divisor)
        first = min(symbol.serial for symbol in symbols(numerator) | symbols(divisor))
        self.order: tuple[int, ...] = (first, len(above), *above, *below, self._hash)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Floor):
            return NotImplemented
        return self.divisor == other.divisor and self.numerator == other.numerator


Atom = Symbol | Floor
Monomial = tuple[tuple[Atom, int], ...]  # (atom, power), atoms in their order; () is the constant
Terms = dict[Monomial, Any]  # coefficients are ints (Fractions only inside this module)


def weight_of(dim: Dim) -> int:
    if isinstance(dim, int):
        return 1
    return len(dim.terms) + sum(atom.weight for atom in dim.atoms() if isinstance(atom, Floor))


def is_order_long(*dims: Dim) -> bool:
    """Whether the orders of dims have too many numbers: a division that is in several terms counts in each."""
    terms = [monomial for dim in dims if not isinstance(dim, int) for monomial in dim.terms]
    return sum(len(atom.order) for monomial in terms for atom, _ in monomial) > MAX_ORDER


def _order_of(dim: Dim) -> list[int]:
    """Numbers that sort expressions the same way in every run."""
    if isinstance(dim, int):
        return [dim]
    numbers: list[int] = []
    for monomial in sorted(dim.terms, key=monomial_order):
        numbers.append(dim.terms[monomial])
        for atom, power in monomial:
            numbers += (*(atom.order if isinstance(atom, Symbol) else atom.order[:-1]), power)
    return numbers


def monomial_order(monomial: Monomial) -> list[Any]:
    return [(atom.order, power) for atom, power in monomial]


def bare_symbol(dim: Dim) -> Symbol | None:
    """The symbol, where the dim is nothing but one."""
    if isinstance(dim, int) or len(dim.terms) != 1:
        return None
    ((monomial, coefficient),) = dim.terms.items()
    if coefficient != 1 or len(monomial) != 1 or monomial[0][1] != 1:
        return None
    atom = monomial[0][0]
    return atom if isinstance(atom, Symbol) else None


def symbols(dim: Dim) -> set[Symbol]:
    """Every symbol the dim depends on."""
    if isinstance(dim, int):
        return set()
    found: set[Symbol] = set()
    for atom in dim.atoms():
        found |= {atom} if isinstance(atom, Symbol) else symbols(atom.numerator) | symbols(atom.divisor)
    return found


def has_unknown(dim: Dim) -> bool:
    """Whether an anonymous symbol is part of it."""
    return not isinstance(dim, int) and any(found.anonymous for found in symbols(dim))


def sum_of(a: Terms, b: Terms) -> Terms:
    result = dict(a)
    for monomial, coefficient in b.items():
        value = result.get(monomial, 0) + coefficient
        if value:
            result[monomial] = value
        else:
            result.pop(monomial, None)
    return result


def scaled(terms: Terms, factor: Any) -> Terms:
    return {monomial: coefficient * factor for monomial, coefficient in terms.items()} if factor else {}


def multiplied(a: Terms, b: Terms) -> Terms:
    result: Terms = {}
    for left, x in a.items():
        result = sum_of(result, {joined(left, right): x * y for right, y in b.items()})
    return result


def joined(a: Monomial, b: Monomial) -> Monomial:
    if not a or not b:
        return a or b
    powers = dict(a)
    for atom, power in b:
        powers[atom] = powers.get(atom, 0) + power
    return ordered(powers)


def ordered(powers: dict[Atom, int]) -> Monomial:
    return tuple(sorted((item for item in powers.items() if item[1]), key=lambda item: item[0].order))


def monomial_quotient(a: Monomial, b: Monomial) -> Monomial | None:
    powers = dict(a)
    for atom, power in b:
        powers[atom] = powers.get(atom, 0) - power
        if powers[atom] < 0:
            return None
    return ordered(powers)
