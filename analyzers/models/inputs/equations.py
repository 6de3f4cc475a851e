"""Sizes for which a model fits: what its layers asked of sizes that are symbols, solved. Pure arithmetic."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Any

from analyzers.models.inputs.hypotheses import USUAL_SIZES
from analyzers.models.inputs.input_inference import DEFAULT_SIZE
from analyzers.tensors.dims import Dim, Expression, exact_quotient, grows, substitute, symbols, value_at
from analyzers.tensors.dims import product as product_of_dims
from analyzers.tensors.polynomials import Symbol, Terms
from analyzers.unknown import UnknownUsed

LARGEST = 2048
"""Sizes that are looked at one by one."""
FARTHEST = 2**30
"""Sizes that are found by halving, where what is asked for grows with them."""
SIDES = ("H", "W")
"""Symbols of a picture's sides: longer ones than those that are looked at may be meant, but are not chosen."""
BESIDE = 64
"""Sizes behind one so found that may give the same: floors swallow the rest."""
WIDEST = 2
"""No side of a picture that nobody says is so many times as long as the other."""
LONGEST = 8
"""Nor does a picture that is not longer fit where nothing else does."""
MAXIMUM_CHOICES = 6
MAXIMUM_POWER = 4
"""Of a size in what both sides of an equation have in common (``patch · patch``)."""

Values = dict[Symbol, Any]


def sizes_asked(one: Symbol) -> Iterator[int]:
    """The sizes for which all comes true that was asked of a symbol and of nothing else; none where nothing was."""
    asked = [a - b for a, b in one.equations if symbols(a) | symbols(b) == {one}]
    if not asked:
        return
    fitting = (n for n in range(1, LARGEST + 1) if not any(value_at(side, {one: n}) for side in asked))
    if (first := next(fitting, None)) is not None:
        yield first
        yield from fitting
    else:
        growing = [-side if grows(-side) else side for side in asked]
        yield from (n for n in _farther(one, growing) or () if not any(value_at(side, {one: n}) for side in asked))


def sizes_making_zero(one: Symbol, difference: Dim) -> Iterator[int]:
    """Of the sizes that are looked at one by one."""
    return (n for n in range(1, LARGEST + 1) if not value_at(difference, {one: n}))


def _farther(one: Symbol, asked: Sequence[Dim]) -> range | None:
    """The sizes beyond those looked at one by one among which all are that make the differences zero; None where nobody
    knows."""
    growing = [side for side in asked if grows(side)]
    if not growing:
        return None
    if any(value_at(side, {one: LARGEST}) > 0 for side in growing):
        return range(0)
    first = max(
        bisect_left(range(FARTHEST), 0, LARGEST, key=lambda n, s=side: value_at(s, {one: n})) for side in growing
    )
    return None if first >= FARTHEST else range(first, first + BESIDE)


class Contradiction(Exception):
    """No sizes fulfil the equations."""


