"""Sliding blocks: image to columns and back."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.frameworks.torch.nn.pooling import window_of
from analyzers.geometry import UNFOLDING, Geometry
from analyzers.tensors.layout import takes_map
from analyzers.tensors.tensor import Tensor


@nn_layer("fold")
class Fold(Module):
    """N×(C·kernel)×blocks → N×C×``output_size``, overlaps added."""

    input_layouts = takes_map(1)

    def __init__(
        self, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
    ) -> None:
        self.output_size = output_size
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        window = self.kernel_size, self.dilation, self.padding, self.stride
        return F.fold(input, self.output_size, *window)


@nn_layer("fold")
class Unfold(Module):
    """N×C×H×W → N×(C·kernel)×blocks."""

    input_layouts = takes_map(2)

    def geometry(self) -> Geometry | None:
        return window_of(self, 2, UNFOLDING)

    def __init__(self, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> None:
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)
