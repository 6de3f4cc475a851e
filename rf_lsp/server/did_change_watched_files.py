"""``workspace/didChangeWatchedFiles``: files that were written, made or removed outside of the editor."""

from __future__ import annotations

import os

from lsprotocol import types

from rf_lsp.server import wire
from rf_lsp.server.handlers import notification
from rf_lsp.server.session import Session
from rf_lsp.settings import FILE_NAMES


@notification(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
def handle(session: Session, params: types.DidChangeWatchedFilesParams) -> None:
    paths = [wire.path_of(change.uri) for change in params.changes]
    files_changed(session, paths, any(change.type != types.FileChangeType.Changed for change in params.changes))


def files_changed(session: Session, paths: list[str], listing: bool) -> None:
    """``listing``: files came or went, so that imports may be found elsewhere."""
    session.files.forget(paths)
    if any(os.path.basename(path) in FILE_NAMES for path in paths):
        session.run(session.engines.forget)
        session.reanalyse(session.modules)
        return
    session.run(session.engines.sources.refresh)
    folders = [os.path.dirname(path) for path in paths] if listing else []
    closed = [path for path in paths if session.modules.at(path) is None]
    session.reanalyse(session.depending_on([*closed, *folders]))
