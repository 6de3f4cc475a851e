"""Work-done progress: shown when an analysis takes longer than a moment."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from rf_lsp.server.connection import Connection

PATIENCE = 1.0
"""Seconds after which a person is told that something is being done."""


class Progress:
    """One line of progress at a time, for all that is being analysed; ``pending`` says what is not known yet."""

    def __init__(self, connection: Connection, pending: Callable[[], list[str]]) -> None:
        self._connection = connection
        self._pending = pending
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._token: str | None = None
        self._count = 0

    def enable(self, loop: asyncio.AbstractEventLoop) -> None:
        """The client shows progress."""
        self._loop = loop

    def begun(self) -> None:
        """Something is to be analysed."""
        if self._loop is not None and self._timer is None and self._token is None:
            self._timer = self._loop.call_later(PATIENCE, self._show)

    def ended(self) -> None:
        """Something is known: when that is all, there is nothing to show any more."""
        if self._pending():
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._token is not None:
            self._tell(self._token, {"kind": "end"})
            self._token = None

    def _show(self) -> None:
        self._timer = None
        if self._pending():
            self._count += 1
            self._token = token = f"rf-lsp-{self._count}"
            future = self._connection.send_request("window/workDoneProgress/create", {"token": token})
            future.add_done_callback(lambda done: self._created(token, done))

    def _created(self, token: str, done: Future[Any]) -> None:
        """The client may refuse, and the work may have ended meanwhile."""
        if done.cancelled() or done.exception() is not None:
            self._token = None if self._token == token else self._token
            return
        names = ", ".join(os.path.basename(path) for path in self._pending()[:3])
        self._tell(token, {"kind": "begin", "title": "Following shapes", "message": names})
        if self._token != token:
            self._tell(token, {"kind": "end"})

    def _tell(self, token: str, value: dict[str, Any]) -> None:
        self._connection.notify("$/progress", {"token": token, "value": value})
