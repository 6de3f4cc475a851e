"""Layers of a framework that are built alike: what a constructor made of the same arguments before is copied.

A constructor that is written down here sets attributes of its object and nothing else, mostly numbers and parameters. Where
that is what it did – no code of the program's ran, nothing was reported, no other object is among the attributes – the next
object of the same class and arguments gets copies of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from analyzers.interpreter.instances import note_assignment
from analyzers.interpreter.values import Instance
from analyzers.tensors.tensor import Tensor

PLAIN = frozenset((int, float, bool, str, type(None)))
MAXIMUM_PROTOTYPES = 1_000
"""Of one class: who builds more kinds of one layer than that builds no two alike."""


class Prototype:
    """What a constructor left of an object: plain attributes and tables of tensors, in order."""

    __slots__ = ("assigned", "attributes", "is_read", "tables")

    def __init__(
        self, attributes: dict[str, Any], tables: dict[str, dict[str, Any]], assigned: list[str], is_read: bool
    ) -> None:
        self.attributes = attributes
        self.tables = tables
        self.assigned = assigned
        """Attributes of which it is remembered where they were assigned."""
        self.is_read = is_read

    def copy_to(self, instance: Instance) -> None:
        """Give a prepared object the same attributes; tensors are copied, for each has an identity of its own."""
        recorder = instance.machine.recorder
        attributes = instance.attributes
        for name, value in self.attributes.items():
            if name in self.tables:
                attributes[name].update(_copied(self.tables[name]))
            else:
                attributes[name] = value.copy() if type(value) is Tensor else value
        if self.assigned:
            site = instance.machine.site()
            for name in self.assigned:
                note_assignment(instance, name, site)
        if self.is_read:
            recorder.read.add(id(instance))


def key_of(native: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """What tells the calls of a constructor apart (``args`` with the object in front); None where arguments are not plain
    values or tuples of them. ``1``, ``1.0`` and ``True`` are different arguments."""
    given = (*args[1:], *kwargs.values())
    kinds = tuple(map(type, given))
    if not PLAIN.issuperset(kinds):
        inner: list[Any] = []
        for value, kind in zip(given, kinds):
            if kind is tuple:
                inner += (tuple(map(type, value)),)
                if not PLAIN.issuperset(inner[-1]):
                    return None
            elif kind not in PLAIN:
                return None
        kinds = (*kinds, *inner)
    return native, given, kinds, tuple(kwargs)


def has_copied(key: Any, instance: Instance) -> bool:
    """Whether an object of the class was built like this before, whose attributes the prepared one now has, too."""
    known = instance.class_.prototypes.get(key)
    if known is not None:
        known.copy_to(instance)
    return known is not None


@contextmanager
def kept(key: Any, instance: Instance) -> Iterator[None]:
    """What a constructor makes inside of a prepared object is remembered where a copy would do as well; not without a
    ``key``, nor where it raises."""
    machine = instance.machine
    tables = [name for name, value in instance.attributes.items() if type(value) is dict]
    before = machine.budget.left, len(machine.recorder.recorded_errors)
    yield
    is_alone = before == (machine.budget.left, len(machine.recorder.recorded_errors))
    is_known = instance.unknown_because is None and instance.payload is None and instance.state is None
    prototypes = instance.class_.prototypes
    if key is not None and is_alone and is_known and len(prototypes) < MAXIMUM_PROTOTYPES:
        made = _prototype(instance, tables)
        if made is not None:
            prototypes[key] = made


def _prototype(instance: Instance, prepared: list[str]) -> Prototype | None:
    recorder = instance.machine.recorder
    attributes, tables = dict(instance.attributes), {}
    for name in prepared:
        if type(attributes[name]) is not dict:
            return None
        tables[name], attributes[name] = attributes[name], None
    values = [value for part in (attributes, *tables.values()) for value in part.values()]
    tensors = [id(value) for value in values if type(value) is Tensor]
    if not all(map(_can_be_copied, values)) or len(set(tensors)) < len(tensors):
        return None
    copies = {name: _copied(entries) for name, entries in tables.items()}
    return Prototype(_copied(attributes), copies, list(instance.assigned_at), id(instance) in recorder.read)


def _can_be_copied(value: Any) -> bool:
    kind = type(value)
    if kind is tuple:
        return PLAIN.issuperset(map(type, value))
    return kind in PLAIN or (kind is Tensor and value.history is None)


def _copied(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.copy() if type(value) is Tensor else value for name, value in values.items()}
