"""RF108: more than half of what the centre unit reads is padding."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import FileFacts, Finding, ModelFact
from analyzers.rules.support.coverage import (
    AXIS_NAMES,
    axis_name,
    extents,
    is_known,
    is_of_features,
    last_map,
    padding_share,
    sees_everything,
)
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import RuleSettings

RULE = Rule(
    code="RF108",
    name="padding-dominated-field",
    level="information",
    summary="Over half of the receptive field of the last map's centre unit lies outside the input.",
    why="Most taps of the deep layers read zeros: capacity is spent on the border, statistics are shifted.",
    how_to_fix="Use a larger input, or fewer strides and layers.",
    reference="RF 212 of VGG-16 on 32 px: 85 % padding; Richter et al. 2021, https://arxiv.org/abs/2106.12307",
)


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    """Once a class: its depths and widths differ in numbers alone."""
    told: set[str] = set()
    for model in facts.models:
        if model.class_name and model.class_name in told:
            continue
        is_judged = (
            is_known(model) and not is_of_features(model) and model.status == "complete" and not sees_everything(model)
        )
        message = _message(model) if is_judged else None
        if message and model.place:
            told.add(model.class_name)
            yield RULE.finding(model.place, message, last_map(model), model.target)


def _message(model: ModelFact) -> str | None:
    field = model.field
    if field is None:
        return None
    for index, extent in enumerate(extents(field)):
        if field.axes[index] not in AXIS_NAMES:
            continue
        share = padding_share(field, index, extent) if extent and extent > 1 else None
        if share is not None and share > 0.5:
            return (
                f"{100 * share:.0f} % of the {field.size[index]} px field of the last map's centre unit is "
                f"padding: the input has {extent} px ({axis_name(field.axes[index])})"
            )
    return None


GOOD = (
    Example(
        """
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(nn.Conv2d(3, 8, 5, padding=2), nn.Conv2d(8, 8, 5, padding=2))
"""
    ),
)
BAD = (
    Example(
        """
from torch import nn

# rf: input=1x3x4x4
model = nn.Sequential(nn.Conv2d(3, 8, 9, padding=4))
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 56 % of the 9 px field
"""
    ),
)
