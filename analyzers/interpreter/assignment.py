"""Assignments: to names, attributes, items; unpacking; deletion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import attribute_setting, operators, subscripts
from analyzers.interpreter.capabilities import OpenList
from analyzers.interpreter.execution import evaluate, evaluate_whole
from analyzers.interpreter.expressions import attribute_name, spread
from analyzers.interpreter.scope import Frame
from analyzers.interpreter.values import (
    UnknownTail,
)
from analyzers.source import program
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def _assign(machine: Machine, frame: Frame, node: program.Assign) -> None:
    value = evaluate_whole(machine, frame, node.value)
    frame.node = node
    for target in node.targets:
        assign(machine, frame, target, value)


def _annotated(machine: Machine, frame: Frame, node: program.AnnAssign) -> None:
    if frame.scope.is_class and isinstance(node.target, program.Name):
        notes = frame.scope.names.setdefault("__annotations__", {})
        notes[node.target.id] = _annotation_kind(node.annotation)
    if node.value is not None:
        assign(machine, frame, node.target, evaluate_whole(machine, frame, node.value))


KINDS_OF_FIELDS = frozenset(("ClassVar", "InitVar", "KW_ONLY"))
"""Annotations by which a dataclass knows what is no field of its objects."""


def _annotation_kind(node: Any) -> str:
    if isinstance(node, program.Subscript):
        node = node.value
    name = getattr(node, "attr" if isinstance(node, program.Attribute) else "id", "")
    return name if name in KINDS_OF_FIELDS else ""


def _augmented(machine: Machine, frame: Frame, node: program.AugAssign) -> None:
    current = evaluate(machine, frame, node.target)
    value = evaluate(machine, frame, node.value)
    kind = node.operator
    frame.node = node
    if isinstance(current, list) and kind == "add":
        machine.journal.touch(current)
        current.extend(spread(machine, value))
        result: Any = current
    elif isinstance(current, (dict, set)) and kind == "or" and isinstance(value, (dict, set)):
        machine.journal.touch(current)
        current.update(value)
        result = current
    else:
        result = operators.binary(machine, kind, current, value, in_place=True)
        if frame.module.is_watched:
            machine.recorder.evaluations.note(frame, node, result, is_whole=True)
    assign(machine, frame, node.target, result)


def assign(machine: Machine, frame: Frame, target: Any, value: Any) -> None:
    """Bind a value to a target: a name, attribute, subscript, or a tuple of them."""
    kind = type(target)
    if kind is program.Name:
        assign_name(machine, frame, target.id, value)
    elif kind is program.Attribute:
        owner = evaluate(machine, frame, target.value)
        machine.set_attribute(owner, attribute_name(frame, target), value)
    elif kind is program.Subscript:
        owner = evaluate(machine, frame, target.value)
        subscripts.set_item(machine, owner, evaluate(machine, frame, target.key), value)
    elif kind in (program.Tuple, program.List):
        _unpack(machine, frame, target.elements, value)
    elif kind is program.Starred:
        assign(machine, frame, target.value, value)


def assign_name(machine: Machine, frame: Frame, name: str, value: Any) -> None:
    owner = frame.scope.owner_of(name)
    if owner is None:
        frame.module.assign(name, value)
        return
    machine.journal.touch(owner.names)
    owner.names[name] = value


def _unpack(machine: Machine, frame: Frame, elements: Any, value: Any) -> None:
    values = _unpacked(machine, frame, elements, value)
    for element, item in zip(elements, values):
        assign(machine, frame, element, item)


def _unpacked(machine: Machine, frame: Frame, elements: Any, value: Any) -> Sequence[Any]:
    wanted = len(elements)
    if _is_plain_pairing(elements, value):
        return value
    star = next((i for i, e in enumerate(elements) if type(e) is program.Starred), None)
    if type(value) in (int, float):
        return _not_several(machine, value, wanted)
    if isinstance(value, Tensor):
        machine.recorder.open_ends.read_items(value, wanted)
    try:
        items = machine.iterate(value)
    except UnknownUsed as used:
        return [machine.unknown(used.unknown.reason) if used.unknown.place is None else used.unknown] * wanted
    if star is not None:
        after = wanted - star - 1
        if len(items) >= wanted - 1:
            return [*items[:star], items[star : len(items) - after], *items[len(items) - after :]]
    elif len(items) == wanted:
        return items
    if isinstance(value, OpenList) and len(items) < wanted:
        return [machine.unknown("what the command line gives")] * wanted
    return _cannot_unpack(machine, value, wanted, len(items))


def _is_plain_pairing(elements: Any, value: Any) -> bool:
    same = type(value) is tuple and len(value) == len(elements)
    return same and UnknownTail not in map(type, value) and program.Starred not in map(type, elements)


def _cannot_unpack(machine: Machine, value: Any, wanted: int, got: int) -> list[Any]:
    from analyzers.tensors.errors import OperationError

    message = f"{_counted(wanted, 'name is', 'names are')} unpacked from {_counted(got, 'value', 'values')}"
    error = OperationError("dimension-out-of-range", message, exception="ValueError", names=wanted, values=got)
    problem = machine.problem(error)
    return [problem] * wanted


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def _not_several(machine: Machine, value: Any, wanted: int) -> list[Any]:
    from analyzers.tensors.errors import OperationError

    message = f"{_counted(wanted, 'name is', 'names are')} unpacked from the number {value}"
    return [machine.problem(OperationError("dimension-out-of-range", message, exception="TypeError"))] * wanted


def _delete(machine: Machine, frame: Frame, node: program.Delete) -> None:
    for target in node.targets:
        if isinstance(target, program.Name):
            machine.journal.touch(frame.scope.names)
            frame.scope.names.pop(target.id, None)
        elif isinstance(target, program.Attribute):
            attribute_setting.delete_attribute(
                machine, evaluate(machine, frame, target.value), attribute_name(frame, target)
            )
        elif isinstance(target, program.Subscript):
            owner = evaluate(machine, frame, target.value)
            subscripts.delete_item(machine, owner, evaluate(machine, frame, target.key))


HANDLED: dict[type, Any] = {
    program.Assign: _assign,
    program.AnnAssign: _annotated,
    program.AugAssign: _augmented,
    program.Delete: _delete,
}
