"""RF301: an argument that the layer or function does not have."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF301",
    name="unknown-argument",
    level="error",
    confidence="certain",
    summary=("A layer or function is given a keyword it does not have, or more arguments than it takes."),
    why="Python raises a TypeError on this line.",
    how_to_fix=("Use the argument's name in this framework; the message suggests the nearest one."),
    fixes="safe",
)

check = from_problems(RULE)

GOOD = (
    Example(
        """
from torch import nn

model = nn.Sequential(nn.Conv2d(3, 8, kernel_size=3))
"""
    ),
)
BAD = (
    Example(
        """
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(
    nn.Conv2d(3, 8, filter_size=3),
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Conv2d has no argument filter_size; did you mean kernel_size?
)
"""
    ),
)
