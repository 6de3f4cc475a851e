"""RF401: layers that are kept in a plain list or dict."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF401",
    name="unregistered-submodules",
    level="warning",
    confidence="high",
    summary=("Modules are kept in a plain list, tuple or dict, where Module does not see them."),
    why=("They are missing from parameters(), so they are not trained, not moved to the GPU and not saved."),
    how_to_fix="Use nn.ModuleList or nn.ModuleDict.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.ModuleList.html",
    fixes="unsafe",
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
        self.layers = nn.ModuleList([nn.Conv2d(3, 3, 3) for _ in range(3)])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
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
        self.layers = [nn.Conv2d(3, 3, 3) for _ in range(3)]
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ layers

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
"""
    ),
)
