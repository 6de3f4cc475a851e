"""Recurrent layers over a sequence: LSTM, GRU, plain."""

from __future__ import annotations

from collections.abc import Sequence

from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, counted, require, same, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import Names
from analyzers.tensors.operations import axis_names
from analyzers.tensors.tensor import Tensor

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}
"""Matrix products per step and layer."""


def recurrent(
    input: Tensor,
    *,
    gates: int,
    input_size: Dim,
    hidden_size: Dim,
    num_layers: int = 1,
    directions: int = 1,
    projection: Dim = 0,
    batch_first: bool = False,
) -> tuple[Tensor, Tensor, Tensor]:
    """(T, N, input_size), (N, T, …) with ``batch_first``, (T, …) unbatched → output, hidden, cell state.

    The output has ``directions · (projection or hidden_size)`` features, the states the shape
    (num_layers · directions, N, features). Every element of them sees the whole sequence. Raises
    rank-mismatch and feature-size-mismatch.
    """
    _require_rank(input, 3)
    time_dim = 1 if batch_first and input.rank == 3 else 0
    features = projection if projection else hidden_size
    steps = input.with_(shape=(*input.shape[:-1], 1)).numel()
    output = Tensor(
        (*input.shape[:-1], features * directions),
        input.field.mix([time_dim, input.rank - 1]),
        input.dtype,
        cost=steps * directions * sequence_cost(gates, input_size, hidden_size, num_layers, directions, projection),
        axes=sequence(input.rank, time_dim),
    )
    hidden, cell = (final_state(output, time_dim, num_layers * directions, size) for size in (features, hidden_size))
    require_features(input, input_size, (output, hidden, cell))
    if same(input.shape[time_dim], 0):
        message = "{subject} gets a sequence without steps"
        raise OperationError("empty-output", message, result=(output, hidden, cell))
    return output, hidden, cell


def sequence(rank: int, time_dim: int) -> Names:
    """N T E, T N E, or T E."""
    if rank == 2:
        return ("T", "E")
    return ("N", "T", "E") if time_dim else ("T", "N", "E")


def sequence_cost(
    gates: int, input_size: Dim, hidden_size: Dim, num_layers: int, directions: int, projection: Dim
) -> Dim:
    """Multiply-accumulates of one step in one direction, all layers."""
    features = projection if projection else hidden_size
    first = input_size + features
    later = features * directions + features
    cells = gates * hidden_size * (first + later * (num_layers - 1))
    return cells + num_layers * hidden_size * projection


def final_state(output: Tensor, time_dim: int, layers: int, features: Dim) -> Tensor:
    """The states after the last step: time goes, layers and directions come first."""
    shape = (layers, *(dim for index, dim in enumerate(output.shape[:-1]) if index != time_dim), features)
    axes = axis_names.inserted(axis_names.without(output.axes, [time_dim]), 0)
    return Tensor(shape, output.field.remove([time_dim]).insert(0), output.dtype, axes=axes)


def cell(input: Tensor, *, gates: int, input_size: Dim, hidden_size: Dim) -> Tensor:
    """One step: (N, input_size) → (N, hidden_size). Raises rank-mismatch, feature-size-mismatch."""
    _require_rank(input, 2)
    shape = (*input.shape[:-1], hidden_size)
    cost = Tensor(shape).numel() * gates * (input_size + hidden_size)
    axes = ("N", "E")[-input.rank :]
    result = Tensor(shape, input.field.mix([input.rank - 1]), input.dtype, cost=cost, axes=axes)
    require_features(input, input_size, result)
    return result


def _require_rank(input: Tensor, batched: int) -> None:
    """Raises rank-mismatch unless it has as many dims as a batch, or one less."""
    if input.rank not in (batched - 1, batched):
        unbatched = f"{batched - 1} dimension{'s' * (batched > 2)}"
        raise OperationError(
            "rank-mismatch",
            f"{{subject}} expects {unbatched} (unbatched) or {batched}, gets {input.rank}",
            exception="ValueError",
            expected=batched,
            actual=input.rank,
        )


def require_features(input: Tensor, expected: Dim, result: Tensor | tuple[Tensor, ...]) -> None:
    """Raises feature-size-mismatch unless the last dim is this long."""
    if require(input.shape[-1], expected) is False:
        raise OperationError(
            "feature-size-mismatch",
            f"{{subject}} expects {counted(expected, 'feature')}, gets {text(input.shape[-1])}",
            result=result,
            expected=expected,
            actual=input.shape[-1],
            argument="input_size",
        )


def require_state(state: Tensor, expected: Sequence[Dim], name: str, result: Tensor | tuple[Tensor, ...]) -> None:
    """Raises rank-mismatch or feature-size-mismatch unless a given initial state has this shape."""
    fits = state.rank == len(expected) and all(
        require(actual, wanted) is not False for actual, wanted in zip(state.shape, expected, strict=True)
    )
    if not fits:
        raise OperationError(
            "feature-size-mismatch" if state.rank == len(expected) else "rank-mismatch",
            f"{{subject}} expects {name} of {shape_text(expected)}, gets {shape_text(state.shape)}",
            result=result,
            expected=tuple(expected),
            actual=state.shape,
            argument=name,
        )
