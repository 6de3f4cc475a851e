"""The way of a shape: the layers a value went through before the line that fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from analyzers.facts import CallFact, FileFacts, Finding, LayerFact, ModelFact, Place, Step, batch_dim, per_item
from rf_lsp.shapes import shape_text

MOST_STEPS = 12
"""Layers that are told of, the nearest ones."""

Turn = tuple[LayerFact, CallFact]


def add_steps(facts: FileFacts, findings: Sequence[Finding]) -> None:
    """Put into the errors of a file the layers whose shapes led there."""
    models = {model.target: model for model in facts.models}
    for finding in findings:
        model = models.get(finding.model or "")
        if model is not None and finding.severity == "error":
            finding.steps = steps(model, finding)


def steps(model: ModelFact, finding: Finding) -> list[Step]:
    """The layers before the call that a finding is about, the nearest last; none where that call is not known."""
    turns = sorted(_turns(model), key=lambda turn: turn[1].order)
    name = _layer_of(model, finding)
    places = {finding.place} if name is None else {finding.place, *(place for _, place in finding.related)}
    at = next((index for index, turn in enumerate(turns) if _is_at(turn, places, name)), 0)
    way: list[Turn] = []
    while at and len(way) < MOST_STEPS:
        before = _before(turns, at)
        if before is None:
            break
        at = before
        way.append(turns[at])
    return [step for turn in reversed(way) if (step := _step(model, *turn))]


def _turns(model: ModelFact) -> Iterator[Turn]:
    return ((layer, call) for layer in model.layers for call in layer.per_call)


def _layer_of(model: ModelFact, finding: Finding) -> str | None:
    """The layer whose call the engine was in when it noticed."""
    for problem in model.problems:
        if problem.place == finding.place and problem.message == finding.message:
            return problem.data.get("layer")
    return None


def _is_at(turn: Turn, places: set[Place], name: str | None) -> bool:
    """The call in a library is told as a related place, at the line of the program that leads there."""
    layer, call = turn
    return (name is None or layer.name == name) and (call.place in places or layer.definition in places)


def _before(turns: Sequence[Turn], at: int) -> int | None:
    """Whose output a call takes: of what is known to produce it the last one; where nothing is, the call just before,
    if what it gave has the shape that is taken (an activation that is no layer may stand between)."""
    call = turns[at][1]
    for index in range(at - 1, -1, -1):
        if turns[index][0].name in call.producers:
            return index
    taken = call.input_shapes[0] if call.input_shapes else None
    given = turns[at - 1][1].output_shape
    return at - 1 if not call.producers and taken is not None and given == taken else None


def _step(model: ModelFact, layer: LayerFact, call: CallFact) -> Step | None:
    place = call.place or layer.definition
    taken = call.input_shapes[0] if call.input_shapes else None
    if place is None or taken is None or call.output_shape is None:
        return None
    name = layer.short_type if layer.functional else layer.name
    return Step(place, name, _taken_text(model, taken), shape_text(call.outputs[0].per_item))


def _taken_text(model: ModelFact, shape: tuple[Any, ...]) -> str:
    own = next((given.per_item for given in model.inputs if given.shape == shape), None)
    return shape_text(per_item(shape, batch_dim(None)) if own is None else own)
