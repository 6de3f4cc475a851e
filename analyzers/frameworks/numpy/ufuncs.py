"""Numpy's universal functions: one table of names, what they compute and in which dtypes."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.frameworks.numpy import arithmetic, dtypes
from analyzers.frameworks.numpy.arguments import (
    Operand,
    common_dtype,
    dtype_or_none,
    operand,
)
from analyzers.frameworks.numpy.array import SCALARS, scalar
from analyzers.frameworks.numpy.elementwise import combined, into, itself
from analyzers.frameworks.numpy.registration import universal
from analyzers.tensors.dims import Expression, same
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import content
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

Function = Callable[..., Any] | None


class Ufunc(NamedTuple):
    """``compute`` (None: numbers are not worked out) works in the dtype ``work`` gives and keeps that of ``result``."""

    name: str
    inputs: int
    compute: Function
    work: Callable[[str], str]
    result: Callable[[str], str]
    refuses: str = ""
    """Kinds of dtypes the function is not defined for (TypeError)."""
    of_bools: Function = None
    """What it computes on truth values, where that is another thing."""


def run(ufunc: Ufunc, inputs: tuple[Any, ...], dtype: str | None = None) -> Tensor:
    """The result of the function; raises broadcast-mismatch, invalid-argument (TypeError) for a dtype it refuses."""
    operands = [operand(value) for value in inputs]
    common = dtype if dtype is not None else common_dtype(operands)
    kind = dtypes.KINDS[common]
    if kind in "UO" and (ufunc.result is not to_bool or ufunc.work is not own):
        raise UnknownUsed(Unknown("arithmetic with texts or objects"))
    if kind in ufunc.refuses:
        raise OperationError(
            "invalid-argument", f"{{subject}} is not defined for arrays of {common}", exception="TypeError"
        )
    _require_whole_exponent(ufunc, operands, kind)
    work = ufunc.work(common)
    compute = _compute_of(ufunc, work) if all(_fits(o, work) for o in operands) else None
    return combined(compute, operands, work, ufunc.result(work))


def _fits(o: Operand, dtype: str) -> bool:
    """Whether a Python number is within the bounds of a dtype (numpy 2 refuses it, numpy 1 takes a wider dtype)."""
    if o.weak != "int" or dtypes.KINDS[dtype] not in "iu" or o.array.content is None:
        return True
    low, high = dtypes.bounds(dtype)
    return all(not isinstance(number, int) or low <= number <= high for number in o.array.content)


def _require_whole_exponent(ufunc: Ufunc, operands: list[Operand], kind: str) -> None:
    """Whole numbers have no negative powers in numpy."""
    if ufunc.name != "power" or kind not in "iu" or operands[1].array.content is None:
        return
    if any(isinstance(number, int) and number < 0 for number in operands[1].array.content):
        raise OperationError(
            "invalid-argument", "{subject} raises whole numbers to a negative power", exception="ValueError"
        )


# -- dtypes ------------------------------------------------------------------------------------------


def own(dtype: str) -> str:
    return dtype


def number(dtype: str) -> str:
    """Truth values are counted as small whole numbers."""
    return "int8" if dtype == "bool" else dtype


def quotient(dtype: str) -> str:
    return dtype if dtypes.KINDS[dtype] in "fc" else "float64"


def double(dtype: str) -> str:
    return "complex128" if dtypes.KINDS[dtype] == "c" else "float64"


def to_bool(dtype: str) -> str:
    return "bool"


# -- comparisons -------------------------------------------------------------------------------------


def compared(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], bool]:
    """A comparison; whether symbolic sizes are equal may not be known (ValueError)."""

    def compare(a: Any, b: Any) -> bool:
        if isinstance(a, Expression) or isinstance(b, Expression):
            equal = same(a, b)
            if function in (operator.eq, operator.ne):
                if equal is None:
                    raise ValueError("whether two sizes are equal")
                return equal is (function is operator.eq)
        return bool(function(a, b))

    return compare


def _both(a: Any, b: Any) -> bool:
    return bool(a) and bool(b)


def _either(a: Any, b: Any) -> bool:
    return bool(a) or bool(b)


def _one_of(a: Any, b: Any) -> bool:
    return bool(a) != bool(b)


# -- the table ---------------------------------------------------------------------------------------

TABLE: dict[str, Ufunc] = {}
"""Name → function."""


def _add(names: str, compute: Function, work: Any, result: Any, inputs: int = 1, **options: Any) -> None:
    spellings = names.split()
    for name in spellings:
        TABLE[name] = Ufunc(spellings[0], inputs, compute, work, result, **options)


_add("add", operator.add, own, own, 2, of_bools=arithmetic.add_bools)
_add("subtract", operator.sub, own, own, 2, refuses="b")
_add("multiply", operator.mul, own, own, 2, of_bools=arithmetic.multiply_bools)
_add("floor_divide", arithmetic.floor_divide, number, own, 2, refuses="c")
_add("remainder mod", arithmetic.remainder, number, own, 2, refuses="c")
_add("fmod", arithmetic.fmod, number, own, 2, refuses="c")
_add("power pow", arithmetic.power, number, own, 2)
_add("divide true_divide", arithmetic.divide, quotient, own, 2)
_add("float_power", arithmetic.power, double, own, 2)
for _name, _compute in {
    "maximum": arithmetic.maximum, "minimum": arithmetic.minimum, "fmax": arithmetic.fmax, "fmin": arithmetic.fmin,
}.items():  # fmt: skip
    _add(_name, _compute, own, own, 2)
for _name, _compute in {"gcd": math.gcd, "lcm": math.lcm}.items():
    _add(_name, _compute, own, own, 2, refuses="bfc")
_add("bitwise_and", operator.and_, own, own, 2, refuses="fc")
_add("bitwise_or", operator.or_, own, own, 2, refuses="fc")
_add("bitwise_xor", operator.xor, own, own, 2, refuses="fc")
_add("left_shift bitwise_left_shift", arithmetic.left_shift, number, own, 2, refuses="fc")
_add("right_shift bitwise_right_shift", arithmetic.right_shift, number, own, 2, refuses="fc")
for _name, _compute in {
    "arctan2 atan2": math.atan2, "hypot": arithmetic.hypot, "logaddexp": arithmetic.logaddexp, "logaddexp2": None,
    "copysign": math.copysign, "nextafter": None, "heaviside": arithmetic.heaviside,
}.items():  # fmt: skip
    _add(_name, _compute, dtypes.floating, own, 2, refuses="c")
for _name, _compute in {
    "equal": operator.eq, "not_equal": operator.ne, "less": operator.lt, "less_equal": operator.le,
    "greater": operator.gt, "greater_equal": operator.ge,
}.items():  # fmt: skip
    _add(_name, compared(_compute), own, to_bool, 2)
for _name, _compute in {"logical_and": _both, "logical_or": _either, "logical_xor": _one_of}.items():
    _add(_name, _compute, own, to_bool, 2)

_add("negative", operator.neg, own, own, refuses="b")
_add("positive", itself, own, own, refuses="b")
_add("absolute abs", abs, own, dtypes.real_of)
_add("fabs", abs, dtypes.floating, own, refuses="c")
_add("square", arithmetic.square, number, own)
_add("sign", arithmetic.sign, own, own, refuses="b")
_add("conjugate conj", arithmetic.conjugate, number, own)
_add("reciprocal", arithmetic.reciprocal, number, own)
_add("invert bitwise_not bitwise_invert", operator.invert, own, own, refuses="fc", of_bools=operator.not_)
for _name, _compute in {"floor": math.floor, "ceil": math.ceil, "trunc": math.trunc}.items():
    _add(_name, arithmetic.rounded(_compute), own, own, refuses="c")
_add("rint", arithmetic.rounded(round), dtypes.floating, own)
_add("isnan", arithmetic.is_nan, own, to_bool)
_add("isinf", arithmetic.is_infinite, own, to_bool)
_add("isfinite", arithmetic.is_finite, own, to_bool)
_add("signbit", lambda x: math.copysign(1, x) < 0, dtypes.floating, to_bool, refuses="c")
_add("logical_not", operator.not_, own, to_bool)
_add("exp", arithmetic.exp, dtypes.floating, own)
_add("sqrt", arithmetic.sqrt, dtypes.floating, own)
for _name, _compute in {
    "exp2": lambda x: 2.0**x, "expm1": math.expm1, "sin": math.sin, "cos": math.cos, "tan": math.tan,
    "arcsin asin": math.asin, "arccos acos": math.acos, "arctan atan": math.atan, "sinh": math.sinh,
    "cosh": math.cosh, "tanh": math.tanh, "arcsinh asinh": math.asinh, "arccosh acosh": math.acosh,
    "arctanh atanh": math.atanh, "deg2rad radians": math.radians, "rad2deg degrees": math.degrees,
    "cbrt": arithmetic.cube_root,
}.items():  # fmt: skip
    _add(_name, arithmetic.real(_compute), dtypes.floating, own)
for _name, _compute, _pole in (
    ("log", math.log, 0),
    ("log2", math.log2, 0),
    ("log10", math.log10, 0),
    ("log1p", math.log1p, -1),
):
    _add(_name, arithmetic.logarithm(_compute, _pole), dtypes.floating, own)
_add("spacing", None, dtypes.floating, own)


# -- calls -------------------------------------------------------------------------------------------


def answer(ufunc: Ufunc, inputs: tuple[Any, ...]) -> Any:
    """:func:`run`, with a short way for single numbers."""
    kinds = tuple(map(type, inputs))
    return of_numbers(ufunc, inputs, kinds) if NUMBER_TYPES.issuperset(kinds) else run(ufunc, inputs)


def of_two_numbers(ufunc: Ufunc) -> Callable[[Any, Any], Any]:
    """The function on single numbers; NotImplemented for anything else, and where it may raise."""

    def compute(left: Any, right: Any) -> Any:
        kinds = (type(left), type(right))
        if not NUMBER_TYPES.issuperset(kinds):
            return NotImplemented
        way = _on_numbers(ufunc.name, kinds)
        if way.compute is None or (ufunc.name == "power" and right < 0):
            return NotImplemented
        return _along(way, (left, right))

    return compute


NUMBER_TYPES = frozenset((int, float, bool, *[SCALARS[name] for name, kind in dtypes.KINDS.items() if kind in "biuf"]))


def of_numbers(ufunc: Ufunc, inputs: tuple[Any, ...], kinds: tuple[type, ...]) -> Any:
    """The scalar that the function makes of numbers of these types."""
    way = _on_numbers(ufunc.name, kinds)
    if way.compute is None or (ufunc.name == "power" and inputs[1] < 0):
        return run(ufunc, inputs)
    return _along(way, inputs)


class Way(NamedTuple):
    """How a function works on numbers of certain types."""

    compute: Function
    prepare: Callable[[Any], Any]
    finish: Callable[[Any], Any]
    dtype: str


def _along(way: Way, inputs: tuple[Any, ...]) -> Any:
    assert way.compute is not None
    try:
        return way.finish(way.compute(*map(way.prepare, inputs)))
    except content.NOT_KEPT:
        return scalar(None, way.dtype)


@cache
def _on_numbers(name: str, kinds: tuple[type, ...]) -> Way:
    ufunc = TABLE[name]
    common = common_dtype([operand(kind(0)) for kind in kinds])
    if dtypes.KINDS[common] in ufunc.refuses:
        return Way(None, itself, itself, common)
    work = ufunc.work(common)
    dtype = ufunc.result(work)
    prepare = float if work == "float64" else lambda value: _within(value, work)
    finish = SCALARS[dtype] if dtype == "float64" else lambda value: scalar(dtypes.cast(value, dtype), dtype)
    return Way(_compute_of(ufunc, work), prepare, finish, dtype)


def _within(value: Any, dtype: str) -> Any:
    """The number in that dtype; raises OverflowError for a whole number out of its bounds."""
    number = dtypes.cast(value, dtype)
    if isinstance(value, int) and isinstance(number, int) and number != value and dtype != "bool":
        raise OverflowError
    return number


def _compute_of(ufunc: Ufunc, work: str) -> Function:
    return ufunc.of_bools if work == "bool" and ufunc.of_bools is not None else ufunc.compute


def call(ufunc: Ufunc, inputs: tuple[Any, ...], machine: Machine, out: Any, where: Any, dtype: Any) -> Any:
    """A call with numpy's options."""
    if out is None and where is True and dtype is None:
        result = answer(ufunc, inputs)
        if not isinstance(result, Tensor):
            machine.budget.left += 1  # It costs no more than an operator, and tables of positions take thousands.
        return result
    result = run(ufunc, inputs, dtype_or_none(dtype))
    if where is not True:
        result.content = None
    return into(machine, out, result)


