"""Dimensions of tensors: plain ints where known, exact polynomials in symbols where not.

A :data:`Dim` is an ``int`` or an :class:`Expression`, a polynomial with integer coefficients in
normal form. Its atoms are symbols and floor divisions that do not come out even, so two
expressions are equal for all values if their normal forms are the same. Whatever becomes constant
collapses to ``int``; concrete models therefore only ever see ints.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, NoReturn

from analyzers.unknown import Unknown, UnknownUsed

_SERIAL = itertools.count()

MAX_TERMS = 256
MAX_DEGREE = 64
MAX_WEIGHT = 128  # monomials of a floor division, with those of the divisions inside it
MAX_BOUND_DEGREE = 6  # of monomials whose bounds are looked for
MAX_COEFFICIENT_BITS = 2048


class Symbol:
    """A dimension without a value; at least 1. Two symbols of one name are different dims.

    ``solvable`` marks sizes the analysis may choose (the channels of an input nobody gave);
    ``wanted`` collects the values that layers asked of it. ``reason`` says why it is not known.
    """

    __slots__ = ("anonymous", "name", "reason", "serial", "solvable", "wanted")

    def __init__(self, name: str, reason: str | None = None, solvable: bool = False) -> None:
        self.name = name
        self.reason = reason
        self.solvable = solvable
        self.wanted: list[int] = []
        self.anonymous = name == "?"
        self.serial = next(_SERIAL)

    def __repr__(self) -> str:
        return f"Symbol({self.name!r})"

    @property
    def order(self) -> tuple[int, ...]:
        return (self.serial,)


class Floor:
    """The atom ``⌊numerator / divisor⌋`` of a division that does not come out even."""

    __slots__ = ("_hash", "divisor", "numerator", "order", "weight")

    def __init__(self, numerator: Expression, divisor: Dim) -> None:
        self.numerator = numerator
        self.divisor = divisor
        self.weight = _weight(numerator) + _weight(divisor)
        self._hash = hash((numerator, divisor))
        above, below = _order_of(numerator), _order_of(divisor)
        first = min(symbol.serial for symbol in symbols(numerator) | symbols(divisor))
        self.order: tuple[int, ...] = (first, len(above), *above, *below, self._hash)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Floor):
            return NotImplemented
        return self.divisor == other.divisor and self.numerator == other.numerator


def _weight(dim: Dim) -> int:
    if isinstance(dim, int):
        return 1
    return len(dim.terms) + sum(atom.weight for atom in dim.atoms() if isinstance(atom, Floor))


def _order_of(dim: Dim) -> list[int]:
    """Numbers that sort expressions the same way in every run."""
    if isinstance(dim, int):
        return [dim]
    numbers: list[int] = []
    for monomial in sorted(dim.terms, key=_monomial_order):
        numbers.append(dim.terms[monomial])
        for atom, power in monomial:
            numbers += (*(atom.order if isinstance(atom, Symbol) else atom.order[:-1]), power)
    return numbers


Atom = Symbol | Floor
Monomial = tuple[tuple[Atom, int], ...]  # (atom, power), atoms in their order; () is the constant
Terms = dict[Monomial, Any]  # coefficients are ints (Fractions only inside this module)


class Expression:
    """A polynomial that is not constant. Immutable; made by the operators and :func:`symbol`.

    Orderings answer only what holds for every value of the symbols (each ≥ 1) and raise
    :class:`UnknownUsed` otherwise, as do ``bool()``, ``int()`` and use as an index.
    """

    __slots__ = ("_hash", "terms")

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._hash: int | None = None

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self.terms.items()))
        return self._hash

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Expression):
            return self is other or self.terms == other.terms
        return False if isinstance(other, (int, float)) else NotImplemented

    def __repr__(self) -> str:
        return text(self)

    __str__ = __repr__

    def atoms(self) -> set[Atom]:
        return {atom for monomial in self.terms for atom, _ in monomial}

    def _operand(self, other: Any) -> Terms | None:
        """The other operand's terms; None where Python should try something else."""
        if isinstance(other, float):
            _undecided(f"{text(self)} combined with {other}")
        return _terms(other)

    def __add__(self, other: Any) -> Any:
        terms = self._operand(other)
        return NotImplemented if terms is None else _collapse(_sum(self.terms, terms))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        terms = self._operand(other)
        return NotImplemented if terms is None else _collapse(_sum(self.terms, _scaled(terms, -1)))

    def __rsub__(self, other: Any) -> Any:
        terms = self._operand(other)
        return NotImplemented if terms is None else _collapse(_sum(terms, _scaled(self.terms, -1)))

    def __neg__(self) -> Expression:
        return Expression(_scaled(self.terms, -1))

    def __pos__(self) -> Expression:
        return self

    def __mul__(self, other: Any) -> Any:
        if type(other) is int:
            return _bounded(_scaled(self.terms, other))
        terms = self._operand(other)
        return NotImplemented if terms is None else _bounded(_multiplied(self.terms, terms))

    __rmul__ = __mul__

    def __pow__(self, power: Any) -> Any:
        if not isinstance(power, int) or not 0 <= power <= 8:
            _undecided(f"{text(self)} ** {power}")
        return product([self] * power)

    def __floordiv__(self, other: Any) -> Any:
        return NotImplemented if self._operand(other) is None else _floor_division(self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return NotImplemented if self._operand(other) is None else _floor_division(other, self)

    def __mod__(self, other: Any) -> Any:
        return NotImplemented if self._operand(other) is None else self - other * (self // other)

    def __rmod__(self, other: Any) -> Any:
        return NotImplemented if self._operand(other) is None else other - self * (other // self)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __truediv__(self, other: Any) -> Any:
        _undecided(f"{text(self)} / {other}")

    def __rtruediv__(self, other: Any) -> Any:
        _undecided(f"{other} / {text(self)}")

    def __lt__(self, other: Any) -> bool:
        return _decided(less(self, other), self, other)

    def __le__(self, other: Any) -> bool:
        return not _decided(less(other, self), self, other)

    def __gt__(self, other: Any) -> bool:
        return _decided(less(other, self), self, other)

    def __ge__(self, other: Any) -> bool:
        return not _decided(less(self, other), self, other)

    def __bool__(self) -> bool:
        return not _decided(same(self, 0), self, 0)

    def _no_value(self) -> NoReturn:
        _undecided(text(self), next((s.reason for s in symbols(self) if s.reason), None))

    def __index__(self) -> int:
        self._no_value()

    def __int__(self) -> int:
        self._no_value()

    def __float__(self) -> float:
        self._no_value()

    def __round__(self, digits: Any = None) -> Expression:
        return self

    def __floor__(self) -> Expression:
        return self

    def __ceil__(self) -> Expression:
        return self

    def __trunc__(self) -> int:
        self._no_value()


Dim = int | Expression


def symbol(name: str, reason: str | None = None, solvable: bool = False) -> Expression:
    """A fresh symbolic dimension."""
    return Expression({((Symbol(name, reason, solvable), 1),): 1})


def unknown_dim(reason: str) -> Expression:
    """A dimension nothing is known about; prints as ``?``."""
    return symbol("?", reason)


def bare_symbol(dim: Dim) -> Symbol | None:
    """The symbol, where the dim is nothing but one."""
    if isinstance(dim, int) or len(dim.terms) != 1:
        return None
    ((monomial, coefficient),) = dim.terms.items()
    if coefficient != 1 or len(monomial) != 1 or monomial[0][1] != 1:
        return None
    atom = monomial[0][0]
    return atom if isinstance(atom, Symbol) else None


def symbols(dim: Dim) -> set[Symbol]:
    """Every symbol the dim depends on."""
    if isinstance(dim, int):
        return set()
    found: set[Symbol] = set()
    for atom in dim.atoms():
        found |= {atom} if isinstance(atom, Symbol) else symbols(atom.numerator) | symbols(atom.divisor)
    return found


def has_unknown(dim: Dim) -> bool:
    """Whether an anonymous symbol is part of it."""
    return not isinstance(dim, int) and any(found.anonymous for found in symbols(dim))


def substitute(dim: Dim, values: Mapping[Symbol, Dim]) -> Dim:
    """The dim with symbols replaced by values."""
    if isinstance(dim, int):
        return dim
    total: Dim = 0
    for monomial, coefficient in dim.terms.items():
        factor: Dim = coefficient
        for atom, power in monomial:
            factor = factor * product([_atom_value(atom, values)] * power)
        total = total + factor
    return total


def _atom_value(atom: Atom, values: Mapping[Symbol, Dim]) -> Dim:
    if isinstance(atom, Symbol):
        return values[atom] if atom in values else Expression({((atom, 1),): 1})
    return substitute(atom.numerator, values) // substitute(atom.divisor, values)


def product(dims: Iterable[Dim]) -> Dim:
    result: Dim = 1
    symbolic: list[Dim] = []
    for dim in dims:
        if type(dim) is int:
            result *= dim
        else:
            symbolic.append(dim)
    for dim in symbolic:
        result = result * dim
    return result


def conv_out(n: Dim, kernel: Dim, stride: Dim, padding_total: Dim, dilation: Dim = 1, ceil: bool = False) -> Dim:
    """Output size of a convolution or pooling (Dumoulin & Visin 2016); may be ≤ 0.

    With ``ceil`` the last window may hang over, but has to begin inside the input or its left
    padding (half of ``padding_total``), as torch's ``ceil_mode`` has it.
    """
    room = padding_total - dilation * (kernel - 1) - 1
    if not ceil:
        return (n + room) // stride + 1
    return -(-(n + min(room + stride, padding_total // 2)) // stride)


def same(a: Dim, b: Dim) -> bool | None:
    """True: equal for all values of the symbols; False: for none; None: not known."""
    if isinstance(a, int) and isinstance(b, int):
        return a == b
    if a == b:
        return True
    return False if less(a, b) or less(b, a) or _coefficients_disagree(a, b) else None


def _coefficients_disagree(a: Dim, b: Dim) -> bool:
    """No integer solution: the gcd of the coefficients of ``a − b`` does not divide its constant."""
    terms = dict(_terms(a - b) or {})
    constant = terms.pop((), 0)
    return bool(terms) and constant % math.gcd(*terms.values()) != 0


def require(actual: Dim, expected: Dim) -> bool | None:
    """Like :func:`same`; a solvable symbol remembers the int that was wanted of it."""
    answer = same(actual, expected)
    if answer is None and isinstance(expected, int):
        bare = bare_symbol(actual)
        if bare is not None and bare.solvable and expected not in bare.wanted:
            bare.wanted.append(expected)
    return answer


def less(a: Dim, b: Dim) -> bool | None:
    """Whether ``a < b``, for all values of the symbols; None where that depends on them."""
    if isinstance(a, int) and isinstance(b, int):
        return a < b
    low, high = _bounds(b - a)
    if low is not None and low > 0:
        return True
    return False if high is not None and high <= 0 else None


def exact_quotient(a: Dim, b: Dim) -> Dim | None:
    """``a / b`` where it comes out even for all values, else None (also for ``b = 0``)."""
    if isinstance(a, int) and isinstance(b, int):
        return a // b if b and a % b == 0 else None
    if isinstance(b, int):
        return _divided(a, b) if b else None  # type: ignore[arg-type]
    return _long_division(_terms(a) or {}, b.terms)


def ideal(dim: Dim) -> Dim:
    """A stand-in for comparing sizes as if every floor division came out even.

    ``7·⌊H/7⌋`` and ``H`` have the same ideal form: what code that partitions ``H`` into windows
    of 7 relies on. Not a size: coefficients may be fractions.
    """
    if isinstance(dim, int):
        return dim
    if all(isinstance(atom, Symbol) for atom in dim.atoms()):
        return dim
    total: Terms = {}
    for monomial, coefficient in dim.terms.items():
        factor: Terms = {(): coefficient}
        for atom, power in monomial:
            for _ in range(power):
                factor = _multiplied(factor, _ideal_atom(atom))
        total = _sum(total, factor)
    return _collapse(total)


def _ideal_atom(atom: Atom) -> Terms:
    if isinstance(atom, Symbol) or not isinstance(atom.divisor, int):
        return {((atom, 1),): 1}
    numerator = dict(_terms(ideal(atom.numerator)) or {})
    numerator.pop((), None)
    return _scaled(numerator, Fraction(1, atom.divisor))


# text -----------------------------------------------------------------------------------------


def text(dim: Dim) -> str:
    """For people: ``224``, ``N``, ``64·N``, ``H/2``, ``(H-2)/2``, ``?``.

    ``H/2`` stands for the division rounded either way.
    """
    if isinstance(dim, int):
        return str(dim)
    if has_unknown(dim):
        return "?"
    folded = _constant_folded(dim.terms)
    if folded is not None:
        return _quotient_text(*folded)
    parts = [_monomial_text(monomial, value) for monomial, value in sorted(dim.terms.items(), key=_text_order)]
    return "+".join(parts).replace("+-", "-")


def shape_text(shape: Iterable[Dim]) -> str:
    """``3×224×224``; sums in parentheses."""
    return "×".join(_factor_text(text(dim)) for dim in shape)


def as_json(dim: Dim) -> int | str | None:
    """The int, the text of a symbolic dim, None where it is unknown."""
    if isinstance(dim, int):
        return dim
    return None if has_unknown(dim) else text(dim)


def _text_order(item: tuple[Monomial, Any]) -> tuple[Any, ...]:
    monomial, coefficient = item
    return (-sum(power for _, power in monomial), coefficient < 0, [atom.order for atom, _ in monomial])


def _constant_folded(terms: Terms) -> tuple[Dim, int] | None:
    """Numerator and divisor, where the terms are one floor division plus a constant."""
    monomials = [monomial for monomial in terms if monomial]
    if len(monomials) != 1 or terms[monomials[0]] != 1 or len(monomials[0]) != 1:
        return None
    atom, power = monomials[0][0]
    if power != 1 or isinstance(atom, Symbol) or not isinstance(atom.divisor, int):
        return None
    whole = terms.get((), 0)
    shift = whole * atom.divisor if whole else -atom.numerator.terms.get((), 0)
    return atom.numerator + shift, atom.divisor


def _quotient_text(numerator: Dim, divisor: Dim) -> str:
    above, below = text(numerator), text(divisor)
    if "+" in above or "-" in above[1:]:
        above = f"({above})"
    return f"{above}/{below}" if below.isalnum() else f"{above}/({below})"


def _monomial_text(monomial: Monomial, coefficient: Any) -> str:
    factors = [_atom_text(atom) for atom, power in monomial for _ in range(power)]
    if len(factors) > 1 or (factors and abs(coefficient) != 1):
        factors = [f"({factor})" if "/" in factor else factor for factor in factors]
    if abs(coefficient) != 1 or not factors:
        factors.insert(0, str(abs(coefficient)))
    return ("-" if coefficient < 0 else "") + "·".join(factors)


def _atom_text(atom: Atom) -> str:
    if isinstance(atom, Symbol):
        return atom.name
    numerator: Dim = atom.numerator
    if isinstance(atom.divisor, int):
        numerator = numerator - atom.numerator.terms.get((), 0)
    return _quotient_text(numerator, atom.divisor)


def _factor_text(written: str) -> str:
    return f"({written})" if "+" in written or ("-" in written[1:] and "/" not in written) else written


# polynomials ----------------------------------------------------------------------------------


def _terms(value: Any) -> Terms | None:
    if isinstance(value, Expression):
        return value.terms
    if isinstance(value, int):
        return {(): int(value)} if value else {}
    return None


def _collapse(terms: Terms) -> Any:
    if not terms:
        return 0
    if len(terms) == 1 and () in terms:
        return terms[()]
    return Expression(terms) if len(terms) <= MAX_TERMS else _too_large()


def _bounded(terms: Terms) -> Any:
    """Collapsed; a product beyond what any model's sizes need becomes an unknown dim."""
    for monomial, coefficient in terms.items():
        degree = sum([power for _, power in monomial])
        if degree > MAX_DEGREE or abs(coefficient).bit_length() > MAX_COEFFICIENT_BITS:
            return _too_large()
    return _collapse(terms)


def _too_large() -> Expression:
    return unknown_dim("a very large expression of symbolic sizes")


def _sum(a: Terms, b: Terms) -> Terms:
    result = dict(a)
    for monomial, coefficient in b.items():
        value = result.get(monomial, 0) + coefficient
        if value:
            result[monomial] = value
        else:
            result.pop(monomial, None)
    return result


def _scaled(terms: Terms, factor: Any) -> Terms:
    return {monomial: coefficient * factor for monomial, coefficient in terms.items()} if factor else {}


def _multiplied(a: Terms, b: Terms) -> Terms:
    result: Terms = {}
    for left, x in a.items():
        result = _sum(result, {_joined(left, right): x * y for right, y in b.items()})
    return result


def _joined(a: Monomial, b: Monomial) -> Monomial:
    if not a or not b:
        return a or b
    powers = dict(a)
    for atom, power in b:
        powers[atom] = powers.get(atom, 0) + power
    return _ordered(powers)


def _ordered(powers: dict[Atom, int]) -> Monomial:
    return tuple(sorted((item for item in powers.items() if item[1]), key=lambda item: item[0].order))


def _divided(a: Expression, b: int) -> Dim | None:
    if any(coefficient % b for coefficient in a.terms.values()):
        return None
    return Expression({monomial: coefficient // b for monomial, coefficient in a.terms.items()})


def _long_division(a: Terms, b: Terms) -> Dim | None:
    """The exact quotient of two polynomials (lexicographic order), or None."""
    order = {atom: place for place, atom in enumerate({atom for m in (*a, *b) for atom, _ in m})}

    def rank(monomial: Monomial) -> list[int]:
        powers = [0] * len(order)
        for atom, power in monomial:
            powers[order[atom]] = power
        return powers

    leading = max(b, key=rank)
    quotient: Terms = {}
    while a:
        top = max(a, key=rank)
        step = _monomial_quotient(top, leading)
        if step is None or a[top] % b[leading]:
            return None
        term = {step: a[top] // b[leading]}
        quotient = _sum(quotient, term)
        a = _sum(a, _scaled(_multiplied(b, term), -1))
    return _collapse(quotient)


def _monomial_quotient(a: Monomial, b: Monomial) -> Monomial | None:
    powers = dict(a)
    for atom, power in b:
        powers[atom] = powers.get(atom, 0) - power
        if powers[atom] < 0:
            return None
    return _ordered(powers)


# floor division -------------------------------------------------------------------------------


def _floor_division(a: Dim, b: Dim) -> Dim:
    if isinstance(b, int):
        if b == 0:
            raise ZeroDivisionError("integer division or modulo by zero")
        return _floor_by_int(a, b) if b > 0 else _floor_by_int(-a, -b)
    exact = exact_quotient(a, b)
    if exact is not None:
        return exact
    if less(a, b) and less(-1, a):
        return 0
    return _atom_dim(Expression(_terms(a) or {}), b)


def _atom_dim(numerator: Expression, divisor: Dim) -> Expression:
    if _weight(numerator) + _weight(divisor) > MAX_WEIGHT:
        return _too_large()
    return Expression({((Floor(numerator, divisor), 1),): 1})


def _floor_by_int(a: Dim, divisor: int) -> Dim:
    """Normal form of ``⌊a / divisor⌋``: whole multiples outside, one reduced atom for the rest."""
    if isinstance(a, int):
        return a // divisor
    if divisor == 1:
        return a
    whole, rest = _whole_multiples(a.terms, divisor)
    if len(rest) == 0 or set(rest) == {()}:
        return _collapse(whole)
    return _collapse(_sum(whole, _terms(_reduced_floor(rest, divisor)) or {}))


def _whole_multiples(terms: Terms, divisor: int) -> tuple[Terms, Terms]:
    """``terms = divisor · whole + rest``: constants in 0…divisor−1, coefficients below it in size."""
    whole: Terms = {}
    rest: Terms = {}
    for monomial, coefficient in terms.items():
        quotient = coefficient // divisor
        if monomial and coefficient < 0:
            quotient = -(-coefficient // divisor)
        if quotient:
            whole[monomial] = quotient
        if coefficient != quotient * divisor:
            rest[monomial] = coefficient - quotient * divisor
    return whole, rest


def _reduced_floor(terms: Terms, divisor: int) -> Dim:
    variable = {monomial: value for monomial, value in terms.items() if monomial}
    if variable[min(variable, key=_monomial_order)] < 0:  # ⌊−x/d⌋ = −⌊(x+d−1)/d⌋
        return -_floor_by_int(_collapse(_sum(_scaled(terms, -1), {(): divisor - 1})), divisor)
    common = math.gcd(divisor, *variable.values())
    if common > 1:
        terms = {monomial: value // common for monomial, value in terms.items()}
        return _floor_by_int(_collapse({m: v for m, v in terms.items() if v}), divisor // common)
    nested = _nested_floor(variable)
    if nested is None:
        return _atom_dim(Expression(terms), divisor)
    rest = Expression(terms) - Expression({((nested, 1),): 1})
    return _floor_by_int(nested.numerator + nested.divisor * rest, divisor * nested.divisor)


def _monomial_order(monomial: Monomial) -> list[Any]:
    return [(atom.order, power) for atom, power in monomial]


def _nested_floor(terms: Terms) -> Any:
    """A floor atom that can be drawn into the division: ``⌊(⌊x/e⌋ + r)/d⌋ = ⌊(x + e·r)/(d·e)⌋``."""
    for monomial, coefficient in terms.items():
        if coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1:
            atom = monomial[0][0]
            if isinstance(atom, Floor) and isinstance(atom.divisor, int):
                return atom
    return None


# bounds ---------------------------------------------------------------------------------------

Bounds = tuple[Any, Any]  # lowest and highest value, None: unbounded


def _bounds(dim: Dim) -> Bounds:
    """What the dim lies between when every symbol is at least 1."""
    if isinstance(dim, int):
        return dim, dim
    low, high = _interval(dim.terms)
    better_low = _lowest(_without_floors(dim.terms, low=True))
    negated_high = _lowest(_scaled(_without_floors(dim.terms, low=False), -1))
    if better_low is not None and (low is None or better_low > low):
        low = better_low
    if negated_high is not None and (high is None or -negated_high < high):
        high = -negated_high
    return low, high


def _interval(terms: Terms) -> Bounds:
    low: Any = 0
    high: Any = 0
    for monomial, coefficient in terms.items():
        below, above = _monomial_bounds(monomial)
        if coefficient < 0:
            below, above = above, below
        low = None if low is None or below is None else low + coefficient * below
        high = None if high is None or above is None else high + coefficient * above
    return low, high


def _monomial_bounds(monomial: Monomial) -> Bounds:
    low: Any = 1
    high: Any = 1
    for atom, power in monomial:
        below, above = _atom_bounds(atom)
        if below is None or below < 0:
            return None, None
        low = low * below**power
        high = None if high is None or above is None else high * above**power
    return low, high


def _atom_bounds(atom: Atom) -> Bounds:
    if isinstance(atom, Symbol):
        return 1, None
    low, high = _bounds(atom.numerator)
    below, above = _bounds(atom.divisor)
    if below is None or below < 1:
        return None, None
    if low is not None:
        low = low // below if low < 0 else (0 if above is None else low // above)
    if high is not None:
        high = high // below if high > 0 else (0 if above is None else high // above)
    return low, high


def _without_floors(terms: Terms, low: bool) -> Terms:
    """A bound without floor atoms: ``(x−d+1)/d ≤ ⌊x/d⌋ ≤ x/d`` where the atom stands alone."""
    result: Terms = {}
    for monomial, coefficient in terms.items():
        atom = monomial[0][0] if len(monomial) == 1 and monomial[0][1] == 1 else None
        if isinstance(atom, Floor) and isinstance(atom.divisor, int):
            below = (coefficient > 0) == low
            slack = {(): 1 - atom.divisor} if below else {}
            numerator = _without_floors(_sum(atom.numerator.terms, slack), below)
            result = _sum(result, _scaled(numerator, Fraction(coefficient, atom.divisor)))
        else:
            result = _sum(result, {monomial: coefficient})
    return result


def _lowest(terms: Terms) -> Any:
    """The value at symbols = 1 where the polynomial only grows from there, else None."""
    shifted: Terms = {}
    for monomial, coefficient in terms.items():
        if sum(power for _, power in monomial) > MAX_BOUND_DEGREE:
            return None
        factor: Terms = {(): coefficient}
        for atom, power in monomial:
            if isinstance(atom, Floor):
                return None
            for _ in range(power):
                factor = _multiplied(factor, {((atom, 1),): 1, (): 1})
        shifted = _sum(shifted, factor)
    constant = shifted.pop((), 0)
    return None if any(value < 0 for value in shifted.values()) else constant


def _decided(answer: bool | None, a: Any, b: Any) -> bool:
    if answer is None:
        _undecided(f"{a} compared with {b}")
    return answer


def _undecided(what: str, reason: str | None = None) -> NoReturn:
    detail = f": {reason}" if reason else ""
    raise UnknownUsed(Unknown(f"depends on the value of {what}{detail}"))
