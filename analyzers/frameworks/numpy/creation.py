"""Arrays out of sizes and numbers: zeros, full, arange, linspace, eye, array …"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.numpy import dtypes
from analyzers.frameworks.numpy.arguments import (
    array_of,
    dtype_argument,
    dtype_or_none,
    kept,
    known_number,
    plain_number,
    shape_argument,
)
from analyzers.frameworks.numpy.array import Array, Scalar, UnknownScalar
from analyzers.frameworks.numpy.elementwise import converted
from analyzers.frameworks.numpy.registration import attribute, function, method, native_of
from analyzers.frameworks.numpy.types import CONSTRUCTORS, DTYPES, DType, NumpyType
from analyzers.interpreter.overlays import NAMES
from analyzers.tensors.dims import Dim, Expression, unknown_dim
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.operations import content
from analyzers.tensors.operations.arguments import integer, size
from analyzers.tensors.operations.elementwise import broadcast_shapes
from analyzers.tensors.operations.reshape import expand, unsqueeze
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


# -- one number everywhere ---------------------------------------------------------------------------


def filled(shape: Sequence[Dim], number: Any, dtype: str) -> Array:
    """An array of one number (None: it is not known)."""
    count = content.element_count(shape)
    numbers = None if number is None or count is None else kept([number], dtype)
    return Array(shape, dtype=dtype, content=None if numbers is None else numbers * (count or 0))


def _register_filled(name: str, number: Any) -> None:
    def create(shape: Any, dtype: Any = None, order: Any = "C", *, device: Any = None, like: Any = None) -> Array:
        return filled(shape_argument(shape), number, dtype_argument(dtype, "float64"))

    def create_like(
        a: Any, dtype: Any = None, order: Any = "K", subok: Any = True, shape: Any = None, *, device: Any = None
    ) -> Array:
        return _like(a, number, dtype, shape)

    function(name)(create)
    if number is not None:
        function(f"{name}_like")(create_like)


def _like(a: Any, number: Any, dtype: Any, shape: Any) -> Array:
    array = array_of(a)
    lengths = array.shape if shape is None else shape_argument(shape)
    return filled(lengths, number, dtype_argument(dtype, array.dtype))


@function("empty_like")
def empty_like(
    prototype: Any, dtype: Any = None, order: Any = "K", subok: Any = True, shape: Any = None, *, device: Any = None
) -> Array:
    return _like(prototype, None, dtype, shape)


for _name, _number in {"zeros": 0, "ones": 1, "empty": None}.items():
    _register_filled(_name, _number)


@function("full")
def full(
    shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C", *, device: Any = None, like: Any = None
) -> Array:
    return _full(shape_argument(shape), fill_value, dtype_or_none(dtype))


@function("full_like")
def full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: Any = "K", subok: Any = True, shape: Any = None, *,
    device: Any = None,
) -> Array:  # fmt: skip
    array = array_of(a)
    return _full(
        array.shape if shape is None else shape_argument(shape), fill_value, dtype_argument(dtype, array.dtype)
    )


def _full(shape: tuple[Dim, ...], fill_value: Any, dtype: str | None) -> Array:
    if isinstance(fill_value, Unknown) and not isinstance(fill_value, UnknownScalar):
        return Array(shape, dtype=dtype or "float64")
    value = array_of(fill_value)
    name = dtype or value.dtype
    if value.rank:
        return converted(Array.of(expand(value, shape)), name)
    return filled(shape, value.content[0] if value.content is not None else None, name)


# -- ranges ------------------------------------------------------------------------------------------


@function("arange")
def arange(
    start: Any = None, stop: Any = None, step: Any = None, dtype: Any = None, *, device: Any = None, like: Any = None
) -> Array:
    """⌈(stop − start)/step⌉ numbers, the next made by adding the first step again and again, as numpy does."""
    if stop is None:
        start, stop = 0, start
    given = [0 if start is None else start, stop, 1 if step is None else step]
    name = dtype_argument(dtype, _dtype_of_range(given))
    try:
        first, last, by = map(known_number, given)
    except UnknownUsed as used:
        return Array((unknown_dim(used.unknown.reason),), dtype=name)
    if any(isinstance(number, Expression) for number in (first, last, by)):
        return Array((_symbolic_count(first, last, by),), dtype=name)
    return _progression(first, last, by, name)


def _dtype_of_range(numbers: list[Any]) -> str:
    known = [n for n in numbers if not isinstance(n, Unknown) or isinstance(n, UnknownScalar)]
    strong = [array_of(n).dtype for n in known if isinstance(n, (Array, Scalar, UnknownScalar))]
    return dtypes.result_type([*strong, "int64"], [dtypes.weak_kind(n) for n in known if isinstance(n, float)])


def _progression(first: Any, last: Any, by: Any, dtype: str) -> Array:
    if by == 0:
        raise PythonError("ZeroDivisionError", "division by zero")
    whole = all(isinstance(number, int) for number in (first, last, by))
    count = max(-((first - last) // by) if whole else math.ceil((last - first) / by), 0)
    if count > content.LIMIT:
        return Array((count,), dtype=dtype)
    head = kept([first, first + by], dtype)
    if head is None:
        return Array((count,), dtype=dtype)
    delta = head[1] - head[0]
    return Array(
        (count,), dtype=dtype, content=kept([*head, *(head[0] + i * delta for i in range(2, count))][:count], dtype)
    )


def _symbolic_count(first: Any, last: Any, by: Any) -> Dim:
    if any(isinstance(number, float) for number in (first, last, by)):
        return unknown_dim("a range with a step that is not whole")
    span = last - first
    return span if by == 1 else -((-span) // by)


@function("linspace")
def linspace(
    start: Any, stop: Any, num: Any = 50, endpoint: Any = True, retstep: Any = False, dtype: Any = None, axis: Any = 0,
    *, device: Any = None,
) -> Any:  # fmt: skip
    """``num`` numbers from start to stop; of arrays along a new axis."""
    count, name = size(num), dtype_argument(dtype, "float64")
    if isinstance(count, int) and count < 0:
        raise OperationError("invalid-argument", f"{{subject}} gets {count} samples", exception="ValueError")
    ends = _ends(start, stop)
    if ends is None:
        result = Array((count,), dtype=name)
    elif not isinstance(count, int) or count > content.LIMIT:
        result = Array((count, *ends[2]), dtype=name)
    else:
        result = _linear(ends, count, bool(endpoint), name)
    return (result, Unknown("the step of linspace")) if retstep is True else result


def _ends(start: Any, stop: Any) -> tuple[Any, Any, tuple[Dim, ...]] | None:
    """Both ends (numbers, None where they are not known) and the shape they have."""
    if any(type(end) is Unknown for end in (start, stop)):
        return None
    first, last = array_of(start), array_of(stop)
    if first.rank or last.rank:
        return None, None, broadcast_shapes(first.shape, last.shape)
    numbers = [
        None if end.content is None or isinstance(end.content[0], Expression) else end.content[0]
        for end in (first, last)
    ]
    return numbers[0], numbers[1], ()


def _linear(ends: Any, count: int, endpoint: bool, dtype: str) -> Array:
    first, last, shape = ends
    if first is None or last is None:
        return Array((count, *shape), dtype=dtype)
    parts = count - 1 if endpoint else count
    span = float(last) - float(first)
    step = span / parts if parts > 0 else 0.0
    if parts <= 0:
        numbers = [i * span + first for i in range(count)]
    elif step == 0:
        numbers = [i / parts * span + first for i in range(count)]
    else:
        numbers = [i * step + first for i in range(count)]
    if endpoint and count > 1:
        numbers[-1] = last
    if dtypes.KINDS[dtype] in "iu":
        numbers = [math.floor(number) for number in numbers]
    return Array((count,), dtype=dtype, content=kept(numbers, dtype))


@function("logspace")
def logspace(
    start: Any, stop: Any, num: Any = 50, endpoint: Any = True, base: Any = 10.0, dtype: Any = None, axis: Any = 0
) -> Array:
    exponents = linspace(start, stop, num, endpoint)
    result = Array(exponents.shape, dtype=dtype_argument(dtype, "float64"))
    if exponents.content is not None and isinstance(base, (int, float)):
        result.content = kept([float(base) ** e for e in exponents.content], result.dtype)
    return result


@function("geomspace")
def geomspace(start: Any, stop: Any, num: Any = 50, endpoint: Any = True, dtype: Any = None, axis: Any = 0) -> Array:
    ends = _ends(start, stop)
    return Array((size(num), *(ends[2] if ends is not None else ())), dtype=dtype_argument(dtype, "float64"))


# -- matrices ----------------------------------------------------------------------------------------


@function("eye")
def eye(
    N: Any, M: Any = None, k: Any = 0, dtype: Any = float, order: Any = "C", *, device: Any = None, like: Any = None
) -> Array:
    rows = size(N)
    return banded(rows, rows if M is None else size(M), lambda row, column: column - row == integer(k), dtype)


@function("identity")
def identity(n: Any, dtype: Any = None, *, like: Any = None) -> Array:
    return eye(n, dtype=dtype)


@function("tri")
def tri(N: Any, M: Any = None, k: Any = 0, dtype: Any = float, *, like: Any = None) -> Array:
    rows = size(N)
    return banded(rows, rows if M is None else size(M), lambda row, column: column - row <= integer(k), dtype)


def banded(rows: Dim, columns: Dim, inside: Callable[[int, int], bool], dtype: Any) -> Array:
    """A matrix of ones where ``inside(row, column)``, of zeros elsewhere."""
    result = Array(shape_argument((rows, columns)), dtype=dtype_argument(dtype, "float64"))
    if content.element_count(result.shape) is not None:
        cells = [(row, column) for row in range(integer(rows)) for column in range(integer(columns))]
        result.content = kept([int(inside(row, column)) for row, column in cells], result.dtype)
    return result


# -- out of values -----------------------------------------------------------------------------------


@function("array")
def array(
    object: Any, dtype: Any = None, *, copy: Any = True, order: Any = "K", subok: Any = False, ndmin: Any = 0,
    ndmax: Any = 0, like: Any = None,
) -> Array:  # fmt: skip
    found = made_array(object, dtype)
    missing = integer(ndmin) - found.rank
    result = found if found is not object else Array.of(found)
    if missing > 0:
        for _ in range(missing):
            result = Array.of(unsqueeze(result, 0))
    return result


@function("asarray", "asanyarray")
def asarray(
    a: Any, dtype: Any = None, order: Any = None, *, device: Any = None, copy: Any = None, like: Any = None
) -> Array:
    return made_array(a, dtype)


@function("ascontiguousarray", "asfortranarray", "require", "asarray_chkfinite")
def ascontiguousarray(a: Any, dtype: Any = None, *_: Any, like: Any = None) -> Array:
    found = made_array(a, dtype)
    return found if found.rank else Array((1,), dtype=found.dtype, content=found.content)


def made_array(value: Any, dtype: Any) -> Array:
    """``np.asarray``: the array itself, or one made of it in that dtype."""
    found = array_of(value)
    name = dtype_or_none(dtype)
    if name is None or name == found.dtype:
        return found
    made = converted(found, name)
    if not isinstance(value, Tensor) and dtypes.KINDS[name] in "iu" and made.content is not None:
        low, high = dtypes.bounds(name)
        if any(isinstance(number, int) and not low <= number <= high for number in found.content or ()):
            made.content = None  # An error, or (numpy before 2) what an overflow leaves.
    return made


@function("copy")
def copy(a: Any, order: Any = "K", subok: Any = False) -> Array:
    return Array.of(array_of(a))


@function("fromiter")
def fromiter(iter: Any, dtype: Any = None, count: Any = -1, *, like: Any = None, machine: Machine) -> Array:
    return made_array(machine.iterate(iter), dtype)


@function("frombuffer", "fromstring", "fromfile", "fromregex", "load", "loadtxt", "genfromtxt", "memmap")
def from_outside(*_: Any, **__: Any) -> Unknown:
    return Unknown("an array that is read from a file or buffer")


@function("isscalar")
def isscalar(element: Any) -> bool:
    return isinstance(element, (int, float, complex, str, Scalar, UnknownScalar, Expression))


# -- conversion --------------------------------------------------------------------------------------


@method("astype")
def astype(
    self: Array | Scalar, dtype: Any, order: Any = "K", casting: Any = "unsafe", subok: Any = True, copy: Any = True
) -> Tensor:
    array = array_of(self)
    made = converted(array, dtype_argument(dtype, array.dtype))
    return made if isinstance(self, Array) else made.with_(content=made.content)


@function("astype")
def astype_of(x: Any, dtype: Any, *, copy: Any = True, device: Any = None) -> Tensor:
    return astype(x, dtype)


@attribute("dtype")
def dtype_of(self: Array | Scalar) -> DType:
    return DTYPES[self.dtype]


def dtype(dtype: Any = None, align: Any = False, copy: Any = False, **_: Any) -> Any:
    """``np.dtype("float32")``."""
    found = dtype_or_none(dtype)
    return DTYPES[found or "float64"] if found is not None or dtype is None else Unknown("a dtype")


NAMES["numpy.dtype"] = native_of(dtype, "dtype")
NAMES["numpy.dtype"].makes = DType  # type: ignore[attr-defined]  # what isinstance(…, np.dtype) looks for


def make_scalar(kind: NumpyType, value: Any = 0, *_: Any) -> Any:
    """``np.float32(3)``, ``np.int64("4")``; of an array (a list) an array."""
    if kind.dtype is None or kind.name not in (kind.dtype, f"{kind.dtype}_"):
        raise PythonError("TypeError", f"cannot create 'numpy.{kind.name}' instances")
    if isinstance(value, (Array, list, tuple, range)):
        return converted(array_of(value), kind.dtype)
    array = array_of(value) if not isinstance(value, str) else Array((), dtype="str", content=(plain_number(value),))
    if array.shape and not isinstance(value, Tensor):
        return converted(array, kind.dtype)
    if array.content is None and not isinstance(value, Tensor):
        return UnknownScalar("a scalar of numpy", kind.dtype)
    made = converted(array, kind.dtype)
    return made.with_(content=made.content)


def make_array(kind: NumpyType, shape: Any, dtype: Any = float, *_: Any, **__: Any) -> Array:
    """``np.ndarray(shape)``: what is in memory already."""
    return Array(shape_argument(shape), dtype=dtype_argument(dtype, "float64"))


CONSTRUCTORS["scalar"] = native_of(make_scalar, "scalar", hidden=1)
CONSTRUCTORS["array"] = native_of(make_array, "ndarray", hidden=1)
