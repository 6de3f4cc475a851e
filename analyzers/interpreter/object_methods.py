"""What every object and type has: ``__init__``, ``__setattr__``, ``__new__``, ``__eq__``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.iteration import type_name
from analyzers.interpreter.values import (
    MISSING,
    Class,
    Instance,
)
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def object_init(self: object, *args: Any, **kwargs: Any) -> None:
    return None


def collection_init(self: Instance, *args: Any, machine: Machine, **kwargs: Any) -> None:
    """``super().__init__(…)`` in a subclass of dict, list or set: fills it."""
    made = machine.call(type(self.payload), args, kwargs)
    if isinstance(made, Unknown):
        object.__setattr__(self, "unknown_because", made)
    elif isinstance(made, list):
        self.payload.extend(made)
    else:
        self.payload.update(made)


def object_setattr(self: Instance, name: str, value: Any) -> None:
    self.machine.journal.touch(self.attributes)
    self.attributes[name] = value


def object_delattr(self: Instance, name: str, *, machine: Machine) -> None:
    if name not in self.attributes:
        raise machine.exception("AttributeError", name)
    machine.journal.touch(self.attributes)
    del self.attributes[name]


def object_getattribute(self: object, name: str, *, machine: Machine) -> Any:
    """What is there, without the class's own ``__getattr__``."""
    from analyzers.interpreter.attributes import own_attribute

    found = own_attribute(machine, self, name) if isinstance(self, Instance) else machine.get_attribute(self, name)
    if found is MISSING:
        raise machine.exception("AttributeError", f"{type_name(self)} object has no attribute {name}")
    return found


def object_eq(self: object, other: Any) -> Any:
    return True if self is other else NotImplemented


def object_hash(self: object) -> int:
    return id(self) >> 4


def object_new(cls: Any, *args: Any, machine: Machine, **kwargs: Any) -> Any:
    from analyzers.interpreter.classes import bare_instance, give_payload

    class_ = args[0] if args and isinstance(args[0], Class) else cls
    made = bare_instance(machine, class_)
    if class_.payload_type is not None:
        give_payload(machine, class_, made, list(args[1:]), kwargs)
    return made


def type_new(mcs: Any, *args: Any, machine: Machine, **kwargs: Any) -> Any:
    from analyzers.interpreter.classes import make_plain_class

    metaclass, name, bases, namespace = args if len(args) == 4 else (mcs, *args)
    made = machine.iterate(bases), kwargs, dict(namespace)
    return make_plain_class(machine, name, *made, machine.frames[-1].module.name, metaclass)


def type_call(cls: Any, *args: Any, machine: Machine, **kwargs: Any) -> Any:
    from analyzers.interpreter.classes import instantiate_plainly

    return instantiate_plainly(machine, cls, list(args), kwargs)


def operation(name: str) -> Any:
    """A special method that Python's own containers and numbers have, as a native."""

    def method(self: object, *args: Any, machine: Machine) -> Any:
        from analyzers.interpreter import operators

        value = self.payload if isinstance(self, Instance) and self.payload is not None else self
        return operators.special_method(machine, name, value, *args)

    return method
