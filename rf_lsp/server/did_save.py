"""``textDocument/didSave``: for clients that do not watch files, the moment to look at them anew."""

from __future__ import annotations

from lsprotocol import types

from rf_lsp.server import wire
from rf_lsp.server.did_change_watched_files import files_changed
from rf_lsp.server.handlers import notification
from rf_lsp.server.session import Session


@notification(types.TEXT_DOCUMENT_DID_SAVE)
def handle(session: Session, params: types.DidSaveTextDocumentParams) -> None:
    if not session.client.watches:
        files_changed(session, [wire.path_of(params.text_document.uri)], listing=False)
