"""Channel shuffling."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.tensors.layout import MAPS, Layout, Layouts
from analyzers.tensors.tensor import Tensor


@nn_layer("channelshuffle")
class ChannelShuffle(Module):
    """N×C×… → the same, channels interleaved. RuntimeError when the groups do not divide C."""

    def __init__(self, groups: Any) -> None:
        self.groups = groups

    def input_layouts(self, place: int) -> Layouts:
        return (Layout.of("N C ...", rest=MAPS),)

    def forward(self, input: Tensor) -> Tensor:
        return F.channel_shuffle(input, self.groups)
