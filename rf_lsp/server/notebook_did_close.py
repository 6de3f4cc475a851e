"""``notebookDocument/didClose``"""

from __future__ import annotations

from lsprotocol import types

from rf_lsp.server import publish_diagnostics
from rf_lsp.server.server import Server


def handle(server: Server, params: types.DidCloseNotebookDocumentParams) -> None:
    with server.lock:
        buffer = server.buffers.remove(params.notebook_document.uri)
    if buffer is not None:
        server.closed(buffer)
        publish_diagnostics.clear(server, buffer.uris)
