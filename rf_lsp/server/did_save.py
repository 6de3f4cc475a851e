"""``textDocument/didSave``: for clients that do not watch files, the moment to look at them anew."""

from __future__ import annotations

from lsprotocol import types

from rf_lsp.server.did_change_watched_files import files_changed
from rf_lsp.server.server import Server


def handle(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    if not server.client.watches:
        files_changed(server, [server.path_of(params.text_document.uri)], listing=False)
