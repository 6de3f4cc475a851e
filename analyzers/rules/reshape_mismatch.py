"""RF206: a reshape to another number of elements, a view of what was reordered."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF206",
    name="reshape-mismatch",
    level="error",
    confidence="certain",
    summary=(
        "A view, reshape, unflatten or rearrange asks for another number of elements than there are, or a view for what "
        "transpose or permute has put in another order."
    ),
    why=(
        "PyTorch raises on this line: a size was written down that no longer follows from the layers before it, or the "
        "elements would have to be copied, which view never does."
    ),
    how_to_fix=(
        "Compute the size from the tensor (x.shape, -1, a flatten) instead of writing it down; of what was reordered, take "
        "reshape in place of view, or contiguous() before it."
    ),
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
    Example(
        """
from torch import nn


# rf: input=2x7x48
class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(48, 48)

    def forward(self, x):
        heads = self.fc(x).view(2, 7, 4, 12).transpose(1, 2)
        return heads.transpose(1, 2)[0], heads.view(2, 4 * 7 * 12)
#                                        ^^^^^^^^^^^^^^^^^^^^^^^^^ contiguous
"""
    ),
)
