"""``notebookDocument/didClose``"""

from __future__ import annotations

from lsprotocol import types

from rf_lsp.server import publish_diagnostics
from rf_lsp.server.handlers import notification
from rf_lsp.server.session import Session


@notification(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
def handle(session: Session, params: types.DidCloseNotebookDocumentParams) -> None:
    module = session.close_module(params.notebook_document.uri)
    if module is not None:
        publish_diagnostics.clear(session, module.document.code_uris)
