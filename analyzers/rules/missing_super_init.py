"""RF402: a module that sets up its layers before super().__init__()."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF402",
    name="missing-super-init",
    level="error",
    confidence="certain",
    summary=("A Module assigns submodules or parameters without (or before) calling super().__init__()."),
    why="PyTorch raises: cannot assign module before Module.__init__() call.",
    how_to_fix="Call super().__init__() first.",
)

check = from_problems(RULE)

GOOD = (
    Example(
        """
from torch import nn


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self, width=8):
        self.width = width
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)

    def forward(self, x):
        return self.conv(x).relu()
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
        self.conv = nn.Conv2d(3, 8, 3)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ super().__init__()

    def forward(self, x):
        return self.conv(x)
"""
    ),
)
