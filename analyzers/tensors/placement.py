"""Where the digits of an input axis are found in a tensor, and what layers do to them.

A :class:`Term` is a support over ``n`` base positions. A base position is written in digits
``(base // divisor) % size``, and every digit is found as a factor of some tensor dim: an untouched
H is one digit in one dim; after flattening H·W it is the outer factor of that dim; a window
partition spreads it over two dims. Reshapes regroup factors; mixing over a dim unites the support
over the digits found there.

The functions return the term itself where nothing changes, None where nothing of it is left, and
raise TooComplex where the result cannot be described.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from analyzers.tensors.dims import Dim, Expression, exact_quotient, ideal, product
from analyzers.tensors.support import IDENTITY, MAX_PERIOD, Gather, Support, TooComplex

Factor = tuple[Dim, "Dim | None"]
"""Size and divisor of a digit ``(base // divisor) % size``; divisor None: not of this axis."""
Place = tuple[int, tuple[Factor, ...], Dim, bool]
"""A tensor dim, its factors (outermost first), the index of the first position, and whether the
positions fill the dim (they do not after a concatenation with something else)."""
Digit = tuple[int, Dim, Dim, Dim, Dim]
"""Tensor dim, inner stride, size, divisor, origin: a factor without its neighbours."""


ACROSS = "neighbours are read across folded or concatenated positions"


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
        return alike(factors[0][0], self.n)

    def digits(self) -> frozenset[Digit]:
        return frozenset(digit for place in self.places for digit in _digits(place))


def plain_place(dim: int, size: Dim) -> Place:
    return dim, ((size, 1),), 0, True


def alike(a: Dim, b: Dim) -> bool:
    """Equal, taking floor divisions of symbolic sizes to come out even."""
    return a is b or a == b or (not (isinstance(a, int) and isinstance(b, int)) and ideal(a) == ideal(b))


def length_of(place: Place) -> Dim:
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


# reshape --------------------------------------------------------------------------------------

Groups = list[tuple[list[int], list[int]]]


def regrouping(old: Sequence[Dim], new: Sequence[Dim]) -> Groups:
    """Runs of old and new dims with equal products, as small as possible."""
    found: Groups = []
    i = j = 0
    while i < len(old) or j < len(new):
        left, right = list(range(i, min(i + 1, len(old)))), list(range(j, min(j + 1, len(new))))
        i, j = i + len(left), j + len(right)
        a, b = product(old[d] for d in left), product(new[d] for d in right)
        while not alike(a, b) and (i < len(old) or j < len(new)):
            grow_left, grow_right = _smaller(a, b)
            if (grow_left or j == len(new)) and i < len(old):
                a, left, i = a * old[i], [*left, i], i + 1
            if (grow_right or i == len(old)) and j < len(new) and not alike(a, b):
                b, right, j = b * new[j], [*right, j], j + 1
        found.append((left, right))
    return found


def _smaller(a: Dim, b: Dim) -> tuple[bool, bool]:
    """Which side has to grow; both where symbols leave it open."""
    if isinstance(a, int) and isinstance(b, int):
        return a < b, a > b
    if exact_quotient(b, a) is not None:
        return True, False
    return (False, True) if exact_quotient(a, b) is not None else (True, True)


def reshaped(term: Term, old: Sequence[Dim], new: Sequence[Dim], groups: Groups, alone: bool = True) -> Term:
    """The factors regrouped into new dims. ``alone``: the axis has no other terms."""
    places: list[Place] = []
    for left, right in groups:
        found = [place for dim in left if (place := term.at(dim)) is not None]
        if not found:
            continue
        if len(left) == len(right) == 1:
            places.append((right[0], *found[0][1:]))
            continue
        if not all(place[3] for place in found):
            padded = with_padding(term, old[found[0][0]]) if alone else term
            if padded is term:
                raise TooComplex("a concatenated axis is reshaped")
            return reshaped(padded, old, new, groups)
        factors = [f for dim in left for f in _factors_of(term, dim, old[dim])]
        try:
            places += _regrouped(factors, [(dim, new[dim]) for dim in right])
        except TooComplex:
            plain = rebased(term)
            if plain is term:
                raise
            return reshaped(plain, old, new, groups, alone)
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
        if alike(size, need):
            return [(size, divisor), *taken]
        rest = quotient(need, size)
        if rest is not None:
            taken.insert(0, (size, divisor))
            need = rest
            continue
        outer = _split(size, need)
        pool.append((outer, None if divisor is None else divisor * need))
        return [(need, divisor), *taken]
    return taken


def quotient(a: Dim, b: Dim) -> Dim | None:
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
    outer = quotient(size, inner)
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
            if (over is None and divisor is None) or above == 1:
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


def tiled(term: Term, dim: int, times: Dim) -> Term:
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


def gathered(term: Term, dim: int, gather: Gather, n_out: Dim, alone: bool = True) -> Term | None:
    """Neighbours read along a dim that becomes ``n_out`` long.

    ``alone``: no other term of the axis lies in that dim, so what is beside it is padding.
    """
    place = term.at(dim)
    if place is None:
        return term
    if not term.is_plain(dim):
        term = rebased(term)
        if alone and gather.shift is None:
            term = with_padding(term, term.n + place[2])
    if term.is_plain(dim):
        if gather is IDENTITY and term.n == n_out:
            return term
        support = term.support if gather is IDENTITY else term.support.gather(gather, n_out)
        return Term(n_out, support, (plain_place(dim, n_out),))
    if gather.shift is None:
        raise TooComplex(gather.reason or ACROSS)
    return shifted(term, dim, gather.shift, n_out)


def with_padding(term: Term, extent: Dim) -> Term:
    """A map beside which something else was concatenated, with that as part of the map."""
    if len(term.places) != 1:
        return term
    dim, factors, origin, whole = term.places[0]
    if whole or len(factors) != 1 or not isinstance(origin, int):
        return term
    support = term.support.gather(Gather.shifted(-origin), extent)
    return Term(extent, support, (plain_place(dim, extent),))


def shifted(term: Term, dim: int, by: int, n_out: Dim) -> Term | None:
    """The dim's positions moved ``by`` towards its beginning, in a dim of ``n_out``."""
    place = term.at(dim)
    if place is None:
        return term
    if term.is_plain(dim):
        return gathered(term, dim, Gather.shifted(by), n_out)
    return moved(term, dim, -by, n_out)


def moved(term: Term, dim: int, by: Dim, extent: Dim) -> Term | None:
    """The positions found in one dim, moved within a dim of ``extent``."""
    place = term.at(dim)
    if place is None:
        return term
    _, factors, origin, whole = place
    origin, length = origin + by, length_of(place)
    known = isinstance(origin, int) and isinstance(length, int) and isinstance(extent, int)
    if known and (origin >= extent or origin + length <= 0):
        return None
    now_whole = origin == 0 and alike(length, extent)
    if whole and now_whole:
        return term
    return _with_place(term, (dim, factors, origin, now_whole))


def rebased(term: Term) -> Term:
    """A term found in one dim only, over the positions of that dim instead of its digits."""
    if len(term.places) != 1:
        return term
    dim, factors, origin, whole = term.places[0]
    if len(factors) == 1 and factors[0][1] == 1 and alike(factors[0][0], term.n):
        return term
    length = length_of(term.places[0])
    support = term.support.gather(_dim_to_base(factors, length), length)
    return Term(length, support, ((dim, ((length, 1),), origin, whole),))


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


def mixed(term: Term, dims: frozenset[int]) -> Term:
    """United over the digits found in these dims, some of which are left elsewhere."""
    support = term.support
    for place in term.places:
        if place[0] in dims:
            for _, _, size, divisor, _ in _digits(place):
                support = support.gather(Gather.digit_mixed(size, divisor), term.n)
    return Term(term.n, support, tuple(place for place in term.places if place[0] not in dims))


def selected(term: Term, dim: int, index: int) -> Term | None:
    """One position of a dim, which no longer holds anything then."""
    place = term.at(dim)
    if place is None:
        return term
    values = _digit_values(place, index)
    if values is None:
        return None
    left = tuple(other for other in term.places if other is not place)
    if not left:
        return constant(term, sum(value * divisor for value, _, divisor in values))
    support = term.support
    for value, size, divisor in values:
        support = support.gather(Gather.digit_fixed(size, divisor, value), term.n)
    return Term(term.n, support, left)


def constant(term: Term, unit: int = 0) -> Term:
    """What one base position reads, for every element alike."""
    return Term(1, term.support.frozen(unit), ()) if term.places else term


def _digit_values(place: Place, index: int) -> list[tuple[int, Dim, int]] | None:
    """(value, size, divisor) of every digit at an index of the dim; None outside the positions."""
    _, factors, origin, whole = place
    length = length_of(place)
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


def common_placement(a: Term, b: Term) -> Term | None:
    """The term both can be placed like: digits that one lacks were mixed, so any place will do."""
    if a.places == b.places and a.n == b.n:
        return a
    ours, theirs = a.digits(), b.digits()
    if not ours or not theirs:
        return a if ours == theirs else None
    if alike(a.n, b.n) and (theirs <= ours or ours <= theirs):
        return a if theirs <= ours else b
    dim = b.places[0][0]
    plain = a.is_plain(dim) and b.is_plain(dim)
    return a if plain and _may_equal(a.n, b.n) else None


def _may_equal(a: Dim, b: Dim) -> bool:
    return a == b or not (isinstance(a, int) and isinstance(b, int))
