"""Engine places as the protocol's ranges, in the client's units, and back: the one conversion."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from lsprotocol import types
from pygls import uris

from analyzers.facts import Edit, Place
from rf_lsp.server.documents import ContentChange, Document, DocumentLine
from rf_lsp.server.snapshot import ModuleSnapshot
from rf_lsp.server.text import Text

# -- from the client -----------------------------------------------------------------------------------


def path_of(uri: str) -> str:
    """The file of a URI; for what is no file (an unsaved document) a name in the working directory."""
    path = uris.to_fs_path(uri) if uri.startswith("file:") else None
    if path:
        return os.path.abspath(path)
    name = "".join(c if c.isalnum() or c in "._-" else "_" for c in uri)[-80:]
    return os.path.join(os.getcwd(), f"{name}.py" if not name.endswith(".py") else name)


def content_change(change: types.TextDocumentContentChangeEvent) -> ContentChange:
    """Without a range it is the whole text."""
    if isinstance(change, types.TextDocumentContentChangeWholeDocument):
        return ContentChange(change.text)
    start, end = change.range.start, change.range.end
    return ContentChange(change.text, (start.line, start.character), (end.line, end.character))


def lines_of(document: Document, uri: str, area: types.Range) -> tuple[int, int] | None:
    """The first and last of the module's lines in a range of a document that is a part of it."""
    first, last = document.line_of(uri, area.start.line), document.line_of(uri, area.end.line)
    return (first, last) if first is not None and last is not None else None


# -- to the client -------------------------------------------------------------------------------------


def position(line: DocumentLine, column: int) -> dict[str, int]:
    """Behind the last line is the end of the text."""
    if line.line >= line.text.line_count:
        return _end(line.text)
    return {"line": line.line, "character": line.text.units(line.line, column)}


def _end(text: Text) -> dict[str, int]:
    last = text.line_count - 1
    return {"line": last, "character": text.units(last, len(text.line(last)))}


def range_in(document: Document, place: Place) -> tuple[str, dict[str, Any]]:
    """(document, range) of a place in an open module; what reaches into another cell ends with its own."""
    start, end = document.locate(place.line), document.locate(place.end_line)
    first = position(start, place.column)
    if end.uri != start.uri:
        return start.uri, {"start": first, "end": max(first, _end(start.text), key=_order)}
    return start.uri, {"start": first, "end": max(first, position(end, place.end_column), key=_order)}


def _order(place: dict[str, int]) -> tuple[int, int]:
    return place["line"], place["character"]


def location(snapshot: ModuleSnapshot, place: Place) -> dict[str, Any] | None:
    """A place in any file; ``None`` when the file cannot be read."""
    document = snapshot.documents.get(place.file)
    if document is not None:
        uri, area = range_in(document, place)
        return {"uri": uri, "range": area}
    text = snapshot.files.text(place.file)
    if text is None:
        return None
    start, end = (text.units(place.line, place.column), text.units(place.end_line, place.end_column))
    area = {
        "start": {"line": place.line, "character": start},
        "end": {"line": place.end_line, "character": end},
    }
    return {"uri": uris.from_fs_path(place.file) or place.file, "range": area}


def workspace_edit(snapshot: ModuleSnapshot, edits: Sequence[Edit]) -> dict[str, Any] | None:
    """Edits of open modules as the client takes them; ``None`` when a file is not open."""
    changes: dict[str, list[dict[str, Any]]] = {}
    versions: dict[str, int | None] = {}
    for edit in edits:
        document = snapshot.documents.get(edit.place.file)
        if document is None:
            return None
        uri, area = range_in(document, edit.place)
        changes.setdefault(uri, []).append({"range": area, "newText": edit.text})
        versions[uri] = document.version_of(uri)
    if not snapshot.client.document_changes:
        return {"changes": changes}
    return {
        "documentChanges": [
            {"textDocument": {"uri": uri, "version": versions[uri]}, "edits": found} for uri, found in changes.items()
        ]
    }
