"""RF101: the last feature map does not see enough of the input."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import FieldFact, FileFacts, Finding, ModelFact
from analyzers.rules.support.coverage import (
    AXIS_NAMES,
    Axis,
    assumed,
    axis_name,
    called,
    covered_axes,
    is_of_features,
    judged_layer,
    last_map,
    sees_everything,
)
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import RuleSettings

RULE = Rule(
    code="RF101",
    name="receptive-field-below-input",
    level="warning",
    summary=(
        "The receptive field of the last spatial feature map (of several, of the deepest) is smaller than the input, or than "
        "the region that the settings ask for. A warning where the output itself is spatial or the model's own entry in the "
        "settings asks for it, information where it is pooled or flattened afterwards. Nothing is said where the input's size is only assumed or a map of features goes in (32 channels and more, unless a "
        "comment or the settings say so), nor where attention lets every unit see everything."
    ),
    why=(
        "No unit of that map sees the whole image, so what depends on its far ends cannot be decided by "
        "any of them; in dense prediction nothing later makes up for it."
    ),
    how_to_fix=(
        "Dilate the deepest stage or the last convolutions, or add a stage with stride; or, if a part of the "
        "input is enough, say so with required-coverage or target-size."
    ),
    reference="Luo et al. 2016, https://arxiv.org/abs/1701.04128; Araujo et al. 2019, https://distill.pub/2019/computing-receptive-fields",
    fixes="unsafe",
    settings=("required-coverage", "target-size", "models.required-coverage", "models.target-size"),
)


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    """Said of a class, it is not said again of an instance of it for which the same is true."""
    found = list(_found(facts, settings))
    of_classes = {(model.class_name, finding.message) for model, finding in found if _is_of_class(model)}
    for model, finding in found:
        if _is_of_class(model) or (model.class_name, finding.message) not in of_classes:
            yield finding


def _is_of_class(model: ModelFact) -> bool:
    return model.target.endswith(f"::{model.class_name.rpartition('.')[2]}()")


def _found(facts: FileFacts, settings: RuleSettings) -> Iterator[tuple[ModelFact, Finding]]:
    for model in facts.models:
        field = model.deepest or model.field
        if field is None or model.place is None or model.status != "complete" or sees_everything(model):
            continue
        wanted = settings.of_model(model)
        if wanted.target_size is None and (assumed(model) or has_several_maps(model) or is_of_features(model)):
            continue
        axes = [axis for axis in covered_axes(field, wanted) if axis.name in AXIS_NAMES]
        short = [axis for axis in axes if axis.size < axis.required]
        if short:
            level = "warning" if model.dense or settings.own_entry(model).demands_coverage else "information"
            message = _message(model, field, axes, short)
            yield model, RULE.finding(model.place, message, last_map(model), model.target, level)


def has_several_maps(model: ModelFact) -> bool:
    """Whether more than one input is moved over: the field is only that of one of them, perhaps of one that comes late."""
    return sum(not AXIS_NAMES.keys().isdisjoint(given.axes or ()) for given in model.inputs) > 1


def _message(model: ModelFact, field: FieldFact, axes: list[Axis], short: list[Axis]) -> str:
    worst = min(short, key=lambda axis: axis.size / axis.required)
    whole = worst.required == worst.extent
    alike = len({(axis.size, axis.required) for axis in axes}) == 1
    region = f"{worst.required} px {'input' if whole else 'required'}"
    side = "" if alike else f" ({axis_name(worst.name)})"
    kind = "local RF" if field.global_ else "RF"
    units = f"units of {called(model)}" if judged_layer(model) else "units of the last map"
    picture = "image" if len(field.axes) == 2 else "input"
    never = f"never see the whole {picture}" if whole else "see less than that"
    beside = "; global context is only mixed in beside it" if field.global_ else ""
    share = 100 * worst.size // worst.required
    return f"{kind} {worst.size} px covers {share} % of the {region}{side}; {units} {never}{beside}"


GOOD = (
    Example(
        """
import torch
from torch import nn

attention = nn.Sequential(nn.Conv2d(512, 64, 1), nn.ReLU(), nn.Conv2d(64, 512, 3, padding=1))
features = attention(torch.rand(2, 512, 14, 14))
"""
    ),
    Example(
        """
from torch import nn

# rf: input=1x3x9x9
model = nn.Sequential(nn.Conv2d(3, 8, 5, padding=2), nn.Conv2d(8, 8, 5, padding=2))
"""
    ),
    Example(
        """
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(nn.Conv2d(3, 8, 5, padding=2), nn.Conv2d(8, 8, 5, padding=2))
""",
        {"target_size": (9,)},
    ),
)
BAD = (
    Example(
        """
from torch import nn

# rf: input=1x3x15x15
model = nn.Sequential(nn.Conv2d(3, 8, 5, padding=2), nn.Conv2d(8, 8, 5, padding=2))
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ RF 9 px covers 60 %
"""
    ),
)
