"""How numpy's functions read their arguments: arrays out of anything, dtypes, shapes, axes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from analyzers.frameworks.numpy import dtypes
from analyzers.frameworks.numpy.array import ARRAY_VALUE, PLAIN, Array, Scalar, UnknownScalar
from analyzers.frameworks.numpy.types import DType, NumpyType
from analyzers.interpreter.hosts import ArrayHost, hosts_of
from analyzers.interpreter.values import Instance, UnknownTail
from analyzers.tensors.dims import Dim, Expression, same, unknown_dim
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.operations.arguments import integer, size
from analyzers.tensors.operations.content import LIMIT, NOT_KEPT
from analyzers.tensors.operations.elementwise import shape_text
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

SEQUENCES = (list, tuple, range, deque)
NUMBERS = (bool, int, float, complex)


# -- arrays ------------------------------------------------------------------------------------------


def array_of(value: Any) -> Array:
    """``np.asarray(value)``; raises UnknownUsed for what is not known or no array of numbers or texts."""
    if isinstance(value, Array):
        return value
    if isinstance(value, Tensor):
        return foreign(value)
    if isinstance(value, Instance) and (host := next(_array_hosts(value), None)) is not None:
        return foreign(host.array_of(value))
    nest = nest_of(value)
    return Array(nest.shape, dtype=nest.dtype, content=nest.content)


def _array_hosts(value: Instance) -> Iterator[type[ArrayHost]]:
    return (host for host in hosts_of(value.class_) if issubclass(host, ArrayHost))


def foreign(value: Tensor) -> Array:
    """The array of a framework's tensor; raises invalid-argument for one that is symbolic."""
    if value.history is not None:
        raise OperationError(
            "invalid-argument", "{subject} gets a symbolic tensor, which has no numbers", exception="ValueError"
        )
    dtype = value.dtype if value.dtype in dtypes.KINDS else "float32"
    return Array(value.shape, value.field, dtype, content=value.content)


class Nest(NamedTuple):
    """Nested sequences of numbers: their common shape, the leaves (None: not all are known), their dtype."""

    shape: tuple[Dim, ...]
    leaves: list[Any] | None
    dtype: str

    @property
    def content(self) -> tuple[Any, ...] | None:
        return kept(self.leaves, self.dtype)


def nest_of(value: Any) -> Nest:
    """The nest of anything; raises UnknownUsed, or invalid-argument (ValueError) where rows differ in length."""
    if isinstance(value, SEQUENCES):
        return _nest_of_sequence(value)
    if isinstance(value, Tensor):
        found = array_of(value)
        return Nest(found.shape, None if found.content is None else list(found.content), found.dtype)
    if isinstance(value, UnknownScalar):
        return Nest((), None, value.dtype)
    if isinstance(value, Instance) and value.payload is not None:
        return nest_of(value.payload)
    number = plain_number(value)
    return Nest((), [number], dtype_of_number(value))


def plain_number(value: Any) -> Any:
    """A number, text or symbolic size as Python has it."""
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    if isinstance(value, Scalar):
        return PLAIN[dtypes.KINDS[value.dtype]](value)
    if isinstance(value, (*NUMBERS, Expression, str)) or value is None:
        return value
    raise UnknownUsed(Unknown(f"an array of a {type(value).__name__}"))


def dtype_of_number(value: Any) -> str:
    if isinstance(value, Scalar):
        return value.dtype
    if value is None:
        return "object"
    if isinstance(value, (bool, str)):
        return "bool" if isinstance(value, bool) else "str"
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return "uint64" if 0 <= value < 2**64 else "object"
    return dtypes.WEAK[dtypes.weak_kind(value)]


def _nest_of_sequence(value: Any) -> Nest:
    if not len(value):
        return Nest((0,), [], "float64")
    rows = [None if type(item) is Unknown else nest_of(_known(item)) for item in value]
    known = [row for row in rows if row is not None]
    if not known:
        raise UnknownUsed(value[0])
    shape, dtype = known[0].shape, known[0].dtype
    for row in known[1:]:
        if len(row.shape) != len(shape) or any(same(a, b) is False for a, b in zip(row.shape, shape)):
            raise _ragged(shape, row.shape)
        dtype = dtype if row.dtype == dtype else dtypes.promote(dtype, row.dtype)
    if len(known) < len(rows) or any(row.leaves is None for row in known):
        return Nest((len(value), *shape), None, dtype)
    return Nest((len(value), *shape), [leaf for row in known for leaf in row.leaves or ()], dtype)


def _known(item: Any) -> Any:
    if type(item) is UnknownTail:
        raise UnknownUsed(item.plain())
    return item


def _ragged(first: Sequence[Dim], other: Sequence[Dim]) -> OperationError:
    return OperationError(
        "invalid-argument",
        f"{{subject}} gets sequences of different lengths ({shape_text(first)} and {shape_text(other)})",
        exception="ValueError",
    )


