"""``workspace/didChangeWatchedFiles``: files that were written, made or removed outside of the editor."""

from __future__ import annotations

import os

from lsprotocol import types

from rf_lsp.server.server import Server
from rf_lsp.settings import FILE_NAMES


def handle(server: Server, params: types.DidChangeWatchedFilesParams) -> None:
    paths = [server.path_of(change.uri) for change in params.changes]
    files_changed(server, paths, any(change.type != types.FileChangeType.Changed for change in params.changes))


def files_changed(server: Server, paths: list[str], listing: bool) -> None:
    """``listing``: files came or went, so that imports may be found elsewhere."""
    for path in paths:
        server.closed_texts.pop(path, None)
    if any(os.path.basename(path) in FILE_NAMES for path in paths):
        server.in_background(lambda _: server.projects.forget())
        server.reanalyse(server.buffers)
        return
    server.in_background(lambda _: server.projects.sources.refresh())
    folders = [os.path.dirname(path) for path in paths] if listing else []
    closed = [path for path in paths if server.buffers.at(path) is None]
    server.reanalyse(server.depending_on([*closed, *folders]))
