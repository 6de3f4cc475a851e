"""RF104: dilations that leave holes in the receptive field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle, islice

from analyzers.facts import FieldFact, FileFacts, Finding, LayerFact, ModelFact
from analyzers.rules.support.coverage import axis_name, place_of
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import RuleSettings
from analyzers.rules.support.words import spoken

RULE = Rule(
    code="RF104",
    name="gridding-dilation",
    level="warning",
    summary="The last map's receptive field has holes: dilations share a factor or grow too fast.",
    why=(
        "Neighbouring units then read disjoint grids of pixels: local information is lost and outputs show "
        "a checker pattern. The exact support decides, not a rule of thumb."
    ),
    how_to_fix="Mix dilations without a common factor (1, 2, 5), or put undilated convolutions between them.",
    reference="Wang et al. 2018, https://arxiv.org/abs/1702.08502; Yu et al. 2017, https://arxiv.org/abs/1705.09914",
    fixes="unsafe",
)

SCHEDULES = ((1, 2, 5), (1, 2, 3), (1, 2), (1,))


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    for model in facts.models:
        sparse = _sparsest(model.field) if model.field and model.status == "complete" else None
        run = _run(model) if sparse is not None else []
        place = place_of(run[0]) if run else None
        if sparse is None or place is None:
            continue
        related = [(f"{spoken(layer)} is dilated too", at) for layer in run[1:] if (at := place_of(layer))]
        unique = list({at: (text, at) for text, at in related if at != place}.values())
        yield RULE.finding(place, _message(model, run, sparse), unique, model.target)


def _sparsest(field: FieldFact) -> int | None:
    """The axis of lowest density, if that is below 1."""
    known = [(density, index) for index, density in enumerate(field.density) if density is not None]
    lowest = min(known, default=(1.0, 0))
    return lowest[1] if lowest[0] < 1 else None


def _run(model: ModelFact) -> list[LayerFact]:
    """The dilated convolutions after which the field has holes, in order."""
    return [layer for layer in model.layers if _dilation(layer) > 1 and _leaves_holes(layer)]


def _leaves_holes(layer: LayerFact) -> bool:
    """Whether the field has holes after one of the layer's calls."""
    return any(call.field is not None and _sparsest(call.field) is not None for call in layer.per_call)


def _dilation(layer: LayerFact) -> int:
    """The largest dilation of a convolution along an axis on which its kernel is larger than 1."""
    found = layer.geometry
    if found is None or not found.is_convolution or found.dilation is None:
        return 1
    return max((step for size, step in zip(found.kernel_size, found.dilation, strict=True) if size > 1), default=1)


def _message(model: ModelFact, run: list[LayerFact], axis: int) -> str:
    field = model.field
    assert field is not None
    density, size = field.density[axis] or 0.0, field.size[axis]
    dilations = [_dilation(layer) for layer in run]
    names = spoken(run[0]) if len(run) == 1 else f"{spoken(run[0])} … {spoken(run[-1])}"
    plural = "dilation" if len(run) == 1 else "dilations"
    better = _better(dilations)
    advice = f"; {', '.join(map(str, better))} would leave none" if better else ""
    return (
        f"density {density:.2f}: the {plural} {', '.join(map(str, dilations))} of {names} leave holes in the "
        f"{size} px field ({axis_name(field.axes[axis])}){advice}"
    )


def _better(dilations: Sequence[int]) -> tuple[int, ...] | None:
    """The widest known schedule of that many three-tap layers that leaves no hole."""
    if len(dilations) < 2:
        return None
    candidates = [tuple(islice(cycle(schedule), len(dilations))) for schedule in SCHEDULES]
    dense = [candidate for candidate in candidates if not _has_holes(candidate)]
    return max(dense, key=sum, default=None)


def _has_holes(dilations: Sequence[int]) -> bool:
    """Whether stacked three-tap convolutions of these dilations skip a position (one bit a position)."""
    support = 1
    for step in dilations:
        support |= support << step | support << 2 * step
    return support.bit_count() < support.bit_length()


GOOD = (
    Example(
        """
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(
    nn.Conv2d(3, 8, 3, padding=1, dilation=1),
    nn.Conv2d(8, 8, 3, padding=2, dilation=2),
    nn.Conv2d(8, 8, 3, padding=5, dilation=5),
)
"""
    ),
)
BAD = (
    Example(
        """
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(
    nn.Conv2d(3, 8, 3, padding=2, dilation=2),
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ density 0.56: the dilations 2, 2 of `0` (Conv2d) … `1` (Conv2d) leave holes
    nn.Conv2d(8, 8, 3, padding=2, dilation=2),
)
"""
    ),
)
