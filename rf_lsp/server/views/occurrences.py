"""Where in a file the layers of models can be seen: where they are built, assigned and called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from analyzers.facts import LayerFact, ModelFact, Place

BUILT, ASSIGNED, CALLED = "built", "assigned", "called"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A layer (or a module with layers) of one model at one place; ``order`` is that of the first call."""

    place: Place
    role: str
    model: ModelFact
    layer: LayerFact
    order: int


Move = Callable[[Place], Place | None]
"""Where a place of an older text is now."""


def occurrences(model: ModelFact, path: str) -> list[Occurrence]:
    """All that can be seen of a model in one file."""
    return [occurrence for occurrence in _of_model(model) if occurrence.place.file == path]


def moved(found: list[Occurrence], move: Move | None) -> list[Occurrence]:
    """The occurrences in the present lines, without those whose place is gone."""
    if move is None:
        return found
    pairs = ((occurrence, move(occurrence.place)) for occurrence in found)
    return [replace(occurrence, place=place) for occurrence, place in pairs if place is not None]


def _of_model(model: ModelFact) -> Iterator[Occurrence]:
    stages = [(stage, _order_of_stage(model, stage)) for stage in model.stages]
    layers = [(layer, index) for index, layer in enumerate(model.layers)]
    for layer, order in (*layers, *stages):
        if layer.functional:
            if layer.call is not None:
                yield Occurrence(layer.call, CALLED, model, layer, order)
            continue
        for place, role in ((layer.definition, BUILT), (layer.assigned, ASSIGNED), (layer.call, CALLED)):
            if place is not None:
                yield Occurrence(place, role, model, layer, order)


def _order_of_stage(model: ModelFact, stage: LayerFact) -> int:
    """Right behind the last of its layers."""
    inside = stage.name + "."
    return max((index for index, layer in enumerate(model.layers) if layer.name.startswith(inside)), default=-1)


def by_line(found: Iterable[Occurrence], area: tuple[int, int] | None = None) -> dict[int, list[Occurrence]]:
    """Occurrences by the line their place ends in, of the lines ``area`` (first, last)."""
    first, last = area or (0, 1 << 60)
    lines: dict[int, list[Occurrence]] = {}
    for occurrence in found:
        line = occurrence.place.end_line
        if first <= line <= last:
            lines.setdefault(line, []).append(occurrence)
    return lines


def outermost(found: list[Occurrence]) -> list[Occurrence]:
    """Of each model and place those that are not inside another: of ``self.layer4(x)`` the stage itself."""
    groups: dict[tuple[int, Place, bool], list[Occurrence]] = {}
    for occurrence in found:
        groups.setdefault((id(occurrence.model), occurrence.place, occurrence.role == CALLED), []).append(occurrence)
    kept: list[Occurrence] = []
    for group in groups.values():
        kept += _tops(group) if len(group) > 1 else group
    return kept


def _tops(group: list[Occurrence]) -> list[Occurrence]:
    """Those whose name does not begin with another's."""
    kept: list[Occurrence] = []
    last = ""
    for occurrence in sorted(group, key=lambda occurrence: occurrence.layer.name.split(".")):
        if not kept or not occurrence.layer.name.startswith(last):
            kept.append(occurrence)
            last = occurrence.layer.name + "."
    return sorted(kept, key=lambda occurrence: occurrence.order)


def concrete(found: list[Occurrence]) -> list[Occurrence]:
    """Without those of a class built with symbols, where some model says what it is really given."""
    known = [occurrence for occurrence in found if _is_concrete(occurrence.layer)]
    return known or found


def _is_concrete(layer: LayerFact) -> bool:
    shape = layer.output_shape
    return shape is not None and all(isinstance(dim, int) for dim in shape[1:])


def pinned(found: list[Occurrence], pin: tuple[str, str] | None) -> list[Occurrence]:
    """The occurrences of the pinned context (target, layer) where there are any, else all."""
    if pin is None:
        return found
    target, name = pin
    chosen = [s for s in found if s.model.target == target and _belongs(s.layer.name, name)]
    return chosen or found


def _belongs(name: str, pinned_name: str) -> bool:
    """Whether a layer is the pinned one, inside it, or around it (then all of it is shown)."""
    return not pinned_name or name == pinned_name or name.startswith(pinned_name + ".")
