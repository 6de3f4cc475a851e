"""What can be seen in an open module: from its own analysis and from those of other open modules."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from typing import Any

from analyzers.facts import ModelFact, Place
from rf_lsp.server.analysis import Analysis
from rf_lsp.server.buffers import Buffer
from rf_lsp.server.server import Server
from rf_lsp.server.views.occurrences import Move, Occurrence, moved, occurrences


class ViewCache:
    """What can be seen in a module in one state of it, and the answers that were made from that."""

    def __init__(self, state: tuple[object, ...], occurrences: list[Occurrence]) -> None:
        self.state = state
        self.occurrences = occurrences
        self.answers: dict[Hashable, Any] = {}


def occurrences_in(server: Server, buffer: Buffer, analysis: Analysis) -> list[Occurrence]:
    """Every layer that is built or called in the module, places in its present lines."""
    return view_of(server, buffer, analysis).occurrences


def view_of(server: Server, buffer: Buffer, analysis: Analysis) -> ViewCache:
    known = server.views.get(buffer.path)
    state = (buffer.revision, *(other.number for other in server.analyses.values()))
    if known is None or known.state != state:
        known = server.views[buffer.path] = ViewCache(state, _occurrences(server, buffer, analysis))
    return known


def _occurrences(server: Server, buffer: Buffer, analysis: Analysis) -> list[Occurrence]:
    known = _KnownOccurrences(server, buffer)
    found = known.of(analysis.facts.models, analysis.revisions)
    for other in server.analyses.values():
        if other.path != buffer.path and buffer.path in other.dependencies:
            found += known.of(other.facts.models, other.revisions)
    lines = {occurrence.place.end_line for occurrence in found if occurrence.is_known}
    for model, revisions in analysis.held:
        held = known.of([model], revisions)
        found += [occurrence for occurrence in held if occurrence.place.end_line not in lines]
    server.occurrences[buffer.path] = known.used
    return found


class _KnownOccurrences:
    """The occurrences of models in one buffer; those of a model that was seen before are kept."""

    def __init__(self, server: Server, buffer: Buffer) -> None:
        self.buffer = buffer
        self.known = server.occurrences.get(buffer.path, {})
        self.used: dict[int, tuple[ModelFact, list[Occurrence]]] = {}

    def of(self, models: list[ModelFact], revisions: dict[str, int]) -> list[Occurrence]:
        found = [occurrence for model in models for occurrence in self._of_model(model)]
        return moved(found, _move(self.buffer, revisions))

    def _of_model(self, model: ModelFact) -> list[Occurrence]:
        entry = self.known.get(id(model)) or (model, occurrences(model, self.buffer.path))
        self.used[id(model)] = entry
        return entry[1]


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
    if seen == buffer.revision or buffer.shifts.is_still(seen):
        return None

    def move(place: Place) -> Place | None:
        first, last = buffer.shifts.line(seen, place.line), buffer.shifts.line(seen, place.end_line)
        if first is None or last is None:
            return None
        return dataclasses.replace(place, line=first, end_line=max(first, last))

    return move
