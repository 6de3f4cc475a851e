"""Linear layers: ``Linear``, ``Bilinear``, ``Identity``."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.naming import internal_layer, nn_layer
from analyzers.frameworks.torch.nn.weights import below, invalid, register_optional, weight
from analyzers.tensors.layout import VECTORS, Layout, Layouts
from analyzers.tensors.tensor import Tensor

FEATURES = ("in_features", "out_features")


@nn_layer("linear")
class Identity(Module):
    """Returns its input; takes any arguments."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def forward(self, input: Any) -> Any:
        return input


@nn_layer("linear", FEATURES)
class Linear(Module):
    """…×in → …×out, weight ``out × in``. Raises feature-size-mismatch when called."""

    bias: Tensor | None

    def __init__(
        self,
        in_features: Any,
        out_features: Any,
        bias: Any = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        self.in_features = in_features
        self.out_features = out_features
        self.weight = weight(out_features, in_features)
        register_optional(self, "bias", bias, out_features)

    def input_layouts(self, place: int) -> Layouts:
        return (Layout.of("... E", rest=VECTORS, E=self.in_features),)

    def reset_parameters(self) -> None:
        """Draws new values; shapes stay."""

    def forward(self, input: Tensor) -> Tensor:
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}"


@internal_layer("linear", FEATURES)
class NonDynamicallyQuantizableLinear(Linear):
    """The output projection of attention: its parameters are used, it is never called."""

    def __init__(
        self,
        in_features: Any,
        out_features: Any,
        bias: Any = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        Linear.__init__(self, in_features, out_features, bias)


@nn_layer("linear", ("in1_features", "in2_features", "out_features"))
class Bilinear(Module):
    """…×in1 and …×in2 → …×out, weight ``out × in1 × in2``."""

    bias: Tensor | None

    def __init__(
        self,
        in1_features: Any,
        in2_features: Any,
        out_features: Any,
        bias: Any = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        self.weight = weight(out_features, in1_features, in2_features)
        register_optional(self, "bias", bias, out_features)
        if below(in1_features, 1):
            raise invalid(f"{{subject}} needs in1_features above 0, gets {in1_features}", actual=in1_features)

    def input_layouts(self, place: int) -> Layouts:
        return (Layout.of("... E", rest=VECTORS, E=self.in2_features if place else self.in1_features),)

    def reset_parameters(self) -> None:
        """Draws new values; shapes stay."""

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        return F.bilinear(input1, input2, self.weight, self.bias)
