"""RF207: a tensor has the wrong number of dimensions."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF207",
    name="rank-mismatch",
    level="error",
    confidence="certain",
    summary=("A layer or function gets a tensor with another number of dimensions than it takes."),
    why=("PyTorch raises on this line; a flatten, squeeze or a missing batch dimension is the usual reason."),
    how_to_fix=("Move the reshape, or use the layer that is made for as many dimensions."),
)

check = from_problems(RULE)

GOOD = (
    Example(
        """
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Flatten())
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
        self.norm = nn.BatchNorm2d(3)

    def forward(self, x):
        x = torch.flatten(x, 2)
        return self.norm(x)
#              ^^^^^^^^^^^^ norm
"""
    ),
)
