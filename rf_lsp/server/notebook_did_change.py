"""``notebookDocument/didChange``: cells put in, moved, taken out, edited."""

from __future__ import annotations

from dataclasses import replace

from lsprotocol import types

from rf_lsp.server import publish_diagnostics, wire
from rf_lsp.server.documents import NotebookCell, NotebookDocument, applied
from rf_lsp.server.handlers import notification
from rf_lsp.server.notebook_did_open import cell_of
from rf_lsp.server.session import Session


@notification(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
def handle(session: Session, params: types.DidChangeNotebookDocumentParams) -> None:
    module = session.modules.get(params.notebook_document.uri)
    cells = params.change.cells
    if module is None or not isinstance(module.document, NotebookDocument) or cells is None:
        return
    before = module.document
    document = replace(_changed(before, cells, session.client.encoding), version=params.notebook_document.version)
    present = set(document.code_uris)
    publish_diagnostics.clear(session, [uri for uri in before.code_uris if uri not in present])
    session.edit(module, document, [document.difference(before)])


def _changed(book: NotebookDocument, cells: types.NotebookDocumentCellChanges, encoding: str) -> NotebookDocument:
    if cells.structure is not None:
        book = _rearranged(book, cells.structure, encoding)
    for data in cells.data or []:
        if data.kind != types.NotebookCellKind.Code:
            book = book.with_cell(data.document, lambda cell: replace(cell, code=False))
    for content in cells.text_content or []:
        book = book.with_cell(content.document.uri, lambda cell, content=content: _edited(cell, content))
    return book


def _rearranged(
    book: NotebookDocument, structure: types.NotebookDocumentCellChangeStructure, encoding: str
) -> NotebookDocument:
    """Replace a run of cells; cells that are only moved keep their text."""
    known = {cell.uri: cell for cell in book.cells}
    opened = {document.uri: document for document in structure.did_open or []}
    new: list[NotebookCell] = []
    for cell in structure.array.cells or []:
        kept = known.get(cell.document) if cell.document not in opened else None
        new.append(kept or cell_of(cell, opened.get(cell.document), encoding))
    return book.with_cells(structure.array.start, structure.array.delete_count, new)


def _edited(cell: NotebookCell, content: types.NotebookDocumentCellContentChanges) -> NotebookCell:
    text = cell.content
    for change in content.changes:
        text, _ = applied(text, wire.content_change(change))
    return replace(cell, content=text, version=content.document.version)
