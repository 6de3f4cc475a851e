"""Tensors stacked along a new dim: which of them an element comes from says what it reads."""

from __future__ import annotations

import math
from collections.abc import Sequence

from analyzers.tensors.axis import Axis
from analyzers.tensors.moments import Energy
from analyzers.tensors.placement import Term, plain_place
from analyzers.tensors.support import MAX_PERIOD, Support, TooComplex


def stacked(axes: Sequence[Axis | None], dim: int) -> Axis | None:
    """One axis of tensors stacked along ``dim``, which they have already, of size 1; None: no more than their union is
    told.

    Single positions that were picked out are laid side by side again. Maps whose positions lie in the dim before are
    dealt out in turn, which is what folding both dims into one makes of them.
    """
    present = [axis for axis in axes if axis is not None]
    first = present[0] if present else None
    if first is None or len(present) < max(2, len(axes)):
        return None
    if any(axis.reason or axis.reduced or len(axis.terms) != 1 for axis in present):
        return None
    terms = [axis.terms[0] for axis in present]
    try:
        term = _side_by_side(terms, dim) or _in_turn(terms, dim)
    except TooComplex:
        return None
    return None if term is None else first.with_terms((term,), False)


def _side_by_side(terms: Sequence[Term], dim: int) -> Term | None:
    if any(term.places or term.n != 1 for term in terms) or _alike([term.support for term in terms]):
        return None
    support = Support.chained([(term.support, 1) for term in terms])
    return Term(len(terms), support, (plain_place(dim, len(terms)),))


def _in_turn(terms: Sequence[Term], dim: int) -> Term | None:
    first, count = terms[0], len(terms)
    if not all(term.is_plain(dim - 1) and term.n == first.n for term in terms):
        return None
    supports = [term.support for term in terms]
    if _alike(supports) or any(each.pace is not None or not each.moves_like(supports[0]) for each in supports):
        return None
    period = math.lcm(*(each.period for each in supports))
    if period * count > MAX_PERIOD:
        return None
    masks = [each.mask(unit) for unit in range(period) for each in supports]
    energy = Energy.mixed([each.energy for each in supports])
    offsets, bits = (tuple(column) for column in zip(*masks, strict=True))
    jump = supports[0].jump * (period // supports[0].period)
    shortest = min(each.shortest for each in supports)
    support = Support(period * count, jump, offsets, bits, shortest, energy).simplified()
    places = ((dim - 1, ((first.n, count),), 0, True), (dim, ((count, 1),), 0, True))
    return Term(first.n * count, support, places)


def _alike(supports: Sequence[Support]) -> bool:
    first = supports[0]
    return all(
        each is first or (each.jump, each.offsets, each.bits) == (first.jump, first.offsets, first.bits)
        for each in supports
    )
