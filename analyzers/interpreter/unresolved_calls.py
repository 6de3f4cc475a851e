"""Calls of what is not known: they may have changed whatever they were given by reference."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.capabilities import KeepsValues, SupportsAttributeAssignment
from analyzers.interpreter.framework import is_module
from analyzers.interpreter.scope import restore
from analyzers.interpreter.values import Class, Instance, MaybeMissing, UnknownTail
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import NotModelled, Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

MAXIMUM_DEPTH = 5
"""How deep in what it is given a call is taken to reach."""
CONTAINERS = (list, dict, set, deque)
DATA = frozenset((int, float, bool, str, tuple, list, dict, set, type(None)))


def call_unresolved(machine: Machine, function: Unknown, args: list[Any], kwargs: dict[str, Any]) -> Unknown:
    """What comes out of the call is not known, nor is what it may have changed any longer."""
    if not isinstance(function, NotModelled):
        reason = f"a call that is not known may have changed it: {function.reason}"
        change(machine, reason, [*args, *kwargs.values()])
    return function.used()


def change(machine: Machine, reason: str, values: Iterable[Any]) -> None:
    """Something that could not be followed may have changed these values."""
    _Change(machine, reason).of(values, 0)


class _Change:
    """One thing that could not be followed, and what it has been found to reach."""

    def __init__(self, machine: Machine, reason: str) -> None:
        self.machine = machine
        self.reason = reason
        self.seen: set[int] = set()

    def of(self, values: Iterable[Any], depth: int) -> None:
        for value in values:
            if isinstance(value, (*CONTAINERS, tuple, Instance)) and id(value) not in self.seen:
                self.seen.add(id(value))
                self._of(value, depth)
            elif isinstance(value, KeepsValues):
                self.of([value.values], depth)
            elif isinstance(value, Tensor):
                value.forget_content()

    def _of(self, value: Any, depth: int) -> None:
        if depth < MAXIMUM_DEPTH and not is_module(value):
            held = list(_held(value))
            self.machine.budget.visit(len(held))
            self.of(held, depth + 1)
        if isinstance(value, Instance):
            self._of_object(value)
        elif not isinstance(value, (tuple, SupportsAttributeAssignment)):
            self._of_container(value)

    def _of_object(self, value: Instance) -> None:
        machine = self.machine
        if is_module(value):
            machine.journal.touch(machine.changed)
            machine.changed[id(value)] = (value, machine.unknown(self.reason))
            return
        if value.class_.traits.members is not None or value.class_.traits.is_frozen:
            return
        machine.journal.touch(value.attributes)
        for name, held in {**_defaults(value), **value.attributes}.items():
            if not is_module(held):
                value.attributes[name] = machine.unknown(self.reason)

    def _of_container(self, value: Any) -> None:
        machine = self.machine
        machine.journal.touch(value)
        site = machine.site()
        if isinstance(value, dict):
            value.update({key: MaybeMissing(self.reason, site) for key in value})
            value["**"] = machine.unknown(self.reason)
        elif isinstance(value, set):
            restore(value, {machine.unknown(self.reason)})
        else:
            restore(value, [UnknownTail(self.reason, site)])


def _defaults(value: Instance) -> dict[str, Any]:
    """Plain values that the class keeps for its objects: one that is changed may have others of its own."""
    classes = [class_ for class_ in reversed(value.class_.mro) if isinstance(class_, Class)]
    return {n: v for class_ in classes for n, v in class_.namespace.items() if type(v) in DATA and n[:2] != "__"}


def _held(value: Any) -> Iterable[Any]:
    if isinstance(value, Instance):
        return (*value.attributes.values(), value.payload)
    return value.values() if isinstance(value, dict) else value
