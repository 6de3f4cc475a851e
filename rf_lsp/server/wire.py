"""Engine places as the protocol's ranges, in the client's units: the one conversion."""

from __future__ import annotations

from typing import Any

from analyzers.facts import Edit, Place
from rf_lsp.server.buffers import Buffer, Spot
from rf_lsp.server.server import Server
from rf_lsp.server.text import Text


def position(spot: Spot, column: int) -> dict[str, int]:
    """Behind the last line is the end of the text."""
    if spot.line >= spot.text.line_count:
        return _end(spot.text)
    return {"line": spot.line, "character": spot.text.units(spot.line, column)}


def _end(text: Text) -> dict[str, int]:
    last = text.line_count - 1
    return {"line": last, "character": text.units(last, len(text.line(last)))}


def range_in(buffer: Buffer, place: Place) -> tuple[str, dict[str, Any]]:
    """(document, range) of a place in an open module; what reaches into another cell ends with its own."""
    start, end = buffer.spot(place.line), buffer.spot(place.end_line)
    first = position(start, place.column)
    if end.uri != start.uri:
        return start.uri, {"start": first, "end": max(first, _end(start.text), key=_order)}
    return start.uri, {"start": first, "end": max(first, position(end, place.end_column), key=_order)}


def _order(place: dict[str, int]) -> tuple[int, int]:
    return place["line"], place["character"]


def location(server: Server, place: Place) -> dict[str, Any] | None:
    """A place in any file; ``None`` when the file cannot be read."""
    buffer = server.buffers.at(place.file)
    if buffer is not None:
        uri, area = range_in(buffer, place)
        return {"uri": uri, "range": area}
    text = _closed_text(server, place.file)
    if text is None:
        return None
    start, end = (text.units(place.line, place.column), text.units(place.end_line, place.end_column))
    area = {
        "start": {"line": place.line, "character": start},
        "end": {"line": place.end_line, "character": end},
    }
    return {"uri": server.uri_of(place.file), "range": area}


def _closed_text(server: Server, path: str) -> Text | None:
    """The text of a file that is not open, kept while the session lasts unless it is forgotten."""
    if path not in server.closed_texts:
        try:
            with open(path, encoding="utf-8", errors="replace", newline="") as file:
                server.closed_texts[path] = Text(file.read(), server.client.encoding)
        except OSError:
            server.closed_texts[path] = None
    return server.closed_texts[path]


def text_edit(buffer: Buffer, edit: Edit) -> tuple[str, dict[str, Any]]:
    uri, area = range_in(buffer, edit.place)
    return uri, {"range": area, "newText": edit.text}


def workspace_edit(server: Server, edits: list[Edit]) -> dict[str, Any] | None:
    """Edits of open modules as the client takes them; ``None`` when a file is not open."""
    changes: dict[str, list[dict[str, Any]]] = {}
    versions: dict[str, int | None] = {}
    for edit in edits:
        buffer = server.buffers.at(edit.place.file)
        if buffer is None:
            return None
        uri, change = text_edit(buffer, edit)
        changes.setdefault(uri, []).append(change)
        versions[uri] = buffer.version_of(uri)
    if not server.client.document_changes:
        return {"changes": changes}
    return {
        "documentChanges": [
            {"textDocument": {"uri": uri, "version": versions[uri]}, "edits": found} for uri, found in changes.items()
        ]
    }
