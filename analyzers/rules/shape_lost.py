"""RF901: where and why a shape became unknown (off by default)."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import FileFacts, Finding
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import RuleSettings

RULE = Rule(
    code="RF901",
    name="shape-lost",
    level="off",
    confidence="certain",
    summary="The analysis could not follow the code from this place on.",
    why="Nothing is reported about what depends on it; `rf-lsp inspect` and the hover show the same reason.",
    how_to_fix="Give the input's shape (`# rf: input=…`), or how to build the model (`# rf: model=…`).",
)


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    for unknown in facts.unknowns:
        if unknown.place is not None:
            yield RULE.finding(unknown.place, f"shape lost: {unknown.reason}")
    for model in facts.models:
        for unknown in model.unknowns:
            if unknown.place is not None:
                yield RULE.finding(unknown.place, f"shape lost: {unknown.reason}", model=model.target)


GOOD: tuple[Example, ...] = (
    Example(
        """
from torch import nn

# rf: input=1x8
model = nn.Sequential(nn.Linear(8, 4))
"""
    ),
)
BAD: tuple[Example, ...] = (
    Example(
        """
from torch import nn


# rf: input=1x8x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Linear(32, 32)

    def forward(self, x):
        from elsewhere import attention
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ shape lost: the module elsewhere is not found

        return attention(self.proj(x))
"""
    ),
)
