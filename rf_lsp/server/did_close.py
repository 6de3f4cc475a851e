"""``textDocument/didClose``"""

from __future__ import annotations

from lsprotocol import types

from rf_lsp.server import publish_diagnostics
from rf_lsp.server.buffers import FileBuffer
from rf_lsp.server.server import Server


def handle(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    if not isinstance(server.buffers.get(uri), FileBuffer):
        return
    with server.lock:
        buffer = server.buffers.remove(uri)
    if buffer is not None:
        server.closed(buffer)
        publish_diagnostics.clear(server, [uri])
