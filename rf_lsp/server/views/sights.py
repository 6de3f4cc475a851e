"""Where in a file the layers of models can be seen: where they are built, assigned and called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from analyzers.facts import LayerFact, ModelFact, Place

BUILT, ASSIGNED, CALLED = "built", "assigned", "called"
Span = tuple[int, int, int, int]


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


def sights(models: Iterable[ModelFact], path: str, move: Move | None = None) -> list[Sight]:
    """All that can be seen of the models in one file."""
    found = [sight for model in models for sight in _of_model(model) if sight.place.file == path]
    if move is None:
        return found
    moved = ((sight, move(sight.place)) for sight in found)
    return [replace(sight, place=place) for sight, place in moved if place is not None]


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
    return max(
        (index for index, layer in enumerate(model.layers) if layer.name.startswith(inside)), default=-1
    )


def span_of(place: Place) -> Span:
    return place.line, place.column, place.end_line, place.end_column


def by_line(found: Iterable[Sight]) -> dict[int, list[Sight]]:
    """Sights by the line their place ends in."""
    lines: dict[int, list[Sight]] = {}
    for sight in found:
        lines.setdefault(sight.place.end_line, []).append(sight)
    return lines


def outermost(found: list[Sight]) -> list[Sight]:
    """Of each model and place those that are not inside another: of ``self.layer4(x)`` the stage itself."""
    groups: dict[tuple[int, Span, bool], list[Sight]] = {}
    for sight in found:
        key = (id(sight.model), span_of(sight.place), sight.role == CALLED)
        groups.setdefault(key, []).append(sight)
    return [sight for group in groups.values() for sight in (_tops(group) if len(group) > 1 else group)]


def _tops(group: list[Sight]) -> list[Sight]:
    names = {sight.layer.name for sight in group}
    return [sight for sight in group if not any(prefix in names for prefix in _prefixes(sight.layer.name))]


def _prefixes(name: str) -> Iterator[str]:
    at = name.rfind(".")
    while at > 0:
        yield name[:at]
        at = name.rfind(".", 0, at)


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
