"""Elementwise work on arrays: broadcasting, dtypes, the numbers of small arrays, results written into arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.numpy import dtypes
from analyzers.frameworks.numpy.arguments import Operand, array_of, known
from analyzers.frameworks.numpy.array import Array
from analyzers.tensors.dims import Dim, same
from analyzers.tensors.errors import OperationError
from analyzers.tensors.operations import content
from analyzers.tensors.operations.elementwise import broadcast_shapes, merged_field, shape_text
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

Function = Callable[..., Any]


def combined(function: Function | None, operands: Sequence[Operand], work: str, dtype: str) -> Tensor:
    """``function`` of the broadcast operands, worked out in one dtype and kept in another.

    Raises broadcast-mismatch (ValueError).
    """
    arrays = [o.array for o in operands]
    shape = broadcast_shapes(*[a.shape for a in arrays])
    field = merged_field(arrays, len(shape))
    return Tensor(shape, field, dtype, content=computed(function, arrays, shape, work, dtype))


def computed(
    function: Function | None, arrays: Sequence[Tensor], shape: Sequence[Dim], work: str, dtype: str
) -> content.Content:
    """The numbers of :func:`combined`; None where an operand's are not known or one cannot be worked out."""
    if function is None or content.element_count(shape) is None or any(a.content is None for a in arrays):
        return None
    try:
        columns = [_column(array, shape, work) for array in arrays]
        return tuple([dtypes.cast(function(*row), dtype) for row in zip(*columns, strict=True)])
    except content.NOT_KEPT:
        return None


def _column(array: Tensor, shape: Sequence[Dim], work: str) -> Any:
    """The numbers of an operand in the dtype in which is worked, one for each element of the result."""
    wide = content.expanded(array, shape) or ()
    return wide if array.dtype == work else [dtypes.cast(number, work) for number in wide]


def converted(array: Array, dtype: str) -> Array:
    """``astype``: a copy in another dtype."""
    return Array.of(combined(itself, [Operand(array, None)], array.dtype, dtype))


def itself(x: Any) -> Any:
    return x


# -- writing -----------------------------------------------------------------------------------------


def write(machine: Machine, target: Array, numbers: content.Content) -> None:
    """Other numbers for an array; on a path that may not be taken it is not known which it has afterwards."""
    target.overwrite(None if machine.uncertain else numbers)


def into(machine: Machine, out: Any, result: Any) -> Any:
    """``out=``: the result in the array that was given for it; raises broadcast-mismatch."""
    target = known(out[0] if isinstance(out, tuple) and len(out) == 1 else out)
    if not isinstance(target, Array):
        return result
    update(machine, target, array_of(result))
    return target


def update(machine: Machine, target: Array, result: Tensor) -> None:
    """Give an array the elements of a result of its shape; raises broadcast-mismatch."""
    fits = len(result.shape) == target.rank and all(same(a, b) is not False for a, b in zip(result.shape, target.shape))
    if not fits:
        raise OperationError(
            "broadcast-mismatch",
            f"{{subject}} cannot put {shape_text(result.shape)} into {shape_text(target.shape)}",
            result=target,
            exception="ValueError",
        )
    numbers = result.content
    if numbers is not None and result.dtype != target.dtype:
        numbers = converted(Array.of(result), target.dtype).content
    write(machine, target, numbers)
    target.field = result.field
