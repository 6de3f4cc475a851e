"""``contextlib``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter import contexts
from analyzers.interpreter.contexts import Context, Failure
from analyzers.interpreter.values import MISSING, Class, Function, Raised

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


class Null(Context):
    """``nullcontext(value)``."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def enter(self, machine: Machine) -> Any:
        return self.value


class Suppress(Context):
    """``suppress(KeyError)``."""

    swallows = True

    def __init__(self, kinds: tuple) -> None:
        self.kinds = kinds

    def leave(self, machine: Machine, failure: Failure) -> bool:
        from analyzers.interpreter.handlers import is_caught

        return isinstance(failure, Raised) and is_caught(failure, self.kinds)


class Stack(Context):
    """``ExitStack``."""

    def __init__(self) -> None:
        self.entered: list[Any] = []

    def enter(self, machine: Machine) -> Any:
        return self

    def leave(self, machine: Machine, failure: Failure) -> bool:
        swallowed = False
        while self.entered:
            manager = self.entered.pop()
            if contexts.leave(machine, manager, None if swallowed else failure):
                swallowed = True
        return swallowed

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        methods = {
            "enter_context": self._enter_context, "callback": self._callback, "close": self._close,
            "__enter__": self._enter, "__exit__": self._exit,
        }  # fmt: skip
        return methods.get(name, MISSING)

    @property
    def _enter(self) -> Any:
        return lambda: self

    @property
    def _exit(self) -> Any:
        def exit(kind: Any, value: Any, trace: Any, *, machine: Machine) -> bool:
            return self.leave(machine, None if value is None else Raised(value, machine.site()))

        return exit

    @property
    def _enter_context(self) -> Any:
        def enter_context(cm: Any, *, machine: Machine) -> Any:
            value = contexts.enter(machine, cm)
            self.entered.append(cm)
            return value

        return enter_context

    @property
    def _callback(self) -> Any:
        def callback(callback: Any, *args: Any, machine: Machine, **kwds: Any) -> Any:
            self.entered.append(Callback(callback, args, kwds))
            return callback

        return callback

    @property
    def _close(self) -> Any:
        def close(*, machine: Machine) -> None:
            self.leave(machine, None)

        return close


class Callback(Context):
    """A function an ExitStack calls at its end."""

    def __init__(self, function: Any, args: tuple, kwargs: dict[str, Any]) -> None:
        self.function = function
        self.args = args
        self.kwargs = kwargs

    def leave(self, machine: Machine, failure: Failure) -> bool:
        machine.call(self.function, self.args, self.kwargs)
        return False


class Closing(Null):
    """``closing(thing)``."""

    def leave(self, machine: Machine, failure: Failure) -> bool:
        machine.call(machine.get_attribute(self.value, "close"))
        return False


def _context(func: Any) -> Any:
    """The generator itself: ``with`` runs it up to its yield and then to its end."""
    if isinstance(func, Function):
        func.makes_context = True
    return func


def _nullcontext(enter_result: Any = None) -> Null:
    return Null(enter_result)


def _suppress(*exceptions: Any) -> Suppress:
    return Suppress(exceptions)


def _stack() -> Stack:
    return Stack()


def _closing(thing: Any) -> Closing:
    return Closing(thing)


def _redirect(new_target: Any) -> Null:
    return Null(new_target)


MODULES: dict[str, dict[str, Any]] = {
    "contextlib": {
        "contextmanager": _context, "nullcontext": _nullcontext, "suppress": _suppress, "ExitStack": _stack,
        "closing": _closing, "redirect_stdout": _redirect, "redirect_stderr": _redirect,
        "AbstractContextManager": Class("AbstractContextManager", (), {}, "contextlib"),
        "ContextDecorator": Class("ContextDecorator", (), {}, "contextlib"),
    },
}  # fmt: skip
