"""Tensors stacked along a new dim: which of them an element comes from says what it reads."""

from __future__ import annotations

import math
from collections.abc import Sequence

from analyzers.tensors.axis import Axis
from analyzers.tensors.moments import Energy
from analyzers.tensors.placement import Place, Term, plain_place
from analyzers.tensors.support import MAX_PERIOD, Support, TooComplex


def stacked(axes: Sequence[Axis | None], dim: int) -> Axis | None:
    """One axis of tensors stacked along ``dim``, which they have already, of size 1; None: no more than their union is
    told.

    Single positions that were picked out are laid side by side again. Maps whose positions lie in the dim before are
    dealt out in turn, and those whose positions lie in the dim behind are laid end to end, which is what folding both
    dims into one makes of them. So are parts of one map that fit together that way, wherever their positions lie.
    """
    present = [axis for axis in axes if axis is not None]
    first = present[0] if present else None
    if first is None or len(present) < max(2, len(axes)):
        return None
    if any(axis.reason or axis.reduced or len(axis.terms) != 1 for axis in present):
        return None
    terms = [axis.terms[0] for axis in present]
    try:
        term = _side_by_side(terms, dim) or _of_maps(terms, dim)
    except TooComplex:
        return None
    return None if term is None else first.with_terms((term,), False)


def _side_by_side(terms: Sequence[Term], dim: int) -> Term | None:
    if any(term.places or term.n != 1 for term in terms) or _alike([term.support for term in terms]):
        return None
    support = Support.chained([(term.support, 1) for term in terms])
    return Term(len(terms), support, (plain_place(dim, len(terms)),))


def _of_maps(terms: Sequence[Term], dim: int) -> Term | None:
    first = terms[0]
    at = first.places[0][0] if first.places else dim
    if at == dim or not all(term.is_plain(at) and term.n == first.n for term in terms):
        return None
    supports = [term.support for term in terms]
    if _alike(supports) or any(each.pace is not None or not each.moves_like(supports[0]) for each in supports):
        return None
    in_turn, end_to_end = _in_turn(terms, at, dim), _end_to_end(terms, at, dim)
    pieces = [term for term in (in_turn, end_to_end) if term is not None and _is_one_map(term, supports)]
    if pieces:
        return pieces[0]
    return in_turn if at == dim - 1 else end_to_end if at == dim + 1 else None


def _is_one_map(term: Term, supports: Sequence[Support]) -> bool:
    """Whether the maps put together are no less regular than each of them."""
    return term.support.pace is None and term.support.period <= max(each.period for each in supports)


def _in_turn(terms: Sequence[Term], at: int, dim: int) -> Term | None:
    supports, count = [term.support for term in terms], len(terms)
    period = math.lcm(*(each.period for each in supports))
    if period * count > MAX_PERIOD:
        return None
    masks = [each.mask(unit) for unit in range(period) for each in supports]
    energy = Energy.mixed([each.energy for each in supports])
    offsets, bits = (tuple(column) for column in zip(*masks, strict=True))
    jump = supports[0].jump * (period // supports[0].period)
    shortest = min(each.shortest for each in supports)
    support = Support(period * count, jump, offsets, bits, shortest, energy).simplified()
    n = terms[0].n
    return Term(n * count, support, _ordered((at, ((n, count),), 0, True), (dim, ((count, 1),), 0, True)))


def _end_to_end(terms: Sequence[Term], at: int, dim: int) -> Term | None:
    n, count = terms[0].n, len(terms)
    if not isinstance(n, int) or n < 1 or n * count > MAX_PERIOD:
        return None
    support = Support.chained([(term.support, n) for term in terms])
    return Term(n * count, support, _ordered((at, ((n, 1),), 0, True), (dim, ((count, n),), 0, True)))


def _ordered(*places: Place) -> tuple[Place, ...]:
    return tuple(sorted(places, key=lambda place: place[0]))


def _alike(supports: Sequence[Support]) -> bool:
    first = supports[0]
    return all(
        each is first or (each.jump, each.offsets, each.bits) == (first.jump, first.offsets, first.bits)
        for each in supports
    )
