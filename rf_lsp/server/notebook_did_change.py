"""``notebookDocument/didChange``: cells put in, moved, taken out, edited."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from rf_lsp.server import publish_diagnostics
from rf_lsp.server.buffers import Cell, NotebookBuffer, applied
from rf_lsp.server.did_change import change_of
from rf_lsp.server.notebook_did_open import cell_of
from rf_lsp.server.server import Server


def handle(server: Server, params: types.DidChangeNotebookDocumentParams) -> None:
    buffer = server.buffers.get(params.notebook_document.uri)
    cells = params.change.cells
    if not isinstance(buffer, NotebookBuffer) or cells is None:
        return
    before = set(buffer.uris)
    with server.lock:
        buffer.version = params.notebook_document.version
        if cells.structure is not None:
            _arrange(server, buffer, cells.structure)
        for cell in cells.data or []:
            _update_kind(buffer, cell)
        for content in cells.text_content or []:
            _edit(buffer, content)
        buffer.changed()
        server.buffers.index(buffer)
    publish_diagnostics.clear(server, list(before.difference(buffer.uris)))
    server.edited(buffer)


def _arrange(server: Server, buffer: NotebookBuffer, structure: Any) -> None:
    """Replace a run of cells; cells that are only moved keep their text."""
    known = {cell.uri: cell for cell in buffer.cells}
    opened = {document.uri: document for document in structure.did_open or []}
    new: list[Cell] = []
    for cell in structure.array.cells or []:
        kept = known.get(cell.document) if cell.document not in opened else None
        new.append(kept or cell_of(server, cell, opened.get(cell.document)))
    start = structure.array.start
    buffer.cells[start : start + structure.array.delete_count] = new


def _update_kind(buffer: NotebookBuffer, data: types.NotebookCell) -> None:
    cell = buffer.cell(data.document)
    if cell is not None and data.kind != types.NotebookCellKind.Code:
        cell.code = False


def _edit(buffer: NotebookBuffer, content: Any) -> None:
    cell = buffer.cell(content.document.uri)
    if cell is None:
        return
    cell.version = content.document.version
    for item in content.changes:
        cell.document, _ = applied(cell.document, change_of(item))
