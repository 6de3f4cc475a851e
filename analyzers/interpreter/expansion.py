"""How large a value is for whoever follows every reference: hashing, ordering and comparing do, and so does Python itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.unknown import PlainUnknown, UnknownUsed
from analyzers.vocabulary import MAXIMUM_RANK

if TYPE_CHECKING:
    from analyzers.interpreter.budget import Budget
    from analyzers.interpreter.machine import Machine

MAXIMUM_NODES = 200_000
NESTING = (tuple, list, frozenset)
HASHED = (tuple, frozenset)


def require_small(machine: Machine, *values: Any) -> None:
    """Raises UnknownUsed for what holds the same parts so often that Python itself would take very long over it."""
    for value in values:
        if isinstance(value, NESTING) and any(isinstance(item, NESTING) for item in value):
            _require_few(machine.budget, value, NESTING)


def _require_few(budget: Budget, value: Any, nesting: tuple[type, ...]) -> None:
    left = MAXIMUM_NODES
    waiting = [value]
    while waiting:
        held = waiting.pop()
        left -= len(held)
        if left < 0:
            break
        waiting.extend(item for item in held if isinstance(item, nesting))
    budget.visit(MAXIMUM_NODES - max(left, 0))
    if left < 0:
        raise UnknownUsed(PlainUnknown("a value that holds itself or others too often"))


def hashable(machine: Machine, items: Any) -> Any:
    """A tuple or set that may be hashed: raises as :func:`require_small`. A list inside is not looked into."""
    if any(isinstance(item, HASHED) for item in items):
        _require_few(machine.budget, items, HASHED)
    return items


def elements_of(data: Any) -> int:
    """How many numbers rows of rows hold, as many in each as in the first."""
    count = 1
    for _ in range(MAXIMUM_RANK):
        if not isinstance(data, (list, tuple)) or not data:
            break
        count, data = count * len(data), data[0]
    return count
