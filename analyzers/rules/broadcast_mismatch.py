"""RF204: two tensors of an elementwise operation do not broadcast."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF204",
    name="broadcast-mismatch",
    level="error",
    confidence="certain",
    summary=("The operands of an addition, product or comparison have sizes that do not broadcast."),
    why=(
        "PyTorch raises on this line; typical is a residual branch whose stride or channels differ from the shortcut's."
    ),
    how_to_fix=(
        "Bring the operands to one shape: a projection on the shortcut, the same stride and padding on both branches."
    ),
)

check = from_problems(RULE)

GOOD = (
    Example(
        """
from torch import nn


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x):
        return self.conv(x) + x
"""
    ),
)
BAD = (
    Example(
        """
from torch import nn


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3)

    def forward(self, x):
        return self.conv(x) + x
#              ^^^^^^^^^^^^^^^^ 30
"""
    ),
)
