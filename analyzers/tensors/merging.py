"""Branches of a network brought together: one axis at a time, united or laid end to end."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from analyzers.tensors import placement
from analyzers.tensors.axis import Axis, changed, covers
from analyzers.tensors.dims import Dim
from analyzers.tensors.placement import Term
from analyzers.tensors.support import Support, TooComplex

MAX_TERMS = 4


def shares_of(weights: Sequence[Any] | None, count: int) -> list[float]:
    if weights is None or not all(isinstance(weight, (int, float)) for weight in weights):
        return [1.0] * count
    shares = [float(weight) for weight in weights]
    return shares if sum(shares) > 0 else [1.0] * count


class _Bundle:
    """Terms of one placement, to be united."""

    __slots__ = ("shares", "supports", "term")

    def __init__(self, term: Term, share: float) -> None:
        self.term = term
        self.supports = [term.support]
        self.shares = [share]

    def takes(self, term: Term, share: float) -> bool:
        """Add a term, where it is placed alike; the placement with more digits is kept."""
        if self.term.places != term.places or self.term.n != term.n:
            wider = placement.common_placement(self.term, term)
            if wider is None:
                return False
            self.term = wider
        self.supports.append(term.support)
        self.shares.append(share)
        return True


def merged_axis(axes: Sequence[tuple[Axis, float]], unions: dict[Any, Support]) -> Axis:
    """One axis of a merge. ``unions`` shares results between axes with identical operands."""
    first = axes[0][0]
    if len(axes) == 1 or all(axis is first for axis, _ in axes):
        return first
    first = _common(axes)
    reason = next((axis.reason for axis, _ in axes if axis.reason), None)
    if reason is not None:
        return first.unknown(reason)
    terms = [(term, share) for axis, share in axes for term in axis.terms]
    if not terms:
        return first.with_terms((), first.reduced)
    located, constants = _without_stretched(terms)
    constants = [t for t in constants if not (t[0].places and covers(first, t[0]))]
    reduced = first.reduced or len(located) + len(constants) < len(terms)
    frozen = [(placement.constant(term), share) for term, share in constants]
    try:
        merged = tuple(_united_terms([*_over_one_base(located), *frozen], unions))
    except TooComplex as problem:
        return first.unknown(str(problem), reduced)
    if len(merged) > MAX_TERMS:
        return first.unknown("too many different placements are merged", reduced)
    return first.with_terms(merged, reduced)


def _common(axes: Sequence[tuple[Axis, float]]) -> Axis:
    """What all branches say of the axis together, before their terms."""
    first = axes[0][0]
    name = next(
        (axis.name for axis, _ in axes if axis.name), next((a.name for a, _ in axes if a.name is not None), None)
    )
    return Axis(first.key, first.extent, first.terms, any(axis.reduced for axis, _ in axes), None, name)


def _without_stretched(
    terms: list[tuple[Term, float]],
) -> tuple[list[tuple[Term, float]], list[tuple[Term, float]]]:
    """Located terms, and those every unit sees alike: constants and 1-unit maps that broadcast."""
    wide = any(term.places and term.n != 1 for term, _ in terms)
    located, constants = [], []
    for term, share in terms:
        alike = not term.places or (wide and term.n == 1)
        (constants if alike else located).append((term, share))
    return located, constants


def _over_one_base(terms: list[tuple[Term, float]]) -> list[tuple[Term, float]]:
    """Terms beside a plain one, over its positions where theirs are runs of which all digits but the outermost are gone."""
    plain = next((term for term, _ in terms if len(term.places) == 1 and term.is_plain(term.places[0][0])), None)
    if plain is None or all(term.places == plain.places for term, _ in terms):
        return terms
    dim = plain.places[0][0]
    return [
        (placement.rebased(term), share) if len(term.places) == 1 and term.at(dim) is not None else (term, share)
        for term, share in terms
    ]


def _united_terms(terms: Sequence[tuple[Term, float]], unions: dict[Any, Support]) -> Iterable[Term]:
    bundles: list[_Bundle] = []
    for term, share in terms:
        if not any(bundle.takes(term, share) for bundle in bundles):
            bundles.append(_Bundle(term, share))
    for bundle in bundles:
        if all(support is bundle.supports[0] for support in bundle.supports):
            yield bundle.term
            continue
        n = bundle.term.n
        identity = (n, *map(id, bundle.supports))
        if identity not in unions:
            unions[identity] = Support.union(bundle.supports, bundle.shares, n)
        yield Term(n, unions[identity], bundle.term.places)


def laid(axes: Sequence[Axis | None], dim: int, sizes: Sequence[Dim]) -> Axis | None:
    """One axis of a concatenation along a dim it lies in: its maps, of ``sizes``, end to end (None: it has none)."""
    present = [axis for axis in axes if axis is not None]
    joined = _chained(present, dim, sizes) if len(present) == len(sizes) else None
    if joined is not None:
        return joined
    placed, origin = [], 0
    total: Dim = sum(sizes)  # type: ignore[assignment]
    for axis, size in zip(axes, sizes, strict=True):
        if axis is not None:
            placed.append(_moved(axis, dim, origin, total))
        origin = origin + size
    return merged_axis([(axis, 1.0) for axis in placed if axis is not None], {}) if any(placed) else None


def _moved(axis: Axis, dim: int, by: Dim, extent: Dim) -> Axis | None:
    return changed(axis, lambda term: placement.moved(term, dim, by, extent))


def _chained(axes: Sequence[Axis], dim: int, sizes: Sequence[Dim]) -> Axis | None:
    """Whole maps listed unit by unit; None where they are not that plain."""
    total = sum(sizes)  # type: ignore[arg-type]
    if not isinstance(total, int) or not all(len(axis.terms) == 1 for axis in axes):
        return None
    try:
        parts = [placement.with_padding(axis.terms[0], size) for axis, size in zip(axes, sizes, strict=True)]
    except TooComplex:
        return None
    if not all(term.is_plain(dim) and isinstance(term.n, int) for term in parts):
        return None
    common = _common([(axis, 1.0) for axis in axes])
    try:
        support = Support.chained([(term.support, term.n) for term in parts])  # type: ignore[arg-type]
    except TooComplex as problem:
        return common.unknown(str(problem))
    return common.with_terms((Term(total, support, (placement.plain_place(dim, total),)),), common.reduced)


def misaligned(terms: Sequence[Term]) -> str | None:
    """What is wrong between terms of one axis, with ``{axis}`` to be filled in.

    Every branch is held against the first; of those that keep its stride the two whose centres are
    furthest apart speak for all.
    """
    located = list({id(term.support): term for term in terms if term.places and term.n != 1}.values())
    if len(located) < 2:
        return None
    first = located[0]
    others = [term for term in located[1:] if placement.common_placement(first, term) is not None]
    for term in others:
        if not term.support.moves_like(first.support):
            text = _pair_misaligned(first.support, term.support, first.n)
            if text is not None:
                return text
    centred = [(t.support.middle, t.support) for t in (first, *others) if t.support.moves_like(first.support)]
    low, high = min(centred, key=operator.itemgetter(0)), max(centred, key=operator.itemgetter(0))
    return None if low[0] == high[0] else _pair_misaligned(low[1], high[1], first.n)


def _pair_misaligned(a: Support, b: Support, n: Dim) -> str | None:
    unit = max(_coarsest_unit(a), _coarsest_unit(b))
    apart = Fraction(a.middle - b.middle, 2)
    if a.stride != b.stride:
        last = n - 1 if isinstance(n, int) else None
        drift = apart if last is None else apart + last * (a.stride - b.stride)
        if any(each.pace is not None or each.period > 1 for each in (a, b)):  # Bins that were spread over the map.
            unit = max(unit, Fraction(max(a.size_min, b.size_min), 2))
        if last is None or max(abs(apart), abs(drift)) >= unit:
            strides = f"{_number(a.stride)} px per unit, the other {_number(b.stride)} px"
            return f"{{axis}}: one branch moves {strides}"
        return None
    if abs(apart) < unit or a.end == b.end:
        return None
    units = _number(abs(apart) / a.stride)
    return f"{{axis}}: centres of the branches are {_number(abs(apart))} px ({units} units) apart"


def _coarsest_unit(support: Support) -> Fraction:
    """Pixels from one repetition to the next: the units of the map before it was made larger. Within one of these what is
    read shifts from unit to unit, however it was made larger."""
    return Fraction(support.jump if support.pace is None else support.stride)


def _number(value: Fraction) -> str:
    return str(value) if value.denominator <= 16 else f"{float(value):.2f}"
