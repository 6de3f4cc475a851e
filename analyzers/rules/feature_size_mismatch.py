"""RF202: a linear layer gets another number of features than it was built for."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF202",
    name="feature-size-mismatch",
    level="error",
    confidence="certain",
    summary=("The features of a Linear or Dense layer differ from what arrives, most often after a flatten."),
    why=(
        "PyTorch raises on this line as soon as the model is called. The number that a flatten yields "
        "depends on the input's size and on every stride before it."
    ),
    how_to_fix=(
        "Build the layer for the features that arrive, or pool to a fixed size before the flatten. Where the message says that "
        "a map is to be flattened first, flatten it; data and labels need the shape that the model takes and gives."
    ),
    fixes="unsafe",
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
        self.conv = nn.Conv2d(3, 16, 5)
        self.fc = nn.Linear(16 * 28 * 28, 10)

    def forward(self, x):
        return self.fc(torch.flatten(self.conv(x), 1))
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
        self.conv = nn.Conv2d(3, 16, 5)
        self.fc = nn.Linear(400, 10)

    def forward(self, x):
        x = torch.flatten(self.conv(x), 1)
        return self.fc(x)
#              ^^^^^^^^^^ fc expects 400 features, gets 16×28×28 = 12544
"""
    ),
    Example(
        """
import torch
from torch import nn


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 5)
        self.fc = nn.Linear(16 * 28 * 28, 10)

    def forward(self, x):
        return self.fc(self.conv(x))
#              ^^^^^^^^^^^^^^^^^^^^^ fc expects 12544 features, gets 16×28×28 = 12544: flatten it first
"""
    ),
)
