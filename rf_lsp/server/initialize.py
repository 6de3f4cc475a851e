"""``initialize``: who the client is, and what is offered to it."""

from __future__ import annotations

import asyncio
from typing import Any

from lsprotocol import types

from rf_lsp.server import diagnostic, publish_diagnostics
from rf_lsp.server.client import client_of
from rf_lsp.server.server import Server

OPTIONS_OF_OURS = ("images", "settings")


def handle(server: Server, params: types.InitializeParams) -> None:
    options = server.protocol.raw_options
    server.client = client_of(server.protocol.raw_capabilities, options)
    server.loop = asyncio.get_running_loop()
    server.folders = [server.path_of(folder.uri) for folder in params.workspace_folders or []]
    settings = settings_in(options)
    server.in_background(lambda _: server.projects.configure(settings))
    if server.client.pulls:
        server.offer(types.TEXT_DOCUMENT_DIAGNOSTIC, diagnostic.handle, diagnostic.OPTIONS)
    else:
        server.listeners.append(lambda analysis: publish_diagnostics.publish(server, analysis))
    server.worker.start()


def settings_in(options: Any) -> dict[str, Any]:
    """The settings among the initialization options: under ``settings``, or at the top."""
    if not isinstance(options, dict):
        return {}
    settings = options.get("settings", {name: value for name, value in options.items() if name not in OPTIONS_OF_OURS})
    return without_nulls(settings)


def without_nulls(settings: Any) -> dict[str, Any]:
    """Editors send null for what a person left alone."""
    if not isinstance(settings, dict):
        return {}
    kept = {name: without_nulls(value) if isinstance(value, dict) else value for name, value in settings.items()}
    return {name: value for name, value in kept.items() if value is not None and value != {}}
