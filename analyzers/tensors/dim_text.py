"""Dims and shapes as people read them, and as JSON has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from analyzers.tensors.polynomials import Atom, Monomial, Symbol, Terms, has_unknown

if TYPE_CHECKING:
    from analyzers.tensors.dims import Dim


def counted(count: Dim, noun: str) -> str:
    """For people: ``1 feature``, ``64 features``, ``n features``."""
    is_one = isinstance(count, int) and count == 1
    return f"{text(count)} {noun}" + "s" * (not is_one)


def text(dim: Dim) -> str:
    """For people: ``224``, ``N``, ``64·N``, ``H/2``, ``(H-2)/2``, ``?``.

    ``H/2`` stands for the division rounded either way; what is no size (an argument that is wrong) is shown as it is.
    """
    if isinstance(dim, int):
        return number_text(dim)
    if not hasattr(dim, "terms"):
        return str(dim)
    if has_unknown(dim):
        return "?"
    folded = _constant_folded(dim.terms)
    if folded is not None:
        return _quotient_text(*folded)
    parts = [_monomial_text(monomial, value) for monomial, value in sorted(dim.terms.items(), key=_text_order)]
    return "+".join(parts).replace("+-", "-")


LONGEST = 10_000
"""Bits of a number that is written out; Python itself refuses to write what has some more."""


def number_text(number: int) -> str:
    """``1024``; of what no tensor can have, the order of magnitude."""
    bits = number.bit_length()
    return str(number) if bits < LONGEST else f"{'-' * (number < 0)}10^{int(bits * 0.30103)}"


def shape_text(shape: Iterable[Dim]) -> str:
    """``64×56×56``, and ``()`` for a scalar."""
    return "×".join(map(text, shape)) or "()"


def as_json(dim: Dim) -> int | str | None:
    """The int, the text of a symbolic dim, None where it is unknown."""
    if isinstance(dim, int):
        return dim
    return None if has_unknown(dim) else text(dim)


def _text_order(item: tuple[Monomial, Any]) -> tuple[Any, ...]:
    monomial, coefficient = item
    return (-sum(power for _, power in monomial), coefficient < 0, [atom.order for atom, _ in monomial])


def _constant_folded(terms: Terms) -> tuple[Dim, int] | None:
    """Numerator and divisor, where the terms are one floor division plus a constant."""
    monomials = [monomial for monomial in terms if monomial]
    if len(monomials) != 1 or terms[monomials[0]] != 1 or len(monomials[0]) != 1:
        return None
    atom, power = monomials[0][0]
    if power != 1 or isinstance(atom, Symbol) or not isinstance(atom.divisor, int):
        return None
    whole = terms.get((), 0)
    shift = whole * atom.divisor if whole else -atom.numerator.terms.get((), 0)
    return atom.numerator + shift, atom.divisor


def _quotient_text(numerator: Dim, divisor: Dim) -> str:
    above, below = text(numerator), text(divisor)
    if "+" in above or "-" in above[1:]:
        above = f"({above})"
    return f"{above}/{below}" if below.isalnum() else f"{above}/({below})"


def _monomial_text(monomial: Monomial, coefficient: Any) -> str:
    factors = [_atom_text(atom) for atom, power in monomial for _ in range(power)]
    if len(factors) > 1 or (factors and abs(coefficient) != 1):
        factors = [f"({factor})" if "/" in factor else factor for factor in factors]
    if abs(coefficient) != 1 or not factors:
        factors.insert(0, str(abs(coefficient)))
    return ("-" if coefficient < 0 else "") + "·".join(factors)


def _atom_text(atom: Atom) -> str:
    if isinstance(atom, Symbol):
        return atom.name
    numerator: Dim = atom.numerator
    if isinstance(atom.divisor, int):
        numerator = numerator - atom.numerator.terms.get((), 0)
    return _quotient_text(numerator, atom.divisor)
