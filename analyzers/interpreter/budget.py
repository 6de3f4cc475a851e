"""Bounds on what a program may cost us: steps, recursion, sizes, memory. Carried by the machine, never global."""

from __future__ import annotations

from time import thread_time
from typing import Any

from analyzers.stop import Stop, Stopped
from analyzers.unknown import Unknown, UnknownUsed

MAXIMUM_COLLECTION = 100_000
MAXIMUM_STRING = 100_000
MAXIMUM_BITS = 20_000
MAXIMUM_CALL_DEPTH = 150
USUAL_CALL_DEPTH = 60
"""Calls nested deeper cost more steps: functions that call themselves twice end only there."""
MAXIMUM_WHILE = 20_000
SIZED = frozenset((str, bytes, list, tuple, dict, set, frozenset))
"""Plain values that can be large."""
SLOW = 0.05
"""Seconds of one call from which on it is charged by its time: what it works on is large in a way that its arguments do
not show, such as a set of pixels or a polynomial. Longer than a busy machine lets a thread wait, so that what programs
cost does not depend on what else runs."""
STEPS_PER_SECOND = 25_000
"""Half of what is followed in that time on a slow machine: what runs on one runs on another."""
MAXIMUM_OPERANDS = 5_000
STEPS_PER_OPERAND = 5
STEPS_PER_EXCEPTION = 8
"""What raising one costs, and finding out who catches it or what to say of it."""
SEQUENCES = frozenset((list, tuple))
SMALL = 64
"""Elements that cost no more than the step that makes them."""
ELEMENTS_PER_STEP = 64
"""What Python copies, compares or looks through itself in the time of a step."""
VISITS_PER_STEP = 8
"""Elements that code of ours looks at one by one in that time."""
NUMBERS_PER_STEP = 16
BYTES_PER_ELEMENT = 16
STEPS_PER_FILE = 15_000_000
"""Twice what the files of the largest libraries of models take."""
MAXIMUM_BYTES = 160_000_000
"""What the collections and texts that the code of a file makes may take in all."""


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
    """Steps left for one target. One is spent per statement, call and loop turn; what does so most often counts itself.
    What works on many elements at once spends by their number (``visit``, ``made``)."""

    __slots__ = ("asked", "granted", "left", "of_file", "room", "stop", "total")

    def __init__(self, steps: int) -> None:
        self.total = steps
        self.left = steps
        self.granted = steps
        self.asked = 0.0
        """The thread's own time when it was asked for last: that takes long by itself."""
        self.of_file = STEPS_PER_FILE
        self.room = MAXIMUM_BYTES
        self.stop = Stop()

    def refill(self, steps: int) -> None:
        """A new piece of the file's code starts, with so many steps of its own, as far as there are any left."""
        self.of_file -= max(self.granted - self.left, 0)
        self.left = self.granted = min(steps, self.of_file)
        self.stop.next_piece()

    def visit(self, elements: int) -> None:
        """So many elements are looked at one by one."""
        if elements > SMALL:
            self.spend(elements // VISITS_PER_STEP)

    def numbers(self, count: int) -> None:
        """Framework knowledge takes so many numbers, one after the other: their kinds, their values, their places."""
        if count > SMALL:
            self.spend(count // NUMBERS_PER_STEP)

    def read(self, *values: Any) -> None:
        """Python itself looks through plain values."""
        for value in values:
            if type(value) in SIZED and len(value) > SMALL:
                self.spend(len(value) // ELEMENTS_PER_STEP)

    def operands(self, tensors: int) -> None:
        """One operation on so many tensors. Raises UnknownUsed for more than are worth following."""
        if tensors > MAXIMUM_OPERANDS:
            raise UnknownUsed(Unknown(f"an operation on more than {MAXIMUM_OPERANDS:,} tensors"))
        self.spend(tensors * STEPS_PER_OPERAND)

    def took(self, seconds: float, before: int) -> None:
        """A call took longer than calls do; ``before`` it so many steps were left. What the machine did meanwhile for others
        is not charged."""
        now = thread_time()
        seconds, self.asked = min(seconds, now - self.asked), now
        due = int(seconds * STEPS_PER_SECOND) - (before - self.left)
        self.left -= max(due, 0)
        if self.left < 0:
            self.end()

    def made(self, value: Any) -> None:
        """A plain value is made anew: that takes time by its size, and memory."""
        kind = type(value)
        if kind not in SIZED or (size := len(value)) <= SMALL:
            return
        self.spend(size // ELEMENTS_PER_STEP)
        self.room -= size if kind is str or kind is bytes else size * BYTES_PER_ELEMENT
        if self.room < 0:
            raise BudgetExceeded(f"the code makes more than {MAXIMUM_BYTES // 1_000_000} MB of values")

    def spend(self, steps: int = 1) -> None:
        self.left = left = self.left - steps
        if left < 0 or self.stop.requested:
            self.end()

    def end(self) -> None:
        """Raises what ends the analysis."""
        requested = self.stop.requested
        if type(requested) is str:
            raise BudgetExceeded(requested)
        if requested:
            raise Stopped
        raise BudgetExceeded(f"the code takes more than {self.total:,} steps to follow")
