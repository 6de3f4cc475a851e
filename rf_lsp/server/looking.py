"""What can be seen in an open module: from its own analysis and from those of other open modules."""

from __future__ import annotations

import dataclasses

from analyzers.facts import ModelFact, Place
from rf_lsp.server.analysis import Analysis
from rf_lsp.server.buffers import Buffer
from rf_lsp.server.server import Server
from rf_lsp.server.views.sights import Move, Sight, sights


def sights_in(server: Server, buffer: Buffer, analysis: Analysis) -> list[Sight]:
    """Every layer that is built or called in the module, places in its present lines."""
    known = server.seen.get(buffer.path)
    key = _state(server, buffer)
    if known is None or known[0] != key:
        known = server.seen[buffer.path] = (key, _sights(server, buffer, analysis))
    return known[1]


def _state(server: Server, buffer: Buffer) -> tuple[object, ...]:
    """What the sights depend on: the buffer's text and every analysis that may speak of it."""
    return (buffer.revision, *(id(analysis) for analysis in server.analyses.values()))


def _sights(server: Server, buffer: Buffer, analysis: Analysis) -> list[Sight]:
    found = sights(analysis.facts.models, buffer.path, _move(buffer, analysis.revisions))
    for other in server.analyses.values():
        if other.path != buffer.path and buffer.path in other.dependencies:
            found += sights(other.facts.models, buffer.path, _move(buffer, other.revisions))
    lines = {sight.place.end_line for sight in found if sight.layer.output_shape is not None}
    for model, revisions in analysis.held:
        held = sights([model], buffer.path, _move(buffer, revisions))
        found += [sight for sight in held if sight.place.end_line not in lines]
    return found


def models_in(server: Server, buffer: Buffer, analysis: Analysis) -> list[ModelFact]:
    """The models whose own place is in the module, places in its present lines."""
    names = {model.target for model in analysis.facts.models}
    held = [(model, revisions) for model, revisions in analysis.held if model.target not in names]
    pairs = [(model, analysis.revisions) for model in analysis.facts.models] + held
    found = []
    for model, revisions in pairs:
        place = model.place
        if place is None or place.file != buffer.path:
            continue
        move = _move(buffer, revisions)
        moved = move(place) if move is not None else place
        if moved is not None:
            found.append(dataclasses.replace(model, place=moved) if moved != place else model)
    return found


def _move(buffer: Buffer, revisions: dict[str, int]) -> Move | None:
    """From the revision that an analysis has seen to the present one; ``None`` when they are the same."""
    seen = revisions.get(buffer.path, buffer.revision)
    if seen == buffer.revision:
        return None

    def move(place: Place) -> Place | None:
        first, last = buffer.shifts.line(seen, place.line), buffer.shifts.line(seen, place.end_line)
        if first is None or last is None:
            return None
        return dataclasses.replace(place, line=first, end_line=max(first, last))

    return move
