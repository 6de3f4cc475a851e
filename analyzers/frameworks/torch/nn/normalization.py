"""Layer, group, RMS and local response normalisation."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.batchnorm import register_affine
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.frameworks.torch.nn.padding import check_rank
from analyzers.frameworks.torch.nn.weights import divisible, register_optional
from analyzers.tensors.dims import text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import MAPS, SEQUENCES, Layout, Layouts, takes_map
from analyzers.tensors.tensor import Tensor


def normalized(shape: Any) -> tuple[Any, ...]:
    """``normalized_shape`` as a tuple: a single size stands for the last dim."""
    return tuple(shape) if isinstance(shape, (list, tuple)) else (shape,)


def _features(shape: tuple[Any, ...]) -> Layouts:
    """The last dims are of this shape; only one of them holds features."""
    if len(shape) == 1:
        return (Layout.of("... E", rest=SEQUENCES, E=shape[0]),)
    return (Layout(("N", *(None,) * len(shape)), (None, *shape)),)


@nn_layer("normalization", ("normalized_shape",))
class LayerNorm(Module):
    """…×``normalized_shape`` → the same. Raises feature-size-mismatch when called."""

    weight: Tensor | None
    bias: Tensor | None

    def __init__(
        self,
        normalized_shape: Any,
        eps: Any = 1e-5,
        elementwise_affine: Any = True,
        bias: Any = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        self.normalized_shape = normalized(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        register_affine(self, elementwise_affine, bias, *self.normalized_shape)

    def input_layouts(self, place: int) -> Layouts:
        return _features(self.normalized_shape)

    def reset_parameters(self) -> None:
        """Sets scale 1 and shift 0; shapes stay."""

    def forward(self, input: Tensor) -> Tensor:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


@nn_layer("normalization", ("normalized_shape",))
class RMSNorm(Module):
    """…×``normalized_shape`` → the same. Raises feature-size-mismatch when called."""

    weight: Tensor | None

    def __init__(
        self,
        normalized_shape: Any,
        eps: Any = None,
        elementwise_affine: Any = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        self.normalized_shape = normalized(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        register_optional(self, "weight", elementwise_affine, *self.normalized_shape)

    def input_layouts(self, place: int) -> Layouts:
        return _features(self.normalized_shape)

    def reset_parameters(self) -> None:
        """Sets scale 1; shapes stay."""

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


@nn_layer("normalization", ("num_channels",))
class GroupNorm(Module):
    """N×C×… → the same. ValueError unless groups divide channels; channel-mismatch when called."""

    weight: Tensor | None
    bias: Tensor | None

    def __init__(
        self,
        num_groups: Any,
        num_channels: Any,
        eps: Any = 1e-5,
        affine: Any = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: Any = True,
    ) -> None:
        check_channel_groups(num_groups, num_channels)
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        register_affine(self, affine, bias, num_channels)

    def input_layouts(self, place: int) -> Layouts:
        return (Layout.of("N C ...", rest=MAPS, C=self.num_channels),)

    def reset_parameters(self) -> None:
        """Sets scale 1 and shift 0; shapes stay."""

    def forward(self, input: Tensor) -> Tensor:
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}"


def check_channel_groups(num_groups: Any, num_channels: Any) -> None:
    """ValueError unless the groups divide the channels; ZeroDivisionError for none."""
    if type(num_groups) in (int, float) and num_groups == 0:
        raise OperationError("invalid-argument", "{subject} needs at least 1 group", None, "ZeroDivisionError")
    if divisible(num_channels, num_groups):
        return
    message = f"{{subject}}: {text(num_channels)} channels are not divisible by {text(num_groups)} groups"
    numbers = {"expected": num_groups, "actual": num_channels, "argument": "num_groups"}
    raise OperationError("groups-mismatch", message, exception="ValueError", **numbers)


@nn_layer("normalization")
class LocalResponseNorm(Module):
    """N×C×… → the same: divides by the energy of neighbouring channels."""

    def __init__(self, size: Any, alpha: Any = 1e-4, beta: Any = 0.75, k: Any = 1.0) -> None:
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def input_layouts(self, place: int) -> Layouts:
        return (Layout.of("N C ...", rest=MAPS),)

    def forward(self, input: Tensor) -> Tensor:
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)


@nn_layer("normalization")
class CrossMapLRN2d(Module):
    """N×C×H×W → the same."""

    input_layouts = takes_map(2)

    def __init__(self, size: Any, alpha: Any = 1e-4, beta: Any = 0.75, k: Any = 1) -> None:
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        check_rank(input, 4)
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)
