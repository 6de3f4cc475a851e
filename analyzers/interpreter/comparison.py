"""Comparisons: ``==``, ``<``, ``is``, ``in``."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import native_values, overlays
from analyzers.interpreter.bounded_operations import guarded
from analyzers.interpreter.capabilities import SupportsContains
from analyzers.interpreter.expansion import require_small
from analyzers.interpreter.iteration import unknown_element
from analyzers.interpreter.values import (
    MISSING,
    UNKNOWNS,
    BoundMethod,
    Class,
    HostMethod,
    Instance,
    MaybeMissing,
    NativeValue,
    UnknownTail,
)
from analyzers.tensors.dims import Expression, same
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


REFLECTED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "eq": "eq", "ne": "ne"}


NUMBERS = frozenset((int, float, bool))
PLAIN = NUMBERS | {str, type(None)}
"""What Python itself compares, whatever the program is."""
SETS = (set, frozenset)


TOTALS = {
    "lt": [("gt", True, True), ("ge", False, False), ("le", True, False)],
    "gt": [("lt", True, True), ("le", False, False), ("ge", True, False)],
    "le": [("lt", True, False), ("gt", False, False), ("ge", True, True)],
    "ge": [("lt", False, False), ("gt", True, False), ("le", True, True)],
}
"""Operator → (defined operator, operands swapped, the answer that means True)."""


def compare(machine: Machine, name: str, left: Any, right: Any) -> Any:
    """``left <op> right`` as True, False or Unknown; the operator as ``program.Compare`` has it."""
    if name in ("is", "is not"):
        known = identical(left, right)
        return machine.unknown("whether two unknown values are the same") if known is None else known is (name == "is")
    if name in ("in", "not in"):
        known = contains(machine, right, left)
        return known if isinstance(known, Unknown) else known is (name == "in")
    function = COMPARISONS[name]
    kind, other = type(left), type(right)
    if (kind is str and other is str) or (kind in NUMBERS and other in NUMBERS):
        return function(left, right)
    if isinstance(left, Unknown) and not isinstance(left, NativeValue):
        return left
    if isinstance(right, Unknown) and not isinstance(right, NativeValue):
        return right
    return ordered(machine, name, function, left, right)


def ordered(machine: Machine, name: str, function: Any, left: Any, right: Any) -> Any:
    if isinstance(left, NativeValue) or isinstance(right, NativeValue):
        answer = native_values.comparison(machine, name, REFLECTED[name], left, right)
        if answer is not NotImplemented:
            return answer
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _tensor_comparison(machine, name, left, right)
    if isinstance(left, Instance) or isinstance(right, Instance):
        return _instance_comparison(machine, name, function, left, right)
    if name in ("eq", "ne"):
        equal = equals(machine, left, right)
        return machine.unknown("whether two values are equal") if equal is None else equal is (name == "eq")
    unknown = unknown_element(left, right) if isinstance(left, SETS) and isinstance(right, SETS) else None
    require_small(machine, left, right)
    machine.budget.read(left, right)
    return guarded(machine, function, left, right) if unknown is None else unknown


def equals(machine: Machine, left: Any, right: Any) -> bool | None:
    """``left == right`` looked into containers; None where it is not known."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if isinstance(left, Expression) or isinstance(right, Expression):
        numbers = (int, Expression)
        return same(left, right) if isinstance(left, numbers) and isinstance(right, numbers) else False
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return _equal_sequences(machine, left, right)
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return True if left is right else None
    if isinstance(left, SETS) and isinstance(right, SETS) and unknown_element(left, right) is not None:
        return None
    if type(left) is type(right) is BoundMethod:
        return identical(left, right)
    try:
        if isinstance(left, dict) and isinstance(right, dict):
            return _equal_dicts(machine, left, right)
        require_small(machine, left, right)
        return bool(left == right)
    except (UnknownUsed, RecursionError):
        return None


def _equal_sequences(machine: Machine, left: Any, right: Any) -> bool | None:
    if isinstance(left, list) is not isinstance(right, list):
        return False
    if any(isinstance(v, UnknownTail) for v in (*left, *right)):
        return None
    if len(left) != len(right):
        return False
    machine.budget.spend(len(left))
    parts = [equals(machine, a, b) for a, b in zip(left, right)]
    if False in parts:
        return False
    return None if None in parts else True


def _equal_dicts(machine: Machine, left: dict, right: dict) -> bool | None:
    if left is right:
        return True
    if len(left) != len(right) or left.keys() != right.keys():
        return False
    machine.budget.spend(len(left))
    parts = [equals(machine, value, right[key]) for key, value in left.items()]
    if False in parts:
        return False
    return None if None in parts else True


def _tensor_comparison(machine: Machine, name: str, left: Any, right: Any) -> Any:
    if name == "eq" and any(isinstance(v, Tensor) and v.history is not None for v in (left, right)):
        return left is right  # Keras' symbolic tensors leave == as Python has it.
    if isinstance(left, Tensor):
        method, operands = overlays.METHODS.get(f"__{name}__"), (left, right)
    else:
        method, operands = overlays.METHODS.get(f"__{REFLECTED[name]}__"), (right, left)
    if not isinstance(operands[1], (Tensor, int, float, bool, Expression)):
        return name == "ne"
    return machine.call(method, operands) if method is not None else machine.unknown("a comparison of tensors")


