"""The recurrent operation against torch's layers."""

from __future__ import annotations

from typing import Any

import pytest

from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.operations.recurrent import GATES, recurrent
from analyzers.tensors.tensor import Tensor
from tests.differential.judge import NO_TORCH


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("shape", [(7, 2, 5), (7, 5)])
@pytest.mark.parametrize("options", [{}, {"batch_first": True}, {"num_layers": 2, "bidirectional": True}])
def test_same_shapes_as_torch(kind: str, shape: tuple[int, ...], options: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch", reason=NO_TORCH)
    output, state = getattr(torch.nn, kind)(5, 3, **options)(torch.zeros(shape))
    hidden = state[0] if kind == "LSTM" else state
    ours = recurrent(
        Tensor(shape),
        gates=GATES[kind],
        input_size=5,
        hidden_size=3,
        num_layers=options.get("num_layers", 1),
        directions=2 if "bidirectional" in options else 1,
        batch_first="batch_first" in options,
    )
    assert (ours[0].shape, ours[1].shape) == (tuple(output.shape), tuple(hidden.shape))


def test_projected_states() -> None:
    output, hidden, cell = recurrent(Tensor((7, 2, 5)), gates=4, input_size=5, hidden_size=6, projection=3)
    assert (output.shape, hidden.shape, cell.shape) == ((7, 2, 3), (1, 2, 3), (1, 2, 6))


def test_multiply_accumulates_are_those_of_the_weights_per_step() -> None:
    output, *_ = recurrent(Tensor((7, 2, 5)), gates=4, input_size=5, hidden_size=6, num_layers=2, directions=2)
    first, second = 4 * 6 * (5 + 6), 4 * 6 * (12 + 6)
    assert output.cost == 7 * 2 * 2 * (first + second)


def test_every_element_sees_the_whole_sequence() -> None:
    x = Tensor((7, 2, 5), Field.of_input((7, 2, 5), {"T": 0}))
    for result in recurrent(x, gates=3, input_size=5, hidden_size=6):
        fact = result.field.facts()
        assert fact is not None and fact.global_ and fact.size == (None,)


def test_wrong_features_go_on_with_the_declared_ones() -> None:
    with pytest.raises(OperationError) as caught:
        recurrent(Tensor((7, 2, 4)), gates=4, input_size=5, hidden_size=6)
    assert caught.value.rule == "feature-size-mismatch"
    assert caught.value.result[0].shape == (7, 2, 6)
