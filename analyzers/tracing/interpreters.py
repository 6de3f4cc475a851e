"""Which interpreter a model is traced with: the one that is named, else the one of the environment whose packages are
read, the first in PATH, the one that runs rf-lsp. None is started here."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from analyzers.imports.environments import WINDOWS, environments


@dataclass(frozen=True, slots=True)
class Interpreter:
    """``path`` of the executable; ``origin`` says who names it, ``from_project`` whether that is a file or folder of the
    project itself, which a stranger may have made."""

    path: str
    origin: str
    from_project: bool = False


def choose(python: str | None, start: str, setting: str | None = None) -> Interpreter | None:
    """``python`` is what the person names, ``setting`` what the settings do; ``start`` the file that is traced."""
    if python:
        return _given(python, "given by --python", False)
    if setting:
        return _given(setting, "named by the setting python", True)
    return next(found(start), None)


def _given(python: str, origin: str, from_project: bool) -> Interpreter | None:
    path = os.path.expanduser(python)
    file = path if os.path.isfile(path) else shutil.which(path)
    executable = executable_in(path) if os.path.isdir(path) else file
    return Interpreter(os.path.abspath(executable), origin, from_project) if executable else None


def found(start: str) -> Iterator[Interpreter]:
    """The likeliest first."""
    for environment in environments(start):
        executable = executable_in(environment.prefix)
        if executable:
            yield Interpreter(executable, environment.origin, environment.from_project)
    for name in ("python3", "python"):
        executable = shutil.which(name)
        if executable:
            is_here = not os.path.isabs(executable)  # (PATH names the current folder, as Windows always does)
            yield Interpreter(os.path.abspath(executable), "first in PATH", is_here)
    yield Interpreter(sys.executable, "the one that runs rf-lsp")


def executable_in(prefix: str) -> str | None:
    """The interpreter of an environment."""
    names = ("Scripts/python.exe", "python.exe") if WINDOWS else ("bin/python", "bin/python3")
    paths = (os.path.join(os.path.abspath(prefix), *name.split("/")) for name in names)
    return next((path for path in paths if os.path.isfile(path)), None)
