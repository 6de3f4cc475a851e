"""The engine's front door: a request in, the facts of a file out."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from analyzers.facts import FileFacts, ModelFact
from analyzers.interpreter.budget import Stop
from analyzers.project.resolve import Project
from analyzers.source.sources import Sources

Result = TypeVar("Result")


@dataclass
class Request:
    """What to look at: a file, and expressions in its namespace (none: every model found).

    ``inputs`` are (name or None, shape) as given by the user, ``inputs_of`` the same for single targets
    (``resnet50()``); ``text`` an unsaved buffer. An editor looks at a file again and again: ``first`` names
    what to look at before the rest, ``kept`` the models that need not be looked at again (name → the classes
    of their parts), ``done`` is told of every model as soon as it is known, and ``stop`` ends the analysis.
    """

    path: str
    expressions: list[str] = field(default_factory=list)
    inputs: list[tuple[str | None, tuple]] = field(default_factory=list)
    text: str | None = None
    inputs_of: dict[str, list[tuple[str | None, tuple]]] = field(default_factory=dict)
    first: tuple[str, ...] = ()
    kept: dict[str, frozenset[str]] = field(default_factory=dict)
    done: Callable[[ModelFact], None] | None = None
    stop: Stop | None = None


@dataclass
class Options:
    """The workspace: where imports are looked for, and what the settings say of models."""

    roots: list[str] = field(default_factory=list)
    search_paths: list[str] = field(default_factory=list)
    site_packages: list[str] = field(default_factory=list)
    default_input: Any = None
    models: list[dict[str, Any]] = field(default_factory=list)
    layers: dict[str, dict[str, Any]] = field(default_factory=dict)


class TargetError(Exception):
    """A target that cannot be found; ``held`` names what the file does hold."""

    def __init__(self, sentence: str, held: list[str] | None = None) -> None:
        super().__init__(sentence)
        self.held = held or []


class Analyzer:
    """Analyses files of one workspace. Keeps parsed blocks (in ``sources``), never values, between requests."""

    def __init__(self, sources: Sources, options: Options) -> None:
        self.sources = sources
        self.options = options

    def project_for(self, path: str) -> Project:
        options = self.options
        return Project(self.sources, options.roots, options.search_paths, options.site_packages)

    def analyze(self, request: Request) -> FileFacts:
        """The facts of one file. Raises SourceError (unreadable) and TargetError (no such target)."""
        if request.text is not None:
            self.sources.overlay(request.path, request.text)
        return with_deep_stack(lambda: self._analyze(request))

    def _analyze(self, request: Request) -> FileFacts:
        from analyzers.project.discovery import Discovery

        with with_rare_collection():
            return Discovery(self, request).run()

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


COLLECTION_THRESHOLD = 100_000
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


def with_deep_stack(work: Callable[[], Result]) -> Result:
    """Run in a thread with a stack deep enough for deeply nested source (memory is only used as needed)."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append((True, work()))
        except BaseException as error:  # handed on to the caller's thread below
            outcome.append((False, error))

    before, limit = threading.stack_size(STACK_BYTES), sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION))
    try:
        thread = threading.Thread(target=run, name="analysis")
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    sys.setrecursionlimit(limit)
    succeeded, value = outcome[0]
    if succeeded:
        return value
    raise value


__all__ = ["Analyzer", "FileFacts", "ModelFact", "Options", "Request", "TargetError"]
