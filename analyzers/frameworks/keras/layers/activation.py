"""Activations as layers, and as functions under ``keras.activations``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.layer import Layer, add_weights
from analyzers.frameworks.keras.layers.arguments import (
    ACTIVATIONS,
    OVER_AXIS,
    activated,
    activation_of,
    as_tensor,
    invalid,
    keras_layer,
    softmax_trait,
)
from analyzers.interpreter.overlays import NAMES, function
from analyzers.tensors.dims import Dim
from analyzers.tensors.operations import reduction
from analyzers.tensors.operations.arguments import axes
from analyzers.tensors.operations.elementwise import unary
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def _elementwise(name: str) -> Any:
    def activation(x: Any, *args: Any, **kwargs: Any) -> Tensor:
        return unary(as_tensor(x))

    activation.__name__ = activation.__qualname__ = name
    return activation


def _over_axis(name: str) -> Any:
    def activation(x: Any, axis: Any = -1) -> Tensor:
        given = as_tensor(x)
        made = reduction.mix(given, axis)
        made.trait = softmax_trait(name)
        return made

    activation.__name__ = activation.__qualname__ = name
    return activation


def _glu(x: Any, axis: Any = -1) -> Tensor:
    from analyzers.tensors.operations.concat_split import split

    given = as_tensor(x)
    where = axes(axis, given.rank)[0]
    return split(given, given.shape[where] // 2, where)[0]


for _name in sorted(ACTIVATIONS):
    _made = _over_axis(_name) if _name in OVER_AXIS else _elementwise(_name)
    NAMES[f"keras.activations.{_name}"] = _made
_glu.__name__ = "glu"
NAMES["keras.activations.glu"] = _glu


@function("keras.activations.get")
def get(identifier: Any, *, machine: Machine) -> Any:
    """The activation of that name; None is the identity."""
    return NAMES["keras.activations.linear"] if identifier is None else activation_of(identifier, machine)


@function("keras.activations.serialize")
def serialize(activation: Any) -> Any:
    return getattr(activation, "__name__", Unknown("the name of an activation"))


NAMES["keras.activations.deserialize"] = get


@keras_layer("Activation")
class Activation(Layer):
    def __init__(self, activation: Any, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        self.activation = activation_of(activation, self.machine)

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        return activated(self, unary(x))


class Plain(Layer):
    """An activation that changes neither shape nor field."""

    def call(self, inputs: Any, mask: Any = None) -> Any:
        return unary(as_tensor(inputs))


@keras_layer("ReLU")
class ReLU(Plain):
    def __init__(self, max_value: Any = None, negative_slope: Any = 0.0, threshold: Any = 0.0, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        for name, value in (("max_value", max_value), ("negative_slope", negative_slope), ("threshold", threshold)):
            if isinstance(value, (int, float)) and value < 0:
                raise invalid(f"{{subject}} has {name} {value}, which must not be negative", name)


@keras_layer("LeakyReLU")
class LeakyReLU(Plain):
    def __init__(self, negative_slope: Any = 0.3, **kwargs: Any) -> None:
        kwargs.pop("alpha", None)
        Layer.__init__(self, **kwargs)


@keras_layer("ELU")
class ELU(Plain):
    def __init__(self, alpha: Any = 1.0, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)


@keras_layer("ThresholdedReLU")
class ThresholdedReLU(Plain):
    def __init__(self, theta: Any = 1.0, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)


@keras_layer("Softmax")
class Softmax(Layer):
    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        self.axis = axis

    def call(self, inputs: Any, mask: Any = None) -> Any:
        made = reduction.mix(as_tensor(inputs), self.axis)
        made.trait = "softmax"
        return made


@keras_layer("PReLU")
class PReLU(Layer):
    """With one slope per element, shared along ``shared_axes``."""

    def __init__(
        self, alpha_initializer: Any = None, alpha_regularizer: Any = None, alpha_constraint: Any = None,
        shared_axes: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        Layer.__init__(self, **kwargs)
        shared = (
            () if shared_axes is None else shared_axes if isinstance(shared_axes, (tuple, list)) else (shared_axes,)
        )
        self.shared_axes = tuple(shared)

    def build(self, input_shape: Any = None) -> None:
        shape: list[Dim] = list(input_shape[1:])
        for axis in self.shared_axes:
            shape[axis - 1] = 1
        add_weights(self, alpha=tuple(shape))

    def call(self, inputs: Any) -> Any:
        return unary(as_tensor(inputs))
