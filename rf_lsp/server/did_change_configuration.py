"""``workspace/didChangeConfiguration``: the editor's settings, told or asked for."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from lsprotocol import types

from rf_lsp.server.initialize import without_nulls
from rf_lsp.server.server import Server

SECTION = "rf-lsp"


def handle(server: Server, params: types.DidChangeConfigurationParams) -> None:
    if server.client.configuration:
        pull(server)
    elif isinstance(params.settings, dict):
        own = params.settings.get(SECTION, params.settings)
        take(server, own)


def pull(server: Server) -> None:
    """Ask the client; what it answers is taken over when it comes."""
    future = server.protocol.send_request("workspace/configuration", {"items": [{"section": SECTION}]})
    future.add_done_callback(lambda done: _answered(server, done))


def _answered(server: Server, done: Future[Any]) -> None:
    if done.cancelled() or done.exception() is not None:
        return
    answer = done.result()
    if isinstance(answer, list) and answer and isinstance(answer[0], dict):
        take(server, answer[0])


def take(server: Server, settings: Any) -> None:
    """Use new settings, and analyse all that is open anew if they are not the old ones."""
    values = without_nulls(settings)
    if values == server.editor_settings:
        return
    server.editor_settings = values
    server.in_background(lambda _: server.projects.configure(values))
    server.reanalyse(server.buffers)
