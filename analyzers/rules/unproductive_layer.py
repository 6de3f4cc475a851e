"""RF103: layers whose input already sees everything, along every path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzers.facts import FieldFact, FileFacts, Finding, LayerFact, Place
from analyzers.rules.support.coverage import assumed, extents, is_of_features, place_of
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import RuleSettings
from analyzers.rules.support.words import spoken

RULE = Rule(
    code="RF103",
    name="unproductive-layer",
    level="information",
    summary=(
        "A convolution with a kernel larger than one whose input already sees the whole image along every "
        "path, also the narrowest one through the skips."
    ),
    why=(
        "It can add no new context; such layers were found to contribute nothing to the accuracy and can "
        "often be removed, or the input made larger."
    ),
    how_to_fix="Use a larger input, fewer strides before this layer, or drop the layer.",
    reference="Richter et al. 2021, https://arxiv.org/abs/2106.12307",
)


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    for model in facts.models:
        if assumed(model) or is_of_features(model):
            continue
        by_place: dict[Place, list[LayerFact]] = {}
        for layer in model.layers:
            place = place_of(layer)
            if place and unproductive(layer):
                by_place.setdefault(place, []).append(layer)
        for place, layers in by_place.items():
            yield RULE.finding(place, _message(layers), model=model.target)


def unproductive(layer: LayerFact) -> bool:
    """Whether a layer's kernel is larger than 1 and its input sees everything already each time it is called."""
    window = layer.geometry
    if window is None or not window.is_convolution or window.transposed or max(window.kernel_size) == 1:
        return False
    return all(_sees_all(call.input_field) for call in layer.per_call)


def _sees_all(field: FieldFact | None) -> bool:
    """Whether the shortest field ≥ the input on all axes."""
    if field is None:
        return False
    pairs = zip(field.shortest, extents(field), strict=True)
    return all(shortest is not None and extent is not None and shortest >= extent > 1 for shortest, extent in pairs)


def _message(layers: list[LayerFact]) -> str:
    first = layers[0]
    fields = [call.input_field for call in first.per_call if call.input_field is not None]
    narrowest = min(fields, key=lambda field: [value or 0 for value in field.shortest])
    size = _times(extents(narrowest))
    shortest = _times(narrowest.shortest)
    more = f" (so do {len(layers) - 1} more built here, up to `{layers[-1].name}`)" if len(layers) > 1 else ""
    return (
        f"{spoken(first)} adds no context{more}: its input already sees all {size} px along every path "
        f"(narrowest RF {shortest})"
    )


def _times(values: Iterable[int | None]) -> str:
    """``(3, 3)`` → ``3×3``."""
    return "×".join(str(value or 0) for value in values)


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

# rf: input=1x3x8x8
model = nn.Sequential(
    nn.Conv2d(3, 8, 5, padding=2),
    nn.Conv2d(8, 8, 5, padding=2),
    nn.Conv2d(8, 8, 3, padding=1),
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `2` (Conv2d) adds no context: its input already sees all 8×8 px along every path
)
"""
    ),
)
