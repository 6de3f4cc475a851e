"""The one way in which files of others are read: regular files of a bounded size, never waited for."""

from __future__ import annotations

import os
import stat


class NotReadable(OSError):
    """The file is a pipe or a device, or too large; ``strerror`` says which."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(None, reason, path)
        self.strerror = reason


def read_bytes(path: str, most: int) -> bytes:
    """The whole of a regular file. Raises OSError, also where it is none, or has more than ``most`` bytes."""
    _require_regular(path, os.stat(path))  # A device may act when it is opened.
    with open(path, "rb") as file:
        status = os.fstat(file.fileno())
        _require_regular(path, status)
        if status.st_size > most:
            raise NotReadable(path, f"larger than {_size_text(most)}")
        data = file.read(most + 1)
    if len(data) > most:
        raise NotReadable(path, f"larger than {_size_text(most)}")
    return data


def read_start(path: str, most: int) -> str:
    """The start of a regular file, up to so many bytes, as text. Raises OSError as :func:`read_bytes`."""
    _require_regular(path, os.stat(path))
    with open(path, "rb") as file:
        _require_regular(path, os.fstat(file.fileno()))
        return file.read(most).decode("utf-8", "replace")


def read_text(path: str, most: int) -> str:
    """The text of a regular file in UTF-8, what is none of it replaced. Raises OSError as :func:`read_bytes`."""
    return read_bytes(path, most).decode("utf-8", "replace")


def is_regular(path: str) -> bool:
    """Whether there is a regular file, at the end of a link too."""
    return _kind(path) == stat.S_IFREG


def is_regular_or_folder(path: str) -> bool:
    """Whether there is something that files are read from, at the end of a link too: no pipe, no device."""
    return _kind(path) in (stat.S_IFREG, stat.S_IFDIR)


def _kind(path: str) -> int | None:
    try:
        return stat.S_IFMT(os.stat(path).st_mode)
    except (OSError, ValueError):
        return None


def _require_regular(path: str, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(21, "is a directory", path)
    if not stat.S_ISREG(status.st_mode):
        raise NotReadable(path, "not a regular file")


def _size_text(count: int) -> str:
    return f"{count // 1_000_000} MB" if count >= 1_000_000 else f"{count // 1000} kB"
