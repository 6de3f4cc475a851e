"""RF206: a reshape to another number of elements."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF206",
    name="reshape-mismatch",
    level="error",
    confidence="certain",
    summary=("A view, reshape, unflatten or rearrange asks for another number of elements than there are."),
    why=("PyTorch raises on this line; a size was written down that no longer follows from the layers before it."),
    how_to_fix=("Compute the size from the tensor (x.shape, -1, a flatten) instead of writing it down."),
)

check = from_problems(RULE)

GOOD = (
    Example(
        """
from torch import nn


# rf: input=1x3x32x32
class Net(nn.Module):
    def forward(self, x):
        return x.view(x.size(0), -1)
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
        return x.view(1, 3, 1000)
#              ^^^^^^^^^^^^^^^^^^ 3072
"""
    ),
)
