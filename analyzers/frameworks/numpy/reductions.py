"""sum, prod, mean, max, std and their like, along axes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce as fold
from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.frameworks.numpy import arithmetic, dtypes
from analyzers.frameworks.numpy.arguments import (
    array_of,
    axes_argument,
    dtype_or_none,
    flag,
    known_number,
    reduced_axes,
)
from analyzers.frameworks.numpy.array import Array
from analyzers.frameworks.numpy.elementwise import converted, into
from analyzers.frameworks.numpy.registration import method, shared, universal
from analyzers.interpreter.lazy_iterators import LazyIterator
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import content, reduction
from analyzers.tensors.operations.dtypes import round_float
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

Fold = Callable[[Sequence[Any]], Any]
LEFT_OUT: Any = object()
"""Numpy's marker of an argument that was not given."""


class Reduction(NamedTuple):
    """What becomes of the numbers along the axes."""

    work: Callable[[str], str]
    """Dtype of the array → dtype in which is worked."""
    result: Callable[[str], str]
    """Dtype in which is worked → dtype of the result."""
    folding: Callable[[Array, tuple[int, ...]], Fold | None]
    """(array in that dtype, axes) → function of the numbers that become one."""
    combine: Callable[[Any, Any], Any] | None = None
    """How ``initial`` comes in."""
    of_scalars: bool = True
    """Whether an axis of a scalar may be named."""


def own(dtype: str) -> str:
    return dtype


def summing(dtype: str) -> str:
    """Small whole numbers and truth values are added up as whole numbers of 64 bits."""
    return {"b": "int64", "i": "int64", "u": "uint64"}.get(dtypes.KINDS[dtype], dtype)


def averaging(dtype: str) -> str:
    return "float64" if dtypes.KINDS[dtype] in dtypes.WHOLE else dtype


def reduce_array(
    kind: Reduction,
    a: Any,
    axis: Any,
    keepdims: Any = False,
    dtype: Any = None,
    initial: Any = LEFT_OUT,
    where: Any = True,
) -> Tensor:
    """One element for each position of the other axes; raises dimension-out-of-range."""
    array = array_of(a)
    over = reduced_axes(axis, array.rank) if kind.of_scalars or axis is None else axes_argument(axis, array.rank)
    name = dtype_or_none(dtype) or kind.work(array.dtype)
    array = array if array.dtype == name else converted(array, name)
    keep = False if keepdims is LEFT_OUT else flag(keepdims)
    result = reduction.reduce(array, over, keep, kind.result(name)) if over else array.with_(dtype=kind.result(name))
    if where is True or where is LEFT_OUT:
        folding = kind.folding(array, over)
        if folding is not None and initial is not LEFT_OUT and initial is not None:
            folding = _started(folding, known_number(initial), kind.combine)
        result.content = folded(array, over, result.dtype, folding)
    return result


def _started(folding: Fold, start: Any, combine: Any) -> Fold:
    return lambda values: combine(start, folding(values)) if values else start


def folded(a: Array, over: tuple[int, ...], dtype: str, folding: Fold | None) -> content.Content:
    """The numbers of a reduction; None where one of the array's is not known or it cannot be worked out."""
    if folding is None or a.content is None or content.element_count(a.shape) is None:
        return None
    outer = [index for index in range(a.rank) if index not in over]
    try:
        return tuple([dtypes.cast(folding(row), dtype) for row in content.grouped(a, outer, over)])
    except content.NOT_KEPT:
        return None


# -- folds -------------------------------------------------------------------------------------------


def sum_over(a: Array, over: tuple[int, ...]) -> Fold:
    """The sum in the order in which numpy adds: along the last axes pairs of neighbours, rows one after the other."""
    if dtypes.KINDS[a.dtype] != "f":
        return lambda values: fold(operator.add, values, 0)
    add = arithmetic.adding_in("float32" if a.dtype == "float16" else a.dtype)
    row = _row_length(a, over)
    if row is None:
        return lambda values: fold(add, values, 0.0)
    return lambda values: fold(add, [arithmetic.pairwise_sum(part, add) for part in _rows(values, row)], 0.0)


def _row_length(a: Array, over: tuple[int, ...]) -> int | None:
    """How many neighbours in memory are reduced together; None where the last axis stays."""
    length, index = 1, a.rank - 1
    while index in over:
        length = length * a.shape[index]  # type: ignore[operator]
        index -= 1
    return length if a.rank - 1 in over else None


