"""RF407: a module without a forward is called."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import FileFacts, Finding
from analyzers.rules.support.problems import problems_of
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import RuleSettings

RULE = Rule(
    code="RF407",
    name="missing-forward",
    level="error",
    confidence="certain",
    summary=(
        "A module is called that has no forward (in Keras: call): it is indented into `__init__`, misspelt, or the module "
        "is a list of modules."
    ),
    why="PyTorch and Keras raise NotImplementedError on this line.",
    how_to_fix="Move forward to the level of `__init__`, correct its name, or call the modules of the list one by one.",
)


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    """Where the file calls such a module; of a class that nobody calls, where the forward that was meant stands."""
    found = [(problem, model) for problem, model in problems_of(facts, RULE.name) if problem.place is not None]
    called = {problem.data["class_name"] for problem, _ in found if "meant" not in problem.data}
    for problem, model in found:
        if problem.place is not None and not ("meant" in problem.data and problem.data["class_name"] in called):
            yield RULE.finding(problem.place, problem.message, problem.related, model)


GOOD = (
    Example(
        """
import torch
from torch import nn


class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)


class Net(Base):
    def forward(self, x):
        return self.conv(x)


net = Net()
net(torch.randn(1, 3, 32, 32))
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
        self.conv = nn.Conv2d(3, 8, 3)

        def forward(self, x):
            return self.conv(x)


net = Net()
y = net(torch.randn(1, 3, 32, 32))
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Net has no forward: the one written inside __init__ is not a method
"""
    ),
    Example(
        """
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def foward(self, x):
#   ^^^^^^^^^^^^^^^^^^^ Net has no forward, but a method foward: is it misspelt?
        return self.conv(x)
"""
    ),
    Example(
        """
import torch
from torch import nn

layers = nn.ModuleList([nn.Linear(8, 8), nn.Linear(8, 4)])
y = layers(torch.randn(1, 8))
#   ^^^^^^^^^^^^^^^^^^^^^^^^^ ModuleList has no forward: call the modules in it one by one
"""
    ),
)
