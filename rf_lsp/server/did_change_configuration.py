"""``workspace/didChangeConfiguration``: the editor's settings, told or asked for."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from typing import Any

from lsprotocol import types

from rf_lsp.server.handlers import notification
from rf_lsp.server.initialize import without_nulls
from rf_lsp.server.session import Session

SECTION = "rf-lsp"


@notification(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
def handle(session: Session, params: types.DidChangeConfigurationParams) -> None:
    if session.client.configuration:
        pull(session)
    elif isinstance(params.settings, dict):
        own = params.settings.get(SECTION, params.settings)
        take(session, own)


def pull(session: Session) -> None:
    """Ask the client; what it answers is taken over when it comes."""
    future = session.connection.send_request("workspace/configuration", {"items": [{"section": SECTION}]})
    future.add_done_callback(partial(_answered, session))


def _answered(session: Session, done: Future[Any]) -> None:
    if done.cancelled() or done.exception() is not None:
        return
    answer = done.result()
    if isinstance(answer, list) and answer and isinstance(answer[0], dict):
        take(session, answer[0])


def take(session: Session, settings: Any) -> None:
    """Use new settings, and analyse all that is open anew if they are not the old ones."""
    values = without_nulls(settings)
    if values == session.editor_settings:
        return
    session.editor_settings = values
    session.run(partial(session.engines.configure, values))
    session.reanalyse(session.modules)
