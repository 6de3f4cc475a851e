"""RF404: a convolution's bias that the batch norm behind it takes away again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from analyzers.facts import FileFacts, Finding, LayerFact, ModelFact, Place
from analyzers.rules.support.coverage import place_of
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import RuleSettings
from analyzers.rules.support.words import spoken

RULE = Rule(
    code="RF404",
    name="redundant-bias",
    level="information",
    summary="A convolution directly before a batch norm has a bias.",
    why="The normalisation subtracts the mean, and the bias with it: the parameters are never effective.",
    how_to_fix="Build the convolution with bias=False (this changes checkpoints).",
    reference="Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167, section 3.2",
    fixes="unsafe",
)


FEW = 2
"""Convolutions of a file that are told one by one; where there are more it is how the file is written."""


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    by_file: dict[str, dict[Place, Finding]] = {}
    for finding in _found(facts):
        by_file.setdefault(finding.place.file, {}).setdefault(finding.place, finding)
    for found in by_file.values():
        first, *others = sorted(found.values(), key=lambda finding: (finding.place.line, finding.place.column))
        if len(others) < FEW:
            yield from (first, *others)
            continue
        first.message += f"; so it is of {len(others)} more convolutions in this file"
        first.related += [("the bias of this one, too", other.place) for other in others]
        yield first


def _found(facts: FileFacts) -> Iterator[Finding]:
    for model in facts.models:
        biased = {layer.name: layer for layer in reversed(model.layers) if has_bias(layer)}
        for conv, norm in _normalised(model, biased) if biased else ():
            place = place_of(conv)
            if place:
                message = f"the bias of {spoken(conv)} has no effect: {spoken(norm)} normalises it away"
                yield RULE.finding(place, message, model=model.target)


def has_bias(layer: LayerFact) -> bool:
    """Whether a convolution has a bias that nothing comes after."""
    return layer.geometry is not None and layer.geometry.is_convolution and layer.geometry.biased


def _normalised(model: ModelFact, named: Mapping[str, LayerFact]) -> Iterator[tuple[LayerFact, LayerFact]]:
    """(layer, norm) of the layers ``named`` whose outputs, of all their calls, go into a norm and nowhere else."""
    consumers = Counter(name for layer in model.layers for call in layer.per_call for name in set(call.producers))
    norms = [layer for layer in model.layers if "BatchNorm" in layer.short_type]
    alone = [(call.producers[0], norm) for norm in norms for call in norm.per_call if len(call.producers) == 1]
    normalised = Counter(name for name, _ in alone)
    first = dict(reversed(alone))
    for name in dict.fromkeys(name for name, _ in alone):
        if name in named and consumers[name] == normalised[name] == named[name].calls:
            yield named[name], first[name]


GOOD = (
    Example(
        """
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8))
"""
    ),
)
BAD = (
    Example(
        """
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(
    nn.Conv2d(3, 8, 3),
#   ^^^^^^^^^^^^^^^^^^ the bias of `0` (Conv2d) has no effect: `1` (BatchNorm2d) normalises it away
    nn.BatchNorm2d(8),
)
"""
    ),
    Example(
        """
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(
    nn.Conv2d(3, 8, 3),
#   ^^^^^^^^^^^^^^^^^^ so it is of 2 more convolutions in this file
    nn.BatchNorm2d(8),
    nn.Conv2d(8, 8, 3),
    nn.BatchNorm2d(8),
    nn.Conv2d(8, 8, 3),
    nn.BatchNorm2d(8),
)
"""
    ),
)
