"""``textDocument/didChange``"""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from rf_lsp.server.buffers import Change, FileBuffer
from rf_lsp.server.server import Server


def handle(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    buffer = server.buffers.get(params.text_document.uri)
    if not isinstance(buffer, FileBuffer):
        return
    with server.lock:
        buffer.change([change_of(item) for item in params.content_changes], params.text_document.version)
    server.edited(buffer)


def change_of(item: Any) -> Change:
    """A content change; without a range it is the whole text."""
    area = getattr(item, "range", None)
    if area is None:
        return Change(item.text)
    return Change(item.text, (area.start.line, area.start.character), (area.end.line, area.end.character))
