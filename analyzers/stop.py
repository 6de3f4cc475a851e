"""How an analysis that nobody waits for any more, or that takes too long, is ended."""

from __future__ import annotations


class Stop:
    """Set from another thread, it ends an analysis at its next step."""

    __slots__ = ("piece", "requested")

    def __init__(self) -> None:
        self.requested: bool | str = False
        """True: nobody waits any more. A text: the piece that is followed now takes too much, and why."""

        self.piece = 0
        """Number of the piece that is followed now."""

    @property
    def nobody_waits(self) -> bool:
        """Whether the whole analysis is of no use any more; a piece that took too much ends by itself."""
        return self.requested is True

    def next_piece(self) -> None:
        self.piece += 1
        if type(self.requested) is str:
            self.requested = False

    def overdue(self, reason: str) -> None:
        """End what is followed now, not the whole analysis."""
        if not self.requested:
            self.requested = reason


class Stopped(BaseException):
    """The analysis was told to stop; nothing in the engine may catch it."""
