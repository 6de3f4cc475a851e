"""Objects that either branch of a condition may have made: one that stands for both, where they are built alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.state import State, names_of
from analyzers.interpreter.values import BoundMethod, Function, Instance, Partial
from analyzers.tensors.field import Field
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import PlainUnknown, Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

MAXIMUM_PARTS = 100_000
"""Values of two objects that are compared; networks have some thousands."""
PLAIN = (int, float, str, bool, bytes, type(None))


class Likeness:
    """Compares two objects part by part. Objects of the program's own classes may differ in plain attributes
    (``pretrained``), which are collected; layers of a framework may not, nor may anything in what is registered."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.differing: list[tuple[dict, str]] = []
        """Attributes of objects on the left that are others on the right."""
        self._met: dict[int, Any] = {}
        self._parts = 0

    def of(self, left: Any, right: Any) -> bool:
        """Whether whatever is done with one gives what it gives with the other."""
        self._parts += 1
        if left is right:
            return True
        if type(left) is not type(right) or self._parts > MAXIMUM_PARTS or isinstance(left, Unknown):
            return False
        if isinstance(left, PLAIN):
            return left == right
        if id(left) in self._met:
            return self._met[id(left)] is right
        self._met[id(left)] = right
        return self._of_kind(left, right)

    def _of_kind(self, left: Any, right: Any) -> bool:
        if isinstance(left, Tensor):
            return _are_alike(left, right)
        if isinstance(left, Instance):
            return self._of_objects(left, right)
        if isinstance(left, dict):
            return list(left) == list(right) and all(self.of(left[key], right[key]) for key in left)
        if isinstance(left, (list, tuple)):
            return len(left) == len(right) and all(map(self.of, left, right))
        if isinstance(left, State):
            return all(self.of(getattr(left, name), getattr(right, name)) for name in names_of(type(left)))
        if isinstance(left, Function):
            return left.node is right.node and left.scope is right.scope
        if isinstance(left, BoundMethod):
            return self.of(left.receiver, right.receiver) and self.of(left.function, right.function)
        if isinstance(left, Partial):
            parts = (left.function, left.args, left.keywords), (right.function, right.args, right.keywords)
            return self.of(*parts)
        return not isinstance(left, set) and _equal(left, right)

    def _of_objects(self, left: Instance, right: Instance) -> bool:
        if left.class_ is not right.class_ or left.unknown_because is not None or right.unknown_because is not None:
            return False
        if any(self.machine.possible_change(value) is not None for value in (left, right)):
            return False
        same_parts = self.of(left.payload, right.payload) and self.of(left.state, right.state)
        return same_parts and left.attributes.keys() == right.attributes.keys() and self._of_attributes(left, right)

    def _of_attributes(self, left: Instance, right: Instance) -> bool:
        own = left.class_.host is None
        for name, value in left.attributes.items():
            other = right.attributes[name]
            if self.of(value, other):
                continue
            if not own or not isinstance(value, PLAIN) or not isinstance(other, PLAIN):
                return False
            self.differing.append((left.attributes, name))
        return True


def _are_alike(left: Tensor, right: Tensor) -> bool:
    same_kind = (left.shape, left.dtype, left.parameter, left.trainable) == (
        right.shape,
        right.dtype,
        right.parameter,
        right.trainable,
    )
    return same_kind and left.content == right.content and left.field is right.field is Field.EMPTY


def _equal(left: Any, right: Any) -> bool:
    return type(left).__eq__ is not object.__eq__ and bool(left == right)


def joined_object(machine: Machine, left: Instance, right: Instance, reason: str) -> Instance | None:
    """The left object, what differs on the right unknown in it; None where they are not built alike."""
    likeness = Likeness(machine)
    if not likeness.of(left, right):
        return None
    for attributes, name in likeness.differing:
        machine.journal.touch(attributes)
        attributes[name] = PlainUnknown(reason, machine.site())
    machine.recorder.read.add(id(right))
    return left


__all__ = ["PLAIN", "joined_object"]
