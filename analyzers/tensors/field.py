"""The receptive field of one tensor: which input pixels its elements read, along every input axis.

For each axis of each input a tensor holds *terms* (placement.py): supports, and where in the
tensor their positions are found. What an element reads is the union over the terms. Mixing over a
dim (attention, Linear, mean) takes that dim's positions out of a term; a term with none left says
that every element reads the same, which is the global flag where that is the whole axis.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from analyzers.facts import FieldFact
from analyzers.tensors import placement
from analyzers.tensors.dims import Dim
from analyzers.tensors.gather import Gather
from analyzers.tensors.placement import Term
from analyzers.tensors.support import PIXELS, Support, TooComplex

MAX_TERMS = 4

Key = tuple[str, str]
"""Name of the input and name of its axis."""


class Axis:
    """What a tensor reads of one axis of one input: terms, and whether also all of it.

    ``reduced`` is the global flag. With a ``reason`` the field is unknown.
    """

    __slots__ = ("extent", "key", "reason", "reduced", "terms")

    def __init__(
        self,
        key: Key,
        extent: Dim,
        terms: tuple[Term, ...],
        reduced: bool = False,
        reason: str | None = None,
    ) -> None:
        self.key = key
        self.extent = extent
        self.terms = terms
        self.reduced = reduced
        self.reason = reason

    def __repr__(self) -> str:
        return f"Axis({self.key}, {self.reason or list(self.terms)}, reduced={self.reduced})"

    def is_located(self, dims: frozenset[int]) -> bool:
        """Whether elements read different pixels along any of these tensor dims."""
        for term in self.terms:
            for place in term.places:
                if place[0] in dims:
                    return True
        return False

    def unknown(self, reason: str) -> Axis:
        return Axis(self.key, self.extent, (), self.reduced, reason)


class Field:
    """The receptive field of one tensor. Immutable; what changes nothing returns the same object.

    Dims are non-negative tensor dims, shapes are tuples of :data:`Dim`.
    """

    __slots__ = ("axes",)

    EMPTY: Field

    def __init__(self, axes: tuple[Axis, ...] = ()) -> None:
        self.axes = axes

    def __repr__(self) -> str:
        return f"Field({list(self.axes)})"

    @staticmethod
    def of_input(shape: Sequence[Dim], axes: dict[str, int], name: str = "x") -> Field:
        """The field of a model input: ``axes`` names the dims to follow, ``{"H": 2, "W": 3}``."""
        return Field(tuple(Axis((name, axis), shape[dim], _whole_axis(dim, shape[dim])) for axis, dim in axes.items()))

        # where things are -------------------------------------------------------------------------

    def located_dims(self) -> frozenset[int]:
        """The tensor dims along which elements read different pixels."""
        terms = [term for axis in self.axes for term in axis.terms]
        return frozenset([place[0] for term in terms for place in term.places])

    def located(self, dim: int) -> bool:
        """Whether elements read different pixels along a dim."""
        return dim in self.located_dims()

    def axes_at(self, dim: int) -> tuple[str, ...]:
        """Names of the input axes that are found, at least in part, along a dim."""
        chosen = frozenset((dim,))
        return tuple(dict.fromkeys([axis.key[1] for axis in self.axes if axis.is_located(chosen)]))

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why axes are unknown."""
        return tuple(dict.fromkeys(axis.reason for axis in self.axes if axis.reason))

    # layout -----------------------------------------------------------------------------------

    def permute(self, order: Sequence[int]) -> Field:
        """Dims reordered: new dim ``i`` is old dim ``order[i]``."""
        target = {old: new for new, old in enumerate(order)}
        return self._renumbered(lambda dim: target[dim])

    def insert(self, dim: int) -> Field:
        """A new dim before ``dim``."""
        return self._renumbered(lambda old: old + (old >= dim))

    def broadcast(self, old_shape: Sequence[Dim], new_rank: int) -> Field:
        """Right-aligned into a higher rank; expanding dims of size 1 is free."""
        more = new_rank - len(old_shape)
        return self._renumbered(lambda old: old + more) if more else self

    def remove(self, dims: Iterable[int]) -> Field:
        """Dims dropped after mixing or squeezing; anything still located there is mixed."""
        gone = frozenset(dims)
        mixed = self.mix(gone)
        return mixed._renumbered(lambda old: old - sum(dim < old for dim in gone))

    def drop(self, dim: int) -> Field:
        """One dim removed; see :meth:`remove`."""
        return self.remove((dim,))

    def reshape(self, old_shape: Sequence[Dim], new_shape: Sequence[Dim]) -> Field:
        """``view`` in row-major order; an axis whose digits split unevenly becomes unknown."""
        if not self.axes:
            return self
        groups = placement.regrouping(old_shape, new_shape)

        def reshaped(axis: Axis) -> Axis | None:
            alone = len(axis.terms) == 1
            return _changed(axis, lambda t: placement.reshaped(t, old_shape, new_shape, groups, alone))

        return self._each_axis(reshaped)

    def repeat(self, dim: int, times: Dim) -> Field:
        """``tile``: the whole dim laid end to end ``times`` times."""
        return self._each(lambda term: placement.tiled(term, dim, times))

    # reading ----------------------------------------------------------------------------------

    def gather(self, dim: int, gather: Gather, n_out: Dim) -> Field:
        """A layer that reads neighbours along one dim: convolution, pooling, resize, pad, slice, roll.

        ``n_out`` is the new size of the dim. Needs the dim to be one whole axis; otherwise only
        shifts are followed and the axis becomes unknown.
        """
        shift = gather.shift
        if shift is None or len(self.axes_at(dim)) < 2:
            return self._each_axis(lambda axis: _gathered(axis, dim, gather, n_out))
        return self._each(lambda term: placement.shifted(term, dim, shift, n_out))

    def gather_each(self, steps: Iterable[tuple[int, Gather, Dim]]) -> Field:
        """:meth:`gather` along several dims."""
        result = self
        for dim, gather, n_out in steps:
            result = result.gather(dim, gather, n_out)
        return result

    def narrow(self, dim: int, start: Dim, step: Dim, n_out: Dim) -> Field:
        """The slice ``[start : … : step]`` of ``n_out`` units along one dim, ``step`` ≥ 1."""
        return self.gather(dim, Gather.strided(start, step), n_out)

    def select(self, dim: int, index: int | None) -> Field:
        """``x[:, i]``: one position of a dim, which is dropped; None: a position that is not known."""
        if index is None:
            return self.remove((dim,))
        chosen = self._each_axis(lambda axis: _selected(axis, dim, index))
        return chosen._renumbered(lambda old: old - (old > dim))

    def mix(self, dims: Iterable[int]) -> Field:
        """Every element now depends on all positions along these dims, which stay.

        Linear layers, convolution channels, softmax, contractions, means, sorts, FFT, recurrence.
        """
        chosen = frozenset(dims)
        return self._each_axis(lambda axis: _mixed(axis, chosen))

    def statistics(self, dims: Iterable[int]) -> Field:
        """Normalisation over these dims: the global flag is set beside the unchanged local field."""
        chosen = frozenset(dims)

        def flagged(axis: Axis) -> Axis:
            if axis.reduced or not axis.is_located(chosen):
                return axis
            return Axis(axis.key, axis.extent, axis.terms, True, axis.reason)

        return self._each_axis(flagged)

    def forget(self, dims: Iterable[int], reason: str) -> Field:
        """Axes located along these dims become unknown."""
        chosen = frozenset(dims)
        return self._each_axis(lambda axis: axis.unknown(reason) if axis.is_located(chosen) else axis)

    # merging ----------------------------------------------------------------------------------

    @staticmethod
    def merge(fields: Sequence[Field], weights: Sequence[Any] | None = None) -> Field:
        """The union of operands of one rank: add, multiply, where, concatenation along channels.

        Located terms are united; what an operand only sees globally sets the global flag beside
        them (gates). ``weights`` share out the energy (channels), equal by default.
        """
        shares = _shares(weights, len(fields))
        operands = [(field, share) for field, share in zip(fields, shares, strict=True) if field.axes]
        if not operands:
            return Field.EMPTY
        first = operands[0][0]
        if all(field is first for field, _ in operands):
            return first
        by_key: dict[Key, list[tuple[Axis, float]]] = {}
        for field, share in operands:
            for axis in field.axes:
                by_key.setdefault(axis.key, []).append((axis, share))
        unions: dict[Any, Support] = {}
        return Field(tuple(_merged_axis(axes, unions) for axes in by_key.values()))

    def gate(self, gate_field: Field) -> Field:
        """Multiplied by another operand; the same as :meth:`merge`."""
        return Field.merge([self, gate_field])

    @staticmethod
    def concat(fields: Sequence[Field], dim: int, sizes: Sequence[Dim]) -> Field:
        """Concatenation along ``dim``, of ``sizes``: along channels a merge, along an axis end to end."""
        if not any(dim in field.located_dims() for field in fields):
            return Field.merge(fields, sizes)
        fields = [field._unfolded(dim) for field in fields]
        total: Dim = sum(sizes)  # type: ignore[assignment]
        joined = _end_to_end(fields, dim, sizes)
        if joined is not None:
            return joined
        placed, origin = [], 0
        for field, size in zip(fields, sizes, strict=True):
            placed.append(field._moved(dim, origin, total))
            origin = origin + size
        return Field.merge(placed)

    @staticmethod
    def misalignment(fields: Sequence[Field]) -> str | None:
        """Why the branches of a merge do not fit together, None where they do.

        Different strides, or centres (averaged over the phases) a unit of the merged map or more
        apart. Branches that end at the same pixel are causal ones of different length: aligned.
        """
        by_key: dict[Key, list[Term]] = {}
        for field in fields:
            for axis in field.axes:
                by_key.setdefault(axis.key, []).extend(axis.terms)
        for (_, name), terms in by_key.items():
            text = _misaligned(terms)
            if text is not None:
                return text.format(axis=name)
        return None

    # reporting --------------------------------------------------------------------------------

    def facts(self, shape: Sequence[Dim] | None = None) -> FieldFact | None:
        """What is reported: of the input with the most axes still located (the first wins ties).

        None where no input axis is known to be read. ``shape`` is the tensor's own; without elements it sees nothing.
        """
        known = [axis for axis in self.axes if axis.reason is None]
        if not known or (shape is not None and 0 in shape):
            return None
        inputs = dict.fromkeys(axis.key[0] for axis in known)
        best = max(inputs, key=lambda name: sum(_is_located(a) for a in known if a.key[0] == name))
        chosen = [axis for axis in known if axis.key[0] == best]
        columns = zip(*self._rows(chosen), strict=True)
        return FieldFact(
            tuple(axis.key[1] for axis in chosen),
            *(tuple(column) for column in columns),  # type: ignore[arg-type]
            global_=any(axis.reduced for axis in chosen),
            extent=tuple(axis.extent for axis in chosen),
        )

    def support(self, axis: str, name: str = "x") -> Support | None:
        """The support that is reported for an axis (for tests and drawings)."""
        for found in self.axes:
            if found.key == (name, axis) and found.terms and found.reason is None:
                return self._reported(found).support  # type: ignore[union-attr]
        return None

    def _rows(self, axes: Sequence[Axis]) -> list[tuple[Any, ...]]:
        """What is reported of each axis, worked out once where two are alike (square kernels on square maps)."""
        known: dict[Any, tuple[Any, ...]] = {}
        rows = []
        for axis in axes:
            term = self._reported(axis)
            key = term and (id(term.support), term.n, bool(term.places), axis.extent)
            if key not in known:
                known[key] = _axis_fact(term, axis)
            rows.append(known[key])
        return rows

    # machinery --------------------------------------------------------------------------------

    def _each_axis(self, change: Callable[[Axis], Axis | None]) -> Field:
        changed = [change(axis) for axis in self.axes]
        if all(map(operator.is_, changed, self.axes)):
            return self
        kept = tuple([axis for axis in changed if axis is not None])
        return Field(kept) if kept else Field.EMPTY

    def _each(self, change: Callable[[Term], Term | None]) -> Field:
        """Change every term; None drops it, TooComplex makes the axis unknown."""
        return self._each_axis(lambda axis: _changed(axis, change))

    def _unfolded(self, dim: int) -> Field:
        """Terms over the positions of a dim that holds one axis only, instead of over its digits."""
        if len(self.axes_at(dim)) != 1:
            return self
        return self._each(lambda term: placement.rebased(term) if term.at(dim) is not None else term)

    def _moved(self, dim: int, by: Dim, extent: Dim) -> Field:
        return self._each(lambda term: placement.moved(term, dim, by, extent))

    def _reported(self, axis: Axis) -> Term | None:
        """The located term with the largest field, over the positions of its dim if that is its own."""
        if not axis.terms:
            return None
        term = axis.terms[0]
        if len(axis.terms) > 1:
            term = max(axis.terms, key=lambda term: (bool(term.places), term.support.size))
        if len(term.places) != 1 or len(self.axes_at(term.places[0][0])) != 1:
            return term
        try:
            return placement.rebased(term)
        except TooComplex:
            return term

    def _renumbered(self, target: Callable[[int], int]) -> Field:
        def moved(term: Term) -> Term:
            places = tuple((target(dim), *rest) for dim, *rest in term.places)
            return Term(term.n, term.support, places) if places != term.places else term  # type: ignore[arg-type]

        return self._each(moved)


