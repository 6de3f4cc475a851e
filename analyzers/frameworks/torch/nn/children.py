"""Child modules that native layers make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.values import Instance

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def make(machine: Machine, kind: type, *args: Any, **kwargs: Any) -> Any:
    """An instance of a framework layer, as ``kind(*args, **kwargs)`` in user code makes one."""
    return machine.call(machine.class_of_host(kind), args, kwargs)


def is_made_by(value: Any, kind: type) -> bool:
    """Whether a value is an instance of exactly this framework layer."""
    return isinstance(value, Instance) and value.class_.host is kind