def _rows(values: Sequence[Any], length: int) -> list[Sequence[Any]]:
    return [values[start : start + length] for start in range(0, len(values), length)] if length else []


def product_over(a: Array, over: tuple[int, ...]) -> Fold:
    """The product, rounded to the dtype after every step."""
    if a.dtype in ("float16", "float32"):
        dtype = a.dtype
        return lambda values: fold(lambda x, y: round_float(x * y, dtype), values, 1.0)
    return lambda values: fold(operator.mul, values, 1)


def mean_over(a: Array, over: tuple[int, ...]) -> Fold | None:
    if dtypes.KINDS[a.dtype] != "f":
        return None
    added, work = sum_over(a, over), "float32" if a.dtype == "float16" else a.dtype
    return lambda values: round_float(arithmetic.divide(added(values), float(len(values))), work)


def _extreme(choose: Callable[[Any, Any], Any], name: str) -> Callable[[Array, tuple[int, ...]], Fold]:
    def over_axes(a: Array, over: tuple[int, ...]) -> Fold:
        require_elements(a, over, name)
        return lambda values: fold(choose, values)

    return over_axes


def require_elements(a: Array, over: tuple[int, ...], name: str) -> None:
    """``max`` and its like of nothing at all; raises invalid-argument (ValueError)."""
    if any(a.shape[index] == 0 for index in over):
        raise OperationError(
            "invalid-argument", f"{{subject}} has no elements to take the {name} of", exception="ValueError"
        )


def ignoring_nan(folding: Callable[[Array, tuple[int, ...]], Fold | None]) -> Callable[..., Fold | None]:
    """The same of the numbers that are none of them nan (the order of additions is another then)."""

    def over_axes(a: Array, over: tuple[int, ...]) -> Fold | None:
        if a.content is not None and any(map(arithmetic.is_nan, a.content)):
            return None
        return folding(a, over)

    return over_axes


def _to_bool(dtype: str) -> str:
    return "bool"


def _truth(decide: Callable[[Any], bool]) -> Callable[[Array, tuple[int, ...]], Fold]:
    return lambda a, over: lambda values: decide([bool(value) for value in values])


SUM = Reduction(summing, own, sum_over, operator.add)
PRODUCT = Reduction(summing, own, product_over, operator.mul)
MAXIMUM = Reduction(own, own, _extreme(arithmetic.maximum, "maximum"), arithmetic.maximum)
MINIMUM = Reduction(own, own, _extreme(arithmetic.minimum, "minimum"), arithmetic.minimum)
MEAN = Reduction(averaging, own, mean_over, of_scalars=False)
ALL = Reduction(own, _to_bool, _truth(all))
ANY = Reduction(own, _to_bool, _truth(any))


# -- functions ---------------------------------------------------------------------------------------


def _register_sum(names: str, kind: Reduction, register: Any) -> None:
    def reduce_(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = LEFT_OUT,
        initial: Any = LEFT_OUT, where: Any = LEFT_OUT, *, machine: Machine,
    ) -> Any:  # fmt: skip
        if isinstance(a, LazyIterator):
            return _sum_of_iterator(a, machine)
        return into(machine, out, reduce_array(kind, a, axis, keepdims, dtype, initial, where))

    register(*names.split())(reduce_)


def _sum_of_iterator(values: LazyIterator, machine: Machine) -> Any:
    from analyzers.interpreter.builtins import BUILTINS

    return machine.call(BUILTINS["sum"], (values,))


def _register_extreme(names: str, kind: Reduction, register: Any) -> None:
    def reduce_(
        a: Any, axis: Any = None, out: Any = None, keepdims: Any = LEFT_OUT, initial: Any = LEFT_OUT,
        where: Any = LEFT_OUT, *, machine: Machine,
    ) -> Any:  # fmt: skip
        return into(machine, out, reduce_array(kind, a, axis, keepdims, None, initial, where))

    register(*names.split())(reduce_)


def _register_truth(name: str, kind: Reduction) -> None:
    def reduce_(
        a: Any, axis: Any = None, out: Any = None, keepdims: Any = LEFT_OUT, *, where: Any = LEFT_OUT, machine: Machine
    ) -> Any:
        return into(machine, out, reduce_array(kind, a, axis, keepdims, where=where))

    shared(name)(reduce_)


