"""RF904: a ``# rf:`` comment, or an entry of the settings, that says nothing known."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF904",
    name="invalid-comment",
    level="warning",
    confidence="certain",
    summary=(
        "A `# rf:` comment cannot be read, or it, or an entry of `models` in the settings, names a model or an input that "
        "the file does not have."
    ),
    why="It has no effect: the model is analysed as if it were not there.",
    how_to_fix="Correct it; the message suggests the nearest word there is.",
)

check = from_problems(RULE)

GOOD = (
    Example(
        """
from torch import nn


# rf: input=x=1x3x32x32
# rf: model=Net(8)
class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)

    def forward(self, x):
        return self.conv(x)
"""
    ),
)
BAD = (
    Example(
        """
from torch import nn

model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())  # rf: inptu=1x3x32x32
#                                                     ^^^^^^^^^^^^^^^^^^^^^ did you mean input=?
"""
    ),
    Example(
        """
from torch import nn


class Net(nn.Module):  # rf: model=Nett(8)
#                      ^^^^^^^^^^^^^^^^^^^ this file has no Nett(8); did you mean Net?
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)

    def forward(self, x):
        return self.conv(x)
"""
    ),
    Example(
        """
from torch import nn


class Net(nn.Module):  # rf: input=image=1x3x32x32
#                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^ Net has no input image; did you mean images?
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, images):
        return self.conv(images)
"""
    ),
)
