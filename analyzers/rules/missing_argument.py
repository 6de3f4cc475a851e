"""RF302: a required argument is not given."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF302",
    name="missing-argument",
    level="error",
    confidence="certain",
    summary="A layer or function is called without an argument that it requires.",
    why="Python raises a TypeError on this line.",
    how_to_fix="Give the argument.",
)

check = from_problems(RULE)

GOOD = (
    Example(
        """
from torch import nn

model = nn.Sequential(nn.Conv2d(3, 8, 3))
"""
    ),
)
BAD = (
    Example(
        """
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(
    nn.Conv2d(3, 8),
#   ^^^^^^^^^^^^^^^ kernel_size
)
"""
    ),
)
