"""How many bytes a model takes, with numbers of 32 bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analyzers.facts import ModelFact

BYTES = 4
"""Of a number."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of the ``input``, of the outputs of all calls of layers (``activations``), of the ``parameters``, and of
    the ``gradients`` of those that are trained. What is not known is None."""

    input: int | None
    activations: int | None
    parameters: int | None
    gradients: int | None

    @property
    def forward(self) -> int | None:
        """What a forward pass takes that keeps all outputs, as training does."""
        parts = (self.input, self.activations, self.parameters)
        return None if None in parts else sum(part for part in parts if part is not None)


def memory_of(model: ModelFact) -> Memory:
    """A batch of unknown size counts as one item."""
    calls = [call for layer in model.layers if not layer.functional for call in layer.per_call]
    known = model.status == "complete"
    return Memory(
        _total([given.shape for given in model.inputs]) if model.inputs else None,
        _total([call.output_shape for call in calls]) if known else None,
        _bytes(model.parameters),
        _bytes(model.trainable_parameters),
    )


def _total(shapes: Sequence[Sequence[Any] | None]) -> int | None:
    sizes = [size_of(shape) for shape in shapes]
    return None if None in sizes else BYTES * sum(size for size in sizes if size is not None)


def size_of(shape: Sequence[Any] | None) -> int | None:
    """The numbers in a tensor of one item; None where that is not known."""
    if shape is None:
        return None
    total = 1
    for place, dim in enumerate(shape):
        if isinstance(dim, int):
            total *= dim
        elif dim is None or place:
            return None
    return total


def _bytes(count: Any) -> int | None:
    return BYTES * count if isinstance(count, int) else None


def bytes_text(count: int) -> str:
    """``102.2 MB``"""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"