Field.EMPTY = Field()


def _whole_axis(dim: int, n: Dim) -> tuple[Term]:
    return (Term(n, PIXELS, (placement.plain_place(dim, n),)),)


# one axis ------------------------------------------------------------------------------------


def _changed(axis: Axis, change: Callable[[Term], Term | None]) -> Axis | None:
    try:
        terms = tuple(map(change, axis.terms))
    except TooComplex as problem:
        return axis.unknown(str(problem))
    if terms == axis.terms:
        return axis
    return _with_terms(axis, [term for term in terms if term is not None])


def _with_terms(axis: Axis, terms: Sequence[Term], reduced: bool = False) -> Axis | None:
    """The axis with other terms; None where nothing of it is read any more.

    A map of one unit that has lost its dim sets the global flag if it sees everything.
    """
    kept = [term for term in terms if term.places or term.n != 1 or not _covers(axis, term)]
    reduced = reduced or axis.reduced or len(kept) < len(terms)
    if not kept and not reduced:
        return None
    return Axis(axis.key, axis.extent, tuple(kept), reduced, axis.reason)


def _covers(axis: Axis, term: Term) -> bool:
    """Whether all base positions together read the whole axis (taken for granted for symbols)."""
    if not isinstance(axis.extent, int) or not isinstance(term.n, int):
        return True
    return term.support.covers(axis.extent, term.n)


