"""Which interpreter a model is traced with: the one that is named, else the one of the environment that is active or
belongs to the project. Found by looking at folders; none is started here."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass

WINDOWS = os.name == "nt"
DEFAULT_PIXI = "default"


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
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        prefix = os.environ.get(variable)
        executable = executable_in(prefix) if prefix else None
        if executable:
            yield Interpreter(executable, f"active ({variable})")
    for folder in _upwards(start):
        yield from _of_project(folder)
    for name in ("python3", "python"):
        executable = shutil.which(name)
        if executable:
            yield Interpreter(os.path.abspath(executable), "first in PATH")
    yield Interpreter(sys.executable, "the one that runs rf-lsp")


def _upwards(start: str) -> Iterator[str]:
    folder = os.path.abspath(start)
    folder = folder if os.path.isdir(folder) else os.path.dirname(folder)
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def _of_project(folder: str) -> Iterator[Interpreter]:
    """Environments that stand in the project's folder, then those that its tools keep elsewhere."""
    within = [".venv", "venv", os.path.join(".pixi", "envs", DEFAULT_PIXI)]
    uv = os.environ.get("UV_PROJECT_ENVIRONMENT")
    if uv and os.path.exists(os.path.join(folder, "uv.lock")):
        within.insert(0, uv)
    for name in within:
        executable = executable_in(os.path.join(folder, name))
        if executable:
            yield Interpreter(executable, f"of {os.path.join(folder, name)}", True)
    if os.path.exists(os.path.join(folder, "pyproject.toml")):
        for tool, prefix in (*_of_poetry(folder), *_of_hatch(folder)):
            executable = executable_in(prefix)
            if executable:
                yield Interpreter(executable, f"of {tool}")


def executable_in(prefix: str) -> str | None:
    """The interpreter of an environment."""
    names = ("Scripts/python.exe", "python.exe") if WINDOWS else ("bin/python", "bin/python3")
    paths = (os.path.join(os.path.abspath(prefix), *name.split("/")) for name in names)
    return next((path for path in paths if os.path.isfile(path)), None)


def _of_poetry(folder: str) -> Iterator[tuple[str, str]]:
    """``NAME-HASH-py3.11`` in poetry's cache; the hash is of the project's folder."""
    name = _project_name(folder)
    if name is None:
        return
    digest = hashlib.sha256(os.path.normcase(os.path.realpath(folder)).encode()).digest()
    hashed = base64.urlsafe_b64encode(digest).decode()[:8]
    cleaned = re.sub(r'[ $`!*@"\\\r\n\t]', "_", name.lower())[:42]
    cache = os.path.join(_cache("pypoetry"), "virtualenvs")
    yield from _listed("poetry", cache, f"{cleaned}-{hashed}-py")


def _of_hatch(folder: str) -> Iterator[tuple[str, str]]:
    """``NAME/HASH/NAME`` in hatch's data."""
    name = _project_name(folder)
    if name is None:
        return
    digest = hashlib.sha256(os.path.realpath(folder).encode()).digest()
    hashed = base64.urlsafe_b64encode(digest).decode()[:8]
    data = os.path.join(_data("hatch"), "env", "virtual", name, hashed)
    for environment in (name, "default"):
        yield "hatch", os.path.join(data, environment)


def _listed(tool: str, folder: str, start: str) -> Iterator[tuple[str, str]]:
    try:
        names = sorted(os.listdir(folder), reverse=True)
    except OSError:
        return
    yield from ((tool, os.path.join(folder, name)) for name in names if name.startswith(start))


def _project_name(folder: str) -> str | None:
    try:
        with open(os.path.join(folder, "pyproject.toml"), encoding="utf-8") as file:
            text = file.read(200_000)
    except (OSError, ValueError):
        return None
    match = re.search(r"""^\[(?:project|tool\.poetry)\][^\[]*?^name\s*=\s*["']([^"']+)["']""", text, re.M | re.S)
    return match[1] if match else None


def _cache(tool: str) -> str:
    if sys.platform == "darwin":
        return os.path.expanduser(f"~/Library/Caches/{tool}")
    if WINDOWS:
        return os.path.join(os.environ.get("LOCALAPPDATA", ""), tool, "Cache")
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), tool)


def _data(tool: str) -> str:
    if sys.platform == "darwin":
        return os.path.expanduser(f"~/Library/Application Support/{tool}")
    if WINDOWS:
        return os.path.join(os.environ.get("LOCALAPPDATA", ""), tool)
    return os.path.join(os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share"), tool)
