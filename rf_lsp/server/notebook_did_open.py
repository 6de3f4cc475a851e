"""``notebookDocument/didOpen``"""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from rf_lsp.server.buffers import Cell, NotebookBuffer
from rf_lsp.server.server import Server


def handle(server: Server, params: types.DidOpenNotebookDocumentParams) -> None:
    notebook = params.notebook_document
    documents = {document.uri: document for document in params.cell_text_documents}
    cells = [cell_of(server, cell, documents.get(cell.document)) for cell in notebook.cells]
    buffer = NotebookBuffer(notebook.uri, server.path_of(notebook.uri), cells)
    buffer.version = notebook.version
    with server.lock:
        buffer.revision = server.next_revision()
        server.buffers.add(buffer)
    server.edited(buffer)


def cell_of(server: Server, cell: types.NotebookCell, document: Any) -> Cell:
    """A cell with its text; a document that was not sent is empty."""
    text = document.text if document is not None else ""
    code = cell.kind == types.NotebookCellKind.Code and (document is None or document.language_id == "python")
    version = document.version if document is not None else None
    return Cell(cell.document, text, server.client.encoding, code, version)
