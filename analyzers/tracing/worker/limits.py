"""What the worker and its children may use; none of it can be raised again from inside."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """On Linux the worker is killed when the thread that started it ends."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def limit(memory: int | None, seconds: float | None) -> None:
    """At most ``memory`` bytes beyond what is taken already, and ``seconds`` of processor time on each core: for C code
    that no signal reaches. Where the system has no such limits, only the parent's hold."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory is not None and sys.platform.startswith("linux"):
        _lower(resource, resource.RLIMIT_AS, address_space() + memory)
    if seconds is not None:
        import os

        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        _lower(resource, resource.RLIMIT_CPU, int(used + seconds * (os.cpu_count() or 1)) + 1)


def _lower(resource: object, kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]  # type: ignore[attr-defined]
    with contextlib.suppress(ValueError, OSError):
        if hard < 0 or value < hard:
            resource.setrlimit(kind, (value, hard if hard >= 0 else -1))  # type: ignore[attr-defined]


def address_space() -> int:
    """Bytes of address space that are taken now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        import os

        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
