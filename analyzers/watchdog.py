"""Looks at an analysis from outside while it runs, and ends what takes too long or too much memory.

Everything is charged by its size first (``analyzers/interpreter/budget.py``); what was not foreseen there ends here.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time

from analyzers.interpreter.budget import BudgetExceeded
from analyzers.source.gate import read_start
from analyzers.stop import Stop

TICK = 0.05
"""Seconds between two looks."""
SECONDS_PER_PIECE = 20.0
"""Processor time of one piece: a forward pass, the building of a model. A piece that reads a large library for the first
time takes a third of it on a slow machine."""
PATIENCE = 2.0
"""Seconds in which a piece that was told to end must come to its next step."""
MEGABYTES = 700
"""What an analysis may take beyond what there was before. The longest that we know of takes a third of it."""


class Overdue(BudgetExceeded):
    """Raised in the middle of whatever it is that does not end."""

    def __init__(self) -> None:
        super().__init__("an operation that takes too long to follow")


class Watchdog:
    """Watches one thread, from the thread that waits for it."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        self._before = _megabytes()
        self._piece, self._begun, self._told = -1, 0.0, 0.0

    def wait_for(self, thread: threading.Thread) -> None:
        """Until the thread has ended."""
        clock = _Clock(thread)
        while True:
            thread.join(TICK)
            if not thread.is_alive():
                return
            self._look(thread, clock.seconds())

    def _look(self, thread: threading.Thread, now: float) -> None:
        if self._piece != self._stop.piece:
            self._piece, self._begun, self._told = self._stop.piece, now, 0.0
        if self._told:
            if now - self._told > PATIENCE:
                self._told = now
                _raise_in(thread)
        elif now - self._begun > SECONDS_PER_PIECE:
            self._end("the code takes too long to follow", now)
        elif _megabytes() - self._before > MEGABYTES:
            self._end(f"the code takes more than {MEGABYTES} MB to follow", now)

    def _end(self, reason: str, now: float) -> None:
        self._told = now
        self._stop.overdue(reason)


class _Clock:
    """The processor time of one thread; where the system does not tell, of the process."""

    def __init__(self, thread: threading.Thread) -> None:
        self._id = None
        if hasattr(time, "pthread_getcpuclockid") and thread.ident is not None and thread.is_alive():
            try:
                self._id = time.pthread_getcpuclockid(thread.ident)
            except OSError:
                self._id = None

    def seconds(self) -> float:
        if self._id is not None:
            try:
                return time.clock_gettime(self._id)
            except OSError:  # It has just ended.
                return 0.0
        return time.process_time()


def _raise_in(thread: threading.Thread) -> None:
    """Between two instructions of its Python code."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Overdue))


def _megabytes() -> float:
    """What the process has in memory now; 0 where the system does not say that at little cost."""
    try:
        return int(read_start("/proc/self/statm", 200).split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, ValueError, IndexError, AttributeError):
        return 0.0
