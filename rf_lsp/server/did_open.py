"""``textDocument/didOpen``"""

from __future__ import annotations

from lsprotocol import types

from rf_lsp.server.buffers import FileBuffer
from rf_lsp.server.server import Server


def handle(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    document = params.text_document
    path = server.path_of(document.uri)
    buffer = FileBuffer(document.uri, path, document.text, document.version, server.client.encoding)
    with server.lock:
        earlier = server.buffers.at(path)
        buffer.revision = earlier.revision + 1 if earlier is not None else server.next_revision()
        server.buffers.add(buffer)
    server.edited(buffer)
