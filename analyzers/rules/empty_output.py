"""RF203: a kernel does not fit into its input."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF203",
    name="empty-output",
    level="error",
    confidence="certain",
    summary=("The extent of a kernel is larger than its padded input, so that nothing comes out."),
    why=("PyTorch raises on this line: there are more pooling or strided stages than the input has pixels for."),
    how_to_fix="Use a larger input, fewer strides or a smaller kernel, or pad.",
    fixes="unsafe",
)

check = from_problems(RULE)

GOOD = (
    Example(
        """
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.MaxPool2d(2))
"""
    ),
)
BAD = (
    Example(
        """
import torch
from torch import nn


# rf: input=1x3x4x4
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 7)

    def forward(self, x):
        return self.conv(x)
#              ^^^^^^^^^^^^ conv
"""
    ),
)
