"""RF208: channels that cannot be divided into the groups."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF208",
    name="groups-mismatch",
    level="error",
    confidence="certain",
    summary=("The channels of a grouped convolution, group norm, channel or pixel shuffle are not divisible as asked."),
    why="PyTorch raises on this line.",
    how_to_fix="Choose groups (or the upscale factor) that divide the channels.",
)

check = from_problems(RULE)

GOOD = (
    Example(
        """
from torch import nn

# rf: input=1x6x32x32
model = nn.Sequential(nn.Conv2d(6, 12, 3, groups=3), nn.GroupNorm(4, 12))
"""
    ),
)
BAD = (
    Example(
        """
from torch import nn

# rf: input=1x6x32x32
model = nn.Sequential(
    nn.Conv2d(6, 12, 3, groups=4),
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 4
)
"""
    ),
)
