"""How much of the input a feature map sees: the arithmetic of docs/receptive-fields.md §5 over facts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from analyzers.facts import CallFact, FieldFact, InputFact, LayerFact, ModelFact, Place
from analyzers.rules.support.settings import ModelSettings
from analyzers.rules.support.words import spoken
from analyzers.vocabulary import GUESSED_ORIGINS, STATED_ORIGINS

FEATURES = 32
"""Channels that no picture has, but maps of features do."""
AXIS_NAMES = {"H": "height", "W": "width", "D": "depth", "T": "time", "L": "length"}


def extents(field: FieldFact) -> tuple[int | None, ...]:
    """Input pixels along each axis of ``field``; ``None`` where the size is a symbol."""
    return tuple(dim if isinstance(dim, int) else None for dim in field.extent)


def assumed(model: ModelFact) -> bool:
    """Whether the input's size is only the settings' default: numbers that depend on it are a guess."""
    return any(entry.origin == "default" for entry in model.inputs)


def is_known(model: ModelFact) -> bool:
    """Whether somebody says what the inputs are: they are neither assumed nor worked out from the layers."""
    return GUESSED_ORIGINS.isdisjoint(entry.origin for entry in model.inputs)


def is_of_features(model: ModelFact) -> bool:
    """Whether a map of features goes in, which another network made of the picture: what is built here is a part of it,
    though nothing of the workspace puts it there. Who says in a comment or the settings what goes in may mean it."""
    return any(_is_map_of_features(given) for given in model.inputs if given.origin not in STATED_ORIGINS)


def _is_map_of_features(given: InputFact) -> bool:
    axes = given.axes or ()
    if not {"C", "H", "W"}.issubset(axes):
        return False
    channels = given.shape[axes.index("C")]
    return isinstance(channels, int) and channels >= FEATURES


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a feature map: its field's ``size`` against ``extent`` and ``required``, in pixels."""

    name: str
    size: int
    extent: int
    required: int


def covered_axes(field: FieldFact, settings: ModelSettings) -> Iterator[Axis]:
    """The axes whose numbers are all known; ``target_size`` names pixels, given for all axes or each."""
    for index, (name, size, extent) in enumerate(zip(field.axes, field.size, extents(field), strict=True)):
        if size is None:
            continue
        if settings.target_size is not None:
            target = settings.target_size[min(index, len(settings.target_size) - 1)]
            yield Axis(name, size, extent or target, target)
        elif extent is not None:
            yield Axis(name, size, extent, math.ceil((settings.required_coverage or 1.0) * extent))


def axis_name(axis: str) -> str:
    """``H`` → ``height``; an axis of another name is called by it."""
    return AXIS_NAMES.get(axis, axis)


def padding_share(field: FieldFact, index: int, extent: int) -> float | None:
    """The share of the centre unit's support that lies outside the input, along one axis."""
    size, density, coverage = field.size[index], field.density[index], field.coverage[index]
    if not size or not density or coverage is None:
        return None
    return 1 - coverage * extent / (density * size)


def layer_named(model: ModelFact, name: str | None) -> LayerFact | None:
    return next((layer for layer in model.layers if layer.name == name), None)


def place_of(layer: LayerFact) -> Place | None:
    """Where the layer is built; where it is called when it is a function."""
    return layer.definition or layer.call


def last_map(model: ModelFact) -> list[tuple[str, Place]]:
    """The related place of findings about the last feature map."""
    layer = layer_named(model, judged_layer(model))
    place = place_of(layer) if layer else None
    return [(f"the last feature map comes out of {called(model)}", place)] if place else []


def called(model: ModelFact) -> str:
    """What messages call the layer that the last feature map comes out of."""
    layer = layer_named(model, judged_layer(model))
    return spoken(layer) if layer is not None else f"`{judged_layer(model)}`"


def judged_layer(model: ModelFact) -> str | None:
    """The layer whose map is judged: of several outputs the deepest."""
    return model.deepest_layer if model.deepest is not None else model.field_layer


MERGES = frozenset(
    "add iadd radd sub isub rsub mul imul rmul truediv cat concat concatenate stack where maximum minimum".split()
)
"""Functions that bring in what another branch has mixed."""


def sees_everything(model: ModelFact) -> bool:
    """Whether units of a map that is left in the end, or that the output is made of, see the whole input: attention mixed
    it in. Of a dense output this is not said of a pooled vector that is only merged into the map."""
    for layer in model.layers:
        for call in layer.per_call:
            if _mixes(call) and not (model.dense and layer.functional and layer.type in MERGES):
                return True
    return False


def _mixes(call: CallFact) -> bool:
    """Whether a call of several units makes each of them see everything."""
    field, before = call.field, call.input_field
    if field is None or not field.global_ or all(size is None for size in field.size):
        return False
    return before is None or not before.global_