def _gathered(axis: Axis, dim: int, gather: Gather, n_out: Dim) -> Axis | None:
    alone = sum(term.at(dim) is not None for term in axis.terms) == 1
    return _changed(axis, lambda term: placement.gathered(term, dim, gather, n_out, alone))


def _mixed(axis: Axis, dims: frozenset[int]) -> Axis | None:
    if not axis.is_located(dims):
        return axis
    reduced = axis.reduced
    terms: list[Term] = []
    try:
        for term in axis.terms:
            if not term.places or any(place[0] not in dims for place in term.places):
                terms.append(placement.mixed(term, dims))
            elif _covers(axis, term):
                reduced = True
            else:
                terms.append(Term(1, term.support.united(term.n), ()))  # type: ignore[arg-type]
    except TooComplex as problem:
        return axis.unknown(str(problem))
    return _with_terms(axis, terms, reduced)


def _selected(axis: Axis, dim: int, index: int) -> Axis | None:
    if not axis.is_located(frozenset((dim,))):
        return axis
    try:
        terms = [placement.selected(term, dim, index) for term in axis.terms]
    except TooComplex as problem:
        return axis.unknown(str(problem))
    kept = tuple(term for term in terms if term is not None)
    return Axis(axis.key, axis.extent, kept, axis.reduced, axis.reason) if kept or axis.reduced else None


