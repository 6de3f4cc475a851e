"""``contextvars`` and the locks of ``threading``: programs are followed as if they had one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.contexts import Context
from analyzers.interpreter.values import MISSING
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


class Variable(Context):
    """``ContextVar(name, default=…)``; its value stands in a list, so that what one branch sets no other one sees."""

    def __init__(self, name: Any, default: Any) -> None:
        self.name = name
        self.default = default
        self.values: list[Any] = []

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        known = {"get": self._get, "set": self._set, "reset": self._reset, "name": self.name}
        return known.get(name, MISSING)

    @property
    def _get(self) -> Any:
        def get(default: Any = MISSING, *, machine: Machine) -> Any:
            found = next((value for value in (*self.values, default, self.default) if value is not MISSING), MISSING)
            if found is MISSING:
                raise machine.exception("LookupError", "the context variable has no value")
            return found

        return get

    @property
    def _set(self) -> Any:
        def set_(value: Any, *, machine: Machine) -> Token:
            before = self.values[0] if self.values else MISSING
            self._put(machine, value)
            return Token(self, before)

        return set_

    @property
    def _reset(self) -> Any:
        def reset(token: Any, *, machine: Machine) -> None:
            is_own = isinstance(token, Token) and token.variable is self
            self._put(machine, token.before if is_own else Unknown("what a context variable is set back to"))

        return reset

    def _put(self, machine: Machine, value: Any) -> None:
        machine.journal.touch(self.values)
        self.values[:] = [] if value is MISSING else [value]


class Token(Context):
    """What ``set`` gives: the value before it."""

    def __init__(self, variable: Variable, before: Any) -> None:
        self.variable = variable
        self.before = before

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return {"var": self.variable, "old_value": self.before}.get(name, MISSING)


class Lock(Context):
    """``threading.Lock``, which nobody else holds."""

    def enter(self, machine: Machine) -> bool:
        return True

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return {"acquire": _acquire, "release": _release, "locked": _locked}.get(name, MISSING)


def _acquire(blocking: Any = True, timeout: Any = -1) -> bool:
    return True


def _release() -> None:
    return None


def _locked() -> bool:
    return False


def _variable(name: Any, *, default: Any = MISSING) -> Variable:
    return Variable(name, default)


def _lock() -> Lock:
    return Lock()


MODULES: dict[str, dict[str, Any]] = {
    "contextvars": {"ContextVar": _variable},
    "threading": {"Lock": _lock, "RLock": _lock},
}
