"""RF105: a stride that jumps over pixels nothing else reads."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import CallFact, FileFacts, Finding, LayerFact, ModelFact
from analyzers.rules.support.coverage import axis_name, place_of
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import RuleSettings
from analyzers.rules.support.words import spoken

RULE = Rule(
    code="RF105",
    name="skipped-input-pixels",
    level="warning",
    summary="A layer's stride is larger than the extent of its kernel: some of its input is never read.",
    why=(
        "What those pixels hold is computed and thrown away. A 1×1 shortcut with stride 2 is fine: the "
        "branch beside it reads the same pixels."
    ),
    how_to_fix="Use a kernel at least as large as the stride, or pool before a 1×1 convolution.",
    reference="He et al. 2019 (ResNet-D), https://arxiv.org/abs/1812.01187",
)


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    for model in facts.models:
        for layer in model.layers:
            axis, place = _lost_axis(model, layer), place_of(layer)
            if axis is not None and place:
                yield RULE.finding(place, _message(layer, axis), model=model.target)


def _lost_axis(model: ModelFact, layer: LayerFact) -> int | None:
    """The axis along which one of the layer's calls skips what nothing beside it reads."""
    axes = ((skipped_axis(layer, call), call) for call in layer.per_call)
    return next((axis for axis, call in axes if axis is not None and not _read_beside(model, layer, call)), None)


def _geometry(layer: LayerFact) -> list[tuple[int, int]]:
    """(extent, stride) along each axis: extent = dilation · (kernel − 1) + 1."""
    found = layer.geometry
    if found is None or found.transposed or found.stride is None or found.extent is None:
        return []
    return list(zip(found.extent, found.stride, strict=True))


def skipped_axis(layer: LayerFact, call: CallFact) -> int | None:
    """The first axis whose stride exceeds the kernel's extent and which has pixels to skip in a call; ``None`` also
    where it is not known what comes in."""
    if layer.geometry is None or max(layer.geometry.stride or (1,)) == 1:
        return None
    shape = call.input_shapes[0] if call.input_shapes else None
    geometry = _geometry(layer)
    if shape is None or len(shape) <= len(geometry):
        return None
    for index, (extent, stride) in enumerate(geometry):
        size = shape[index - len(geometry)]
        if stride > extent and not (isinstance(size, int) and size <= extent):
            return index
    return None


def _read_beside(model: ModelFact, layer: LayerFact, call: CallFact) -> bool:
    """Whether a parallel branch reads the same pixels: a call of another layer with the same producers, norms and
    activations on the way left out, that skips none; where producers are not known, a last map without holes."""
    if call.producers:
        producers = _sources(model, call)
        others = ((other, made) for other in model.layers if other is not layer for made in other.per_call)
        beside = ((other, made) for other, made in others if other.geometry is not None or other.functional)
        found = [(other, made) for other, made in beside if not producers.isdisjoint(_sources(model, made))]
        return any(skipped_axis(other, made) is None for other, made in found)
    densities = model.field.density if model.field else ()
    return bool(densities) and all(density is None or density == 1 for density in densities)


def _sources(model: ModelFact, call: CallFact) -> frozenset[str]:
    """Whose results a call gets, straight or by way of layers that leave every pixel in its place."""
    named = {layer.name: layer for layer in model.layers}
    found: set[str] = set()
    waiting = list(call.producers)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            layer = named.get(name)
            if layer is not None and _keeps_pixels(layer):
                waiting += layer.first.producers
    return frozenset(found)


def _keeps_pixels(layer: LayerFact) -> bool:
    return layer.geometry is None and not layer.functional and layer.output_shape in layer.input_shapes


def _message(layer: LayerFact, axis: int) -> str:
    extent, stride = _geometry(layer)[axis]
    names = layer.field.axes if layer.field and len(layer.field.axes) == len(_geometry(layer)) else ()
    side = f" ({axis_name(names[axis])})" if names and len(set(_geometry(layer))) > 1 else ""
    skipped = stride - extent
    return (
        f"{spoken(layer)} has stride {stride} but its kernel spans {extent} px{side}: "
        f"{skipped} of every {stride} rows of its input are never read"
    )


GOOD = (
    Example(
        """
from torch import nn


# rf: input=1x8x32x32
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(8, 16, 3, stride=2, padding=1)
        self.shortcut = nn.Conv2d(8, 16, 1, stride=2)

    def forward(self, x):
        return self.conv(x) + self.shortcut(x)
"""
    ),
)
BAD = (
    Example(
        """
from torch import nn

# rf: input=1x3x32x32
model = nn.Sequential(
    nn.Conv2d(3, 8, 1, stride=2),
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `0` (Conv2d) has stride 2 but its kernel spans 1 px
    nn.Conv2d(8, 8, 3, padding=1),
)
"""
    ),
)