def kept(numbers: Sequence[Any] | None, dtype: str) -> tuple[Any, ...] | None:
    """The numbers as an array of this dtype keeps them; None where there are too many or one is not known."""
    if numbers is None or len(numbers) > LIMIT:
        return None
    try:
        return tuple([dtypes.cast(number, dtype) for number in numbers])
    except NOT_KEPT:
        return None


class Operand(NamedTuple):
    """An argument of an elementwise function; ``weak`` is the kind of a Python number, which takes others' dtypes."""

    array: Array
    weak: str | None


def operand(value: Any) -> Operand:
    if isinstance(value, Instance) and isinstance(value.payload, NUMBERS):
        value = value.payload
    plain = isinstance(value, (*NUMBERS, Expression)) and not isinstance(value, (Scalar, bool))
    return Operand(array_of(value), dtypes.weak_kind(value) if plain else None)


def common_dtype(operands: Sequence[Operand]) -> str:
    """``np.result_type`` of the operands."""
    strong = [o.array.dtype for o in operands if o.weak is None]
    return dtypes.result_type(strong, [o.weak for o in operands if o.weak is not None])


# -- dtypes, shapes, axes ----------------------------------------------------------------------------


def dtype_argument(value: Any, default: str) -> str:
    """The name of a dtype argument; the default for None and for what is not known."""
    found = dtype_or_none(value)
    return default if found is None else found


def dtype_or_none(value: Any) -> str | None:
    """The name of what stands for a dtype; raises UnknownUsed for a kind that is not modelled (dates, records)."""
    if isinstance(value, (DType, NumpyType)):
        return value.dtype
    if isinstance(value, type):
        return dtypes.PYTHON_TYPES.get(value)
    if isinstance(value, str):
        name = dtypes.named(value)
        if name is None:
            raise UnknownUsed(Unknown(f"the dtype {value} is not modelled"))
        return name
    if isinstance(value, (list, tuple)):
        raise UnknownUsed(Unknown("a dtype with fields"))
    return None


def shape_argument(value: Any) -> tuple[Dim, ...]:
    """A shape: one size or several; raises invalid-argument (ValueError) for a negative one."""
    if isinstance(value, Unknown) and not isinstance(value, UnknownScalar):
        raise UnknownUsed(value)
    found = tuple(size(part) for part in _parts(value))
    if any(isinstance(dim, int) and dim < 0 for dim in found):
        raise OperationError(
            "invalid-argument", f"{{subject}} gets a negative size in {shape_text(found)}", exception="ValueError"
        )
    return found


def _parts(value: Any) -> Sequence[Any]:
    if isinstance(value, SEQUENCES):
        return list(value)
    if isinstance(value, Array) and value.rank == 1:
        if value.content is not None:
            return value.content
        return [unknown_dim(ARRAY_VALUE) for _ in range(integer(value.shape[0]))]
    return (value,)


def sizes(arguments: Sequence[Any]) -> tuple[Dim, ...]:
    """Sizes given one by one or as one sequence: ``reshape(2, 3)`` and ``reshape((2, 3))``; -1 is let through."""
    given = _parts(arguments[0]) if len(arguments) == 1 and not isinstance(arguments[0], UnknownScalar) else arguments
    if len(arguments) == 1 and isinstance(arguments[0], Unknown) and not isinstance(arguments[0], UnknownScalar):
        raise UnknownUsed(arguments[0])
    return tuple(size(part) for part in given)


def axis_argument(value: Any, rank: int) -> int:
    """The non-negative axis; raises dimension-out-of-range."""
    index = integer(known(value))
    if -rank <= index < rank:
        return index % rank
    raise OperationError(
        "dimension-out-of-range",
        f"{{subject}} gets axis {index}, its array has {rank} dimension{'' if rank == 1 else 's'}",
        exception="IndexError",
        dim=index,
        rank=rank,
    )


def axes_argument(value: Any, rank: int) -> tuple[int, ...]:
    """One axis or several, non-negative; raises invalid-argument (ValueError) for one that is named twice."""
    listed = _parts(known(value))
    found = tuple(axis_argument(item, rank) for item in listed)
    if len(set(found)) != len(found):
        raise OperationError("dimension-out-of-range", "{subject} names one axis twice", exception="ValueError")
    return found


def reduced_axes(value: Any, rank: int) -> tuple[int, ...]:
    """Axes of a reduction; None means all, and a scalar has one to name."""
    if value is None:
        return tuple(range(rank))
    if rank == 0:
        axes_argument(value, 1)
        return ()
    return axes_argument(value, rank)


def known(value: Any) -> Any:
    """The value, when it decides the result; raises UnknownUsed."""
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    return value


def flag(value: Any) -> bool:
    """A switch (``keepdims``); raises UnknownUsed where it is not known."""
    return bool(known(value))


def known_number(value: Any) -> Any:
    """A Python number or a symbolic size; raises UnknownUsed for what is not known."""
    if isinstance(value, Array):
        if value.content is None or len(value.content) != 1:
            raise UnknownUsed(Unknown(ARRAY_VALUE))
        return value.content[0]
    number = plain_number(value)
    if isinstance(number, str) or number is None:
        raise PythonError("TypeError", f"a number is required, not {type(number).__name__}")
    return number
