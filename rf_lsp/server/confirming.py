"""Models traced in a thread of their own, one after the other, so that all else is answered meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyzers.facts import ModelFact
from analyzers.stop import Stop

if TYPE_CHECKING:
    from analyzers.tracing.interpreters import Interpreter
    from analyzers.tracing.process import Limits
    from analyzers.tracing.results import ModelResult
    from analyzers.tracing.tracer import Tracer

IDLE = 300.0
"""Seconds after which interpreters that nobody needs are ended."""
MOST = 3
"""Interpreters that are kept ready, each with torch in memory."""


@dataclass(frozen=True, slots=True)
class TracingJob:
    """``text`` stands for the file where that is not what is on the disk; ``folders`` are searched for imports;
    ``effective``: the effective field of the last map is measured, too."""

    model: ModelFact
    text: str | None
    interpreter: Interpreter
    folders: list[str]
    limits: Limits
    effective: bool = False


@dataclass(frozen=True, slots=True)
class Traced:
    """``is_of_model``: the result speaks of the model, and not of an interpreter that does not start or has no torch,
    nor of a person who no longer wants to know."""

    result: ModelResult
    is_of_model: bool


class Confirming:
    """Keeps each interpreter warm that was asked for, the last few. :meth:`result_of` and :meth:`close` are called in the loop's thread; the tracer is
    touched in its own thread alone, whose end is the interpreters', too."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._stops: list[Stop] = []
        self._closed = False
        self._idle: asyncio.TimerHandle | None = None
        self._tracers: dict[tuple[Interpreter, tuple[str, ...]], Tracer] = {}

    async def result_of(self, job: TracingJob, stop: Stop, tell: Callable[[str], None]) -> Traced:
        """``tell`` is called in the loop's thread with what is being done. Setting ``stop``, or cancelling the waiting
        coroutine, kills the interpreter."""
        loop = asyncio.get_running_loop()
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, "tracing")
        if self._idle is not None:
            self._idle.cancel()

        def told(event: dict[str, Any]) -> None:
            text = _text_of(event)
            if text and not loop.is_closed():
                loop.call_soon_threadsafe(tell, text)

        stop.requested = stop.requested or self._closed
        self._stops.append(stop)
        try:
            return await loop.run_in_executor(self._pool, self._traced, job, stop, told)
        except asyncio.CancelledError:
            stop.requested = True
            raise
        finally:
            self._stops.remove(stop)
            if not self._closed:
                self._idle = loop.call_later(IDLE, self._rest)

    def close(self) -> None:
        """Returns when no interpreter runs any more."""
        self._closed = True
        for stop in self._stops:
            stop.requested = True
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.submit(self._end_all)
            pool.shutdown(wait=True)

    def _rest(self) -> None:
        if self._pool is not None and not self._stops:
            self._pool.submit(self._end_all)

    # -- in the tracing thread ---------------------------------------------------------------------

    def _traced(self, job: TracingJob, stop: Stop, told: Callable[[dict[str, Any]], None]) -> Traced:
        from analyzers.tracing.results import ModelResult
        from analyzers.tracing.tracer import Wishes

        if stop.requested or self._closed:
            return Traced(ModelResult(job.model, "failed", message="cancelled"), False)
        tracer = self._tracer_for(job)
        try:
            wishes = Wishes(limits=job.limits, erf=job.effective, whole=job.effective)
            result = tracer.trace(job.model, wishes, job.text, stop, told)
            is_of_model = tracer.is_ready and not bool(stop.requested)
        finally:
            if stop.requested or not tracer.is_ready:
                self._end(tracer)
        return Traced(result, is_of_model)

    def _tracer_for(self, job: TracingJob) -> Tracer:
        from analyzers.tracing.tracer import Tracer

        key = (job.interpreter, tuple(job.folders))
        tracer = self._tracers.pop(key, None) or Tracer(job.interpreter, job.folders)
        self._tracers[key] = tracer
        if len(self._tracers) > MOST:
            self._end(next(iter(self._tracers.values())))
        return tracer

    def _end(self, tracer: Tracer) -> None:
        self._tracers = {key: other for key, other in self._tracers.items() if other is not tracer}
        tracer.close()

    def _end_all(self) -> None:
        for tracer in list(self._tracers.values()):
            self._end(tracer)


def _text_of(event: dict[str, Any]) -> str:
    """What the interpreter says it does, as one line."""
    from analyzers.tracing.process import STAGES

    text = event.get("text") or STAGES.get(event.get("stage", ""), "")
    return "".join(filter(str.isprintable, str(text)))[:100]