@dataclass
class System:
    """Differences that must be zero, and what follows for the symbols that they fix one by one."""

    values: Values
    rest: list[Expression]
    positive: list[Expression] = field(default_factory=list)
    """What must be at least one: sizes that are asked for."""
    is_whole: bool = True
    """Whether every equation could be made use of."""

    is_loose: bool = False
    """Whether a size was chosen of many: the largest that fits is more than twice the smallest."""

    is_beyond: bool = False
    """Whether a side of a picture would have to be longer than those that are looked at."""

    numbers: set[int] = field(default_factory=set)
    """What sizes were asked to be."""

    long: Values | None = None
    """Sides that fit where only pictures do that are longer than those that are chosen."""

    @staticmethod
    def of(equations: Iterable[tuple[Dim, Dim]]) -> System:
        """Raises Contradiction."""
        system = System({}, [])
        for equation in equations:
            system._take(*_without_batch(*equation))
        while system._eliminate():
            pass
        return system

    def _take(self, left: Dim, right: Dim) -> None:
        try:
            difference = left - right
        except UnknownUsed:
            difference = None
        if difference is None or any(not s.solvable for s in symbols(difference)):
            self.is_whole = False
        elif isinstance(difference, Expression):
            falls = all(c < 0 for monomial, c in difference.terms.items() if monomial)
            self.rest.append(-difference if falls else difference)
            self.positive += [side for side in (left, right) if isinstance(side, Expression)]
            self.numbers.update(side for side in (left, right) if isinstance(side, int))
        elif difference:
            raise Contradiction

    def _eliminate(self) -> bool:
        """Take one more symbol out of what is left; whether there was one."""
        left = [substitute(difference, self.values) for difference in self.rest]
        if any(isinstance(difference, int) and difference for difference in left):
            raise Contradiction
        self.rest = [difference for difference in left if isinstance(difference, Expression)]
        found = [pair for difference in self.rest if (pair := isolated(difference)) is not None]
        if not found:
            return False
        # What is a number comes first; of two symbols the later one follows from the earlier.
        one, value = min(found, key=lambda pair: (not isinstance(pair[1], int), -pair[0].serial))
        if isinstance(value, int) and value < 1:
            raise Contradiction
        self.is_beyond = self.is_beyond or (isinstance(value, int) and value > LARGEST and one.name in SIDES)
        self.values = {known: substitute(before, {one: value}) for known, before in self.values.items()}
        self.values[one] = value
        return True

    def choices(self) -> Iterator[Values]:
        """Values of the open symbols that make what is left zero, likeliest first.

        Raises Contradiction where there are none in reach, though every one was looked at.
        """
        groups = [self._of_group(group, left) for group, left in _independent(self.rest)]
        listed = [group[:MAXIMUM_CHOICES] for group in groups if group is not None]
        if any(not group for group in listed):
            raise Contradiction
        if len(listed) < len(groups):
            self.is_whole = False
            return
        for turn in range(max(map(len, listed), default=1)):
            merged: Values = {}
            for group in listed:
                merged.update(group[min(turn, len(group) - 1)])
            yield merged

    def _of_group(self, group: list[Symbol], rest: list[Expression]) -> list[Values] | None:
        """Equal values first, then those that differ least; None where they cannot all be looked through."""
        sizes = self._equal(group, rest)
        if not sizes and len(group) == 1:
            farther = _farther(group[0], rest)
            self.is_beyond = self.is_beyond or bool(farther and group[0].name in SIDES)
            if farther is None or self.is_beyond:
                return None
            sizes = [size for size in farther if self._fits({group[0]: size}, rest)]
        self.is_loose = self.is_loose or _are_many(sizes)
        equal: list[Values] = [dict.fromkeys(group, size) for size in in_order(sizes)]
        if len(group) == 1:
            return equal
        if len(group) == 3:
            return equal or list(islice(self._of_three(group, rest), MAXIMUM_CHOICES)) or None
        product = self._product(group[0], group[1], rest) if len(group) == 2 else None
        if product is None:
            return equal or None
        found = equal + [values for values in product.unequal() if self._fits(values, rest)]
        if not found:
            self.long = next((values for values in product.long() if self._fits(values, rest)), None)
        return found

    def _of_three(self, group: list[Symbol], rest: list[Expression]) -> Iterator[Values]:
        """Values where a product of a size of each is asked for: of films, those first whose pictures are square."""
        whole = next((difference for difference in rest if symbols(difference) == set(group)), None)
        if whole is None:
            return
        numbers = sorted({*self.numbers, -whole.terms.get((), 0)})
        number, sizes = next(((n, s) for n in numbers if (s := _factors(whole + n, group))), (0, []))
        if not sizes:
            return
        scale = value_at(whole + number, dict.fromkeys(group, LARGEST))
        wanted = number * scale * scale
        first, second, third = ({size: side for size, side in s.items() if wanted % size == 0} for s in sizes)
        found = [
            (side, second[b], third[wanted // (a * b)])
            for a, side in first.items()
            for b in second
            if wanted % (a * b) == 0 and wanted // (a * b) in third
        ]
        for sides in sorted(found, key=lambda s: (max(s[1:]) / min(s[1:]), max(s) / min(s), s)):
            values = dict(zip(group, sides))
            if self._fits(values, rest):
                yield values

    def _equal(self, group: list[Symbol], rest: list[Expression]) -> list[int]:
        """Sizes that fit for all symbols of a group at once."""
        return [size for size in range(1, LARGEST + 1) if self._fits(dict.fromkeys(group, size), rest)]

    def _product(self, one: Symbol, other: Symbol, rest: list[Expression]) -> Product | None:
        """An equation of both symbols that is a product of one size of each."""
        both = [difference for difference in rest if {one, other} <= symbols(difference)]
        products = (product_of(difference, one, other, self.numbers) for difference in both)
        return next((product for product in products if product is not None), None)

    def _fits(self, values: Values, rest: list[Expression]) -> bool:
        """Whether all comes out even, and no size that is asked for is nothing."""
        if any(value_at(difference, values) for difference in rest):
            return False
        sides = (substitute(substitute(side, self.values), values) for side in self.positive)
        return not any(isinstance(size, int) and size < 1 for size in sides)


def fixes(one: Symbol | None, equations: Iterable[tuple[Dim, Dim]]) -> bool:
    """Whether some equation holds only for certain values of a symbol that is not looked for."""
    sides = (side for equation in equations for side in _without_batch(*equation))
    return any(one in symbols(side) for side in sides)


def _without_batch(left: Dim, right: Dim) -> tuple[Dim, Dim]:
    """Both sides of an equation divided by what they have in common of sizes that are not looked for."""
    for other in [s for s in symbols(left) & symbols(right) if not s.solvable]:
        for _ in range(MAXIMUM_POWER):
            quotients = [exact_quotient(side, Expression({((other, 1),): 1})) for side in (left, right)]
            if quotients[0] is None or quotients[1] is None:
                break
            left, right = quotients[0], quotients[1]
    return left, right


def isolated(difference: Expression) -> tuple[Symbol, Dim] | None:
    """(symbol, its value) where the difference is zero for just one value of a symbol that stands in it once.

    Raises Contradiction where that is no whole number.
    """
    found = [
        (atom, coefficient, monomial)
        for monomial, coefficient in difference.terms.items()
        for atom, power in monomial
        if len(monomial) == 1 and power == 1 and isinstance(atom, Symbol) and atom.solvable
    ]
    for atom, coefficient, monomial in sorted(found, key=lambda item: -item[0].serial):
        rest: Terms = {m: c for m, c in difference.terms.items() if m != monomial}
        if set(rest) <= {()}:
            if rest.get((), 0) % coefficient:
                raise Contradiction
            return atom, -rest.get((), 0) // coefficient
        if abs(coefficient) == 1 and atom not in symbols(Expression(rest)):
            return atom, Expression({m: -c * coefficient for m, c in rest.items()})
    return None


def _independent(rest: Sequence[Expression]) -> list[tuple[list[Symbol], list[Expression]]]:
    """Groups of symbols that no equation connects, with their equations."""
    groups: list[tuple[list[Symbol], list[Expression]]] = []
    for difference in rest:
        own = symbols(difference)
        touched = [group for group in groups if own & set(group[0])]
        groups = [group for group in groups if not own & set(group[0])]
        every = own.union(*(group[0] for group in touched))
        left = [d for group in touched for d in group[1]] + [difference]
        groups.append((sorted(every, key=lambda s: s.serial), left))
    return groups


@dataclass(frozen=True)
class Product:
    """Two growing sizes, one of each symbol, whose product is asked to be a certain number."""

    one: Symbol
    other: Symbol
    rows: Dim
    columns: Dim
    wanted: int

    def unequal(self) -> Iterator[Values]:
        """Sides that differ: those first that do so least, taller pictures before wider ones; where the layers treat
        them differently (electrodes and time), those first of which a kernel takes one whole."""
        pairs = sorted(self._smallest(WIDEST), key=_longer)
        if not self._is_alike:
            pairs.sort(key=lambda pair: self._taken_whole(*pair))
        rounded = [(_roundest(self.rows, self.one, a), _roundest(self.columns, self.other, b)) for a, b in pairs]
        for a, b in dict.fromkeys(pair for both in zip(rounded, pairs) for pair in both):
            if a != b:
                yield {self.one: a, self.other: b}

    def long(self) -> Iterator[Values]:
        """The same of pictures that are longer than those that are chosen."""
        for a, b in sorted(self._smallest(LONGEST), key=_longer) if self._is_alike else ():
            yield {self.one: _roundest(self.rows, self.one, a), self.other: _roundest(self.columns, self.other, b)}

    def _smallest(self, widest: int) -> Iterator[tuple[int, int]]:
        """Pairs of sides neither of which could be smaller."""
        heights, widths = _first_sizes(self.rows, self.one), _first_sizes(self.columns, self.other)
        for rows, height in heights.items():
            width = widths.get(self.wanted // rows) if self.wanted % rows == 0 else None
            if width is not None and (not self._is_alike or self._is_likely(height, width, widest)):
                yield height, width

    @property
    def _is_alike(self) -> bool:
        """Whether the layers do the same to both sides."""
        return substitute(self.rows, {self.one: Expression({((self.other, 1),): 1})}) == self.columns

    def _taken_whole(self, height: int, width: int) -> int:
        """The smallest side that could not be smaller at all; more than any where both could."""
        sides = ((self.rows, self.one, height), (self.columns, self.other, width))
        whole = [side for size, one, side in sides if side > 1 and value_at(size, {one: side - 1}) <= 0]
        return min(whole, default=LARGEST + 1)

    def _is_likely(self, height: int, width: int, widest: int) -> bool:
        """Whether neither the picture nor the map that is made of it is so many times longer than wide."""
        longer, shorter = max(height, width), min(height, width)
        rows = [value_at(self.rows, {self.one: side}) for side in (longer, shorter)]
        return longer < widest * shorter and rows[0] < widest * rows[1]


def _longer(pair: tuple[int, int]) -> tuple[float, bool]:
    """What differs least first, taller pictures before wider ones."""
    return max(pair) / min(pair), pair[0] < pair[1]


def product_of(difference: Expression, one: Symbol, other: Symbol, numbers: Iterable[int]) -> Product | None:
    """What makes the difference zero, as a product; None where it is none, or one of what does not grow."""
    for number in sorted({*numbers, -difference.terms.get((), 0)}):
        whole = difference + number
        scale = value_at(whole, {one: LARGEST, other: LARGEST})
        rows, columns = substitute(whole, {other: LARGEST}), substitute(whole, {one: LARGEST})
        if scale > 0 and rows * columns == whole * scale and grows(rows) and grows(columns):
            return Product(one, other, rows, columns, number * scale)
    return None


def _factors(whole: Dim, group: list[Symbol]) -> list[dict[int, int]]:
    """What comes of each of the symbols and the smallest side of which it does, where a size is a product of one of each."""
    if isinstance(whole, int):
        return []
    parts = [substitute(whole, {other: LARGEST for other in group if other is not one}) for one in group]
    scale = value_at(whole, dict.fromkeys(group, LARGEST))
    is_product = scale > 0 and all(map(grows, parts)) and product_of_dims(parts) == whole * (scale * scale)
    return [_first_sizes(part, one) for part, one in zip(parts, group)] if is_product else []


def _first_sizes(growing: Dim, one: Symbol) -> dict[int, int]:
    """What comes of a side, and the smallest side of which it does."""
    found: dict[int, int] = {}
    for side in range(1, LARGEST + 1):
        size = value_at(growing, {one: side})
        if size > 0:
            found.setdefault(size, side)
    return found


def _roundest(growing: Dim, one: Symbol, least: int) -> int:
    """Of the sides from ``least`` on of which the same comes, the one that is divided by two most often."""
    wanted = value_at(growing, {one: least})
    sides = takewhile(lambda side: value_at(growing, {one: side}) == wanted, range(least, 2 * least))
    return max(sides, key=lambda side: side & -side)


def _are_many(sizes: list[int]) -> bool:
    """Whether sizes in ascending order leave open what is meant: the largest is more than twice the smallest."""
    return bool(sizes) and sizes[-1] > 2 * sizes[0]


def in_order(sizes: list[int]) -> list[int]:
    """Sizes that a picture may have, of those that fit: usual ones, then the smallest even one, or if they are many
    the even ones nearest to what is assumed where nothing is known."""
    usual = [size for size in sorted((*USUAL_SIZES, DEFAULT_SIZE)) if size in sizes]
    if _are_many(sizes):
        return sorted(
            sizes, key=lambda size: (size != DEFAULT_SIZE, size not in usual, size % 2, abs(size - DEFAULT_SIZE))
        )
    even = [size for size in sizes if size % 2 == 0]
    return [*usual, *even[:1], *sizes[:1]]
