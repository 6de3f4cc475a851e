"""What a tensor reads of one dim of one input, and what layers do to that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from analyzers.tensors import placement, runs
from analyzers.tensors.dims import Dim
from analyzers.tensors.gather import Gather
from analyzers.tensors.placement import Term
from analyzers.tensors.support import PIXELS, TooComplex

Key = tuple[str, int]
"""Name of the input and which of its dims."""

UNNAMED = ""
"""The name of an axis that something moves over which does not say what it is."""


class Axis:
    """What a tensor reads of one dim of one input: terms, and whether also all of it.

    ``name`` is what the first layer that moves over the dim calls it (``"H"``). Until then it is None: the dim may
    hold features, channels or tokens, and is followed without being spoken of. ``reduced`` is the global flag. With a
    ``reason`` the field is unknown.
    """

    __slots__ = ("extent", "key", "name", "reason", "reduced", "terms")

    def __init__(
        self,
        key: Key,
        extent: Dim,
        terms: tuple[Term, ...],
        reduced: bool = False,
        reason: str | None = None,
        name: str | None = None,
    ) -> None:
        self.key = key
        self.extent = extent
        self.terms = terms
        self.reduced = reduced
        self.reason = reason
        self.name = name

    @staticmethod
    def whole(key: Key, extent: Dim, name: str | None = None) -> Axis:
        """A dim of the input itself."""
        return Axis(key, extent, (Term(extent, PIXELS, (placement.plain_place(key[1], extent),)),), name=name)

    def __repr__(self) -> str:
        return f"Axis({self.key}, {self.name}, {self.reason or list(self.terms)}, reduced={self.reduced})"

    def is_located(self, dims: frozenset[int]) -> bool:
        """Whether elements read different pixels along any of these tensor dims."""
        for term in self.terms:
            for place in term.places:
                if place[0] in dims:
                    return True
        return False

    def lies_in(self, dim: int) -> bool:
        """:meth:`is_located` for one dim."""
        for term in self.terms:
            for place in term.places:
                if place[0] == dim:
                    return True
        return False

    def is_plain(self, dim: int) -> bool:
        """Whether a tensor dim is this axis and nothing else."""
        return len(self.terms) == 1 and self.terms[0].is_plain(dim)

    def is_split_by(self, dim: int) -> bool:
        """Whether some of the axis' digits are found in this dim and others elsewhere."""
        return any(len(term.places) > 1 and term.at(dim) is not None for term in self.terms)

    def with_terms(self, terms: tuple[Term, ...], reduced: bool) -> Axis:
        return Axis(self.key, self.extent, terms, reduced, self.reason, self.name)

    def named(self, name: str) -> Axis:
        return Axis(self.key, self.extent, self.terms, self.reduced, self.reason, name)

    def flagged(self) -> Axis:
        """The same, and all of it as well."""
        return self.with_terms(self.terms, True)

    def unknown(self, reason: str, reduced: bool | None = None) -> Axis:
        return Axis(self.key, self.extent, (), self.reduced if reduced is None else reduced, reason, self.name)


def changed(axis: Axis, change: Callable[[Term], Term | None]) -> Axis | None:
    """Every term changed; None drops one, TooComplex makes the axis unknown."""
    if not axis.terms:
        return axis
    try:
        terms = tuple(map(change, axis.terms))
    except TooComplex as problem:
        return axis.unknown(str(problem))
    if terms == axis.terms:
        return axis
    return _kept(axis, [term for term in terms if term is not None], axis.reduced)


def _kept(axis: Axis, terms: Sequence[Term], reduced: bool) -> Axis | None:
    """The axis with other terms; None where nothing of it is read any more.

    A map of one unit that has lost its dim sets the global flag if it sees everything.
    """
    kept = [term for term in terms if term.places or term.n != 1 or not covers(axis, term)]
    reduced = reduced or len(kept) < len(terms)
    return axis.with_terms(tuple(kept), reduced) if kept or reduced else None


def covers(axis: Axis, term: Term) -> bool:
    """Whether all base positions together read the whole axis (taken for granted for symbols)."""
    if not isinstance(axis.extent, int) or not isinstance(term.n, int):
        return True
    return term.support.covers(axis.extent, term.n)


def gathered(axis: Axis, dim: int, gather: Gather, n_out: Dim) -> Axis | None:
    """Neighbours read along a dim that becomes ``n_out`` long."""
    alone = sum(term.at(dim) is not None for term in axis.terms) == 1
    return changed(axis, lambda term: runs.gathered(term, dim, gather, n_out, alone))


def mixed(axis: Axis, dims: frozenset[int]) -> Axis | None:
    """Every element depends on all positions along these dims."""
    if not axis.is_located(dims):
        return axis
    reduced = axis.reduced
    terms: list[Term] = []
    try:
        for term in axis.terms:
            if not term.places or any(place[0] not in dims for place in term.places):
                terms.append(placement.mixed(term, dims))
            elif covers(axis, term):
                reduced = True
            else:
                terms.append(Term(1, term.support.united(term.n), ()))  # type: ignore[arg-type]
    except TooComplex as problem:
        return axis.unknown(str(problem))
    return _kept(axis, terms, reduced)


def grouped(axis: Axis, dim: int, groups: int, n_in: int, n_out: int) -> Axis | None:
    """Each of equal parts of a dim mixed for itself, of ``n_in`` positions that become ``n_out``; of an axis that lies
    elsewhere as well, all of them."""
    if groups == n_in == n_out:
        return axis
    if axis.is_split_by(dim):
        return mixed(axis, frozenset((dim,)))
    parts = Gather(n_out // groups, n_in // groups, (range(n_in // groups),) * (n_out // groups))
    return gathered(axis, dim, parts, n_out)


def selected(axis: Axis, dim: int, index: int) -> Axis | None:
    """One position of a dim."""
    if not axis.lies_in(dim):
        return axis
    try:
        terms = [placement.selected(term, dim, index) for term in axis.terms]
    except TooComplex as problem:
        return axis.unknown(str(problem))
    kept = tuple(term for term in terms if term is not None)
    return axis.with_terms(kept, axis.reduced) if kept or axis.reduced else None


def called(axis: Axis, calls: Mapping[int, str]) -> Axis:
    """The axis with the name of the dim it lies in, if that is one of those a layer moves over."""
    if axis.name is None:
        for dim, name in calls.items():
            if axis.lies_in(dim):
                return axis.named(name)
    return axis


def patches_at(axes: Sequence[Axis], dim: int) -> set[Key]:
    """The axes nothing has moved over yet of which a dim holds some digits, so that it is a patch of them.

    The features of a token cut into heads are none: they lie there alone, beside an axis that is whole.
    """
    found = [axis for axis in axes if axis.name is None and axis.is_split_by(dim)]
    if not found:
        return set()
    settled = {axis.key[0] for axis in axes if axis.name is not None}
    alone = sum(axis.lies_in(dim) for axis in axes) == 1
    beside = {axis.key[0] for axis in axes if axis is not found[0] and axis.terms}
    return {axis.key for axis in found if axis.key[0] not in settled and not (alone and axis.key[0] in beside)}
