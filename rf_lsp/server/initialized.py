"""``initialized``: ask for the settings, and to be told of changed files."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from rf_lsp.server import did_change_configuration
from rf_lsp.server.handlers import notification
from rf_lsp.server.session import Session

PATTERNS = ("**/*.py", "**/*.ipynb", "**/pyproject.toml", "**/rf-lsp.toml")


@notification(types.INITIALIZED)
def handle(session: Session, _: Any) -> None:
    if session.client.configuration:
        did_change_configuration.pull(session)
    session.run(_warm_up)
    if session.client.watches:
        _watch(session)


def _warm_up() -> None:
    """Import what the first analysis needs while the person is still opening a file."""
    import analyzers.models.candidates  # pyright: ignore[reportUnusedImport]
    import analyzers.rules.support.registry  # noqa: F401  # pyright: ignore[reportUnusedImport]


def _watch(session: Session) -> None:
    registration = {
        "id": "rf-lsp-files",
        "method": types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
        "registerOptions": {"watchers": [{"globPattern": pattern} for pattern in PATTERNS]},
    }
    future = session.connection.send_request("client/registerCapability", {"registrations": [registration]})
    future.add_done_callback(lambda done: done.exception() if not done.cancelled() else None)
