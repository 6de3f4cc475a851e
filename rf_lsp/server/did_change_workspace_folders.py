"""``workspace/didChangeWorkspaceFolders``: roots that came or went, and with them settings and imports."""

from __future__ import annotations

from lsprotocol import types

from rf_lsp.server.handlers import notification
from rf_lsp.server.session import Session


@notification(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
def handle(session: Session, _: types.DidChangeWorkspaceFoldersParams) -> None:
    session.run(session.engines.forget)
    session.reanalyse(session.modules)
