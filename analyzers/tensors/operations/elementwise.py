"""Operations that work element by element, with NumPy's broadcasting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from analyzers.tensors import signals
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, Expression, same, suppose_equal
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.operations import axis_names, content
from analyzers.tensors.operations.dtypes import category, number_dtype, promote
from analyzers.tensors.signals import Signal
from analyzers.tensors.tensor import Tensor, signal_of
from analyzers.unknown import Unknown, UnknownUsed

Combine = Callable[[Sequence[Any]], tuple[Signal | None, list[float] | None]]
"""The signal of a result, and the share that each tensor among the operands has in its energy; None: equal ones."""


def subtracted(operands: Sequence[Any]) -> tuple[Signal | None, list[float] | None]:
    """Of the difference of two."""
    first, second = (signal_of(operand, 0.0) for operand in operands)
    return signals.added([first, second.scaled(-1.0)]), _of_tensors(operands, [first.gain, second.gain])


def added(operands: Sequence[Any]) -> tuple[Signal | None, list[float] | None]:
    """Of a sum."""
    parts = [signal_of(operand, 0.0) for operand in operands]
    return signals.added(parts), _of_tensors(operands, [part.gain for part in parts])


def multiplied(operands: Sequence[Any]) -> tuple[Signal | None, list[float] | None]:
    """Of a product of two."""
    first, second = (signal_of(operand, 1.0) for operand in operands)
    return signals.multiplied(first, second), _of_tensors(
        operands, [first.gain * second.energy, second.gain * first.energy]
    )


def divided(operands: Sequence[Any]) -> tuple[Signal | None, list[float] | None]:
    """Of a quotient; of what is divided by a tensor nothing is known."""
    first, second = operands
    if isinstance(first, Tensor) and isinstance(second, (int, float)) and second:
        return signal_of(first).scaled(1 / second), None
    return None, None


def _of_tensors(operands: Sequence[Any], shares: list[float]) -> list[float]:
    return [share for operand, share in zip(operands, shares, strict=True) if isinstance(operand, Tensor)]


FLATTENED = "flatten:"
"""Start of the trait of a tensor that a reshape flattened: the sizes that went into its last dim follow."""


def unary(x: Tensor, dtype: str | None = None) -> Tensor:
    """Same shape and field, another dtype if given."""
    kept = x.trait if x.trait is not None and x.trait.startswith(FLATTENED) else None
    return Tensor(x.shape, x.field, dtype or x.dtype, trait=kept, axes=x.axes, signal=x.signal)


def activation(x: Tensor, shape: str, dtype: str | None = None) -> Tensor:
    """:func:`unary` for an activation, called by the name of its ``shape``."""
    result = unary(x, dtype)
    if x.field is not Field.EMPTY:
        result.signal = signals.activated(signal_of(x), shape)
    return result


def broadcast(*operands: Any, dtype: str | None = None, combine: Combine = added) -> Tensor:
    """Tensors and numbers combined element by element: shape, union of the fields, promoted dtype. ``combine`` says what
    becomes of their signals, and how the operands share in the energy.

    Raises broadcast-mismatch where two lengths differ and neither is 1.
    """
    tensors = tensors_of(operands)
    shape = broadcast_shapes(*[tensor.shape for tensor in tensors])
    signal, shares = combine(operands)
    field, axes = merged_field(tensors, len(shape), shares), axis_names.joined(tensors, len(shape))
    return Tensor(shape, field, dtype or promoted_dtype(operands), axes=axes, signal=signal)


def tensors_of(operands: Sequence[Any]) -> list[Tensor]:
    """The tensors among the operands; an Unknown among them makes the result unknown."""
    for operand in operands:
        if isinstance(operand, Unknown):
            raise UnknownUsed(operand)
    return [operand for operand in operands if isinstance(operand, Tensor)]


def merged_field(tensors: Sequence[Tensor], rank: int, shares: Sequence[float] | None = None) -> Field:
    """The union of the fields of tensors broadcast to ``rank`` dims, each with a share of the energy (equal by default)."""
    reading = [at for at, tensor in enumerate(tensors) if tensor.field is not Field.EMPTY]
    fields = [_field(tensors[at], rank) for at in reading]
    if not fields:
        return Field.EMPTY
    first = fields[0]
    if all(field is first for field in fields):
        return first
    return Field.merge(fields, None if shares is None else [shares[at] for at in reading])


def _field(tensor: Tensor, rank: int) -> Field:
    return tensor.field if tensor.rank == rank else tensor.field.broadcast(tensor.shape, rank)


def broadcast_shapes(*shapes: Sequence[Dim]) -> tuple[Dim, ...]:
    """The common shape, right-aligned; raises broadcast-mismatch."""
    if not shapes:
        return ()
    result = tuple(shapes[0])
    for shape in shapes[1:]:
        if tuple(shape) != result:
            result = _broadcast_two(result, tuple(shape), shapes)
    return result


def _broadcast_two(first: tuple[Dim, ...], second: tuple[Dim, ...], shapes: Sequence[Sequence[Dim]]) -> tuple[Dim, ...]:
    rank = max(len(first), len(second))
    left = (1,) * (rank - len(first)) + first
    right = (1,) * (rank - len(second)) + second
    combined = [broadcast_dims(a, b) for a, b in zip(left, right, strict=True)]
    if None not in combined:
        return tuple(combined)  # type: ignore[arg-type]
    declared = tuple(a if dim is None else dim for a, dim in zip(left, combined, strict=True))
    raise OperationError(
        "broadcast-mismatch",
        f"{{subject}} cannot combine {shape_text(first)} with {shape_text(second)}",
        result=Tensor(declared),
        shapes=[tuple(shape) for shape in shapes],
    )


def broadcast_dims(a: Dim, b: Dim) -> Dim | None:
    """The common length; None when the two certainly do not go together."""
    if a == b or b == 1:
        return a
    if a == 1:
        return b
    if _certainly_differ(a, b):
        return None
    return b if isinstance(b, int) and b > 1 else a


def _certainly_differ(a: Dim, b: Dim) -> bool:
    if same(a, b) is False and same(a, 1) is False and same(b, 1) is False:
        return True
    suppose_equal(a, b)
    return False


def promoted_dtype(operands: Sequence[Any]) -> str:
    """Torch's promotion: tensors before 0-d tensors before numbers, a higher category wins."""
    with_dims = scalars = numbers = None
    for operand in operands:
        if not isinstance(operand, Tensor):
            if operand is not None and not isinstance(operand, Expression):
                numbers = _promote(numbers, number_dtype(operand))
        elif operand.shape:
            with_dims = _promote(with_dims, operand.dtype)
        else:
            scalars = _promote(scalars, operand.dtype)
    return _by_priority(_by_priority(with_dims, scalars), numbers) or "float32"


