"""Normal forms of the arguments that operations share: integers, dims, axes."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any

from analyzers.tensors.dims import Dim, Expression, same, symbols, text, unknown_dim
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

TENSOR_VALUE = "value of a tensor"


def integer(value: Any) -> int:
    """A Python int; raises UnknownUsed for what is not known, invalid-argument (TypeError) for what is no number."""
    if type(value) is int:
        return value
    if isinstance(value, Tensor):
        require_one_element(value)
        value = scalar(value)
    if isinstance(value, NEVER_INTEGERS):
        raise refused(value, "a whole number")
    try:
        return int(operator.index(value))
    except TypeError:
        raise PythonError("TypeError", f"an integer is required, not {type(value).__name__}") from None


NEVER_INTEGERS = (float, complex, str, bytes, tuple, list, dict, set)


def refused(value: Any, wanted: str) -> OperationError:
    """The TypeError of an argument that is of another kind altogether."""
    return OperationError(
        "invalid-argument",
        f"{{subject}} takes {wanted}, gets {described(value)}",
        exception="TypeError",
        **_of_tensor(value),
    )


def _of_tensor(value: Any) -> dict[str, Any]:
    """That the error would not be there were the value no tensor: an input need not be one."""
    return {"as_tensor": True, "offending": value} if isinstance(value, Tensor) else {}


def is_number(value: Any) -> bool:
    """Whether it is a size that only is not known yet; an argument that nobody gives may be anything."""
    return isinstance(value, Expression) and not any(one.argument for one in symbols(value))


def described(value: Any) -> str:
    """What a value is, as one says it: ``the number 2.5``, ``a list``."""
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float, complex)):
        return f"the number {value}"
    if isinstance(value, Expression):
        return f"the size {value}"
    if isinstance(value, Tensor):
        return "one tensor"
    if isinstance(value, str):
        return f"the string {value!r}" if len(value) < 40 else "a string"
    if hasattr(value, "qualified_name"):
        return f"the class {value.name}"
    class_ = getattr(value, "class_", None)
    if class_ is not None:
        return f"a {class_.name} object"
    return f"a {type(value).__name__.lower()}"


def scalar(tensor: Tensor) -> Any:
    """The number in a one-element tensor; raises UnknownUsed when its content is not kept."""
    if tensor.content is None or len(tensor.content) != 1:
        raise UnknownUsed(Unknown(TENSOR_VALUE))
    return tensor.content[0]


def size(value: Any) -> Dim:
    """A length given in code; an Unknown (or a computed tensor) becomes an unknown dim."""
    if type(value) is int or isinstance(value, Expression):
        return value
    if isinstance(value, Unknown):
        return unknown_dim(value.reason)
    if isinstance(value, Tensor) and (value.content is None or len(value.content) != 1):
        require_one_element(value)
        return unknown_dim(TENSOR_VALUE)
    return integer(value)


def require_one_element(value: Tensor, wanted: str = "a whole number", exception: str = "TypeError") -> None:
    """A tensor can stand for a number only if it holds just one; raises invalid-argument.

    An input that nothing is known of yet (a probe, a subclass) may well be a number.
    """
    if type(value) is Tensor and same(value.numel(), 1) is False:
        shape = "×".join(map(text, value.shape))
        raise OperationError(
            "invalid-argument",
            f"{{subject}} takes {wanted}, gets a tensor of {shape}",
            exception=exception,
            **_of_tensor(value),
        )


def sizes(arguments: Sequence[Any]) -> tuple[Dim, ...]:
    """Sizes given one by one or as one tuple: ``view(2, 3)`` and ``view((2, 3))``."""
    return tuple(size(value) for value in unpacked(arguments))


def unpacked(arguments: Sequence[Any]) -> Sequence[Any]:
    """The items of variadic arguments that may also be given as one sequence."""
    if len(arguments) != 1:
        return arguments
    only = arguments[0]
    if isinstance(only, Unknown):
        raise UnknownUsed(only)
    return tuple(only) if isinstance(only, (tuple, list, range)) else arguments


def require_dims(tensor: Tensor, exception: str = "RuntimeError") -> None:
    """Raises rank-mismatch for a scalar."""
    if not tensor.shape:
        raise OperationError(
            "rank-mismatch", "{subject} expects at least 1 dimension, gets a scalar", exception=exception
        )


def axis(dim: Any, rank: int) -> int:
    """The non-negative axis; a scalar counts as one axis. Raises dimension-out-of-range (IndexError)."""
    index = integer(dim)
    bound = max(rank, 1)
    if -bound <= index < bound:
        return index % bound
    raise OperationError(
        "dimension-out-of-range",
        f"{{subject}} gets dim {index}, its input has {rank} dimension{'' if rank == 1 else 's'}",
        exception="IndexError",
        dim=index,
        rank=rank,
    )


def axes(dims: Any, rank: int) -> tuple[int, ...]:
    """Non-negative axes of one int or several; raises on one that is named twice."""
    if isinstance(dims, Unknown):
        raise UnknownUsed(dims)
    listed: Iterable[Any] = dims if isinstance(dims, (tuple, list, range)) else (dims,)
    found = tuple(axis(dim, rank) for dim in listed)
    if len(set(found)) != len(found):
        raise OperationError("dimension-out-of-range", "{subject} names one dim twice", dims=found)
    return found


def reduced_axes(dims: Any, rank: int) -> tuple[int, ...]:
    """Axes of a reduction: None and ``()`` mean all of them."""
    if dims is None or (isinstance(dims, (tuple, list)) and not dims):
        return tuple(range(rank))
    return axes(dims, rank)


def require_rank(tensor: Tensor, *ranks: int) -> None:
    """Raises rank-mismatch unless the tensor has one of these ranks."""
    if tensor.rank not in ranks:
        expected = " or ".join(map(str, ranks))
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects {expected} dimensions, gets {tensor.rank}",
            expected=ranks[0],
            actual=tensor.rank,
        )


def require_least_rank(tensor: Tensor, rank: int) -> None:
    """Raises rank-mismatch below this rank."""
    if tensor.rank < rank:
        raise OperationError("rank-mismatch", f"{{subject}} expects at least {rank} dimensions, gets {tensor.rank}")
