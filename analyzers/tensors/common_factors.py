"""How many elements two shapes have, without the factors that are the same in both: no length is zero."""

from __future__ import annotations

from collections.abc import Sequence

from analyzers.tensors.dims import Dim, Expression, exact_quotient, product
from analyzers.tensors.polynomials import Monomial, ordered


def reduced_counts(left: Sequence[Dim], right: Sequence[Dim]) -> tuple[Dim, Dim]:
    """The products of both, divided by the lengths and symbols that they have in common: where what is left differs,
    no sizes make the counts equal."""
    rest, others = list(left), []
    for dim in right:
        if dim in rest and dim != 0:
            rest.remove(dim)
        else:
            others.append(dim)
    return _without_common(product(rest), product(others))


def _without_common(a: Dim, b: Dim) -> tuple[Dim, Dim]:
    if isinstance(a, int) or isinstance(b, int):
        return a, b
    common = _common_monomial([*a.terms, *b.terms])
    if not common:
        return a, b
    divisor = Expression({common: 1})
    quotients = exact_quotient(a, divisor), exact_quotient(b, divisor)
    return (a, b) if None in quotients else quotients  # type: ignore[return-value]


def _common_monomial(monomials: list[Monomial]) -> Monomial:
    """The atoms that are in all of them, as often as in the one that has fewest."""
    powers = dict(monomials[0])
    for monomial in monomials[1:]:
        own = dict(monomial)
        powers = {atom: min(power, own[atom]) for atom, power in powers.items() if atom in own}
    return ordered(powers)