def _promote(first: str | None, second: str) -> str:
    return second if first is None else promote(first, second)


def _by_priority(first: str | None, second: str | None) -> str | None:
    if first is None or second is None:
        return first or second
    if category(second) <= category(first):
        return first
    return promote(first, second) if category(second) == 3 else second


def computed(
    function: Callable[..., Any], *operands: Any, dtype: str | None = None, combine: Combine = added
) -> Tensor:
    """:func:`broadcast`, with the numbers when every operand's are known.

    ``dtype`` is the result's when it differs from the promoted one (comparisons give ``"bool"``).
    """
    result = broadcast(*operands, dtype=dtype, combine=combine)
    if all(not isinstance(operand, Tensor) or operand.content is not None for operand in operands):
        work_dtype = promoted_dtype(operands)
        if dtype is not None and category(dtype) == 2:
            work_dtype = dtype
        result.content = content.computed(function, operands, result.shape, result.dtype, work_dtype)
    return result


def in_place(x: Tensor, result: Tensor) -> Tensor:
    """``x.add_(…)``: writes the result into ``x`` itself, whose shape and dtype must not change.

    Raises broadcast-mismatch when the result's shape is not that of ``x``.
    """
    _require_own_shape(x, result)
    x.field = result.field
    x.content = result.content
    x.signal = result.signal
    x.order = None
    return x


def updated(x: Tensor, result: Tensor) -> Tensor:
    """``x += …``: like :func:`in_place`, but the name is bound anew, so the old tensor keeps its field."""
    _require_own_shape(x, result)
    x.content = result.content
    made = Tensor(x.shape, result.field, x.dtype, content=result.content, cost=result.cost, axes=result.axes)
    made.signal = result.signal
    return made


def _require_own_shape(x: Tensor, result: Tensor) -> None:
    if len(result.shape) != len(x.shape) or any(
        same(actual, own) is False for actual, own in zip(result.shape, x.shape, strict=True)
    ):
        raise OperationError(
            "broadcast-mismatch",
            f"{{subject}} works in place on {shape_text(x.shape)}, its result is {shape_text(result.shape)}",
            result=x,
        )
