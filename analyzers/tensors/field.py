"""The receptive field of one tensor: which input pixels its elements read, along every input axis.

For each axis of each input a tensor holds *terms*. A term is a :class:`Support` over ``n`` base
positions and the places where the digits of the base position are found in the tensor's dims: an
untouched H is one digit in one dim; after flattening H·W it is the outer digit of that dim; Swin's
windows spread it over two dims. Mixing over a dim (attention, Linear, mean) unites the support
over the digits found there, which the term then no longer depends on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from analyzers.facts import FieldFact
from analyzers.tensors.dims import Dim, Expression, exact_quotient, ideal, product
from analyzers.tensors.support import IDENTITY, MAX_PERIOD, PIXELS, Gather, Support, TooComplex

MAX_TERMS = 4

Factor = tuple[Dim, "Dim | None"]
"""Size and divisor of a digit ``(base // divisor) % size``; divisor None: not of this axis."""
Place = tuple[int, tuple[Factor, ...], Dim, bool]
"""A tensor dim, its factors (outermost first), the index of the first position, and whether the
positions fill the dim (they do not after a concatenation with something else)."""
Digit = tuple[int, Dim, Dim, Dim, Dim]
"""Tensor dim, inner stride, size, divisor, origin: a factor without its neighbours."""
Key = tuple[str, str]


class Term:
    """A support over ``n`` base positions, and where their digits are found in the tensor.

    A digit of the base position that is found nowhere was mixed or fixed: the support does not
    depend on it. No places at all: one constant set.
    """

    __slots__ = ("n", "places", "support")

    def __init__(self, n: Dim, support: Support, places: tuple[Place, ...]) -> None:
        self.n = n
        self.support = support
        self.places = places

    def __repr__(self) -> str:
        return f"Term({self.n}, {self.support}, {self.places})"

    def at(self, dim: int) -> Place | None:
        for place in self.places:
            if place[0] == dim:
                return place
        return None

    def is_plain(self, dim: int) -> bool:
        """Whether the dim is the whole axis and nothing else."""
        if len(self.places) != 1:
            return False
        found, factors, _, whole = self.places[0]
        if found != dim or not whole or len(factors) != 1 or factors[0][1] != 1:
            return False
        return _alike(factors[0][0], self.n)

    def digits(self) -> frozenset[Digit]:
        return frozenset(digit for place in self.places for digit in _digits(place))


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
        return any(place[0] in dims for term in self.terms for place in term.places)

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
        return Field(
            tuple(
                Axis((name, axis), shape[dim], (Term(shape[dim], PIXELS, (_place(dim, shape[dim]),)),))
                for axis, dim in axes.items()
            )
        )

    # where things are -------------------------------------------------------------------------

    def located_dims(self) -> frozenset[int]:
        """The tensor dims along which elements read different pixels."""
        terms = (term for axis in self.axes for term in axis.terms)
        return frozenset(place[0] for term in terms for place in term.places)

    def located(self, dim: int) -> bool:
        """Whether elements read different pixels along a dim."""
        return dim in self.located_dims()

    def axes_at(self, dim: int) -> tuple[str, ...]:
        """Names of the input axes that are found, at least in part, along a dim."""
        found = (axis for axis in self.axes if axis.is_located(frozenset((dim,))))
        return tuple(dict.fromkeys(axis.key[1] for axis in found))

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
        groups = _groups(old_shape, new_shape)
        return self._each(lambda term: _reshaped(term, old_shape, new_shape, groups))

    def repeat(self, dim: int, times: Dim) -> Field:
        """``tile``: the whole dim laid end to end ``times`` times."""
        return self._each(lambda term: _tiled(term, dim, times))

    # reading ----------------------------------------------------------------------------------

    def gather(self, dim: int, gather: Gather, n_out: Dim) -> Field:
        """A layer that reads neighbours along one dim: convolution, pooling, resize, pad, slice, roll.

        ``n_out`` is the new size of the dim. Needs the dim to be one whole axis; otherwise only
        shifts are followed and the axis becomes unknown.
        """
        if gather.shift is None or len(self.axes_at(dim)) < 2:
            return self._each(lambda term: _gathered(term, dim, gather, n_out))
        return self._each(lambda term: _shifted(term, dim, gather, n_out))

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
        chosen = self._each_axis(lambda axis: _selected_axis(axis, dim, index))
        return chosen._renumbered(lambda old: old - (old > dim))

    def mix(self, dims: Iterable[int]) -> Field:
        """Every element now depends on all positions along these dims, which stay.

        Linear layers, convolution channels, softmax, contractions, means, sorts, FFT, recurrence.
        """
        chosen = frozenset(dims)
        return self._each_axis(lambda axis: _mixed_axis(axis, chosen))

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
        joined = _laid_end_to_end(fields, dim, sizes, total)
        if joined is not None:
            return joined
        shifted, origin = [], 0
        for field, size in zip(fields, sizes, strict=True):
            shifted.append(field._each(_moved_by(dim, origin, total)))
            origin = origin + size
        return Field.merge(shifted)

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

        None where no input axis is known to be read. ``shape`` is the tensor's own.
        """
        known = [axis for axis in self.axes if axis.reason is None]
        if not known:
            return None
        inputs = dict.fromkeys(axis.key[0] for axis in known)
        best = max(inputs, key=lambda name: sum(_is_located(a) for a in known if a.key[0] == name))
        chosen = [axis for axis in known if axis.key[0] == best]
        columns = zip(*(_axis_fact(self._reported(axis), axis) for axis in chosen), strict=True)
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

    # machinery --------------------------------------------------------------------------------

    def _each_axis(self, change: Callable[[Axis], Axis | None]) -> Field:
        changed = [change(axis) for axis in self.axes]
        if all(new is old for new, old in zip(changed, self.axes, strict=True)):
            return self
        kept = tuple(axis for axis in changed if axis is not None)
        return Field(kept) if kept else Field.EMPTY

    def _each(self, change: Callable[[Term], Term | None]) -> Field:
        """Change every term; None drops it, TooComplex makes the axis unknown."""

        def changed(axis: Axis) -> Axis | None:
            try:
                terms = tuple(map(change, axis.terms))
            except TooComplex as problem:
                return axis.unknown(str(problem))
            if terms == axis.terms:
                return axis
            return _axis_of(axis, [term for term in terms if term is not None])

        return self._each_axis(changed)

    def _unfolded(self, dim: int) -> Field:
        """Terms over the positions of a dim that holds one axis only, instead of over its digits."""
        return self._each(_rebased_at(dim)) if len(self.axes_at(dim)) == 1 else self

    def _reported(self, axis: Axis) -> Term | None:
        """The located term with the largest field, over the positions of its dim if that is its own."""
        if not axis.terms:
            return None
        term = max(axis.terms, key=lambda term: (bool(term.places), term.support.size))
        if len(term.places) != 1 or len(self.axes_at(term.places[0][0])) != 1:
            return term
        try:
            return _rebased(term)
        except TooComplex:
            return term

    def _renumbered(self, target: Callable[[int], int]) -> Field:
        def moved(term: Term) -> Term:
            places = tuple((target(dim), *rest) for dim, *rest in term.places)
            return Term(term.n, term.support, places) if places != term.places else term  # type: ignore[arg-type]

        return self._each(moved)


Field.EMPTY = Field()


# digits and places ----------------------------------------------------------------------------


def _place(dim: int, size: Dim) -> Place:
    return dim, ((size, 1),), 0, True


def _alike(a: Dim, b: Dim) -> bool:
    """Equal, taking floor divisions of symbolic sizes to come out even."""
    return a is b or a == b or (not (isinstance(a, int) and isinstance(b, int)) and ideal(a) == ideal(b))


def _length(place: Place) -> Dim:
    return product(size for size, _ in place[1])


def _digits(place: Place) -> list[Digit]:
    dim, factors, origin, _ = place
    inner: Dim = 1
    found: list[Digit] = []
    for size, divisor in reversed(factors):
        if divisor is not None:
            found.append((dim, inner, size, divisor, origin))
        inner = inner * size
    return found


def _axis_of(axis: Axis, terms: Sequence[Term], reduced: bool = False) -> Axis | None:
    """The axis with other terms; one whose 1-unit map has lost its dim is reduced or constant."""
    kept: list[Term] = []
    reduced = reduced or axis.reduced
    for term in terms:
        if not term.places and term.n == 1 and _covers(axis, term):
            reduced = True
        else:
            kept.append(term)
    if not kept and not reduced:
        return None
    return Axis(axis.key, axis.extent, tuple(kept), reduced, axis.reason)


def _covers(axis: Axis, term: Term) -> bool:
    """Whether all base positions together read the whole axis (taken for granted for symbols)."""
    if not isinstance(axis.extent, int) or not isinstance(term.n, int):
        return True
    return term.support.covers(axis.extent, term.n)


# reshape --------------------------------------------------------------------------------------

Groups = list[tuple[list[int], list[int]]]


def _groups(old: Sequence[Dim], new: Sequence[Dim]) -> Groups:
    """Runs of old and new dims with equal products, as small as possible."""
    groups: Groups = []
    i = j = 0
    while i < len(old) or j < len(new):
        left, right = list(range(i, min(i + 1, len(old)))), list(range(j, min(j + 1, len(new))))
        i, j = i + len(left), j + len(right)
        a, b = product(old[d] for d in left), product(new[d] for d in right)
        while not _alike(a, b) and (i < len(old) or j < len(new)):
            grow_left, grow_right = _smaller(a, b)
            if (grow_left or j == len(new)) and i < len(old):
                a, left, i = a * old[i], [*left, i], i + 1
            if (grow_right or i == len(old)) and j < len(new) and not _alike(a, b):
                b, right, j = b * new[j], [*right, j], j + 1
        groups.append((left, right))
    return groups


def _smaller(a: Dim, b: Dim) -> tuple[bool, bool]:
    """Which side has to grow; both where symbols leave it open."""
    if isinstance(a, int) and isinstance(b, int):
        return a < b, a > b
    if exact_quotient(b, a) is not None:
        return True, False
    return (False, True) if exact_quotient(a, b) is not None else (True, True)


def _reshaped(term: Term, old: Sequence[Dim], new: Sequence[Dim], groups: Groups) -> Term:
    places: list[Place] = []
    for left, right in groups:
        found = [place for dim in left if (place := term.at(dim)) is not None]
        if not found:
            continue
        if len(left) == len(right) == 1:
            places.append((right[0], *found[0][1:]))
            continue
        if not all(place[3] for place in found):
            raise TooComplex("a concatenated axis is reshaped")
        factors = [f for dim in left for f in _factors_of(term, dim, old[dim])]
        places += _regrouped(factors, [(dim, new[dim]) for dim in right])
    if tuple(places) == term.places:
        return term
    return Term(term.n, term.support, _completed(places, term.n))


def _factors_of(term: Term, dim: int, size: Dim) -> tuple[Factor, ...]:
    place = term.at(dim)
    return place[1] if place is not None else ((size, None),)


def _regrouped(factors: Sequence[Factor], dims: Sequence[tuple[int, Dim]]) -> list[Place]:
    """The factors dealt out to new dims from the innermost, splitting digits where needed."""
    pool = list(_compact(factors))
    places: list[Place] = []
    for dim, size in reversed(dims):
        taken = _compact(_taken(pool, size))
        if any(divisor is not None for _, divisor in taken):
            places.append((dim, taken, 0, True))
    if any(divisor is not None and size != 1 for size, divisor in pool):
        raise TooComplex("an axis is split unevenly by a reshape")
    return places[::-1]


def _taken(pool: list[Factor], need: Dim) -> list[Factor]:
    """Factors of together ``need`` positions, removed from the inner end of the pool."""
    taken: list[Factor] = []
    while need != 1:
        if not pool:
            raise TooComplex("an axis is split unevenly by a reshape")
        size, divisor = pool.pop()
        if _alike(size, need):
            return [(size, divisor), *taken]
        rest = _quotient(need, size)
        if rest is not None:
            taken.insert(0, (size, divisor))
            need = rest
            continue
        outer = _split(size, need)
        pool.append((outer, None if divisor is None else divisor * need))
        return [(need, divisor), *taken]
    return taken


def _quotient(a: Dim, b: Dim) -> Dim | None:
    """``a / b`` where it comes out even, also by the ideal forms of symbolic sizes."""
    found = exact_quotient(a, b)
    if found is not None or (isinstance(a, int) and isinstance(b, int)):
        return found
    found = exact_quotient(ideal(a), ideal(b))
    if isinstance(found, Fraction):
        return found.numerator if found.denominator == 1 else None
    if isinstance(found, Expression) and any(c != int(c) for c in found.terms.values()):
        return None
    return found


def _split(size: Dim, inner: Dim) -> Dim:
    """The outer part of a digit whose inner part is split off."""
    outer = _quotient(size, inner)
    if outer is None and isinstance(size, Expression) and isinstance(inner, int):
        return size // inner  # the reshape was accepted, so it divides
    if outer is None:
        raise TooComplex("an axis is split unevenly by a reshape")
    return outer


def _compact(factors: Iterable[Factor]) -> tuple[Factor, ...]:
    """Neighbours joined where they are one run of digits, or neither is of this axis."""
    result: list[Factor] = []
    for size, divisor in factors:
        if size == 1 and (result or divisor is None):
            continue
        if result:
            above, over = result[-1]
            if over is None and divisor is None or above == 1:
                result[-1] = (above * size, divisor)
                continue
            if over is not None and divisor is not None and over == size * divisor:
                result[-1] = (above * size, divisor)
                continue
        result.append((size, divisor))
    return tuple(result)


def _completed(places: Sequence[Place], n: Dim) -> tuple[Place, ...]:
    """Places in which digits that were mixed are put back where they complete a run.

    The support does not depend on a mixed digit, so any index may stand for it; taking the
    neighbour that makes the run whole again is what lets a window partition be reversed.
    """
    done: list[Place] = list(places)
    for at, (dim, factors, origin, whole) in enumerate(done):
        if len(factors) > 1 and any(divisor is None for _, divisor in factors):
            spans = [_span(digit) for place in done for digit in _digits(place)]
            done[at] = (dim, _compact(_filled(factors, spans, n)), origin, whole)
    return tuple(place for place in done if place[1])


def _span(digit: Digit) -> tuple[Dim, Dim]:
    return digit[3], digit[3] * digit[2]


def _filled(factors: Sequence[Factor], spans: list[tuple[Dim, Dim]], n: Dim) -> list[Factor]:
    filled = list(factors)
    for at, (size, divisor) in enumerate(filled):
        if divisor is not None or not isinstance(size, int):
            continue
        for low in _candidate_divisors(filled, at, size):
            if _is_free(low, low * size, spans, n):
                filled[at] = (size, low)
                spans.append((low, low * size))
                break
    return filled


def _candidate_divisors(factors: Sequence[Factor], at: int, size: int) -> list[int]:
    """Divisors with which the gap at this factor would continue the digit before or after it."""
    found: list[int] = []
    above = factors[at - 1][1] if at else None
    if isinstance(above, int) and above % size == 0:
        found.append(above // size)
    if at + 1 < len(factors):
        inner, below = factors[at + 1]
        if isinstance(inner, int) and isinstance(below, int):
            found.append(inner * below)
    return found


def _is_free(low: int, high: int, spans: Iterable[tuple[Dim, Dim]], n: Dim) -> bool:
    if isinstance(n, int) and n % high:
        return False
    for start, end in spans:
        before = isinstance(end, int) and end <= low
        after = isinstance(start, int) and start >= high
        if not before and not after:
            return False
    return True


def _tiled(term: Term, dim: int, times: Dim) -> Term:
    place = term.at(dim)
    if place is None or times == 1:
        return term
    if not place[3]:
        raise TooComplex("a concatenated axis is repeated")
    tiled: Place = (dim, _compact(((times, None), *place[1])), 0, True)
    return _with_place(term, tiled)


def _with_place(term: Term, changed: Place) -> Term:
    places = tuple(changed if place[0] == changed[0] else place for place in term.places)
    return Term(term.n, term.support, places)


# gather, select, mix --------------------------------------------------------------------------


def _gathered(term: Term, dim: int, gather: Gather, n_out: Dim) -> Term | None:
    place = term.at(dim)
    if place is None:
        return term
    if not term.is_plain(dim):
        term = _rebased(term)
    if term.is_plain(dim):
        if gather is IDENTITY and term.n == n_out:
            return term
        support = term.support if gather is IDENTITY else term.support.gather(gather, n_out)
        return Term(n_out, support, (_place(dim, n_out),))
    if gather.shift is None:
        raise TooComplex(gather.reason or "neighbours are read across folded or concatenated positions")
    return _shifted(term, dim, gather, n_out)


def _shifted(term: Term, dim: int, gather: Gather, n_out: Dim) -> Term | None:
    """A shift of a dim that holds several axes or more than one axis: its positions move."""
    place, shift = term.at(dim), gather.shift
    if place is None or shift is None:
        return term
    if term.is_plain(dim):
        return _gathered(term, dim, gather, n_out)
    return _moved(term, place, -shift, n_out)


def _moved(term: Term, place: Place, by: Dim, extent: Dim) -> Term | None:
    """The positions of one dim, moved within a dim of ``extent``; None where nothing is left."""
    dim, factors, origin, whole = place
    origin, length = origin + by, _length(place)
    if isinstance(origin, int) and isinstance(length, int) and isinstance(extent, int):
        if origin >= extent or origin + length <= 0:
            return None
    now_whole = origin == 0 and _alike(length, extent)
    if whole and now_whole:
        return term
    return _with_place(term, (dim, factors, origin, now_whole))


def _rebased(term: Term) -> Term:
    """A term found in one dim only, over the positions of that dim instead of its digits."""
    if len(term.places) != 1:
        return term
    dim, factors, origin, whole = term.places[0]
    if len(factors) == 1 and factors[0][1] == 1 and _alike(factors[0][0], term.n):
        return term
    length = _length(term.places[0])
    support = term.support.gather(_dim_to_base(factors, length), length)
    return Term(length, support, ((dim, ((length, 1),), origin, whole),))


def _rebased_at(dim: int) -> Callable[[Term], Term]:
    return lambda term: _rebased(term) if term.at(dim) is not None else term


def _dim_to_base(factors: Sequence[Factor], length: Dim) -> Gather:
    """Which base position belongs to each position of a dim."""
    outermost = factors[0][1]
    if outermost is None:  # a repetition
        outermost, inside, factors = length, length, ((1, 1), *factors)
    else:
        inside = product(size for size, _ in factors[1:])
    if not isinstance(inside, int) or not isinstance(outermost, int) or inside > MAX_PERIOD:
        return Gather.unknown("an axis is folded into parts of unknown or large size")
    bases = [0]
    for size, divisor in factors[1:]:
        bases = [base + value * (divisor or 0) for base in bases for value in range(size)]  # type: ignore
    return Gather(inside, outermost, tuple((base,) for base in bases))


def _mixed_axis(axis: Axis, dims: frozenset[int]) -> Axis | None:
    if not axis.is_located(dims):
        return axis
    reduced = axis.reduced
    terms: list[Term] = []
    try:
        for term in axis.terms:
            mixed = _mixed(axis, term, dims)
            reduced = reduced or mixed is None
            terms += [mixed] if mixed is not None else []
    except TooComplex as problem:
        return axis.unknown(str(problem))
    return _axis_of(axis, terms, reduced)


def _mixed(axis: Axis, term: Term, dims: frozenset[int]) -> Term | None:
    """The term united over all digits at these dims; None where it now reads the whole axis."""
    gone = [place for place in term.places if place[0] in dims]
    if not gone:
        return term
    left = tuple(place for place in term.places if place[0] not in dims)
    if left:
        support = term.support
        for _, _, size, divisor, _ in (digit for place in gone for digit in _digits(place)):
            support = support.gather(Gather.digit_mixed(size, divisor), term.n)
        return Term(term.n, support, left)
    if _covers(axis, term):
        return None
    return Term(1, term.support.united(term.n), ())  # type: ignore[arg-type]


def _selected_axis(axis: Axis, dim: int, index: int) -> Axis | None:
    if not any(term.at(dim) is not None for term in axis.terms):
        return axis
    try:
        terms = [_selected(axis, term, dim, index) for term in axis.terms]
    except TooComplex as problem:
        return axis.unknown(str(problem))
    kept = [term for term in terms if term is not None]
    if not kept and not axis.reduced:
        return None
    return Axis(axis.key, axis.extent, tuple(kept), axis.reduced, axis.reason)


def _selected(axis: Axis, term: Term, dim: int, index: int) -> Term | None:
    """The term at one position of a dim; None where nothing is located at that position."""
    place = term.at(dim)
    if place is None:
        return term
    values = _digit_values(place, index)
    if values is None:
        return None
    left = tuple(other for other in term.places if other is not place)
    if not left:
        return Term(1, term.support.frozen(sum(v * divisor for v, _, divisor in values)), ())
    support = term.support
    for value, size, divisor in values:
        support = support.gather(Gather.digit_fixed(size, divisor, value), term.n)
    return Term(term.n, support, left)


def _digit_values(place: Place, index: int) -> list[tuple[int, Dim, int]] | None:
    """(value, size, divisor) of every digit at an index of the dim; None outside the positions."""
    _, factors, origin, whole = place
    length = _length(place)
    if index < 0 and not (whole and isinstance(length, int)):
        raise TooComplex("a position counted from the end of a dim of unknown size")
    position = index + length if index < 0 else index - origin
    if not isinstance(position, int) or position < 0:
        return None
    if isinstance(length, int) and position >= length:
        return None
    values: list[tuple[int, Dim, int]] = []
    for size, divisor in reversed(factors):
        value = position % size if isinstance(size, int) else position
        position = position // size if isinstance(size, int) else 0
        if divisor is not None:
            if not isinstance(divisor, int):
                raise TooComplex("a position within blocks of unknown size")
            values.append((value, size, divisor))
    return values


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
            wider = _common_placement(self.term, term)
            if wider is None:
                return False
            self.term = wider
        self.supports.append(term.support)
        self.shares.append(share)
        return True


def _common_placement(a: Term, b: Term) -> Term | None:
    """The term both can be placed like: digits that one lacks were mixed, so any place will do."""
    ours, theirs = a.digits(), b.digits()
    if not ours or not theirs:
        return a if ours == theirs else None
    if _alike(a.n, b.n) and (theirs <= ours or ours <= theirs):
        return a if theirs <= ours else b
    dim = b.places[0][0]
    plain = a.is_plain(dim) and b.is_plain(dim)
    return a if plain and _may_equal(a.n, b.n) else None


def _may_equal(a: Dim, b: Dim) -> bool:
    return a == b or not (isinstance(a, int) and isinstance(b, int))


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
    frozen = [(_constant(term), share) for term, share in constants]
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


def _constant(term: Term) -> Term:
    return Term(1, term.support.frozen(0), ()) if term.places else term


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


def _laid_end_to_end(fields: Sequence[Field], dim: int, sizes: Sequence[Dim], total: Dim) -> Field | None:
    """Whole maps of one axis concatenated along it, unit by unit; None where that is not the case.

    With a single located operand the others are padding, and it is a shift.
    """
    located = [field for field in fields if dim in field.located_dims()]
    terms = [term for field in located for axis in field.axes for term in axis.terms if term.at(dim)]
    if not all(term.is_plain(dim) for term in terms):
        return None
    if len(located) == 1:
        return _padded(fields, located[0], dim, sizes, total)
    if not all(isinstance(size, int) for size in sizes) or len(located) < len(fields):
        return None
    keys = {tuple(axis.key for axis in field.axes) for field in fields}
    if len(keys) != 1 or any(len(axis.terms) != 1 for field in fields for axis in field.axes):
        return None
    return Field(
        tuple(_chained_axis([f.axes[at] for f in fields], dim, total) for at in range(len(fields[0].axes)))
    )  # type: ignore[arg-type]


def _padded(fields: Sequence[Field], located: Field, dim: int, sizes: Sequence[Dim], total: Dim) -> Field:
    before: Dim = 0
    for field, size in zip(fields, sizes, strict=True):
        if field is located:
            break
        before = before + size
    shifted = located.gather(dim, Gather.shifted(-before), total)
    return Field.merge([shifted if field is located else field for field in fields])


def _chained_axis(axes: Sequence[Axis], dim: int, total: int) -> Axis:
    first = axes[0]
    terms = [axis.terms[0] for axis in axes]
    reduced = any(axis.reduced for axis in axes)
    try:
        if first.terms[0].at(dim) is None:
            return _merged_axis([(axis, 1.0) for axis in axes], {})
        support = Support.chained([(term.support, term.n) for term in terms])  # type: ignore[misc]
    except TooComplex as problem:
        return Axis(first.key, first.extent, (), reduced, str(problem))
    return Axis(first.key, first.extent, (Term(total, support, (_place(dim, total),)),), reduced)


def _moved_by(dim: int, origin: Dim, total: Dim) -> Callable[[Term], Term | None]:
    def moved(term: Term) -> Term | None:
        place = term.at(dim)
        return term if place is None else _moved(term, place, origin, total)

    return moved


def _misaligned(terms: Sequence[Term]) -> str | None:
    """What is wrong between terms of one axis, with ``{axis}`` to be filled in."""
    for at, term in enumerate(terms):
        for other in terms[at + 1 :]:
            alike = other.support is term.support or not term.places or term.n == 1 or other.n == 1
            if alike or term.digits() != other.digits():
                continue
            text = _pair_misaligned(term.support, other.support, term.n)
            if text is not None:
                return text
    return None


def _pair_misaligned(a: Support, b: Support, n: Dim) -> str | None:
    unit = max(a.stride, b.stride)
    apart = a.centre - b.centre
    if a.stride != b.stride:
        last = n - 1 if isinstance(n, int) else None
        drift = apart if last is None else apart + last * (a.stride - b.stride)
        if last is None or max(abs(apart), abs(drift)) >= unit:
            return f"{{axis}}: one branch moves {_number(a.stride)} px per unit, the other {_number(b.stride)} px"
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
