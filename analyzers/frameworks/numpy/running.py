"""Running sums and products, differences of neighbours."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.numpy import dtypes
from analyzers.frameworks.numpy.arguments import array_of, axis_argument, dtype_or_none
from analyzers.frameworks.numpy.array import Array
from analyzers.frameworks.numpy.elementwise import converted, into
from analyzers.frameworks.numpy.reductions import LEFT_OUT, summing
from analyzers.frameworks.numpy.registration import function, shared, universal
from analyzers.frameworks.numpy.ufuncs import TABLE, run
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import content, indexing, reduction
from analyzers.tensors.operations.arguments import integer
from analyzers.tensors.operations.concat_split import cat
from analyzers.tensors.operations.reshape import view
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

Step = Callable[[Any, Any], Any]


def flat(a: Array) -> Array:
    return Array.of(view(a, (-1,)))


def running(a: Any, axis: Any, dtype: Any, step: Step) -> Tensor:
    """The results of ``step`` so far, along an axis (None: of the flattened array)."""
    array = array_of(a)
    array = flat(array) if axis is None or not array.rank else array
    index = 0 if axis is None else axis_argument(axis, array.rank)
    name = dtype_or_none(dtype) or summing(array.dtype)
    array = array if array.dtype == name else converted(array, name)
    result = reduction.mix(array, (index,))
    result.content = _running(array, index, step)
    return result


def _running(a: Array, axis: int, step: Step) -> content.Content:
    if a.content is None:
        return None
    outer = [index for index in range(a.rank) if index != axis]
    numbers: list[Any] = []
    try:
        for row in content.grouped(a, outer, [axis]):
            total: Any = None
            for value in row:
                total = value if total is None else dtypes.cast(step(total, value), a.dtype)
                numbers.append(total)
    except content.NOT_KEPT:
        return None
    return back_in_order(tuple(numbers), a, [*outer, axis])


def back_in_order(numbers: tuple[Any, ...], a: Tensor, order: list[int]) -> content.Content:
    """Numbers that stand in the order of ``order``'s axes, as an array of the shape of ``a`` has them."""
    shape: Any = [a.shape[index] for index in order]
    strides = content.strides_of(shape)
    return content.strided(numbers, a.shape, [strides[order.index(index)] for index in range(a.rank)])


def _register(names: str, step: Step, register: Any) -> None:
    def cumulative(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, *, machine: Machine) -> Any:
        return into(machine, out, running(a, axis, dtype, step))

    register(*names.split())(cumulative)


_register("cumsum", operator.add, shared)
_register("cumprod", operator.mul, shared)
_register("nancumsum", operator.add, universal)
_register("nancumprod", operator.mul, universal)


@function("diff")
def diff(
    a: Any, n: Any = 1, axis: Any = -1, prepend: Any = LEFT_OUT, append: Any = LEFT_OUT, *, machine: Machine
) -> Tensor:
    array = array_of(a)
    if not array.rank:
        raise OperationError(
            "rank-mismatch", "{subject} needs at least 1 dimension, gets a scalar", exception="ValueError"
        )
    index, times = axis_argument(axis, array.rank), integer(n)
    if times < 0:
        raise OperationError("invalid-argument", f"{{subject}} gets the order {times}", exception="ValueError")
    result: Tensor = cat([*_ends(prepend, array, index), array, *_ends(append, array, index)], index)
    ufunc = TABLE["not_equal" if result.dtype == "bool" else "subtract"]
    have = array.shape[index]
    for _ in range(min(times, have) if isinstance(have, int) else times):
        machine.budget.spend()
        result = run(ufunc, (_along(result, index, slice(1, None)), _along(result, index, slice(None, -1))))
    return result


def _along(x: Tensor, axis: int, part: slice) -> Tensor:
    return indexing.getitem(x, (*[slice(None)] * axis, part))


def _ends(value: Any, a: Array, axis: int) -> list[Tensor]:
    if value is LEFT_OUT:
        return []
    end = array_of(value)
    shape = (*a.shape[:axis], 1, *a.shape[axis + 1 :])
    return [end if end.rank else Array(shape, dtype=end.dtype, content=content.expanded(end, shape))]


@function("ediff1d")
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None, *, machine: Machine) -> Tensor:
    ends = [[] if end is None else [flat(array_of(end))] for end in (to_begin, to_end)]
    middle = diff(flat(array_of(ary)), machine=machine)
    return cat([*ends[0], middle, *ends[1]], 0) if ends != [[], []] else middle
