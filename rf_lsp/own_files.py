"""The one way in which files are written: never through a link in their place, never waited for, whole or not at all.

``SYSTEM`` is what is asked of the system for that; tests put a file system in its place that fails.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
from typing import Any

_ONLY_OWN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


class System:
    """The calls that change files."""

    open = staticmethod(os.open)
    write = staticmethod(os.write)
    flush = staticmethod(os.fsync)
    replace = staticmethod(os.replace)
    unlink = staticmethod(os.unlink)


SYSTEM: Any = System()
STREAMS = ("/dev/", "/proc/")
"""Below these, a link stands for a stream of the process that somebody names: ``/dev/stdout``."""


def read(path: str, most: int) -> bytes:
    """The bytes of a file; none where it is a link or no file, has more than ``most`` bytes or cannot be read."""
    try:
        with os.fdopen(_opened(path, os.O_RDONLY), "rb") as file:
            return file.read() if os.fstat(file.fileno()).st_size <= most else b""
    except (OSError, ValueError):
        return b""


def create(path: str, data: bytes) -> None:
    """Write a file unless there is something of its name."""
    with contextlib.suppress(FileExistsError):
        _write_new(path, data)


def append(path: str, data: bytes) -> bool:
    """Add to the end of a file; whether all of it was written."""
    try:
        handle = _opened(path, os.O_WRONLY | os.O_APPEND)
    except OSError:
        return False
    try:
        return SYSTEM.write(handle, data) == len(data)
    except OSError:
        return False
    finally:
        os.close(handle)


def replace(path: str, data: bytes) -> None:
    """Write beside and rename, so that nobody ever sees half a file. Raises OSError."""
    beside = f"{path}.{os.getpid()}.{secrets.token_hex(4)}.tmp"
    _put(beside, path, data)


def write(path: str, data: bytes) -> None:
    """Write a file that somebody named, anew if it is there. Raises OSError, also for a link to a file and for what is
    neither a file nor a stream; then the file is as it was."""
    if path.startswith(STREAMS) or (not os.path.islink(path) and _is_stream(path)):
        with open(path, "wb") as stream:
            stream.write(data)
        return
    if os.path.islink(path):
        raise OSError(errno.ELOOP, "it is a link")
    rewrite(path, data) if os.path.lexists(path) else _put(_beside(path), path, data, 0o666)


def rewrite(path: str, data: bytes) -> None:
    """Put other contents into a file that is there; its mode, owner and attributes stay. Raises OSError, also for what
    would be lost otherwise, such as a further name of the file: then nothing is changed."""
    status = os.lstat(path)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no file")
    if status.st_nlink > 1:
        raise OSError(errno.EMLINK, "it has other names (hard links)")
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "it is read-only")
    _put(_beside(path), path, data, 0o600, like=status)


def _beside(path: str) -> str:
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name[:100]}.{secrets.token_hex(4)}.rf-lsp.tmp")


def _put(beside: str, path: str, data: bytes, mode: int = 0o600, like: os.stat_result | None = None) -> None:
    made = False
    try:
        made = True
        _write_new(beside, data, mode)
        if like is not None:
            _keep(beside, path, like)
        SYSTEM.replace(beside, path)
    except BaseException:
        if made:
            with contextlib.suppress(OSError):
                os.unlink(beside)
        raise


def _keep(beside: str, path: str, like: os.stat_result) -> None:
    """Owner, mode and attributes."""
    made = os.stat(beside)
    if hasattr(os, "chown") and (made.st_uid, made.st_gid) != (like.st_uid, like.st_gid):
        try:
            os.chown(beside, like.st_uid, like.st_gid)
        except OSError:
            if made.st_uid != like.st_uid:
                raise PermissionError(errno.EPERM, "it belongs to somebody else") from None
    shutil.copystat(path, beside)
    os.utime(beside)


def _write_new(path: str, data: bytes, mode: int = 0o600) -> None:
    handle = _opened(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        left = memoryview(data)
        while left:
            left = left[SYSTEM.write(handle, left) :]
        SYSTEM.flush(handle)
    finally:
        os.close(handle)


def _is_stream(path: str) -> bool:
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def touch(path: str) -> None:
    """Let a file be one that was used just now."""
    with contextlib.suppress(OSError):
        if not os.path.islink(path):
            os.utime(path)


def _opened(path: str, flags: int, mode: int = 0o600) -> int:
    """Raises OSError also for what is no file, such as a pipe."""
    handle = SYSTEM.open(path, flags | _ONLY_OWN, mode)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no file")
    return handle
