"""How large a value is for whoever follows every reference: hashing, ordering and comparing do, and so does Python itself."""

from __future__ import annotations

from typing import Any

from analyzers.unknown import PlainUnknown, UnknownUsed

MAXIMUM_NODES = 200_000
NESTING = (tuple, list, frozenset)


def require_small(*values: Any) -> None:
    """Raises UnknownUsed for what holds the same parts so often that Python itself would take very long over it."""
    for value in values:
        if isinstance(value, NESTING) and any(isinstance(item, NESTING) for item in value):
            _require_few(value)


def _require_few(value: Any) -> None:
    left = MAXIMUM_NODES
    waiting = [value]
    while waiting:
        held = waiting.pop()
        left -= len(held)
        if left < 0:
            raise UnknownUsed(PlainUnknown("a value that holds itself or others too often"))
        waiting.extend(item for item in held if isinstance(item, NESTING))


def hashable(items: Any) -> Any:
    """A tuple that may be hashed: raises as :func:`require_small`."""
    require_small(items)
    return items
