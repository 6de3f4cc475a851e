"""Dimensions of tensors: plain ints where known, exact polynomials in symbols where not.

A :data:`Dim` is an ``int`` or an :class:`Expression`, a polynomial with integer coefficients in
normal form. Its atoms are symbols and floor divisions that do not come out even, so two
expressions are equal for all values if their normal forms are the same. Whatever becomes constant
collapses to ``int``; concrete models therefore only ever see ints.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, NoReturn

from analyzers.tensors.dim_bounds import bounds
from analyzers.tensors.dim_text import as_json, counted, shape_text, text
from analyzers.tensors.polynomials import (
    Atom,
    Floor,
    Monomial,
    Symbol,
    Terms,
    bare_symbol,
    has_unknown,
    is_order_long,
    monomial_order,
    monomial_quotient,
    multiplied,
    scaled,
    sum_of,
    symbols,
    weight_of,
)
from analyzers.unknown import Unknown, UnknownUsed

__all__ = [
    "Dim", "Expression", "Floor", "Monomial", "Symbol", "Terms", "as_json", "bare_symbol", "conv_out", "counted", "exact_quotient",
    "grows", "has_unknown", "ideal", "is_sure_less", "less", "product", "require", "same", "shape_text", "substitute", "suppose_equal",
    "symbol", "symbols", "text", "unknown_dim", "value_at",
]  # fmt: skip

MAX_TERMS = 256
MAX_PRODUCTS = 1024  # of single terms, in one product
MAX_DEGREE = 64
MAX_WEIGHT = 128  # monomials of a floor division, with those of the divisions inside it
MAX_COEFFICIENT_BITS = 2048
MAX_EQUATIONS = 64  # that a symbol remembers


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
        return NotImplemented if terms is None else _collapse(sum_of(self.terms, terms))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        terms = self._operand(other)
        return NotImplemented if terms is None else _collapse(sum_of(self.terms, scaled(terms, -1)))

    def __rsub__(self, other: Any) -> Any:
        terms = self._operand(other)
        return NotImplemented if terms is None else _collapse(sum_of(terms, scaled(self.terms, -1)))

    def __neg__(self) -> Expression:
        return Expression(scaled(self.terms, -1))

    def __pos__(self) -> Expression:
        return self

    def __mul__(self, other: Any) -> Any:
        if type(other) is int:
            return _bounded(scaled(self.terms, other))
        terms = self._operand(other)
        if terms is not None and len(terms) * len(self.terms) > MAX_PRODUCTS:
            return _too_large()
        return NotImplemented if terms is None else _bounded(multiplied(self.terms, terms))

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


def symbol(name: str, reason: str | None = None, solvable: bool = False, argument: bool = False) -> Expression:
    """A fresh symbolic dimension."""
    return Expression({((Symbol(name, reason, solvable, argument), 1),): 1})


def unknown_dim(reason: str) -> Expression:
    """A dimension nothing is known about; prints as ``?``."""
    return symbol("?", reason)


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


def value_at(dim: Dim, values: Mapping[Symbol, int]) -> int:
    """The size where every symbol of it has a value."""
    if isinstance(dim, int):
        return dim
    total = 0
    for monomial, coefficient in dim.terms.items():
        factor = coefficient
        for atom, power in monomial:
            if isinstance(atom, Symbol):
                factor *= values[atom] ** power
            else:
                factor *= (value_at(atom.numerator, values) // value_at(atom.divisor, values)) ** power
        total += factor
    return total


def grows(dim: Dim) -> bool:
    """Whether a size certainly does not become smaller where a symbol of it becomes larger."""
    if isinstance(dim, int):
        return True
    return all(coefficient > 0 for monomial, coefficient in dim.terms.items() if monomial) and all(
        isinstance(atom.divisor, int) and grows(atom.numerator) for atom in dim.atoms() if isinstance(atom, Floor)
    )


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
    """Like :func:`same`; a solvable symbol remembers what was wanted of it."""
    answer = same(actual, expected)
    if answer is None:
        if isinstance(expected, int):
            bare = bare_symbol(actual)
            if bare is not None and bare.solvable and expected not in bare.wanted:
                bare.wanted.append(expected)
        suppose_equal(actual, expected)
    return answer


def suppose_equal(a: Dim, b: Dim) -> None:
    """It fits only where the two are equal: the first of the symbols among them, if possible a solvable one,
    remembers it."""
    if isinstance(a, int) and isinstance(b, int):
        return
    known = [s for s in symbols(a) | symbols(b) if not s.anonymous]
    if known:
        equations = min(known, key=lambda s: (not s.solvable, s.serial)).equations
        if len(equations) < MAX_EQUATIONS and (a, b) not in equations:
            equations.append((a, b))


def less(a: Dim, b: Dim) -> bool | None:
    """Whether ``a < b``, for all values of the symbols; None where that depends on them."""
    if isinstance(a, int) and isinstance(b, int):
        return a < b
    low, high = bounds(b - a)
    if low is not None and low > 0:
        return True
    return False if high is not None and high <= 0 else None


def is_sure_less(a: Dim, b: Dim) -> bool:
    """Whether ``a < b`` for all sizes there may be; nobody knows what an argument is that nobody gives."""
    return less(a, b) is True and not any(s.argument for s in symbols(a) | symbols(b))


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
    return dim if isinstance(dim, int) or all(isinstance(a, Symbol) for a in dim.atoms()) else _ideal(dim)


@lru_cache(maxsize=4096)
def _ideal(dim: Expression) -> Dim:
    """Of a dim with floor divisions; the blocks of a model compare the same ones again and again."""
    total: Terms = {}
    for monomial, coefficient in dim.terms.items():
        factor: Terms = {(): coefficient}
        for atom, power in monomial:
            for _ in range(power):
                factor = multiplied(factor, _ideal_atom(atom))
        total = sum_of(total, factor)
    return _collapse(total)


def _ideal_atom(atom: Atom) -> Terms:
    if isinstance(atom, Symbol) or not isinstance(atom.divisor, int):
        return {((atom, 1),): 1}
    numerator = dict(_terms(ideal(atom.numerator)) or {})
    numerator.pop((), None)
    return scaled(numerator, Fraction(1, atom.divisor))


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
        step = monomial_quotient(top, leading)
        if step is None or a[top] % b[leading]:
            return None
        term = {step: a[top] // b[leading]}
        quotient = sum_of(quotient, term)
        a = sum_of(a, scaled(multiplied(b, term), -1))
    return _collapse(quotient)


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
    is_large = weight_of(numerator) + weight_of(divisor) > MAX_WEIGHT or is_order_long(numerator, divisor)
    return _too_large() if is_large else Expression({((Floor(numerator, divisor), 1),): 1})


def _floor_by_int(a: Dim, divisor: int) -> Dim:
    """Normal form of ``⌊a / divisor⌋``: whole multiples outside, one reduced atom for the rest."""
    if isinstance(a, int):
        return a // divisor
    if divisor == 1:
        return a
    whole, rest = _whole_multiples(a.terms, divisor)
    if len(rest) == 0 or set(rest) == {()}:
        return _collapse(whole)
    return _collapse(sum_of(whole, _terms(_reduced_floor(rest, divisor)) or {}))


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
    if variable[min(variable, key=monomial_order)] < 0:  # ⌊−x/d⌋ = −⌊(x+d−1)/d⌋
        return -_floor_by_int(_collapse(sum_of(scaled(terms, -1), {(): divisor - 1})), divisor)
    common = math.gcd(divisor, *variable.values())
    if common > 1:
        terms = {monomial: value // common for monomial, value in terms.items()}
        return _floor_by_int(_collapse({m: v for m, v in terms.items() if v}), divisor // common)
    nested = _nested_floor(variable)
    if nested is None:
        return _atom_dim(Expression(terms), divisor)
    rest = Expression(terms) - Expression({((nested, 1),): 1})
    return _floor_by_int(nested.numerator + nested.divisor * rest, divisor * nested.divisor)


def _nested_floor(terms: Terms) -> Any:
    """A floor atom that can be drawn into the division: ``⌊(⌊x/e⌋ + r)/d⌋ = ⌊(x + e·r)/(d·e)⌋``."""
    for monomial, coefficient in terms.items():
        if coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1:
            atom = monomial[0][0]
            if isinstance(atom, Floor) and isinstance(atom.divisor, int):
                return atom
    return None


def _undecided(what: str, reason: str | None = None) -> NoReturn:
    detail = f": {reason}" if reason else ""
    raise UnknownUsed(Unknown(f"depends on the value of {what}{detail}"))


def _decided(answer: bool | None, a: Any, b: Any) -> bool:
    if answer is None:
        _undecided(f"{a} compared with {b}")
    return answer