# merge ----------------------------------------------------------------------------------------


def _shares(weights: Sequence[Any] | None, count: int) -> list[float]:
    if weights is None or not all(isinstance(weight, (int, float)) for weight in weights):
        return [1.0] * count
    return [float(weight) or 1.0 for weight in weights]


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


def _merged_axis(axes: Sequence[tuple[Axis, float]], unions: dict[Any, Support]) -> Axis:
    """One axis of a merge. ``unions`` shares results between axes with identical operands."""
    first = axes[0][0]
    if len(axes) == 1 or all(axis is first for axis, _ in axes):
        return first
    reason = next((axis.reason for axis, _ in axes if axis.reason), None)
    reduced = any(axis.reduced for axis, _ in axes)
    if reason is not None:
        return Axis(first.key, first.extent, (), reduced, reason)
    terms = [(term, share) for axis, share in axes for term in axis.terms]
    if not terms:
        return Axis(first.key, first.extent, (), reduced)
    located, constants = _without_stretched(terms)
    constants = [t for t in constants if not (t[0].places and _covers(first, t[0]))]
    reduced = reduced or len(located) + len(constants) < len(terms)
    frozen = [(placement.constant(term), share) for term, share in constants]
    try:
        merged = tuple(_united_terms([*located, *frozen], unions))
    except TooComplex as problem:
        return Axis(first.key, first.extent, (), reduced, str(problem))
    if len(merged) > MAX_TERMS:
        return Axis(first.key, first.extent, (), reduced, "too many different placements are merged")
    return Axis(first.key, first.extent, merged, reduced)


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


