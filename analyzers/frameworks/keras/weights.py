"""Weights of layers: made, registered, counted, frozen."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.keras.shapes import open_shape
from analyzers.frameworks.keras.state import changed_weights, state_of
from analyzers.interpreter.values import Instance
from analyzers.tensors.dims import Dim
from analyzers.tensors.tensor import Tensor, parameter
from analyzers.unknown import Unknown, UnknownUsed


def weight_of(shape: Any, dtype: Any = None, trainable: bool = True) -> Tensor:
    if isinstance(shape, Unknown):
        raise UnknownUsed(shape)
    dims = shape if isinstance(shape, (tuple, list)) else (shape,)
    return parameter(open_shape(dims), trainable=trainable, dtype=dtype if isinstance(dtype, str) else "float32")


def register_weight(self: Instance, name: Any, made: Tensor) -> Tensor:
    """Keep a weight under its name; an unnamed one under its number."""
    weights = state_of(self).weights
    key = name if isinstance(name, str) else f"variable_{len(weights)}"
    while key in weights and self.attributes.get("built") is not True and not isinstance(name, str):
        key += "_"
    register(self, key, made)
    return made


def register(self: Instance, name: str, made: Tensor) -> None:
    state = state_of(self)
    if any(known is made for known in state.weights.values()):
        return
    if not made.trainable:
        self.machine.journal.touch(state.fixed)
        state.fixed.add(name)
    if not state.trainable:
        made.trainable = False
    changed_weights(self)[name] = made


def size_of(shape: Any, axis: int = -1) -> Dim:
    """One size of a build shape; an open one is a symbol."""
    dims = shape.shape if isinstance(shape, Tensor) else shape
    if isinstance(dims, Unknown):
        raise UnknownUsed(dims)
    found = dims[axis]
    if found is None:
        raise UnknownUsed(Unknown("a size that the layer needs to be built is open"))
    return found
