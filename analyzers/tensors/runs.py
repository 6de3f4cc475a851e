"""Neighbours read along a dim that holds one digit of an axis whose other digits are found elsewhere.

The outer one of space folded into channels, the inner one of windows and chunks.
"""

from __future__ import annotations

from analyzers.tensors import placement
from analyzers.tensors.dims import Dim
from analyzers.tensors.gather import Gather
from analyzers.tensors.placement import ACROSS, Place, Term, alike, length_of, quotient
from analyzers.tensors.support import TooComplex


def gathered(term: Term, dim: int, gather: Gather, n_out: Dim, alone: bool = True) -> Term | None:
    """Neighbours read along a dim that becomes ``n_out`` long; see :func:`placement.gathered`."""
    place = term.at(dim)
    if place is None or term.is_plain(dim):
        return placement.gathered(term, dim, gather, n_out, alone)
    if gather.shift == 0 and place[3] and alike(length_of(place), n_out):
        return term
    if len(term.places) > 1:
        within = _digits_within(term, dim)
        if within is not None:
            return _around(term, dim, gather, n_out, within)
        found = _inside(term, dim, gather, n_out)
        if found is not None:
            return found
    return placement.gathered(term, dim, gather, n_out, alone)


def _digits_within(term: Term, dim: int) -> int | None:
    """How many base positions each position of a dim stands for, where it holds the outermost digit and only that."""
    place = term.at(dim)
    if place is None or len(place[1]) != 1 or place[2] != 0 or not place[3]:
        return None
    size, divisor = place[1][0]
    return divisor if isinstance(divisor, int) and alike(size * divisor, term.n) else None


def _around(term: Term, dim: int, gather: Gather, n_out: Dim, within: int) -> Term:
    """Neighbours read along the outermost digit, the inner ones (phases that lie among the channels) each for itself."""
    if gather.shift == 0 and alike(n_out * within, term.n):
        return term
    spread = gather.within(within)
    support = term.support.gather(spread, n_out * within)
    places = tuple((dim, ((n_out, within),), 0, True) if place[0] == dim else place for place in term.places)
    return Term(n_out * within, support, places)


def _inside(term: Term, dim: int, gather: Gather, n_out: Dim) -> Term | None:
    """Neighbours read along an inner digit, as in windows and chunks: nothing is read beyond the ends of each."""
    place = term.at(dim)
    if place is None or len(place[1]) != 1 or place[2] != 0 or not place[3] or gather.reason is not None:
        return None
    size, within = place[1][0]
    if not (isinstance(size, int) and isinstance(within, int) and isinstance(n_out, int) and n_out > 0):
        return None
    old, new = size * within, n_out * within
    spread = gather.inside(size, n_out).within(within)
    outer = quotient(term.n, old)
    if spread.reason is not None or outer is None:
        return None
    places: list[Place] = []
    for at, factors, origin, whole in term.places:
        moved_factors = [(n, _carried(divisor, old, new)) for n, divisor in factors]
        places.append((at, ((n_out, within),) if at == dim else tuple(moved_factors), origin, whole))
    support = term.support.gather(spread, outer * new)
    return Term(outer * new, support, tuple(places))


def _carried(divisor: Dim | None, old: int, new: int) -> Dim | None:
    """The divisor of a digit when the runs inside of it have another length."""
    if divisor is None or (isinstance(divisor, int) and divisor < old):
        return divisor
    runs = quotient(divisor, old)
    if runs is None:
        raise TooComplex(ACROSS)
    return runs * new
