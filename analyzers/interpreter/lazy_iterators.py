"""Iterators that must not be drained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.capabilities import SupportsAttributes, SupportsCall, SupportsSend
from analyzers.interpreter.values import MISSING

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


class LazyIterator(SupportsAttributes, SupportsCall):
    """An iterator that must not be drained (``itertools.count``): a Python iterator, used with a bound."""

    __slots__ = ("source",)

    def __init__(self, source: Any) -> None:
        self.source = source

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        """``send``, ``close`` and ``__next__`` of generators."""
        return METHODS_OF_ITERATORS[name](self) if name in METHODS_OF_ITERATORS else MISSING

    def call_value(self, machine: Machine, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What ``contextmanager`` makes of a generator can be called, as a decorator."""
        if isinstance(self.source, SupportsCall):
            return self.source.call_value(machine, args, kwargs)
        raise machine.exception("TypeError", "an iterator is not callable")


def _send(iterator: LazyIterator) -> Any:
    def send(value: Any, *, machine: Machine) -> Any:
        source = iterator.source
        try:
            return source.send(value) if isinstance(source, SupportsSend) else next(iter(source))
        except StopIteration:
            raise machine.exception("StopIteration") from None

    return send


def _next(iterator: LazyIterator) -> Any:
    def step(*, machine: Machine) -> Any:
        return _send(iterator)(None, machine=machine)

    return step


def _close(iterator: LazyIterator) -> Any:
    def close() -> None:
        iterator.source = iter(())

    return close


METHODS_OF_ITERATORS: dict[str, Any] = {"send": _send, "__next__": _next, "close": _close}
