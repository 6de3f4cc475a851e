"""What can be seen in an open module: from its own analysis and from those of other open modules."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from analyzers.facts import ModelFact, Place
from rf_lsp.server.analysis import StaleModel
from rf_lsp.server.snapshot import ModuleSnapshot
from rf_lsp.server.views.occurrences import Move, Occurrence, moved
from rf_lsp.server.views.verdicts import Verdicts


def occurrences_in(snapshot: ModuleSnapshot) -> list[Occurrence]:
    """Every layer that is built or called in the module, places in its present lines."""
    cache = snapshot.views
    if cache.occurrences is None:
        cache.occurrences = _occurrences(snapshot)
    return cache.occurrences


def _occurrences(snapshot: ModuleSnapshot) -> list[Occurrence]:
    own = snapshot.analysis
    found = _of_models(snapshot, own.facts.models, own.revisions)
    for other in snapshot.others:
        found += _of_models(snapshot, other.facts.models, other.revisions)
    lines: set[int] = set()
    for occurrence in found if own.stale else ():
        if occurrence.place.end_line not in lines and occurrence.is_known:
            lines.add(occurrence.place.end_line)
    for model, revisions in own.stale:
        stale = _of_models(snapshot, [model], revisions)
        found += [occurrence for occurrence in stale if occurrence.place.end_line not in lines]
    return found


def _of_models(snapshot: ModuleSnapshot, models: Iterable[ModelFact], revisions: Mapping[str, int]) -> list[Occurrence]:
    cache, path = snapshot.views, snapshot.path
    found = [occurrence for model in models for occurrence in cache.occurrences_of(model, path)]
    return moved(found, _move(snapshot, revisions))


def verdicts_in(snapshot: ModuleSnapshot) -> Verdicts:
    """What traces say of the models that can be seen in the module."""
    answers = snapshot.views.answers
    if "verdicts" not in answers:
        answers["verdicts"] = Verdicts(result for analysis in snapshot.analyses for result in analysis.traced.values())
    return answers["verdicts"]


def models_in(snapshot: ModuleSnapshot) -> list[ModelFact]:
    """The models whose own place is in the module, places in its present lines."""
    found = []
    for model, revisions in _newest(snapshot):
        place = model.place
        if place is None or place.file != snapshot.path:
            continue
        move = _move(snapshot, revisions)
        present = move(place) if move is not None else place
        if present is not None:
            found.append(dataclasses.replace(model, place=present) if present != place else model)
    return found


def _newest(snapshot: ModuleSnapshot) -> Sequence[StaleModel]:
    """The models of the newest text, and those of an earlier one that it does not show."""
    analysis = snapshot.analysis
    targets = {model.target for model in analysis.facts.models}
    own = [StaleModel(model, analysis.revisions) for model in analysis.facts.models]
    return [*own, *(entry for entry in analysis.stale if entry.model.target not in targets)]


def _move(snapshot: ModuleSnapshot, revisions: Mapping[str, int]) -> Move | None:
    """From the revision that an analysis has seen to the present one; ``None`` when they are the same."""
    present, line_map = snapshot.state.revision, snapshot.state.line_map
    seen = revisions.get(snapshot.path, present)
    if seen == present or line_map.is_still(seen):
        return None

    def move(place: Place) -> Place | None:
        first, last = line_map.line(seen, place.line), line_map.line(seen, place.end_line)
        if first is None or last is None:
            return None
        return dataclasses.replace(place, line=first, end_line=max(first, last))

    return move