def _register_mean(name: str, kind: Reduction, register: Any) -> None:
    def reduce_(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = LEFT_OUT, *,
        where: Any = LEFT_OUT, machine: Machine,
    ) -> Any:  # fmt: skip
        return into(machine, out, reduce_array(kind, a, axis, keepdims, dtype, where=where))

    register(name)(reduce_)


_register_sum("sum", SUM, shared)
_register_sum("prod product", PRODUCT, universal)
_register_sum("prod", PRODUCT, method)
_register_sum("nansum", SUM._replace(folding=ignoring_nan(sum_over)), universal)
_register_sum("nanprod", PRODUCT._replace(folding=ignoring_nan(product_over)), universal)
for _name, _kind in {"max": MAXIMUM, "min": MINIMUM}.items():
    _register_extreme(f"{_name} a{_name}", _kind, universal)
    _register_extreme(_name, _kind, method)
    _register_extreme(f"nan{_name}", _kind._replace(folding=ignoring_nan(_kind.folding)), universal)
_register_truth("all", ALL)
_register_truth("any", ANY)
_register_mean("mean", MEAN, shared)
_register_mean("nanmean", MEAN._replace(folding=ignoring_nan(mean_over)), universal)


# -- variance ----------------------------------------------------------------------------------------


def variance(ddof: Any, finish: Callable[[Any], Any]) -> Reduction:
    """The mean square distance from the mean, over ``n - ddof``."""

    def over_axes(a: Array, over: tuple[int, ...]) -> Fold | None:
        if a.dtype not in ("float32", "float64"):
            return None
        dtype, added, mean = a.dtype, sum_over(a, over), mean_over(a, over)
        assert mean is not None

        def of(values: Sequence[Any]) -> Any:
            centre = mean(values)
            distances = [round_float(value - centre, dtype) for value in values]
            squares = [round_float(d * d, dtype) for d in distances]
            count = float(max(len(values) - known_number(ddof), 0))
            return finish(round_float(arithmetic.divide(added(squares), count), dtype))

        return of

    return Reduction(averaging, dtypes.real_of, over_axes, of_scalars=False)


def _register_spread(name: str, finish: Callable[[Any], Any]) -> None:
    def spread(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = LEFT_OUT, *,
        where: Any = LEFT_OUT, mean: Any = LEFT_OUT, correction: Any = LEFT_OUT, machine: Machine,
    ) -> Any:  # fmt: skip
        kind = variance(ddof if correction is LEFT_OUT else correction, finish)
        return into(machine, out, reduce_array(kind, a, axis, keepdims, dtype, where=where))

    shared(name)(spread)
    universal(f"nan{name}")(spread)


_register_spread("var", lambda value: value)
_register_spread("std", arithmetic.sqrt)


# -- positions ---------------------------------------------------------------------------------------


def _position_of(choose: Callable[[Any, Any], Any], name: str) -> Reduction:
    def over_axes(a: Array, over: tuple[int, ...]) -> Fold:
        require_elements(a, over, name)

        def of(values: Sequence[Any]) -> int:
            best = fold(choose, values)
            return next(i for i, value in enumerate(values) if value == best or value != value)

        return of

    return Reduction(own, lambda dtype: "int64", over_axes)


def _register_position(names: str, kind: Reduction, register: Any) -> None:
    def position(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = LEFT_OUT, machine: Machine) -> Any:
        return into(machine, out, reduce_array(kind, a, axis, keepdims))

    register(*names.split())(position)


for _name, _choose in {"max": arithmetic.maximum, "min": arithmetic.minimum}.items():
    _kind = _position_of(_choose, f"{_name}imum")
    _register_position(f"arg{_name}", _kind, shared)
    _register_position(f"nanarg{_name}", _kind._replace(folding=ignoring_nan(_kind.folding)), universal)


@universal("count_nonzero")
def count_nonzero(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    kind = Reduction(own, lambda dtype: "int64", lambda a, over: lambda values: sum(map(bool, values)))
    return reduce_array(kind, a, axis, keepdims)


@universal("ptp")
def peak_to_peak(a: Any, axis: Any = None, out: Any = None, keepdims: Any = LEFT_OUT, *, machine: Machine) -> Any:
    def over_axes(array: Array, over: tuple[int, ...]) -> Fold:
        require_elements(array, over, "range")
        return lambda values: fold(arithmetic.maximum, values) - fold(arithmetic.minimum, values)

    return into(machine, out, reduce_array(Reduction(own, own, over_axes), a, axis, keepdims))
