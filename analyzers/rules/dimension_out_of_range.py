"""RF210: a dimension or index beyond the tensor."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF210",
    name="dimension-out-of-range",
    level="error",
    confidence="certain",
    summary=("A dim argument, an unpacking or an index lies beyond the rank or the size of a tensor."),
    why="PyTorch raises on this line.",
    how_to_fix="Count the dimensions that arrive (batch first), or use a negative dim.",
)

check = from_problems(RULE)

GOOD = (
    Example(
        """
from torch import nn


# rf: input=1x3x32x32
class Net(nn.Module):
    def forward(self, x):
        return x.mean(dim=3)
"""
    ),
)
BAD = (
    Example(
        """
from torch import nn


# rf: input=1x3x32x32
class Net(nn.Module):
    def forward(self, x):
        return x.mean(dim=4)
#              ^^^^^^^^^^^^^ 4
"""
    ),
)
