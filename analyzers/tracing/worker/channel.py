"""Requests and answers: one JSON object a line, over pipes that the traced program cannot reach by its usual names."""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from typing import Any


class Channel:
    """Takes standard input and output for itself: the program finds its input empty, and what it prints goes where its
    errors go."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
        self._answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
        self._queue: queue.Queue[dict[str, Any] | None] = queue.Queue()
        threading.Thread(target=self._read, name="rf-lsp requests", daemon=True).start()

    def _read(self) -> None:
        for line in self._requests:
            self._queue.put(json.loads(line))
        end_everything()

    def receive(self) -> dict[str, Any]:
        """The next request; when there will be none, the process ends."""
        request = self._queue.get()
        if request is None:
            end_everything()
        return request or {}

    def send(self, answer: dict[str, Any]) -> None:
        """A child that the program has forked has nothing to say, and ends."""
        if os.getpid() != self._owner:
            os._exit(0)
        self._answers.write(json.dumps(answer) + "\n")
        self._answers.flush()


def end_everything() -> None:
    """End this process and all it has started."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(0)
