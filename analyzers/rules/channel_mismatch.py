"""RF201: a layer gets another number of channels than it was built for."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF201",
    name="channel-mismatch",
    level="error",
    confidence="certain",
    summary=("A layer's declared input channels (or normalised features) differ from what arrives."),
    why=(
        "PyTorch raises on this line as soon as the model is called; usually a layer before it was "
        "changed and this one was not."
    ),
    how_to_fix=(
        "Give the layer the number of channels that arrives, or make the layer before it produce what is declared."
    ),
    fixes="unsafe",
)

check = from_problems(RULE)

GOOD = (
    Example(
        """
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(
    nn.Conv2d(3, 64, 3),
    nn.BatchNorm2d(64),
    nn.Conv2d(64, 128, 3),
)
"""
    ),
)
BAD = (
    Example(
        """
import torch
from torch import nn


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 128, 3)
        self.conv2 = nn.Conv2d(64, 64, 3)

    def forward(self, x):
        x = self.conv1(x)
        return self.conv2(x)
#              ^^^^^^^^^^^^^ conv2 expects 64 input channels, gets 128
"""
    ),
)
