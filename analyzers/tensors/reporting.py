"""What is said of a field: numbers for the axes that have a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analyzers.facts import FieldFact
from analyzers.geometry import PixelSets
from analyzers.tensors import placement
from analyzers.tensors.axis import Axis, Key
from analyzers.tensors.dims import Dim
from analyzers.tensors.layout import canonical_order
from analyzers.tensors.placement import Term
from analyzers.tensors.support import Support, TooComplex

if TYPE_CHECKING:
    from analyzers.tensors.field import Field

MOST_BITS = 1 << 18
"""Of the sets that are kept of an axis: 32 kB."""

Spoken = Mapping[Key, str] | None
"""Which axes are spoken of, and by what name; None: those that carry one themselves."""


def facts(field: Field, names: Spoken) -> FieldFact | None:
    """The facts of the input with the most axes still located; None where no axis with a name is known to be read."""
    known = [axis for axis in field.axes if axis.reason is None and name_of(axis, names) is not None]
    if not known:
        return None
    inputs = dict.fromkeys(axis.key[0] for axis in known)
    best = max(inputs, key=lambda name: sum(_is_located(a) for a in known if a.key[0] == name))
    chosen = [axis for axis in known if axis.key[0] == best]
    chosen.sort(key=lambda axis: canonical_order(name_of(axis, names)))
    *columns, sets = zip(*_rows(field, chosen, names), strict=True)
    return FieldFact(
        tuple(name_of(axis, names) or "" for axis in chosen),
        *columns,  # type: ignore[arg-type]
        global_=any(axis.reduced for axis in chosen),
        extent=tuple(axis.extent for axis in chosen),
        sets=sets,
    )


def name_of(axis: Axis, names: Spoken) -> str | None:
    return axis.name if names is None else names.get(axis.key)


def reported(field: Field, axis: Axis, names: Spoken) -> Term | None:
    """The located term with the largest field, over the positions of its dim if that is its own."""
    if not axis.terms:
        return None
    term = axis.terms[0]
    if len(axis.terms) > 1:
        term = max(axis.terms, key=lambda term: (bool(term.places), term.support.size))
    if len(term.places) != 1 or field.is_shared(term.places[0][0], lambda a: name_of(a, names) is not None):
        return term
    try:
        return placement.rebased(term)
    except TooComplex:
        return term


def _rows(field: Field, axes: Sequence[Axis], names: Spoken) -> list[tuple[Any, ...]]:
    """What is reported of each axis, worked out once where two are alike (square kernels on square maps)."""
    known: dict[Any, tuple[Any, ...]] = {}
    rows = []
    for axis in axes:
        term = reported(field, axis, names)
        key = term and (id(term.support), term.n, bool(term.places), axis.extent)
        if key not in known:
            known[key] = _axis_fact(term, axis)
        rows.append(known[key])
    return rows


def _is_located(axis: Axis) -> bool:
    return any(term.places for term in axis.terms)


def _axis_fact(term: Term | None, axis: Axis) -> tuple[Any, ...]:
    """size, stride, start, density, coverage, erf, size_min, shortest, halo, sets."""
    if term is None:
        return (None,) * 10
    support = term.support
    located = bool(term.places)
    coverage = None
    if isinstance(axis.extent, int) and isinstance(term.n, int):
        coverage = support.coverage(axis.extent, term.n // 2)
    return (
        support.size,
        support.stride if located else None,
        support.start if located else None,
        support.density,
        coverage,
        support.erf(axis.extent, term.n // 2 if isinstance(term.n, int) else 0),
        support.size_min,
        support.narrowest,
        support.halo if located else None,
        _sets(support, term.n) if located else None,
    )


def _sets(support: Support, units: Dim) -> PixelSets | None:
    if sum([bits.bit_length() for bits in support.bits]) > MOST_BITS:
        return None
    return PixelSets(support.period, support.jump, support.offsets, support.bits, support.pace, units)
