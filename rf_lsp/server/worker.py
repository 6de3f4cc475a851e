"""The one background thread: analyses what was edited, the newest text first, and stops what is outdated."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from analyzers.stop import Stop, Stopped
from rf_lsp.server import gc_policy
from rf_lsp.server.analysis import Analysis, Analyst, Order

logger = logging.getLogger(__name__)

Task = Callable[[Stop], None]


class Worker:
    """``make_order`` is asked for the newest state of a path when its turn comes (``None``: it was closed);
    results go to ``publish``. Both are called in the background thread."""

    def __init__(
        self,
        analyst: Analyst,
        make_order: Callable[[str], Order | None],
        publish: Callable[[Analysis], None],
    ) -> None:
        self._analyst = analyst
        self._make_order = make_order
        self._publish = publish
        self._wake = threading.Condition()
        self._paths: dict[str, bool] = {}
        self._tasks: list[Task] = []
        self._running: tuple[str | None, Stop] | None = None
        self._closed = False
        self._untidy = False
        self._thread = threading.Thread(target=self._loop, name="worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def schedule(self, path: str, urgent: bool = True) -> None:
        """Analyse a path; an urgent one before all others, stopping whatever is running."""
        with self._wake:
            waiting = self._paths.pop(path, False)
            urgent = urgent or waiting
            self._paths = {path: True, **self._paths} if urgent else {**self._paths, path: False}
            if self._running is not None and (urgent or self._running[0] == path):
                self._running[1].requested = True
            self._wake.notify()

    def run(self, task: Task, interrupt: bool = False) -> None:
        """Run something else in the background thread, before the next analysis. A task that is told to stop
        raises ``Stopped`` and is not run again."""
        with self._wake:
            self._tasks.append(task)
            if interrupt and self._running is not None and self._running[0] is not None:
                self._running[1].requested = True
            self._wake.notify()

    def close(self) -> None:
        """End the thread; what is running stops at its next step."""
        with self._wake:
            self._closed = True
            if self._running is not None:
                self._running[1].requested = True
            self._wake.notify()

    def _loop(self) -> None:
        while True:
            with self._wake:
                self._wait()
                if self._closed:
                    return
                stop = Stop()
                task = self._tasks.pop(0) if self._tasks else None
                path = None if task is not None else next(iter(self._paths))
                urgent = self._paths.pop(path, False) if path is not None else False
                self._running = (path, stop)
            self._work(task, path, urgent, stop)
            with self._wake:
                self._running = None

    def _wait(self) -> None:
        """Until there is something to do; a quiet moment is used to tidy up."""
        while not (self._closed or self._tasks or self._paths):
            if not self._wake.wait(gc_policy.QUIET if self._untidy else None) and self._untidy:
                self._untidy = False
                gc_policy.collect_all()
        self._untidy = True

    def _work(self, task: Task | None, path: str | None, urgent: bool, stop: Stop) -> None:
        try:
            if task is not None:
                task(stop)
            elif path is not None:
                self._analyse(path, stop)
        except Stopped:
            self._again(path, urgent)
        except Exception:
            logger.exception("internal error in the background thread")

    def _analyse(self, path: str, stop: Stop) -> None:
        order = self._make_order(path)
        if order is None:
            self._analyst.forget(path)
            return
        self._publish(self._analyst.analyse(order, stop, self._publish))

    def _again(self, path: str | None, urgent: bool) -> None:
        """What was stopped for something more urgent has its turn later."""
        with self._wake:
            if path is not None and path not in self._paths and not self._closed:
                self._paths[path] = urgent
