"""RF304: building or running the model certainly raises an exception of Python's."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF304",
    name="certain-exception",
    level="error",
    confidence="certain",
    summary=(
        "Building or running the model certainly raises: an attribute that is never made, a name that is not defined, "
        "a key that a dictionary does not have, an assertion that fails, a `raise` that is reached."
    ),
    why=(
        "Python raises on this line as soon as it runs. Reported only where every run gets here: not in a branch "
        "that may not be taken, nor of objects and modules that may hold more than can be read."
    ),
    how_to_fix="Correct the name, make what is missing, or meet the condition; the message suggests the nearest name there is.",
)

check = from_problems(RULE)

GOOD = (
    Example(
        """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, pooled=False):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        if pooled:
            self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        x = self.conv(x)
        return self.pool(x) if hasattr(self, "pool") else x


net = Net()
net(torch.randn(1, 3, 32, 32))
"""
    ),
    Example(
        """
from torch import nn

from somewhere import Base


class Net(Base, nn.Module):
    def forward(self, x):
        return self.head(x)
"""
    ),
)
BAD = (
    Example(
        """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        return self.conv(x)
#              ^^^^^^^^^ forward uses self.conv, which __init__ never makes; did you mean conv1?


net = Net()
net(torch.randn(1, 3, 32, 32))
"""
    ),
    Example(
        """
from torch import nn

widths = {"small": 8, "large": 32}
model = nn.Sequential(nn.Conv2d(3, widths["smal"], 3), nn.ReLU())
#                                  ^^^^^^^^^^^^^^ `widths` has no key 'smal'; did you mean 'small'?
"""
    ),
    Example(
        """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        assert width % heads == 0, "width must be divisible by heads"
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the assertion `width % heads == 0` fails: width must be
        self.attention = nn.MultiheadAttention(width, heads)

    def forward(self, x):
        return self.attention(x, x, x)[0]


net = Net(64, 6)
"""
    ),
)
