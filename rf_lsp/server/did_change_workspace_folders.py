"""``workspace/didChangeWorkspaceFolders``: roots that came or went."""

from __future__ import annotations

from lsprotocol import types

from rf_lsp.server.server import Server


def handle(server: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    removed = {server.path_of(folder.uri) for folder in params.event.removed}
    added = [server.path_of(folder.uri) for folder in params.event.added]
    server.folders = [folder for folder in server.folders if folder not in removed] + added
    server.in_background(lambda _: server.projects.forget())
    server.reanalyse(server.buffers)
