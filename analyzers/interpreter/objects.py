"""How interpreted objects behave inside Python's own containers: equality, hash, order, index.

Dictionaries, sets and ``sorted`` of the interpreted program are Python's own; they ask these.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import comparison
from analyzers.interpreter.values import MISSING, BoundMethod, Function, Instance
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

_HASHED = (int, float, str, bytes, tuple, frozenset)


def _method(value: Instance, name: str) -> BoundMethod | None:
    found = value.class_.find(name)
    return BoundMethod(value, found) if type(found) is Function or type(found) is FunctionType else None


def _known(machine: Machine, result: Any) -> bool:
    known = machine.truth(result)
    if known is None:
        raise UnknownUsed(result if isinstance(result, Unknown) else machine.unknown("a comparison"))
    return known


def is_equal(machine: Machine, value: Instance, other: Any) -> bool:
    """``value == other`` as the class of either says, else by the values they carry, else identity."""
    for receiver, argument in ((value, other), (other, value)):
        method = _method(receiver, "__eq__") if isinstance(receiver, Instance) else None
        if method is not None:
            result = machine.call(method, (argument,))
            if result is not NotImplemented:
                return _known(machine, result)
    if value.payload is None:
        return False
    return bool(value.payload == (other.payload if isinstance(other, Instance) else other))


def is_less(machine: Machine, left: Any, right: Any) -> bool:
    """``left < right``; raises UnknownUsed where it is not known."""
    return _known(machine, comparison.compare(machine, "lt", left, right))


def hash_of(machine: Machine, value: Instance) -> int:
    method = _method(value, "__hash__")
    if method is not None:
        found = machine.call(method)
        if isinstance(found, Unknown):
            raise UnknownUsed(found)
        return hash(found)
    payload = value.payload
    return hash(payload) if isinstance(payload, _HASHED) else id(value) >> 4


def index_of(machine: Machine, value: Instance) -> int:
    """``operator.index``: raises TypeError where the object is no whole number."""
    if isinstance(value.payload, int):
        return int(value.payload)
    if value.class_.find("__index__") is MISSING:
        raise TypeError(f"{value.class_.name} object cannot be interpreted as an integer")
    found = machine.call(machine.get_attribute(value, "__index__"))
    if isinstance(found, Unknown):
        raise UnknownUsed(found)
    return found
