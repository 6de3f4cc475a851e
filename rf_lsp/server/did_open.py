"""``textDocument/didOpen``"""

from __future__ import annotations

from lsprotocol import types

from rf_lsp.server import wire
from rf_lsp.server.documents import FileDocument
from rf_lsp.server.handlers import notification
from rf_lsp.server.session import Session
from rf_lsp.server.text import Text


@notification(types.TEXT_DOCUMENT_DID_OPEN)
def handle(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    opened = params.text_document
    content = Text(opened.text, session.client.encoding)
    session.open(FileDocument(opened.uri, wire.path_of(opened.uri), content, opened.version))
