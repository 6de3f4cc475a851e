"""Files that this program keeps for itself: never reached through a link in their place, never waited for."""

from __future__ import annotations

import contextlib
import errno
import os
import stat

_ONLY_OWN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


def read(path: str, most: int) -> bytes:
    """The bytes of a file; none where it is a link or no file, has more than ``most`` bytes or cannot be read."""
    try:
        with os.fdopen(_opened(path, os.O_RDONLY), "rb") as file:
            return file.read() if os.fstat(file.fileno()).st_size <= most else b""
    except (OSError, ValueError):
        return b""


def create(path: str, data: bytes) -> None:
    """Write a file unless there is something of its name."""
    with (
        contextlib.suppress(FileExistsError),
        os.fdopen(_opened(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file,
    ):
        file.write(data)


def append(path: str, data: bytes) -> bool:
    """Add to the end of a file; whether all of it was written."""
    try:
        with os.fdopen(_opened(path, os.O_WRONLY | os.O_APPEND), "wb", buffering=0) as file:
            return file.write(data) == len(data)
    except OSError:
        return False


def replace(path: str, data: bytes) -> None:
    """Write beside and rename, so that nobody ever sees half a file. Raises OSError."""
    beside = f"{path}.{os.getpid()}.tmp"
    try:
        with os.fdopen(_opened(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
            file.write(data)
        os.replace(beside, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise


def write(path: str, data: bytes) -> None:
    """Write a file that somebody named, anew if it is there. Raises OSError, also for a link and for what is no file."""
    with os.fdopen(_opened(path, os.O_WRONLY | os.O_CREAT, 0o666), "wb") as file:
        file.truncate()
        file.write(data)


def touch(path: str) -> None:
    """Let a file be one that was used just now."""
    with contextlib.suppress(OSError):
        if not os.path.islink(path):
            os.utime(path)


def _opened(path: str, flags: int, mode: int = 0o600) -> int:
    """Raises OSError also for what is no file, such as a pipe."""
    handle = os.open(path, flags | _ONLY_OWN, mode)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no file")
    return handle
