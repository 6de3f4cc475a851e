"""Work-done progress: shown when an analysis takes longer than a moment."""

from __future__ import annotations

import asyncio
import os
import uuid
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


class TaskProgress:
    """One piece of work that a person has asked for, with a button that calls ``cancel``."""

    def __init__(self, connection: Connection, title: str, cancel: Callable[[], None]) -> None:
        self.token = f"rf-lsp-task-{uuid.uuid4()}"
        self.cancel = cancel
        self._connection = connection
        self._title = title
        self._last: str | None = None
        self._shown = self._ended = False

    def begin(self) -> None:
        future = self._connection.send_request("window/workDoneProgress/create", {"token": self.token})
        future.add_done_callback(self._created)

    def report(self, text: str) -> None:
        """What is being done now."""
        if self._shown and not self._ended and text != self._last:
            self._tell({"kind": "report", "message": text})
        self._last = text

    def end(self) -> None:
        if self._shown and not self._ended:
            self._tell({"kind": "end"})
        self._ended = True

    def _created(self, done: Future[Any]) -> None:
        """The client may refuse, and the work may have ended meanwhile."""
        if self._ended or done.cancelled() or done.exception() is not None:
            return
        self._shown = True
        message = {} if self._last is None else {"message": self._last}
        self._tell({"kind": "begin", "title": self._title, "cancellable": True, **message})

    def _tell(self, value: dict[str, Any]) -> None:
        self._connection.notify("$/progress", {"token": self.token, "value": value})


class Tasks:
    """Those that are shown at the moment."""

    def __init__(self) -> None:
        self._shown: dict[str | int, TaskProgress] = {}

    def begin(self, task: TaskProgress) -> None:
        self._shown[task.token] = task
        task.begin()

    def end(self, task: TaskProgress) -> None:
        self._shown.pop(task.token, None)
        task.end()

    def cancel(self, token: str | int) -> None:
        """By the person, who may come too late."""
        task = self._shown.get(token)
        if task is not None:
            task.cancel()
