"""Pixel shuffling: channels to space and back."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.tensors.layout import takes_map
from analyzers.tensors.tensor import Tensor


@nn_layer("pixelshuffle")
class PixelShuffle(Module):
    """…×C·r²×H×W → …×C×H·r×W·r. RuntimeError when r² does not divide the channels."""

    input_layouts = takes_map(2)

    def __init__(self, upscale_factor: Any) -> None:
        self.upscale_factor = upscale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_shuffle(input, self.upscale_factor)


@nn_layer("pixelshuffle")
class PixelUnshuffle(Module):
    """…×C×H·r×W·r → …×C·r²×H×W. RuntimeError when r does not divide height and width."""

    input_layouts = takes_map(2)

    def __init__(self, downscale_factor: Any) -> None:
        self.downscale_factor = downscale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_unshuffle(input, self.downscale_factor)
