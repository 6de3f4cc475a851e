"""Paths as seen from a folder, also where a machine has several drives."""

from __future__ import annotations

import os


def relative(path: str, folder: str | None = None) -> str:
    """A path from a folder, the working directory by default; absolute where none leads from one to the other: on
    another drive of Windows, or on a share."""
    try:
        return os.path.relpath(path, folder)
    except ValueError:
        return os.path.abspath(path)


def portable(path: str, folder: str | None = None) -> str:
    """The same with forward slashes, as files have it that are shared between machines."""
    return relative(path, folder).replace(os.sep, "/")


def is_inside(relative_path: str) -> bool:
    """Whether what :func:`relative` returns stays in the folder."""
    return not os.path.isabs(relative_path) and relative_path.split(os.sep, 1)[0] != os.pardir
