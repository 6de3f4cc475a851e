"""Bounds on what a program may cost us: steps, recursion, sizes. Carried by the machine, never global."""

from __future__ import annotations

from analyzers.stop import Stop, Stopped

MAXIMUM_COLLECTION = 100_000
MAXIMUM_STRING = 100_000
MAXIMUM_BITS = 20_000
MAXIMUM_CALL_DEPTH = 150
USUAL_CALL_DEPTH = 60
"""Calls nested deeper cost more steps: functions that call themselves twice end only there."""
MAXIMUM_WHILE = 20_000


class BudgetExceeded(Exception):
    """The program is larger than what is worth reading; the analysis of this target ends."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Enough(BudgetExceeded):
    """A trial run that has shown what it was made for."""

    def __init__(self) -> None:
        super().__init__("the rest of a trial run")


class Budget:
    """Steps left for one target. One is spent per statement, call and loop turn; what does so most often counts itself."""

    __slots__ = ("left", "stop", "total")

    def __init__(self, steps: int) -> None:
        self.total = steps
        self.left = steps
        self.stop = Stop()

    def spend(self, steps: int = 1) -> None:
        self.left = left = self.left - steps
        if left < 0 or self.stop.requested:
            self.end()

    def end(self) -> None:
        """Raises what ends the analysis."""
        if self.stop.requested:
            raise Stopped
        raise BudgetExceeded(f"the code takes more than {self.total:,} steps to follow")
