"""Rounding, clipping, comparing whole arrays, statistics, signals: what is neither a ufunc nor a plain reduction."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.numpy import arithmetic, dtypes
from analyzers.frameworks.numpy.arguments import (
    array_of,
    common_dtype,
    dtype_or_none,
    flag,
    known,
    known_number,
    operand,
    reduced_axes,
)
from analyzers.frameworks.numpy.array import ARRAY_VALUE, Array, Scalar, scalar
from analyzers.frameworks.numpy.elementwise import combined, into
from analyzers.frameworks.numpy.products import flattened
from analyzers.frameworks.numpy.reductions import LEFT_OUT, MEAN, Fold, Reduction, averaging, reduce_array
from analyzers.frameworks.numpy.registration import attribute, function, method, shared, universal
from analyzers.frameworks.numpy.types import DTYPES, NumpyType
from analyzers.frameworks.numpy.ufuncs import TABLE, compared, run
from analyzers.interpreter.overlays import NAMES
from analyzers.tensors.dims import Dim, same, unknown_dim
from analyzers.tensors.operations.arguments import integer
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


# -- rounding and clipping ---------------------------------------------------------------------------


@universal("around", "round_")
@shared("round")
def round_numbers(a: Any, decimals: Any = 0, out: Any = None, *, machine: Machine) -> Any:
    digits = integer(decimals)
    array = array_of(a)
    dtype = "float16" if array.dtype == "bool" else array.dtype
    rounded = combined(lambda x: arithmetic.to_decimals(x, digits), [operand(array)], dtype, dtype)
    return into(machine, out, rounded)


@universal("fix")
def fix(x: Any, out: Any = None, *, machine: Machine) -> Any:
    return into(machine, out, run(TABLE["trunc"], (x,)))


@shared("clip")
def clip(
    a: Any, a_min: Any = LEFT_OUT, a_max: Any = LEFT_OUT, out: Any = None, *, min: Any = LEFT_OUT, max: Any = LEFT_OUT,
    where: Any = True, dtype: Any = None, casting: Any = "same_kind", machine: Machine,
) -> Any:  # fmt: skip
    low, high = (a_min if min is LEFT_OUT else min), (a_max if max is LEFT_OUT else max)
    result: Tensor = array_of(a)
    for name, bound in (("maximum", low), ("minimum", high)):
        if bound is not LEFT_OUT and bound is not None:
            result = run(TABLE[name], (Array.of(result), bound))
    return into(machine, out, result.with_(content=result.content))


@universal("nan_to_num")
def nan_to_num(x: Any, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Tensor:
    def finite(value: Any) -> Any:
        if isinstance(value, (float, complex)) and not arithmetic.is_finite(value):
            raise ValueError("a number that is replaced")
        return value

    array = array_of(x)
    return combined(finite, [operand(array)], array.dtype, array.dtype)


# -- complex numbers ---------------------------------------------------------------------------------


def _part(name: str) -> Callable[[Any], Tensor]:
    def part(val: Any) -> Tensor:
        array = array_of(val)
        compute = arithmetic.real_part if name == "real" else arithmetic.imaginary_part
        return combined(compute, [operand(array)], array.dtype, dtypes.real_of(array.dtype))

    return part


for _name in ("real", "imag"):
    universal(_name)(_part(_name))
    attribute(_name)(_part(_name))


@method("conj", "conjugate")
def conjugate(self: Array | Scalar) -> Tensor:
    return run(TABLE["conjugate"], (self,))


@universal("angle")
def angle(z: Any, deg: Any = False) -> Tensor:
    array = array_of(z)
    return array.with_(dtype=averaging(dtypes.real_of(array.dtype)))


@universal("iscomplexobj", "isrealobj")
def is_complex_object(x: Any) -> Any:
    return Unknown("whether numbers are complex")


# -- comparing ---------------------------------------------------------------------------------------


def _close(rtol: Any, atol: Any, equal_nan: Any) -> Callable[[Any, Any], bool]:
    relative, absolute = known_number(rtol), known_number(atol)

    def close(a: Any, b: Any) -> bool:
        if arithmetic.is_nan(a) or arithmetic.is_nan(b):
            return bool(equal_nan) and arithmetic.is_nan(a) and arithmetic.is_nan(b)
        if math.isinf(a) or math.isinf(b):
            return a == b
        return abs(a - b) <= absolute + relative * abs(b)

    return close


@function("isclose")
def isclose(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: Any = False) -> Tensor:
    operands = [operand(a), operand(b)]
    return combined(_close(rtol, atol, equal_nan), operands, common_dtype(operands), "bool")


@function("allclose")
def allclose(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: Any = False) -> Any:
    result = isclose(a, b, rtol, atol, equal_nan)
    return Unknown(ARRAY_VALUE) if result.content is None else all(result.content)


@function("array_equiv")
def array_equiv(a1: Any, a2: Any) -> Any:
    """Equal where one is broadcast to the other."""
    result = run(TABLE["equal"], (array_of(a1), array_of(a2)))
    return Unknown(ARRAY_VALUE) if result.content is None else all(result.content)


@function("array_equal")
def array_equal(a1: Any, a2: Any, equal_nan: Any = False) -> Any:
    first, second = array_of(a1), array_of(a2)
    if first.rank != second.rank or any(same(p, q) is False for p, q in zip(first.shape, second.shape)):
        return False
    if first.content is None or second.content is None or any(not isinstance(d, int) for d in first.shape):
        return Unknown(ARRAY_VALUE)
    try:
        return all(compared(lambda p, q: p == q)(p, q) for p, q in zip(first.content, second.content))
    except (ValueError, UnknownUsed):
        return Unknown(ARRAY_VALUE)


# -- statistics --------------------------------------------------------------------------------------


def _median(a: Array, over: tuple[int, ...]) -> Fold:
    def of(values: Any) -> Any:
        if any(map(arithmetic.is_nan, values)):
            return math.nan
        ranked, middle = sorted(values), len(values) // 2
        return ranked[middle] if len(values) % 2 else (ranked[middle - 1] + ranked[middle]) / 2

    return of


def _halves(dtype: str) -> str:
    return "float64" if dtypes.KINDS[dtype] in dtypes.WHOLE else dtype


@function("median", "nanmedian")
def median(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False, keepdims: Any = False, *, machine: Machine
) -> Any:
    return into(machine, out, reduce_array(Reduction(_halves, lambda dtype: dtype, _median), a, axis, keepdims))


@function("percentile", "quantile", "nanpercentile", "nanquantile")
def quantile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False, method: Any = "linear",
    keepdims: Any = False, *, weights: Any = None, interpolation: Any = None,
) -> Tensor:  # fmt: skip
    """Of every number of ``q`` one reduction; the axes of ``q`` come first."""
    one = reduce_array(Reduction(_halves, lambda dtype: dtype, lambda a, over: None), a, axis, keepdims)
    asked = array_of(q)
    field = one.field
    for _ in asked.shape:
        field = field.insert(0)
    return one.with_(shape=(*asked.shape, *one.shape), field=field)


@function("average")
def average(a: Any, axis: Any = None, weights: Any = None, returned: Any = False, *, keepdims: Any = LEFT_OUT) -> Any:
    result = reduce_array(MEAN, a, axis, keepdims)
    if weights is not None:
        result = result.with_()
    return (result, result.with_()) if flag(returned) else result


@function("cov", "corrcoef")
def covariance(m: Any, y: Any = None, rowvar: Any = True, *_: Any, **__: Any) -> Tensor:
    array = array_of(m)
    count: Dim = 1 if array.rank < 2 else array.shape[0 if flag(rowvar) else 1]
    if y is not None:
        other = array_of(y)
        count = count + (1 if other.rank < 2 else other.shape[0 if flag(rowvar) else 1])
    return Tensor((count, count) if count != 1 else (), dtype="float64")


@function("gradient")
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    array = array_of(f)
    slope = array.with_(dtype=_halves(array.dtype))
    over = reduced_axes(axis, array.rank)
    return slope if len(over) == 1 else tuple([slope.with_() for _ in over])


@function("trapezoid", "trapz")
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Tensor:
    return reduce_array(Reduction(_halves, lambda dtype: dtype, lambda a, over: None), y, axis)


# -- signals -----------------------------------------------------------------------------------------


@function("interp")
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Tensor:
    return array_of(x).with_(dtype="float64")


@function("convolve", "correlate")
def convolve(a: Any, v: Any, mode: Any = "full") -> Tensor:
    first, second = flattened(a), flattened(v)
    n, m = first.shape[0], second.shape[0]
    dtype = common_dtype([operand(first), operand(second)])
    if not isinstance(n, int) or not isinstance(m, int):
        return Array((unknown_dim("length of a convolution"),), dtype=dtype)
    length = {"full": n + m - 1, "same": max(n, m), "valid": max(n, m) - min(n, m) + 1}[known(mode)]
    return Array((length,), dtype=dtype)


def _register_window(name: str) -> None:
    def window(M: Any, *_: Any) -> Array:
        return Array((max(integer(M), 0),), dtype="float64")

    function(name)(window)


for _name in ("hanning", "hamming", "blackman", "bartlett", "kaiser"):
    _register_window(_name)


@universal("sinc")
def sinc(x: Any) -> Tensor:
    operands = [operand(x)]
    dtype = dtypes.floating(common_dtype(operands))
    return combined(arithmetic.sinc, operands, dtype, dtype)


# -- dtypes ------------------------------------------------------------------------------------------


@function("result_type")
def result_type(*arrays_and_dtypes: Any) -> Any:
    strong, weak = [], []
    for value in arrays_and_dtypes:
        name = dtype_or_none(value)
        found = operand(value) if name is None else None
        if found is not None and found.weak is not None:
            weak.append(found.weak)
        else:
            strong.append(name if found is None else found.array.dtype)
    return DTYPES[dtypes.result_type([s for s in strong if s is not None], weak)]


@function("promote_types")
def promote_types(type1: Any, type2: Any) -> Any:
    first, second = dtype_or_none(type1), dtype_or_none(type2)
    return Unknown("a dtype") if first is None or second is None else DTYPES[dtypes.promote(first, second)]


@function("issubdtype")
def issubdtype(arg1: Any, arg2: Any) -> Any:
    name, kind = dtype_or_none(arg1), arg2
    if name is None:
        return Unknown("whether a dtype is of a kind")
    if isinstance(kind, NumpyType):
        return name in kind.dtypes
    other = dtype_or_none(kind)
    return Unknown("whether a dtype is of a kind") if other is None else name == other


@function("can_cast")
def can_cast(from_: Any, to: Any, casting: Any = "safe") -> Any:
    return Unknown("whether a conversion is safe")


NAMES["numpy.e"], NAMES["numpy.pi"], NAMES["numpy.inf"], NAMES["numpy.nan"] = math.e, math.pi, math.inf, math.nan
NAMES["numpy.Inf"], NAMES["numpy.NaN"], NAMES["numpy.NAN"], NAMES["numpy.infty"] = (
    math.inf,
    math.nan,
    math.nan,
    math.inf,
)
NAMES["numpy.euler_gamma"] = 0.5772156649015329
NAMES["numpy.newaxis"] = None
NAMES["numpy.True_"], NAMES["numpy.False_"] = scalar(True, "bool"), scalar(False, "bool")
