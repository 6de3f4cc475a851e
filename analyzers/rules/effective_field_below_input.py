"""RF102: the effective receptive field is below the required share (off by default)."""

from __future__ import annotations

import math
from collections.abc import Iterator

from analyzers.facts import FieldFact, FileFacts, Finding, ModelFact
from analyzers.rules.support.coverage import assumed, axis_name, extents, last_map
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import ModelSettings, RuleSettings

EVEN = 0.95
"""The effective field of a unit that reads everything alike, as a share of its theoretical one (it holds 95.45 %)."""
RULE = Rule(
    code="RF102",
    name="effective-field-below-input",
    level="off",
    confidence="medium",
    summary="The estimated effective receptive field of the last map is below the required share.",
    why=(
        "The gradient of a deep stack concentrates in the middle of its theoretical field, so that far less "
        "than that is really used; the estimate is for random weights, training widens it."
    ),
    how_to_fix="Dilate, stride or widen the last convolutions, or lower required-coverage.",
    reference="Luo et al. 2016, https://arxiv.org/abs/1701.04128",
    settings=("required-coverage", "models.required-coverage"),
)


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    for model in facts.models:
        if model.field is None or model.place is None or model.status != "complete" or assumed(model):
            continue
        short = next(_short_axes(model, model.field, settings.of_model(model)), None)
        if short:
            yield RULE.finding(model.place, short, last_map(model), model.target)


def _short_axes(model: ModelFact, field: FieldFact, settings: ModelSettings) -> Iterator[str]:
    for axis, erf, extent in zip(field.axes, field.erf, extents(field), strict=True):
        if erf is None or extent is None:
            continue
        required = math.ceil((settings.required_coverage or 1.0) * extent)
        if erf < EVEN * required:
            yield f"effective RF ≈ {erf:.0f} px is below the {required} px required ({axis_name(axis)})"


GOOD: tuple[Example, ...] = (
    Example(
        """
import torch
from torch import nn

# rf: input=1x3x9x9
model = nn.Sequential(nn.Conv2d(3, 8, 9), nn.Flatten(), nn.Linear(8, 2))
"""
    ),
)
BAD: tuple[Example, ...] = (
    Example(
        """
import torch
from torch import nn

# rf: input=1x3x17x17
model = nn.Sequential(nn.Conv2d(3, 8, 5), nn.Conv2d(8, 8, 5), nn.Conv2d(8, 8, 5), nn.Conv2d(8, 8, 5))
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ effective RF ≈ 11 px is below the 17 px required
"""
    ),
)
