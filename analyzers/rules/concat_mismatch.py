"""RF205: tensors to be joined differ in a size off the axis."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF205",
    name="concat-mismatch",
    level="error",
    confidence="certain",
    summary=("The tensors of a cat or stack differ in a dimension along which they are not joined."),
    why=(
        "PyTorch raises on this line; in encoder-decoder networks the upsampled map and the skip are "
        "often one pixel apart."
    ),
    how_to_fix=("Crop, pad or resize to one size before joining, or join along the axis that differs."),
)

check = from_problems(RULE)

GOOD = (
    Example(
        """
import torch
from torch import nn


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)

    def forward(self, x):
        return torch.cat([self.conv(x), x], dim=1)
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
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        return torch.cat([self.conv(x), x], dim=1)
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 30
"""
    ),
)
