"""``textDocument/didClose``"""

from __future__ import annotations

from lsprotocol import types

from rf_lsp.server import publish_diagnostics
from rf_lsp.server.documents import FileDocument
from rf_lsp.server.handlers import notification
from rf_lsp.server.session import Session


@notification(types.TEXT_DOCUMENT_DID_CLOSE)
def handle(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    module = session.modules.get(uri)
    if module is not None and isinstance(module.document, FileDocument):
        session.close_module(uri)
        publish_diagnostics.clear(session, [uri])
