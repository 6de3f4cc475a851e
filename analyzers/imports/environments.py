"""Which environments may be meant by a file: those that are active, the project's, those its tools keep elsewhere.

What is read (their packages) and what is run (their interpreter, for a trace) is found in the same order. Found by looking
at folders; nothing is started.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from analyzers.imports.folders import ancestors, folder_of, listing, small_text

WINDOWS = os.name == "nt"
DEFAULT_PIXI = "default"
ACTIVE = "active"
LONGEST_PROJECT_FILE = 200_000
"""Bytes of a ``pyproject.toml`` in which the project's name is looked for."""
_NAME = re.compile(r"""^\[(?:project|tool\.poetry)\][^\[]*?^name\s*=\s*["']([^"'\n]+)["']""", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Environment:
    """``prefix`` is its folder, which need not exist; ``origin`` says who names it, ``from_project`` whether it stands in
    the project itself, which a stranger may have made."""

    prefix: str
    origin: str
    from_project: bool = False

    @property
    def is_active(self) -> bool:
        return self.origin.startswith(ACTIVE)


def environments(start: str) -> Iterator[Environment]:
    """The likeliest first; ``start`` is a file or folder."""
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if prefix := os.environ.get(variable):
            yield Environment(prefix, f"{ACTIVE} ({variable})")
    for folder in ancestors(folder_of(start)):
        yield from _of_project(folder)


def _of_project(folder: str) -> Iterator[Environment]:
    within = [".venv", "venv", os.path.join(".pixi", "envs", DEFAULT_PIXI)]
    uv = os.environ.get("UV_PROJECT_ENVIRONMENT")
    if uv and os.path.exists(os.path.join(folder, "uv.lock")):
        within.insert(0, uv)
    for name in within:
        prefix = os.path.join(folder, name)
        yield Environment(prefix, f"of {prefix}", True)
    name = _project_name(folder)
    if name is not None:
        yield from (Environment(prefix, "of poetry") for prefix in _of_poetry(folder, name))
        yield from (Environment(prefix, "of hatch") for prefix in _of_hatch(folder, name))


def _hashed(path: str) -> str:
    import base64
    import hashlib

    return base64.urlsafe_b64encode(hashlib.sha256(path.encode()).digest()).decode()[:8]


def _of_poetry(folder: str, name: str) -> Iterator[str]:
    """``NAME-HASH-py3.11`` in poetry's cache; the hash is of the project's folder."""
    hashed = _hashed(os.path.normcase(os.path.realpath(folder)))
    cleaned = re.sub(r'[ $`!*@"\\\r\n\t]', "_", name.lower())[:42]
    cache = os.path.join(_cache("pypoetry"), "virtualenvs")
    names = (entry for entry in reversed(listing(cache)) if entry.startswith(f"{cleaned}-{hashed}-py"))
    yield from (os.path.join(cache, entry) for entry in names)


def _of_hatch(folder: str, name: str) -> Iterator[str]:
    """``NAME/HASH/NAME`` in hatch's data."""
    hashed = _hashed(os.path.realpath(folder))
    data = os.path.join(_data("hatch"), "env", "virtual", name, hashed)
    yield from (os.path.join(data, environment) for environment in (name, "default"))


def _project_name(folder: str) -> str | None:
    match = _NAME.search(small_text(os.path.join(folder, "pyproject.toml"), LONGEST_PROJECT_FILE))
    return match[1] if match and not re.search(r"[/\\]|^\.+$", match[1]) else None


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
