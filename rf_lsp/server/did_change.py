"""``textDocument/didChange``"""

from __future__ import annotations

from lsprotocol import types

from rf_lsp.server import wire
from rf_lsp.server.documents import FileDocument
from rf_lsp.server.handlers import notification
from rf_lsp.server.session import Session


@notification(types.TEXT_DOCUMENT_DID_CHANGE)
def handle(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    module = session.modules.get(params.text_document.uri)
    if module is None or not isinstance(module.document, FileDocument):
        return
    changes = map(wire.content_change, params.content_changes)
    document, edits = module.document.changed(changes, params.text_document.version)
    session.edit(module, document, edits)
