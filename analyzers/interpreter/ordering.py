"""``min``, ``max``, ``sorted``: the order of values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter import comparison
from analyzers.interpreter.expansion import require_small
from analyzers.interpreter.values import (
    MISSING,
    Instance,
)
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def _extreme(machine: Machine, values: tuple, key: Any, default: Any, kind: str) -> Any:
    items = machine.iterate(values[0]) if len(values) == 1 else list(values)
    if not items:
        if default is MISSING:
            raise ValueError(f"{kind}() of an empty sequence")
        return default
    best, best_key = items[0], _keyed(machine, items[0], key)
    order = "lt" if kind == "min" else "gt"
    for item in items[1:]:
        item_key = _keyed(machine, item, key)
        ahead = machine.truth(_compare(machine, order, item_key, best_key))
        if ahead is None:
            raise UnknownUsed(machine.unknown(f"the {kind} of values that are not all known"))
        if ahead:
            best, best_key = item, item_key
    return best


def _compare(machine: Machine, order: str, left: Any, right: Any) -> Any:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return machine.unknown("a order of unknown values")
    try:
        return comparison.ordered(machine, order, comparison.COMPARISONS[order], left, right)
    except UnknownUsed as used:
        return used.unknown


def _keyed(machine: Machine, item: Any, key: Any) -> Any:
    return item if key is None else machine.call(key, (item,))


def greatest(*values: Any, key: Any = None, default: Any = MISSING, machine: Machine) -> Any:
    return _extreme(machine, values, key, default, "max")


def least(*values: Any, key: Any = None, default: Any = MISSING, machine: Machine) -> Any:
    return _extreme(machine, values, key, default, "min")


def sorted_of(iterable: Any, *, key: Any = None, reverse: Any = False, machine: Machine) -> list:
    return sorted_values(machine, machine.iterate(iterable), key, reverse)


def sorted_values(machine: Machine, items: list[Any], key: Any, reverse: Any) -> list[Any]:
    """Sorted by known keys; otherwise UnknownUsed."""
    keys = [_keyed(machine, item, key) for item in items]
    keys = [k.payload if isinstance(k, Instance) and k.payload is not None else k for k in keys]
    for value in keys:
        if not isinstance(value, (int, float, str, bytes, tuple, list, set, frozenset, Instance, Ranked)):
            raise UnknownUsed(value if isinstance(value, Unknown) else machine.unknown("the order of values"))
    for key_ in keys:
        require_small(machine, key_)
    order = sorted(range(len(items)), key=keys.__getitem__, reverse=bool(reverse))
    return [items[i] for i in order]


class Ranked:
    """A key of ``functools.cmp_to_key``."""

    __slots__ = ("compare", "item", "machine")

    def __init__(self, machine: Machine, compare: Any, item: Any) -> None:
        self.machine = machine
        self.compare = compare
        self.item = item

    def __lt__(self, other: Ranked) -> bool:
        return self.machine.call(self.compare, (self.item, other.item)) < 0
