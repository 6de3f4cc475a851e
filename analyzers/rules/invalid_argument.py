"""RF303: an argument's value that the framework refuses."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF303",
    name="invalid-argument",
    level="error",
    confidence="certain",
    summary=("An argument has a value, or goes together with another one, in a way that the framework refuses."),
    why=(
        "PyTorch raises on this line: padding='same' with a stride, a pooling padding over half the "
        "kernel, a kernel, stride or groups that is not positive, a tuple of the wrong length."
    ),
    how_to_fix="Use a value the layer accepts.",
)

check = from_problems(RULE)

GOOD = (
    Example(
        """
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(nn.Conv2d(3, 8, 3, padding="same"))
"""
    ),
)
BAD = (
    Example(
        """
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(
    nn.Conv2d(3, 8, 3, stride=2, padding="same"),
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ same
)
"""
    ),
)
