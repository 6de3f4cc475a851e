"""Requests, one after the other, as long as there are any."""

from __future__ import annotations

import contextlib
import faulthandler
import platform
import sys
import time
from collections.abc import Iterator
from typing import Any

from analyzers.tracing.worker.channel import Channel
from analyzers.tracing.worker.limits import end_with_parent, limit
from analyzers.tracing.worker.refusals import Refusals

MINIMUM = (2, 0)
"""The oldest torch."""


class Service:
    """Imports torch, and answers."""

    def __init__(self) -> None:
        end_with_parent()
        self.channel = Channel()
        self.refusals = Refusals()
        faulthandler.enable()
        self.trace: Any = None
        self.greeting: dict[str, Any] = {"python": sys.executable, "python_version": platform.python_version()}
        self.greeting.update(self._prepared())

    def _prepared(self) -> dict[str, Any]:
        """What keeps every request from being answered, or torch's version."""
        start = time.perf_counter()
        try:
            import torch
        except Exception as error:
            return {"missing": f"this interpreter cannot import torch: {type(error).__name__}: {error}"}
        version = tuple([int("".join(filter(str.isdigit, part)) or 0) for part in torch.__version__.split(".")[:2]])
        if version < MINIMUM:
            needed = ".".join(map(str, MINIMUM))
            return {"missing": f"torch {torch.__version__} is too old: {needed} or newer is needed"}
        from analyzers.tracing.worker import trace

        trace.prepare()
        self.trace = trace
        return {"torch": torch.__version__, "seconds": time.perf_counter() - start}

    def serve(self) -> None:
        """Until there are no more requests."""
        self.channel.send({"event": "ready", **self.greeting})
        while True:
            request = self.channel.receive()
            self.channel.send({"event": "done", "id": request.get("id"), **self._answered(request)})

    def _answered(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.trace is None:
            return {"failure": self.greeting["missing"]}
        limit(request.get("memory"), request.get("seconds"))
        self.refusals.allowed = frozenset(request.get("allow") or ())
        self.refusals.met = []
        with contextlib.suppress(Exception):  # (what a library does as it is imported is not the program's)
            self.trace.framework_named(request.get("framework") or "torch")
        faulthandler.dump_traceback_later(0.9 * float(request.get("seconds") or 3600.0))
        with self._watching():
            found = self.trace.Trace(request, self.channel).run()
        found.setdefault("notes", []).extend(f"{what} was refused" for what in self.refusals.met)
        return found

    @contextlib.contextmanager
    def _watching(self) -> Iterator[None]:
        self.refusals.active = True
        try:
            yield
        finally:
            self.refusals.active = False
            faulthandler.cancel_dump_traceback_later()
