"""``textDocument/hover``"""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from analyzers.facts import ModelFact, Place
from rf_lsp.server import wire
from rf_lsp.server.buffers import Buffer
from rf_lsp.server.server import Server
from rf_lsp.server.view_cache import models_in, occurrences_in
from rf_lsp.server.views import hover
from rf_lsp.server.views.occurrences import Occurrence, concrete, outermost, pinned


async def handle(server: Server, params: types.HoverParams) -> dict[str, Any] | None:
    uri = params.text_document.uri
    buffer = server.buffers.get(uri)
    if buffer is None:
        return None
    analysis = await server.analysed(buffer, whole=False)
    line = buffer.line_of(uri, params.position.line)
    if analysis is None or line is None:
        return None
    spot = buffer.spot(line)
    column = spot.text.column(spot.line, params.position.character)
    group = occurrences_at(occurrences_in(server, buffer, analysis), line, column)
    if group:
        card = hover.layer_card(pinned(concrete(group), server.pins.get(buffer.path)))
        return _answer(server, buffer, card, group[0].place)
    models = models_at(models_in(server, buffer, analysis), line)
    if models and models[0].place is not None:
        return _answer(server, buffer, hover.model_card(models), _head(buffer, models[0].place))
    return None


def occurrences_at(found: list[Occurrence], line: int, column: int) -> list[Occurrence]:
    """The layers of the smallest place that holds a position; where a statement assigns what it builds, it
    speaks of what is built."""
    holding = [occurrence for occurrence in found if holds(occurrence.place, line, column)]
    if not holding:
        return []
    smallest = min(_size(occurrence.place) for occurrence in holding)
    return outermost([occurrence for occurrence in holding if _size(occurrence.place) == smallest])


def holds(place: Place, line: int, column: int) -> bool:
    return (place.line, place.column) <= (line, column) <= (place.end_line, place.end_column)


def _size(place: Place) -> tuple[int, int]:
    return place.end_line - place.line, place.end_column - place.column


def models_at(models: list[ModelFact], line: int) -> list[ModelFact]:
    """The models whose definition begins on the line."""
    return [model for model in models if model.place is not None and model.place.line == line]


def _head(buffer: Buffer, place: Place) -> Place:
    """The first line of a definition."""
    spot = buffer.spot(place.line)
    if place.end_line == place.line:
        return place
    return Place(place.file, place.line, place.column, place.line, len(spot.text.line(spot.line)))


def _answer(server: Server, buffer: Buffer, card: hover.Card, place: Place) -> dict[str, Any]:
    if server.client.markdown:
        contents = {"kind": "markdown", "value": hover.markdown(card, server.client.images)}
    else:
        contents = {"kind": "plaintext", "value": hover.plaintext(card)}
    return {"contents": contents, "range": wire.range_in(buffer, place)[1]}
