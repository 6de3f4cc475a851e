"""Where in a file models can be seen: where layers are built, assigned and called, and what expressions are worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analyzers.facts import CallFact, LayerFact, ModelFact, Place, ValueFact

BUILT, ASSIGNED, CALLED, VALUE = "built", "assigned", "called", "value"

Fact = CallFact | ValueFact


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A layer (or a module with layers) of one model at one place, or an expression of its code (no ``layer``).

    ``facts`` are the calls of the layer that belong to the place, all of them where it is built, or the values the
    expression had; ``order`` is that of the first call; ``is_whole`` marks the value of a whole statement.
    """

    place: Place
    role: str
    model: ModelFact
    facts: Sequence[Fact]
    layer: LayerFact | None = None
    order: int = 0
    is_whole: bool = False

    @property
    def is_known(self) -> bool:
        return any(is_known(fact) for fact in self.facts)

    def name(self, fact: Fact) -> str:
        """The layer, or the module in whose code the expression stands."""
        return fact.module if isinstance(fact, ValueFact) else self.layer.name if self.layer is not None else ""

    def context(self, fact: Fact) -> str:
        """The module around."""
        name = self.name(fact)
        return name if isinstance(fact, ValueFact) else name.rpartition(".")[0]


def is_known(fact: Fact) -> bool:
    return any(shape is not None for shape in shapes_of(fact))


def shapes_of(fact: Fact) -> tuple[tuple[Any, ...] | None, ...]:
    """Of every output; ``None`` for what is not known."""
    if isinstance(fact, CallFact):
        return (fact.output_shape,)
    return tuple([output.shape for output in fact.outputs])


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
    for layer in model.layers:
        yield from _of_layer(model, layer, layer.first.order)
    last = _last_orders(model) if model.stages else {}
    for stage in model.stages:
        yield from _of_layer(model, stage, last.get(stage.name, -1))
    for expression in model.expressions:
        yield Occurrence(expression.place, VALUE, model, expression.values, is_whole=expression.whole)


def _of_layer(model: ModelFact, layer: LayerFact, order: int) -> Iterator[Occurrence]:
    calls = _distinct(layer.per_call)
    places = () if layer.functional else ((layer.definition, BUILT), (layer.assigned, ASSIGNED))
    for place, role in places:
        if place is not None:
            yield Occurrence(place, role, model, calls, layer, order)
    for place, here in _by_place(calls).items():
        if place is not None:
            yield Occurrence(place, CALLED, model, here, layer, order)


def _by_place(calls: list[CallFact]) -> dict[Place | None, list[CallFact]]:
    if len(calls) == 1:
        return {calls[0].place: calls}
    found: dict[Place | None, list[CallFact]] = {}
    for call in calls:
        found.setdefault(call.place, []).append(call)
    return found


def _distinct(calls: list[CallFact]) -> list[CallFact]:
    """Of the calls at one place that have the same numbers (the turns of a loop) the first."""
    if len(calls) == 1:
        return calls
    found: dict[tuple[object, ...], CallFact] = {}
    for call in calls:
        found.setdefault((call.place, call.input_shapes, call.output_shape, id(call.field)), call)
    return list(found.values())


def _last_orders(model: ModelFact) -> dict[str, int]:
    """Module → the order of the last of the layers in it."""
    found: dict[str, int] = {}
    for layer in sorted(model.layers, key=lambda layer: layer.first.order):
        around = layer.name.rpartition(".")[0]
        while around:
            found[around] = layer.first.order
            around = around.rpartition(".")[0]
    return found


def by_line(found: Iterable[Occurrence], area: tuple[int, int] | None = None) -> dict[int, list[Occurrence]]:
    """Occurrences by the line their place ends in, of the lines ``area`` (first, last)."""
    first, last = area or (0, 1 << 60)
    lines: dict[int, list[Occurrence]] = {}
    for occurrence in found:
        line = occurrence.place.end_line
        if first <= line <= last:
            lines.setdefault(line, []).append(occurrence)
    return lines


def outermost(found: Iterable[Occurrence]) -> list[Occurrence]:
    """Of each model and place those that are not inside another: of ``self.layer4(x)`` the stage itself."""
    groups: dict[tuple[int, Place, bool], list[Occurrence]] = {}
    for occurrence in found:
        key = (id(occurrence.model), occurrence.place, occurrence.role in (BUILT, ASSIGNED))
        groups.setdefault(key, []).append(occurrence)
    kept: list[Occurrence] = []
    for group in groups.values():
        kept += _tops(group) if len(group) > 1 else group
    return kept


def _tops(group: list[Occurrence]) -> list[Occurrence]:
    """Those whose name does not begin with another's."""
    layers = [(occurrence.layer.name, occurrence) for occurrence in group if occurrence.layer is not None]
    kept = [occurrence for occurrence in group if occurrence.layer is None]
    last: str | None = None
    for name, occurrence in sorted(layers, key=lambda pair: pair[0].split(".")):
        if last is None or not name.startswith(last):
            kept.append(occurrence)
            last = name + "."
    return sorted(kept, key=lambda occurrence: occurrence.order)


# -- contexts --------------------------------------------------------------------------------------


def concrete(found: Sequence[Occurrence]) -> list[Occurrence]:
    """Without what comes of a class built with symbols, where some model says what it is really given; what such a
    model does not know stays."""
    if all(_is_concrete(fact) for o in found for fact in o.facts):
        return list(found)
    models = {id(o.model) for o in found if any(map(_is_concrete, o.facts))}
    if not models:
        return list(found)
    return _only(found, lambda o, fact: _is_concrete(fact) or (not is_known(fact) and id(o.model) in models))


def _is_concrete(fact: Fact) -> bool:
    return all(shape is not None and WHOLE.issuperset(map(type, shape[1:])) for shape in shapes_of(fact))


WHOLE = frozenset((int,))


def pinned(found: Sequence[Occurrence], pin: tuple[str, str] | None) -> list[Occurrence]:
    """What is of the pinned context (target, layer) where there is anything, else all."""
    if pin is None:
        return list(found)
    target, name = pin
    chosen = _only(found, lambda o, fact: o.model.target == target and _belongs(o.name(fact), name))
    return chosen or list(found)


def _only(found: Sequence[Occurrence], holds: Callable[[Occurrence, Fact], bool]) -> list[Occurrence]:
    """The occurrences with those of their facts for which something holds."""
    kept = [(occurrence, [fact for fact in occurrence.facts if holds(occurrence, fact)]) for occurrence in found]
    return [o if len(facts) == len(o.facts) else replace(o, facts=facts) for o, facts in kept if facts]


def _belongs(name: str, pinned_name: str) -> bool:
    """Whether a layer is the pinned one, inside it, or around it (then all of it is shown)."""
    return not pinned_name or name == pinned_name or name.startswith(pinned_name + ".")
