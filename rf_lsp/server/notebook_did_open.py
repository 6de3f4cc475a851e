"""``notebookDocument/didOpen``"""

from __future__ import annotations

from lsprotocol import types

from rf_lsp.server import wire
from rf_lsp.server.documents import NotebookCell, NotebookDocument
from rf_lsp.server.handlers import notification
from rf_lsp.server.session import Session
from rf_lsp.server.text import Text


@notification(types.NOTEBOOK_DOCUMENT_DID_OPEN)
def handle(session: Session, params: types.DidOpenNotebookDocumentParams) -> None:
    notebook, encoding = params.notebook_document, session.client.encoding
    documents = {document.uri: document for document in params.cell_text_documents}
    cells = tuple(cell_of(cell, documents.get(cell.document), encoding) for cell in notebook.cells)
    session.open(NotebookDocument(notebook.uri, wire.path_of(notebook.uri), cells, notebook.version))


def cell_of(cell: types.NotebookCell, document: types.TextDocumentItem | None, encoding: str) -> NotebookCell:
    """A cell with its text; a document that was not sent is empty."""
    is_code = cell.kind == types.NotebookCellKind.Code
    if document is None:
        return NotebookCell(cell.document, Text("", encoding), is_code)
    is_python = document.language_id == "python"
    return NotebookCell(cell.document, Text(document.text, encoding), is_code and is_python, document.version)
