"""``with``: entering and leaving context managers of every kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.capabilities import SupportsAttributes, SupportsSend
from analyzers.interpreter.lazy_iterators import LazyIterator
from analyzers.interpreter.values import MISSING, Instance, Raised, UnknownTail
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

Failure = Raised | UnknownUsed | None


class Context(SupportsAttributes):
    """A context manager of the library, whose work is done here."""

    swallows = False
    """Whether it may keep an exception, as a ``try`` with handlers does."""

    def enter(self, machine: Machine) -> Any:
        return None

    def leave(self, machine: Machine, failure: Failure) -> bool:
        """What ``__exit__`` does; True where the exception goes no further."""
        return False

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return MISSING


def enter(machine: Machine, manager: Any) -> Any:
    """The value that ``as`` binds."""
    if isinstance(manager, Context):
        return manager.enter(machine)
    method = _special(machine, manager, "__enter__")
    if method is not MISSING:
        return machine.call(method)
    if isinstance(manager, LazyIterator):
        first = next(iter(manager.source), None)
        return first.plain() if isinstance(first, UnknownTail) else first
    return manager if isinstance(manager, Unknown) else None


def leave(machine: Machine, manager: Any, failure: Failure) -> bool:
    """Leave it, normally or with what its block raised; True where that goes no further."""
    if isinstance(manager, Context):
        return manager.leave(machine, failure)
    if isinstance(manager, LazyIterator):
        return _leave_generator(manager, failure)
    method = _special(machine, manager, "__exit__")
    if method is MISSING:
        return False
    swallowed = machine.call(method, _described(failure))
    return isinstance(failure, Raised) and machine.truth(swallowed) is True


def _described(failure: Failure) -> tuple:
    """The three arguments of ``__exit__``."""
    if not isinstance(failure, Raised):
        return None, None, None
    return getattr(failure.value, "class_", None), failure.value, None


def _leave_generator(manager: LazyIterator, failure: Failure) -> bool:
    """``@contextmanager``: the generator goes on behind its yield, or that yield raises."""
    source = manager.source
    try:
        if failure is None or not isinstance(source, SupportsSend):
            next(iter(source), None)
            return False
        source.throw(failure)
    except StopIteration:
        return isinstance(failure, Raised)
    except Raised as raised:
        if raised is failure:
            return False
        raise
    return False


def _special(machine: Machine, value: Any, name: str) -> Any:
    return machine.get_attribute(value, name, default=MISSING) if isinstance(value, Instance) else MISSING
