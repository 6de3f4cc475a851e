"""Python's exceptions as classes of interpreted programs."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.values import (
    Class,
    Instance,
    Property,
)

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def builtin_exception(machine: Machine, name: str) -> Class | None:
    """The class of a built-in exception, made from Python's own hierarchy."""
    host = getattr(builtins, name, None)
    if not (isinstance(host, type) and issubclass(host, BaseException)):
        return None
    known = machine.host_classes.get(host)
    if known is None:
        bases = tuple(b for b in (builtin_exception(machine, b.__name__) for b in host.__bases__) if b is not None)
        known = Class(name, bases, EXCEPTION_MEMBERS.get(name, {}).copy(), "builtins")
        machine.host_classes[host] = known
    return known


def _exception_init(self: Instance, *args: Any, **kwargs: Any) -> None:
    self.attributes["args"] = args


def _with_traceback(self: Instance, tb: Any) -> Instance:
    return self


def _add_note(self: Instance, note: Any) -> None:
    return None


def _first_argument(self: Instance) -> Any:
    return self.attributes["args"][0] if self.attributes["args"] else None


EXCEPTION_MEMBERS: dict[str, dict[str, Any]] = {
    "BaseException": {
        "__init__": _exception_init, "with_traceback": _with_traceback, "add_note": _add_note, "args": (),
        "__cause__": None, "__context__": None, "__traceback__": None,
    },
    "StopIteration": {"value": Property(_first_argument)},
    "SystemExit": {"code": Property(_first_argument)},
}  # fmt: skip
