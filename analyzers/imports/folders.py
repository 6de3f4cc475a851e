"""Folders above a file, and the small files by which an environment is known."""

from __future__ import annotations

import os
from collections.abc import Iterator

from analyzers.source.gate import read_start


def ancestors(folder: str) -> Iterator[str]:
    """The folder and those above it."""
    folder = os.path.abspath(folder)
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def folder_of(path: str) -> str:
    """The folder that a file stands in; a folder itself."""
    path = os.path.abspath(path)
    return path if os.path.isdir(path) else os.path.dirname(path)


def small_text(path: str, limit: int) -> str:
    """The start of a regular file, up to so many bytes; empty for what is none (a pipe, a device) or cannot be read."""
    try:
        return read_start(path, limit)
    except (OSError, ValueError):
        return ""


def listing(folder: str) -> list[str]:
    """The names in a folder, sorted; none where it cannot be read."""
    try:
        return sorted(os.listdir(folder))
    except (OSError, ValueError):
        return []