def _end_to_end(fields: Sequence[Field], dim: int, sizes: Sequence[Dim]) -> Field | None:
    """Whole maps of the same axes concatenated along one of them, unit by unit; None where not so."""
    total = sum(sizes)  # type: ignore[arg-type]
    keys = {tuple(axis.key for axis in field.axes) for field in fields}
    single = all(len(axis.terms) == 1 for field in fields for axis in field.axes)
    if len(keys) != 1 or not single or not isinstance(total, int):
        return None
    parts = [
        field._each(lambda term, size=size: placement.with_padding(term, size) if term.at(dim) else term)
        for field, size in zip(fields, sizes, strict=True)
    ]
    columns = [[part.axes[at] for part in parts] for at in range(len(parts[0].axes))]
    moving = [axis for axes in columns for axis in axes if axes[0].terms and axes[0].terms[0].at(dim)]
    if not all(axis.terms and axis.terms[0].is_plain(dim) for axis in moving):
        return None
    return Field(tuple(_chained(axes, dim, total) for axes in columns))


def _chained(axes: Sequence[Axis], dim: int, total: int) -> Axis:
    first = axes[0]
    if not first.terms or first.terms[0].at(dim) is None:
        return _merged_axis([(axis, 1.0) for axis in axes], {})
    reduced = any(axis.reduced for axis in axes)
    parts = [(axis.terms[0].support, axis.terms[0].n) for axis in axes]
    try:
        support = Support.chained(parts)  # type: ignore[arg-type]
    except TooComplex as problem:
        return Axis(first.key, first.extent, (), reduced, str(problem))
    return Axis(first.key, first.extent, (Term(total, support, (placement.plain_place(dim, total),)),), reduced)


def _misaligned(terms: Sequence[Term]) -> str | None:
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
    unit = max(a.stride, b.stride)
    apart = Fraction(a.middle - b.middle, 2)
    if a.stride != b.stride:
        last = n - 1 if isinstance(n, int) else None
        drift = apart if last is None else apart + last * (a.stride - b.stride)
        if last is None or max(abs(apart), abs(drift)) >= unit:
            strides = f"{_number(a.stride)} px per unit, the other {_number(b.stride)} px"
            return f"{{axis}}: one branch moves {strides}"
        return None
    if abs(apart) < unit or a.end == b.end:
        return None
    units = _number(abs(apart) / unit)
    return f"{{axis}}: centres of the branches are {_number(abs(apart))} px ({units} units) apart"


def _number(value: Fraction) -> str:
    return str(value) if value.denominator <= 16 else f"{float(value):.2f}"


# facts ----------------------------------------------------------------------------------------


def _is_located(axis: Axis) -> bool:
    return any(term.places for term in axis.terms)


def _axis_fact(term: Term | None, axis: Axis) -> tuple[Any, ...]:
    """size, stride, start, density, coverage, erf, size_min, shortest, halo."""
    if term is None:
        return (None,) * 9
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
        support.erf,
        support.size_min,
        support.narrowest,
        support.halo if located else None,
    )
