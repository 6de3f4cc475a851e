"""What a project says of how its models are traced; the same for the command line and editors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rf_lsp.errors import UsageError

if TYPE_CHECKING:
    from analyzers.tracing.interpreters import Interpreter
    from analyzers.tracing.process import Limits
    from rf_lsp.engine import ProjectSettings

GIB = 1 << 30


def interpreter_of(project: ProjectSettings, path: str, given: str | None = None) -> Interpreter:
    """The interpreter that is ``given``, named by the settings, or found for a file. It may still have to be agreed to
    (:mod:`rf_lsp.trust`). Raises :class:`UsageError`."""
    from analyzers.tracing.interpreters import choose

    setting = project.settings["python"]
    if setting and os.sep in setting:
        setting = project.settings.path(setting)
    found = choose(given, path, setting)
    if found is None:
        raise UsageError(f"no interpreter at {given or setting!r}")
    return found


def folders_of(project: ProjectSettings) -> list[str]:
    """The folders that a traced program imports from; the first is its working directory."""
    sources = os.path.join(project.root, "src")
    own = [project.root, *([sources] if os.path.isdir(sources) else [])]
    return [*own, *project.search_paths]


def limits_of(project: ProjectSettings, seconds: float | None = None, gib: float | None = None) -> Limits:
    """For one model; what is given comes before the settings."""
    from analyzers.tracing.process import Limits

    settings = project.settings
    return Limits(seconds or float(settings["trace.timeout"]), int((gib or settings["trace.memory"]) * GIB))
