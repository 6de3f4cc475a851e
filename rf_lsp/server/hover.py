"""``textDocument/hover``"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from analyzers.facts import CallFact, ModelFact, Place
from rf_lsp.server import wire
from rf_lsp.server.documents import Document
from rf_lsp.server.handlers import first_models, snapshot_request
from rf_lsp.server.module_view import models_in, occurrences_in, verdicts_in
from rf_lsp.server.snapshot import ModuleSnapshot
from rf_lsp.server.views import hover
from rf_lsp.server.views.lines import contains
from rf_lsp.server.views.occurrences import CALLED, Occurrence, concrete, outermost, pinned

if TYPE_CHECKING:
    from analyzers.tracing.results import ModelResult

LONGEST_TITLE = 60
PATIENCE = 3.0
"""Seconds that a hover waits for an analysis before it says that there is none yet."""


def _busy(params: types.HoverParams) -> dict[str, Any]:
    text = "rf-lsp is still reading this file and what it imports. Hover again in a moment."
    return {"contents": {"kind": "plaintext", "value": text}}


@snapshot_request(types.TEXT_DOCUMENT_HOVER, wait_for=first_models, patience=PATIENCE, when_busy=_busy)
def handle(snapshot: ModuleSnapshot, params: types.HoverParams) -> dict[str, Any] | None:
    line = snapshot.document.line_of(params.text_document.uri, params.position.line)
    if line is None:
        return None
    seen = snapshot.document.locate(line)
    column = seen.text.column(seen.line, params.position.character)
    found = occurrences_in(snapshot)
    group = occurrences_at(found, line, column)
    if group:
        return _shown(snapshot, group, found)
    models = models_at(models_in(snapshot), line)
    if models and models[0].place is not None:
        return _answer(
            snapshot,
            hover.model_card(models, traced_of(snapshot, models[0])),
            _head(snapshot.document, models[0].place),
        )
    statement = statement_at(found, line)
    return _shown(snapshot, statement, found) if statement else None


def _shown(snapshot: ModuleSnapshot, group: list[Occurrence], found: list[Occurrence]) -> dict[str, Any] | None:
    """The card of what stands at one place: of layers if there are any, else of the expression."""
    pin, place = snapshot.pin, group[0].place
    layers = outermost(occurrence for occurrence in group if occurrence.layer is not None)
    if layers:
        shown = pinned(concrete(layers), pin)
        card = hover.layer_card(shown, verdicts_in(snapshot))
        card.links += dict.fromkeys(_producers(snapshot, shown[0]))
        return _answer(snapshot, card, place)
    inside = [o for o in found if o.role == CALLED and contains(place, o.place)]
    calls = pinned(concrete(sorted(outermost(inside), key=lambda call: call.order)), pin)
    text = text_of(snapshot.document, place)
    return _answer(snapshot, hover.value_card(pinned(concrete(group), pin), text, calls), place)


def occurrences_at(found: list[Occurrence], line: int, column: int) -> list[Occurrence]:
    """What is at the smallest place that holds a position; where a statement assigns what it builds, it speaks of
    what is built."""
    holding = [occurrence for occurrence in found if holds(occurrence.place, line, column)]
    if not holding:
        return []
    smallest = min(_size(occurrence.place) for occurrence in holding)
    return [occurrence for occurrence in holding if _size(occurrence.place) == smallest]


def statement_at(found: list[Occurrence], line: int) -> list[Occurrence]:
    """What is at the value of the statement that begins or ends on a line, for the rest of it (``x =``, ``return``)."""
    place = next((o.place for o in found if o.is_whole and line in (o.place.line, o.place.end_line)), None)
    return [occurrence for occurrence in found if occurrence.place == place]


def holds(place: Place, line: int, column: int) -> bool:
    return (place.line, place.column) <= (line, column) <= (place.end_line, place.end_column)


def _size(place: Place) -> tuple[int, int]:
    return place.end_line - place.line, place.end_column - place.column


def traced_of(snapshot: ModuleSnapshot, model: ModelFact) -> ModelResult | None:
    """What a trace of the model said, as long as it is the same."""
    return snapshot.analysis.traced.get(model.target)


def models_at(models: list[ModelFact], line: int) -> list[ModelFact]:
    """The models whose definition begins on the line."""
    return [model for model in models if model.place is not None and model.place.line == line]


def text_of(document: Document, place: Place) -> str:
    """The expression's own text, on one line and not longer than a title may be."""
    last = place.end_line if place.end_line > place.line else None
    first = document.line(place.line)[place.column : place.end_column if last is None else None]
    text = first.strip() + (" …" if last is not None else "")
    return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1]}…"


def _head(document: Document, place: Place) -> Place:
    """The first line of a definition."""
    if place.end_line == place.line:
        return place
    return Place(place.file, place.line, place.column, place.line, document.locate(place.line).length)


def _producers(snapshot: ModuleSnapshot, first: Occurrence) -> Iterator[tuple[str, str]]:
    """Where the layers are built, or called, whose outputs go into a call."""
    call = first.facts[0]
    names = call.producers if isinstance(call, CallFact) else ()
    for layer in first.model.layers if names else ():
        place = layer.call if layer.functional else layer.definition
        if layer.name in names and place is not None and (uri := _file_link(snapshot, place)) is not None:
            yield f"from {layer.name}", uri


def _file_link(snapshot: ModuleSnapshot, place: Place) -> str | None:
    """The line of a file; cells of notebooks have no address that an editor follows."""
    found = wire.location(snapshot, place)
    if found is None or not found["uri"].startswith("file:"):
        return None
    return f"{found['uri']}#L{found['range']['start']['line'] + 1}"


def _rules(snapshot: ModuleSnapshot, place: Place) -> Iterator[tuple[str, str]]:
    """The pages of the rules that report something there."""
    from analyzers.rules.support.registry import RULES

    for finding in snapshot.analysis.findings:
        if finding.place.file == snapshot.path and holds(finding.place, place.line, place.column):
            yield f"{finding.code} {finding.name}", RULES[finding.code].url


def _answer(snapshot: ModuleSnapshot, card: hover.Card, place: Place) -> dict[str, Any]:
    card.links += dict.fromkeys(_rules(snapshot, place))
    if snapshot.client.markdown:
        shown = hover.markdown(card, snapshot.client.images, snapshot.client.tables)
        contents = {"kind": "markdown", "value": shown}
    else:
        contents = {"kind": "plaintext", "value": hover.plaintext(card)}
    return {"contents": contents, "range": wire.range_in(snapshot.document, place)[1]}
