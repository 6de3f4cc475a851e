"""The one background thread: analyses what was edited, the newest text first, and stops what is outdated."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from analyzers.stop import Stop, Stopped
from rf_lsp.server import gc_policy
from rf_lsp.server.analysis import AnalysisJob, AnalysisSnapshot
from rf_lsp.server.incremental import IncrementalAnalyzer

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
Work = Callable[[Stop], Result]
"""Raises ``Stopped`` when it is told to stop."""


class Interrupted(Exception):
    """Work was stopped because of an edit."""


class _Turn(NamedTuple):
    """What the thread does next: some work, or the analysis of a path."""

    work: Work[Any] | None
    path: str | None
    urgent: bool
    stop: Stop


class AnalysisScheduler:
    """``make_job`` is asked for the newest state of a path when its turn comes (``None``: it was closed);
    results go to ``publish``. Both are called in the background thread."""

    def __init__(
        self,
        analyzer: IncrementalAnalyzer,
        make_job: Callable[[str], AnalysisJob | None],
        publish: Callable[[AnalysisSnapshot], None],
    ) -> None:
        self._analyzer = analyzer
        self._make_job = make_job
        self._publish = publish
        self._wake = threading.Condition()
        self._paths: dict[str, bool] = {}
        self._works: list[Work[Any]] = []
        self._running: _Turn | None = None
        self._closed = False
        self._untidy = False
        self._thread = threading.Thread(target=self._loop, name="analysis", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def schedule(self, path: str, urgent: bool = True) -> None:
        """Analyse a path; an urgent one before all others, stopping whatever is running."""
        with self._wake:
            waiting = self._paths.pop(path, False)
            urgent = urgent or waiting
            self._paths = {path: True, **self._paths} if urgent else {**self._paths, path: False}
            if self._running is not None and (urgent or self._running.path == path):
                self._running.stop.requested = True
            self._wake.notify()

    def run(self, work: Work[Any], interrupt: bool = False) -> None:
        """Run something else in the background thread, before the next analysis. What is stopped is not run
        again."""
        with self._wake:
            self._works.append(work)
            if interrupt and self._running is not None and self._running.path is not None:
                self._running.stop.requested = True
            self._wake.notify()

    async def result_of(self, work: Work[Result]) -> Result:
        """The result of work that is run at once, an analysis waiting for it. Raises what it raises, and
        :class:`Interrupted`; when the waiting coroutine is cancelled, the work is told to stop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        stops: list[Stop] = []

        def settle(result: Any, error: BaseException | None) -> None:
            if not future.done():
                future.set_exception(error) if error is not None else future.set_result(result)

        def reported(stop: Stop) -> None:
            stops.append(stop)
            stop.requested = stop.requested or future.cancelled()
            try:
                result, error = work(stop), None
            except Stopped:
                result, error = None, Interrupted("the document was edited meanwhile")
            except Exception as caught:
                result, error = None, caught
            loop.call_soon_threadsafe(settle, result, error)

        self.run(reported, interrupt=True)
        try:
            return await future
        except asyncio.CancelledError:
            for stop in stops:
                stop.requested = True
            raise

    def close(self) -> None:
        """End the thread; what is running stops at its next step."""
        with self._wake:
            self._closed = True
            if self._running is not None:
                self._running.stop.requested = True
            self._wake.notify()

    # -- in the background thread ------------------------------------------------------------------

    def _loop(self) -> None:
        while (turn := self._next_turn()) is not None:
            self._take(turn)
            with self._wake:
                self._running = None

    def _next_turn(self) -> _Turn | None:
        """Wait for it; ``None`` when all is over."""
        with self._wake:
            self._wait()
            if self._closed:
                return None
            work = self._works.pop(0) if self._works else None
            path = None if work is not None else next(iter(self._paths))
            urgent = self._paths.pop(path, False) if path is not None else False
            self._running = _Turn(work, path, urgent, Stop())
            return self._running

    def _wait(self) -> None:
        """Until there is something to do; the longer that takes, the more is tidied up."""
        waited = 0.0
        for after, work in self._tidying if self._untidy else ():
            if self._wake.wait_for(self._is_wanted, after - waited):
                return
            work()
            waited = after
        self._untidy = False
        self._wake.wait_for(self._is_wanted)
        self._untidy = True

    def _is_wanted(self) -> bool:
        return bool(self._closed or self._works or self._paths)

    @property
    def _tidying(self) -> tuple[tuple[float, Callable[[], None]], ...]:
        """What is done after so many seconds of rest."""
        return (
            (gc_policy.MOMENT, gc_policy.collect_young),
            (gc_policy.PAUSE, gc_policy.collect_middle),
            (gc_policy.QUIET, self._tidy),
        )

    def _tidy(self) -> None:
        self._analyzer.tidy()
        gc_policy.collect_all()

    def _take(self, turn: _Turn) -> None:
        try:
            if turn.work is not None:
                turn.work(turn.stop)
            elif turn.path is not None:
                self._analyse(turn.path, turn.stop)
        except Stopped:
            self._again(turn.path, turn.urgent)
        except Exception:
            logger.exception("internal error in the background thread")

    def _analyse(self, path: str, stop: Stop) -> None:
        job = self._make_job(path)
        if job is None:
            self._analyzer.forget(path)
        else:
            begun = time.monotonic()
            self._publish(self._analyzer.analyse(job, stop, self._publish))
            if time.monotonic() - begun > gc_policy.PAUSE:  # Nobody was typing meanwhile.
                gc_policy.collect_middle()

    def _again(self, path: str | None, urgent: bool) -> None:
        """What was stopped for something more urgent has its turn later."""
        with self._wake:
            if path is not None and path not in self._paths and not self._closed:
                self._paths[path] = urgent