def _instance_comparison(machine: Machine, name: str, function: Any, left: Any, right: Any) -> Any:
    for receiver, other, wanted in ((left, right, name), (right, left, REFLECTED[name])):
        if isinstance(receiver, Instance) and receiver.class_.find(f"__{wanted}__") is not MISSING:
            result = machine.call(machine.get_attribute(receiver, f"__{wanted}__"), (other,))
            if result is not NotImplemented:
                return result
    if name in ("eq", "ne"):
        equal = equals(machine, left, right)
        return machine.unknown("whether two values are equal") if equal is None else equal is (name == "eq")
    totalled = _totalled(machine, name, left, right)
    if totalled is not MISSING:
        return totalled
    left = left.payload if isinstance(left, Instance) else left
    right = right.payload if isinstance(right, Instance) else right
    if left is None or right is None:
        return machine.unknown("an ordering of objects")
    return guarded(machine, function, left, right)


def _totalled(machine: Machine, name: str, left: Any, right: Any) -> Any:
    """What ``functools.total_ordering`` makes of ``__lt__`` (or ``__gt__``) and ``__eq__``."""
    if not isinstance(left, Instance):
        return MISSING
    if not any(isinstance(c, Class) and c.traits.has_total_ordering for c in left.class_.mro):
        return MISSING
    for known, swapped, equal in TOTALS[name]:
        if left.class_.find(f"__{known}__") is not MISSING:
            operands = (right, left) if swapped else (left, right)
            found = ordered(machine, known, COMPARISONS[known], *operands)
            answer = machine.truth(found)
            return machine.unknown("an ordering of objects") if answer is None else answer is equal
    return MISSING


def identical(left: Any, right: Any) -> bool | None:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if left is right:
        return True
    if left is None or right is None:
        return False
    if type(left) is type(right) and isinstance(left, (int, str, float)):
        return left == right
    if isinstance(left, BoundMethod) and isinstance(right, BoundMethod):
        return left.function is right.function and left.receiver is right.receiver
    return isinstance(left, HostMethod) and isinstance(right, HostMethod) and left.name == right.name


def contains(machine: Machine, container: Any, item: Any) -> Any:
    """``item in container``."""
    if isinstance(container, Unknown):
        return container
    if isinstance(container, Instance):
        method = machine.get_attribute(container, "__contains__", default=MISSING)
        if method is not MISSING:
            result = machine.truth(machine.call(method, (item,)))
            return machine.unknown("membership of an object") if result is None else result
        container = container.payload if container.payload is not None else machine_iterate(machine, container)
        return container if isinstance(container, Unknown) else contains(machine, container, item)
    if isinstance(container, NativeValue):
        return native_values.call_special(machine, container, "__contains__", item)
    if isinstance(item, Unknown):
        return item
    if isinstance(container, Class) and container.traits.members is not None:
        return any(item is m for m in container.traits.members.values())
    if isinstance(container, (dict, set, frozenset)):
        return _hashed_member(machine, container, item)
    if isinstance(container, (str, bytes, range)):
        machine.budget.read(container)
        return guarded(machine, lambda c, i: i in c, container, item)
    if isinstance(container, (list, tuple)):
        return _sequence_member(machine, container, item)
    if isinstance(container, SupportsContains):
        return container.contains(item)
    items = machine_iterate(machine, container)
    return items if isinstance(items, Unknown) else _sequence_member(machine, items, item)


def machine_iterate(machine: Machine, value: Any) -> Any:
    try:
        return machine.iterate(value)
    except UnknownUsed as used:
        return used.unknown


def _hashed_member(machine: Machine, container: Any, item: Any) -> Any:
    try:
        if item in container:
            found = container[item] if isinstance(container, dict) else None
            return found if type(found) is MaybeMissing else True
    except TypeError as error:
        raise machine.exception("TypeError", str(error)) from None
    unknown = None
    if not UNKNOWNS.isdisjoint(map(type, container)):
        unknown = next(k for k in container if isinstance(k, Unknown))
    if unknown is None and isinstance(container, dict):
        unknown = container.get("**") if isinstance(container.get("**"), Unknown) else None
    if unknown is None:
        return machine.modules.registries.entry_to_come(container, item) is not MISSING
    return unknown


def _sequence_member(machine: Machine, container: Any, item: Any) -> Any:
    if type(item) in PLAIN and PLAIN.issuperset(map(type, container)):
        machine.budget.read(container)
        return item in container
    machine.budget.visit(len(container))
    unsure = None
    for element in container:
        equal = True if element is item else equals(machine, element, item)
        if equal:
            return True
        if equal is None:
            unsure = element
    if unsure is None:
        return False
    return unsure if isinstance(unsure, Unknown) else machine.unknown("membership among tensors")
