"""Setting and deleting attributes."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.attributes import bind_to
from analyzers.interpreter.capabilities import SupportsAttributeAssignment
from analyzers.interpreter.values import (
    MISSING,
    BoundMethod,
    Class,
    Function,
    Instance,
    NativeModule,
    Property,
)
from analyzers.tensors.errors import OperationError
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def set_attribute(machine: Machine, value: Any, name: str, new: Any) -> None:
    if type(value) is Instance:
        _set_on_instance(machine, value, name, new)
    elif isinstance(value, Class):
        machine.journal.touch(value.namespace)
        machine.idle_calls.clear()
        if name == "__name__" and isinstance(new, str):
            value.name = new
        else:
            value.assign(name, new)
    elif isinstance(value, Function):
        value.attributes[name] = new
    elif isinstance(value, NativeModule):
        value.assigned[name] = new
        machine.idle_calls.clear()
    elif isinstance(value, SupportsAttributeAssignment):
        value.assign_attribute(machine, name, new)
    elif isinstance(value, Tensor):
        _set_on_tensor(machine, value, name, new)
    elif isinstance(value, BoundMethod):
        set_attribute(machine, value.function, name, new)


def _set_on_instance(machine: Machine, value: Instance, name: str, new: Any) -> None:
    if name == "__dict__":
        _replace_attributes(value, new)
        return
    attribute = value.class_.find(name)
    if attribute is not MISSING and _is_set_by_class(machine, value, name, attribute, new):
        return
    hook = value.class_.find("__setattr__")
    if type(hook) is FunctionType:
        try:
            hook(value, name, new)
        except OperationError as error:
            machine.problem(error, value.class_.name)
        return
    if hook is not MISSING:
        machine.call(bind_to(machine, hook, value, value.class_), (name, new))
        return
    machine.journal.touch(value.attributes)
    value.attributes[name] = new


def _is_set_by_class(machine: Machine, value: Instance, name: str, attribute: Any, new: Any) -> bool:
    """A property, or another descriptor, does what there is to do."""
    if type(attribute) is Property and attribute.setter is not None:
        machine.call(attribute.setter, (value, new))
        return True
    if type(attribute) is Property and type(attribute.getter) is Function:
        raise machine.exception("AttributeError", f"property {name} of {value.class_.name} object has no setter")
    if type(attribute) is Instance and attribute.class_.find("__set__") is not MISSING:
        machine.call(machine.get_attribute(attribute, "__set__"), (value, new))
        return True
    return False


def _replace_attributes(value: Instance, new: Any) -> None:
    """``self.__dict__ = …``: from then on the attributes are the entries of that dictionary."""
    entries = new.payload if isinstance(new, Instance) else new
    if isinstance(entries, dict):
        object.__setattr__(value, "attributes", entries)
    elif isinstance(entries, Unknown):
        object.__setattr__(value, "unknown_because", entries)


def _set_on_tensor(machine: Machine, value: Tensor, name: str, new: Any) -> None:
    if name == "requires_grad" and isinstance(new, bool):
        value.trainable = new and value.parameter
    elif name == "data" and isinstance(new, Tensor):
        shape, value.shape = value.shape, new.shape
        machine.written(value, shape, value.field)


def delete_attribute(machine: Machine, value: Any, name: str) -> None:
    if not isinstance(value, Instance):
        return
    hook = value.class_.find("__delattr__")
    attribute = value.class_.find(name)
    if type(attribute) is Property and attribute.deleter is not None:
        machine.call(attribute.deleter, (value,))
    elif hook is not MISSING:
        machine.call(bind_to(machine, hook, value, value.class_), (name,))
    elif name in value.attributes:
        machine.journal.touch(value.attributes)
        del value.attributes[name]
