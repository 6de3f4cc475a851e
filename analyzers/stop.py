"""How an analysis that nobody waits for any more is ended."""

from __future__ import annotations


class Stop:
    """Set from another thread, it ends an analysis at its next step."""

    __slots__ = ("requested",)

    def __init__(self) -> None:
        self.requested = False


class Stopped(BaseException):
    """The analysis was told to stop; nothing in the engine may catch it."""
