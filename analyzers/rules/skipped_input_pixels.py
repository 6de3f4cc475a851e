"""RF105: a stride that jumps over pixels nothing else reads."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property

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

INPUT = ""
"""Stands among the names of producers for an input of the model."""


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    for model in facts.models:
        readers = _Readers(model)
        for layer in model.layers:
            axis, place = _lost_axis(readers, layer), place_of(layer)
            if axis is not None and place:
                yield RULE.finding(place, _message(layer, axis), model=model.target)


def _lost_axis(readers: _Readers, layer: LayerFact) -> int | None:
    """The axis along which one of the layer's calls skips what nothing beside it reads."""
    axes = ((skipped_axis(layer, call), call) for call in layer.per_call)
    return next((axis for axis, call in axes if axis is not None and not readers.read_beside(layer, call)), None)


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


class _Readers:
    """What reads whose results in one model."""

    def __init__(self, model: ModelFact) -> None:
        self.model = model

    def read_beside(self, layer: LayerFact, call: CallFact) -> bool:
        """Whether parallel branches read the same pixels: a call of another layer with the same producers (what leaves
        pixels as they are, crops and pads on the way left out) that skips none, or several that start at different
        ones; where producers are not known, a last map without holes."""
        sources = self._sources(call)
        found = [(other, made) for other, made, of in self._all if other is not layer and not sources.isdisjoint(of)]
        if any(skipped_axis(other, made) is None for other, made in found) or _read_together([(layer, call), *found]):
            return True
        densities = self.model.field.density if self.model.field and not call.producers else ()
        return bool(densities) and all(density is None or density == 1 for density in densities)

    @cached_property
    def _all(self) -> list[tuple[LayerFact, CallFact, frozenset[str]]]:
        """The calls of layers that read pixels, and whose results each gets."""
        layers = [layer for layer in self.model.layers if _reads(layer) and not _keeps_pixels(layer)]
        return [(layer, call, self._sources(call)) for layer in layers for call in layer.per_call]

    @cached_property
    def _named(self) -> dict[str, LayerFact]:
        return {layer.name: layer for layer in self.model.layers}

    def _sources(self, call: CallFact) -> frozenset[str]:
        """Whose results a call gets, straight or by way of layers that leave every pixel as it is."""
        found: set[str] = set()
        waiting = list(call.producers or [INPUT])
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                layer = self._named.get(name)
                if layer is not None and _keeps_pixels(layer):
                    waiting += layer.first.producers or [INPUT]
        return frozenset(found)


def _reads(layer: LayerFact) -> bool:
    return layer.geometry is not None or layer.functional


def _read_together(readers: list[tuple[LayerFact, CallFact]]) -> bool:
    """Whether layers of one stride that start at different pixels leave none out, as the two paths of a factorised
    reduction do: with stride s and extent e, a start at p reads p … p + e - 1 modulo s."""
    steps = _geometry(readers[0][0])
    alike = [(_geometry(layer), _starts(call)) for layer, call in readers]
    alike = [
        (own, starts)
        for own, starts in alike
        if len(starts) == len(own) and [s for _, s in own] == [s for _, s in steps]
    ]
    if len(alike) < 2:
        return False
    return all(
        len({(starts[axis] + n) % stride for own, starts in alike for n in range(min(own[axis][0], stride))}) == stride
        for axis, (_, stride) in enumerate(steps)
    )


def _starts(call: CallFact) -> list[int]:
    """Where a call begins to read, in units of its input along each axis (differences between calls count); empty
    where that is not known."""
    before, after = call.input_field, call.field
    if before is None or after is None or before.axes != after.axes:
        return []
    if None in before.stride or None in after.start:
        return []
    return [math.floor(start / stride) for start, stride in zip(after.start, before.stride, strict=True)]  # type: ignore[operator]


def _keeps_pixels(layer: LayerFact) -> bool:
    """A norm, an activation, a crop, padding."""
    if layer.geometry is not None or len(layer.input_shapes) != 1:
        return False
    before, after = layer.first.input_field, layer.first.field
    if layer.output_shape in layer.input_shapes:
        return not layer.functional
    return before is not None and after is not None and (before.size, before.stride) == (after.size, after.stride)


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
    Example(
        """
import torch
from torch import nn


# rf: input=1x8x32x32
class FactorisedReduction(nn.Module):
    def __init__(self):
        super().__init__()
        self.even = nn.Conv2d(8, 8, 1, stride=2)
        self.shift = nn.ZeroPad2d((0, 1, 0, 1))
        self.odd = nn.Conv2d(8, 8, 1, stride=2)

    def forward(self, x):
        return torch.cat([self.even(x), self.odd(self.shift(x)[:, :, 1:, 1:])], 1)
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
