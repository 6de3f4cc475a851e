"""``initialized``: ask for the settings, and to be told of changed files."""

from __future__ import annotations

from typing import Any

from rf_lsp.server import did_change_configuration
from rf_lsp.server.server import Server

PATTERNS = ("**/*.py", "**/*.ipynb", "**/pyproject.toml", "**/rf-lsp.toml")


def handle(server: Server, _: Any) -> None:
    if server.client.configuration:
        did_change_configuration.pull(server)
    server.in_background(_warm_up)
    if server.client.watches:
        _watch(server)


def _warm_up(_: Any) -> None:
    """Import what the first analysis needs while the person is still opening a file."""
    import analyzers.models.candidates  # pyright: ignore[reportUnusedImport]
    import analyzers.rules.support.registry  # noqa: F401  # pyright: ignore[reportUnusedImport]


def _watch(server: Server) -> None:
    registration = {
        "id": "rf-lsp-files",
        "method": "workspace/didChangeWatchedFiles",
        "registerOptions": {"watchers": [{"globPattern": pattern} for pattern in PATTERNS]},
    }
    future = server.protocol.send_request("client/registerCapability", {"registrations": [registration]})
    future.add_done_callback(lambda done: done.exception() if not done.cancelled() else None)
