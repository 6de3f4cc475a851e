"""What a polynomial lies between when every symbol is at least 1."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analyzers.tensors.polynomials import Atom, Floor, Monomial, Symbol, Terms, multiplied, scaled, sum_of

if TYPE_CHECKING:
    from analyzers.tensors.dims import Dim, Expression

MAX_BOUND_DEGREE = 6  # of monomials whose bounds are looked for
Bounds = tuple[Any, Any]  # lowest and highest value, None: unbounded


def bounds(dim: Dim) -> Bounds:
    """What the dim lies between when every symbol is at least 1."""
    return (dim, dim) if isinstance(dim, int) else _bounds(dim)


@lru_cache(maxsize=4096)
def _bounds(dim: Expression) -> Bounds:
    """The blocks of a model ask the same again and again."""
    low, high = _interval(dim.terms)
    better_low = _lowest(_without_floors(dim.terms, low=True))
    negated_high = _lowest(scaled(_without_floors(dim.terms, low=False), -1))
    if better_low is not None and (low is None or better_low > low):
        low = better_low
    if negated_high is not None and (high is None or -negated_high < high):
        high = -negated_high
    return low, high


def _interval(terms: Terms) -> Bounds:
    low: Any = 0
    high: Any = 0
    for monomial, coefficient in terms.items():
        below, above = _monomial_bounds(monomial)
        if coefficient < 0:
            below, above = above, below
        low = None if low is None or below is None else low + coefficient * below
        high = None if high is None or above is None else high + coefficient * above
    return low, high


def _monomial_bounds(monomial: Monomial) -> Bounds:
    low: Any = 1
    high: Any = 1
    for atom, power in monomial:
        below, above = _atom_bounds(atom)
        if below is None or below < 0:
            return None, None
        low = low * below**power
        high = None if high is None or above is None else high * above**power
    return low, high


def _atom_bounds(atom: Atom) -> Bounds:
    if isinstance(atom, Symbol):
        return 1, None
    low, high = bounds(atom.numerator)
    below, above = bounds(atom.divisor)
    if below is None or below < 1:
        return None, None
    if low is not None:
        low = low // below if low < 0 else (0 if above is None else low // above)
    if high is not None:
        high = high // below if high > 0 else (0 if above is None else high // above)
    return low, high


def _without_floors(terms: Terms, low: bool) -> Terms:
    """A bound without floor atoms: ``(x−d+1)/d ≤ ⌊x/d⌋ ≤ x/d`` where the atom stands alone."""
    result: Terms = {}
    for monomial, coefficient in terms.items():
        atom = monomial[0][0] if len(monomial) == 1 and monomial[0][1] == 1 else None
        if isinstance(atom, Floor) and isinstance(atom.divisor, int):
            below = (coefficient > 0) == low
            slack = {(): 1 - atom.divisor} if below else {}
            numerator = _without_floors(sum_of(atom.numerator.terms, slack), below)
            result = sum_of(result, scaled(numerator, Fraction(coefficient, atom.divisor)))
        else:
            result = sum_of(result, {monomial: coefficient})
    return result


def _lowest(terms: Terms) -> Any:
    """The value at symbols = 1 where the polynomial only grows from there, else None."""
    shifted: Terms = {}
    for monomial, coefficient in terms.items():
        if sum(power for _, power in monomial) > MAX_BOUND_DEGREE:
            return None
        factor: Terms = {(): coefficient}
        for atom, power in monomial:
            if isinstance(atom, Floor):
                return None
            for _ in range(power):
                factor = multiplied(factor, {((atom, 1),): 1, (): 1})
        shifted = sum_of(shifted, factor)
    constant = shifted.pop((), 0)
    return None if any(value < 0 for value in shifted.values()) else constant
