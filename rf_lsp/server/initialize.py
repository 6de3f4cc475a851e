"""``initialize``: who the client is, and what is offered to it."""

from __future__ import annotations

from functools import partial
from typing import Any

from lsprotocol import types

from rf_lsp.server.client import client_of
from rf_lsp.server.handlers import notification
from rf_lsp.server.session import Session

OPTIONS_OF_OURS = ("images", "pages", "settings", "trusted")


@notification(types.INITIALIZE)
def handle(session: Session, _: types.InitializeParams) -> None:
    introduction = session.connection.introduction
    session.run(partial(session.engines.configure, settings_in(introduction.options)))
    session.start(client_of(introduction.capabilities, introduction.options))


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
