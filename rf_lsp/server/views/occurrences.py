"""Where in a file the layers of models can be seen: where they are built, assigned and called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from analyzers.facts import LayerFact, ModelFact, Place

BUILT, ASSIGNED, CALLED = "built", "assigned", "called"


@dataclass(frozen=True, slots=True)
class Sight:
    """A layer (or a module with layers) of one model at one place; ``order`` is that of the first call."""

    place: Place
    role: str
    model: ModelFact
    layer: LayerFact
    order: int


Move = Callable[[Place], Place | None]
"""Where a place of an older text is now."""


def sights(model: ModelFact, path: str) -> list[Sight]:
    """All that can be seen of a model in one file."""
    return [sight for sight in _of_model(model) if sight.place.file == path]


def moved(found: list[Sight], move: Move | None) -> list[Sight]:
    """The sights in the present lines, without those whose place is gone."""
    if move is None:
        return found
    pairs = ((sight, move(sight.place)) for sight in found)
    return [replace(sight, place=place) for sight, place in pairs if place is not None]


def _of_model(model: ModelFact) -> Iterator[Sight]:
    stages = [(stage, _order_of_stage(model, stage)) for stage in model.stages]
    layers = [(layer, index) for index, layer in enumerate(model.layers)]
    for layer, order in (*layers, *stages):
        if layer.functional:
            if layer.call is not None:
                yield Sight(layer.call, CALLED, model, layer, order)
            continue
        for place, role in ((layer.definition, BUILT), (layer.assigned, ASSIGNED), (layer.call, CALLED)):
            if place is not None:
                yield Sight(place, role, model, layer, order)


def _order_of_stage(model: ModelFact, stage: LayerFact) -> int:
    """Right behind the last of its layers."""
    inside = stage.name + "."
    return max((index for index, layer in enumerate(model.layers) if layer.name.startswith(inside)), default=-1)


def by_line(found: Iterable[Sight], area: tuple[int, int] | None = None) -> dict[int, list[Sight]]:
    """Sights by the line their place ends in, of the lines ``area`` (first, last)."""
    first, last = area or (0, 1 << 60)
    lines: dict[int, list[Sight]] = {}
    for sight in found:
        line = sight.place.end_line
        if first <= line <= last:
            lines.setdefault(line, []).append(sight)
    return lines


def outermost(found: list[Sight]) -> list[Sight]:
    """Of each model and place those that are not inside another: of ``self.layer4(x)`` the stage itself."""
    groups: dict[tuple[int, Place, bool], list[Sight]] = {}
    for sight in found:
        groups.setdefault((id(sight.model), sight.place, sight.role == CALLED), []).append(sight)
    kept: list[Sight] = []
    for group in groups.values():
        kept += _tops(group) if len(group) > 1 else group
    return kept


def _tops(group: list[Sight]) -> list[Sight]:
    """Those whose name does not begin with another's."""
    kept: list[Sight] = []
    last = ""
    for sight in sorted(group, key=lambda sight: sight.layer.name.split(".")):
        if not kept or not sight.layer.name.startswith(last):
            kept.append(sight)
            last = sight.layer.name + "."
    return sorted(kept, key=lambda sight: sight.order)


def concrete(found: list[Sight]) -> list[Sight]:
    """Without those of a class built with symbols, where some model says what it is really given."""
    known = [sight for sight in found if _is_concrete(sight.layer)]
    return known or found


def _is_concrete(layer: LayerFact) -> bool:
    shape = layer.output_shape
    return shape is not None and all(isinstance(dim, int) for dim in shape[1:])


def pinned(found: list[Sight], pin: tuple[str, str] | None) -> list[Sight]:
    """The sights of the pinned context (target, layer) where there are any, else all."""
    if pin is None:
        return found
    target, name = pin
    chosen = [s for s in found if s.model.target == target and _belongs(s.layer.name, name)]
    return chosen or found


def _belongs(name: str, pinned_name: str) -> bool:
    """Whether a layer is the pinned one, inside it, or around it (then all of it is shown)."""
    return not pinned_name or name == pinned_name or name.startswith(pinned_name + ".")
