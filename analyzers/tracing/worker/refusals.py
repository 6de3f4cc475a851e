"""Programs and connections are refused unless allowed: asked by Python itself, before they start (audit events)."""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

PROGRAMS = frozenset(
    "subprocess.Popen os.system os.exec os.posix_spawn os.spawn os.startfile os.fork os.forkpty pty.spawn".split()
)
CONNECTIONS = frozenset(
    "socket.connect socket.bind socket.getaddrinfo socket.gethostbyname socket.gethostbyaddr socket.getnameinfo"
    " socket.sendto socket.sendmsg".split()
)
LONGEST = 120


class Refused(PermissionError):
    """Something that the person who asked for the trace has not allowed."""


class Refusals:
    """The hook cannot be taken away again; it works while ``active``."""

    def __init__(self) -> None:
        self.active = False
        self.allowed: frozenset[str] = frozenset()
        self.met: list[str] = []
        """What was refused, in words."""
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.active:
            return
        if event in PROGRAMS and "programs" not in self.allowed:
            self._refuse(f"starting a program ({self._program(event, arguments)})", "programs")
        elif event in CONNECTIONS and "network" not in self.allowed:
            self._refuse(f"a connection ({_address(arguments)})", "network")

    def _refuse(self, what: str, kind: str) -> None:
        if what not in self.met:
            self.met.append(what)
        raise Refused(errno.EPERM, f"{what} is refused; --allow {kind} permits it")

    @staticmethod
    def _program(event: str, arguments: tuple[Any, ...]) -> str:
        if event in ("os.fork", "os.forkpty"):
            return "a copy of itself, " + event
        if event == "subprocess.Popen" and len(arguments) > 1:
            given = arguments[1]
            words = given if isinstance(given, (list, tuple)) else [given]
            return " ".join(map(_text, words))[:LONGEST]
        return _text(arguments[0] if arguments else event)[:LONGEST]


def _text(value: Any) -> str:
    try:
        return os.fsdecode(value)
    except TypeError:
        return str(value)


def _address(arguments: tuple[Any, ...]) -> str:
    named = [value for value in arguments if isinstance(value, (str, bytes, tuple))]
    return _text(named[0])[:LONGEST] if named else "somewhere"
