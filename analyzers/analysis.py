"""The engine's front door: a request in, the facts of a file out."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from analyzers.facts import FileFacts
from analyzers.imports.resolver import ImportResolver
from analyzers.request import Request, TargetError, WorkspaceOptions
from analyzers.source.sources import Sources
from analyzers.stop import Stop

Result = TypeVar("Result")


class Analyzer:
    """Analyses files of one workspace. Keeps parsed blocks (in ``sources``), never values, between requests."""

    def __init__(self, sources: Sources, options: WorkspaceOptions) -> None:
        self.sources = sources
        self.options = options

    def project_for(self, path: str) -> ImportResolver:
        options = self.options
        return ImportResolver(self.sources, options.roots, options.search_paths, options.site_packages)

    def analyze(self, request: Request) -> FileFacts:
        """The facts of one file. Raises SourceError (unreadable) and TargetError (no such target)."""
        if request.text is not None:
            self.sources.overlay(request.path, request.text)
        if request.stop is None:
            request.stop = Stop()
        return with_deep_stack(lambda: self._analyze(request), request.stop)

    def _analyze(self, request: Request) -> FileFacts:
        from analyzers.models.file import file_facts

        with with_rare_collection():
            return file_facts(request, self.options, self.sources)

    def resolve_target(self, text: str) -> Request:
        """``PATH[::EXPR]`` or ``package.module[::EXPR]``; raises TargetError, SourceError."""
        path, separator, expression = text.partition("::")
        if separator and not expression.strip():
            raise TargetError(f"{text!r} names no expression behind '::'")
        expressions = [expression.strip()] if separator else []
        if os.path.isdir(path):
            raise TargetError(f"{path} is a folder: name a file in it")
        if os.path.exists(path) or path.endswith((".py", ".ipynb")) or os.sep in path or "/" in path:
            self.sources.read(path)
            return Request(os.path.abspath(path), expressions)
        found = self.project_for(os.getcwd()).find(path)
        if found is None:
            raise TargetError(f"there is no file and no module {path!r}")
        return Request(found, expressions)


COLLECTION_THRESHOLD = 400_000
"""Objects that are made before the collector looks at the young ones."""


@contextmanager
def with_rare_collection() -> Iterator[None]:
    """Python's cycle collector looks seldom: an analysis mostly builds up, and to search what it holds (trees above
    all) again and again would take a seventh of its time."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], COLLECTION_THRESHOLD), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


STACK_BYTES = 512 * 1024 * 1024
RECURSION = 30_000
FRAME_WORDS = 1 << 20
"""Python takes memory for the frames of its calls in chunks of 16 KB and gives one back as soon as its last frame ends,
so that a loop of calls on the edge of a chunk asks the system each time. The chunk that holds a larger frame is as
large as the next power of two: what is left of it has room for all that are called from there."""


def _with_room(work: Callable[[], Result]) -> Result:
    return work()


_with_room.__code__ = _with_room.__code__.replace(co_stacksize=FRAME_WORDS)


def with_deep_stack(work: Callable[[], Result], stop: Stop | None = None) -> Result:
    """Run in a thread with a stack deep enough for deeply nested source (memory is only used as needed); what takes too
    long in it is ended from here, by ``stop`` and in the end by force."""
    from analyzers.watchdog import Overdue, Watchdog

    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append((True, _with_room(work)))
        except BaseException as error:  # handed on to the caller's thread below
            outcome.append((False, error))

    before, limit = threading.stack_size(STACK_BYTES), sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION))
    try:
        thread = threading.Thread(target=run, name="analysis")
        thread.start()
    finally:
        threading.stack_size(before)
    Watchdog(stop or Stop()).wait_for(thread)
    sys.setrecursionlimit(limit)
    outcome.append((False, Overdue()))  # where it was ended before it could say anything
    succeeded, value = outcome[0]
    if succeeded:
        return value
    raise value