def _register(name: str, ufunc: Ufunc) -> None:
    def of_one(
        x: Any, out: Any = None, *, where: Any = True, casting: Any = "same_kind", order: Any = "K", dtype: Any = None,
        subok: Any = True, signature: Any = None, machine: Machine,
    ) -> Any:  # fmt: skip
        return call(ufunc, (x,), machine, out, where, dtype)

    def of_two(
        x1: Any, x2: Any, out: Any = None, *, where: Any = True, casting: Any = "same_kind", order: Any = "K",
        dtype: Any = None, subok: Any = True, signature: Any = None, machine: Machine,
    ) -> Any:  # fmt: skip
        return call(ufunc, (x1, x2), machine, out, where, dtype)

    universal(name)(of_one if ufunc.inputs == 1 else of_two)


for _name, _ufunc in TABLE.items():
    _register(_name, _ufunc)


@universal("divmod")
def divide_with_rest(
    x1: Any, x2: Any, out: Any = (None, None), *, where: Any = True, casting: Any = "same_kind", order: Any = "K",
    dtype: Any = None, subok: Any = True, signature: Any = None, machine: Machine,
) -> tuple[Any, Any]:  # fmt: skip
    parts = [call(TABLE[name], (x1, x2), machine, None, where, dtype) for name in ("floor_divide", "remainder")]
    return into(machine, out[0], parts[0]), into(machine, out[1], parts[1])
