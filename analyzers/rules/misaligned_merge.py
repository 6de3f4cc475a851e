"""RF107: branches that are merged although they look at shifted or differently scaled places."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import FileFacts, Finding
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import RuleSettings
from analyzers.rules.support.words import written

RULE = Rule(
    code="RF107",
    name="misaligned-merge",
    level="warning",
    summary=(
        "The branches of an addition or concatenation move over the input with different strides, or are "
        "centred a whole unit or more apart."
    ),
    why=(
        "A unit then mixes features of different places: blurred edges and shifted masks are typical. Less "
        "than a unit is normal in decoders and not reported."
    ),
    how_to_fix="Use symmetric padding (or a crop) that brings the centres together, and equal strides.",
    reference="Araujo et al. 2019, https://distill.pub/2019/computing-receptive-fields",
    fixes="unsafe",
)


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    """Once a model: what is shifted in one merge is shifted in those behind it."""
    for model in facts.models:
        found = [merge for merge in model.merges if merge.place is not None and not merge.aligned]
        places = list(dict.fromkeys(merge.place for merge in found if merge.place is not None))
        if places:
            first, *others = places
            detail = f": {found[0].detail}" if found[0].detail else ""
            more = f"; so are those of {len(others)} more" if others else ""
            message = f"the branches of this {written(found[0].operation)} are misaligned{detail}{more}"
            yield RULE.finding(first, message, [("misaligned, too", place) for place in others], model.target)


GOOD = (
    Example(
        """
import torch
from torch import nn


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 5, padding=2)

    def forward(self, x):
        return x + self.conv(x)
"""
    ),
)
BAD = (
    Example(
        """
import torch
from torch import nn
from torch.nn import functional as F


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 5)

    def forward(self, x):
        y = self.conv(F.pad(x, (0, 4, 0, 4)))
        return torch.cat([x, y], 1)
#              ^^^^^^^^^^^^^^^^^^^^ misaligned
"""
    ),
)
