"""``try``, ``raise``, ``assert`` and ``with``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import certain, contexts
from analyzers.interpreter.assignment import assign, assign_name
from analyzers.interpreter.execution import evaluate, run_body
from analyzers.interpreter.iteration import is_exception
from analyzers.interpreter.joining import fork
from analyzers.interpreter.scope import Frame
from analyzers.interpreter.values import (
    Class,
    Instance,
    Raised,
)
from analyzers.source import program
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def _raise(machine: Machine, frame: Frame, node: program.Raise) -> None:
    if node.exception is None:
        raise frame.handled or machine.exception("RuntimeError", "no active exception to raise")
    value = evaluate(machine, frame, node.exception)
    if isinstance(value, Class):
        value = machine.call(value)
    if node.cause is not None and isinstance(value, Instance):
        cause = evaluate(machine, frame, node.cause)
        value.attributes["__cause__"] = machine.call(cause) if isinstance(cause, Class) else cause
    frame.node = node
    handled = frame.handled.recorded_error if frame.handled is not None else None
    raise certain.explicit(machine, Raised(value, machine.site(), handled))


def _assert(machine: Machine, frame: Frame, node: program.Assert) -> None:
    if machine.truth(evaluate(machine, frame, node.test)) is False:
        message = evaluate(machine, frame, node.message) if node.message is not None else ""
        raise certain.failed_assertion(machine, frame, node, message)


def _with(machine: Machine, frame: Frame, node: program.With) -> str | None:
    return _with_items(machine, frame, node, 0)


def _with_items(machine: Machine, frame: Frame, node: program.With, index: int) -> str | None:
    if index == len(node.items):
        return run_body(machine, frame, node.body)
    manager = assign_manager(machine, frame, node.items[index])
    outside = machine.handlers
    if isinstance(manager, contexts.Context) and manager.swallows:
        machine.handlers = (*outside, lambda raised: True)
    try:
        signal = _with_items(machine, frame, node, index + 1)
    except (Raised, UnknownUsed) as error:
        if contexts.leave(machine, manager, error):
            return None
        raise
    finally:
        machine.handlers = outside
    contexts.leave(machine, manager, None)
    return signal


def assign_manager(machine: Machine, frame: Frame, item: program.WithItem) -> Any:
    """Enter the context manager of one ``with`` item and bind what it gives."""
    manager = evaluate(machine, frame, item.context)
    frame.node = item.context
    value = contexts.enter(machine, manager)
    if item.target is not None:
        assign(machine, frame, item.target, value)
    return manager


def _try(machine: Machine, frame: Frame, node: program.Try) -> str | None:
    try:
        signal = _handled_body(machine, frame, node)
    except (Raised, UnknownUsed):
        last = run_body(machine, frame, node.finalbody)
        if last is not None:
            return last
        raise
    result = frame.result
    last = run_body(machine, frame, node.finalbody)
    if last is None:
        frame.result = result
    return last or signal


def _handled_body(machine: Machine, frame: Frame, node: program.Try) -> str | None:
    outside, machine.possible = machine.possible, []
    try:
        signal = _guarded_body(machine, frame, node)
    except Raised as raised:
        machine.possible = outside
        return _handle(machine, frame, node, raised)
    finally:
        possible, machine.possible = machine.possible, outside
    for raised in possible:
        if handler_of(machine, frame, node, raised) is not None:
            branches = [lambda: signal, lambda raised=raised: _handle(machine, frame, node, raised)]
            return fork(machine, frame, branches, "it depends on an exception that is only possible")
    machine.possible.extend(possible)
    return signal


def _guarded_body(machine: Machine, frame: Frame, node: program.Try) -> str | None:
    outside = machine.handlers
    if node.handlers:
        machine.handlers = (*outside, guard_of(machine, frame, node))
    try:
        signal = run_body(machine, frame, node.body)
    finally:
        machine.handlers = outside
    return run_body(machine, frame, node.orelse) if signal is None else signal


def _handle(machine: Machine, frame: Frame, node: program.Try, raised: Raised) -> str | None:
    handler = handler_of(machine, frame, node, raised)
    if handler is None:
        raise raised
    if handler.name is not None:
        assign_name(machine, frame, handler.name, raised.value)
    before, frame.handled = frame.handled, raised
    try:
        signal = run_body(machine, frame, handler.body)
        _forget_calls(machine, raised)
        return signal
    finally:
        frame.handled = before
        if handler.name is not None:
            machine.journal.touch(frame.scope.names)
            frame.scope.names.pop(handler.name, None)


def _forget_calls(machine: Machine, raised: Raised) -> None:
    """The calls of modules that an exception ended which the program has dealt with are none of the model's."""
    records = machine.recorder.records
    for record in raised.unfinished:
        if record in records:
            records.remove(record)


def handler_of(machine: Machine, frame: Frame, node: program.Try, raised: Raised) -> program.ExceptHandler | None:
    """The first ``except`` that catches it."""
    for handler in node.handlers:
        if handler.type is None:
            return handler
        wanted = evaluate(machine, frame, handler.type)
        if is_caught(raised, wanted if isinstance(wanted, tuple) else (wanted,)):
            return handler
    return None


def guard_of(machine: Machine, frame: Frame, node: program.Try) -> Callable[[Raised], bool]:
    """Whether a ``try`` catches an exception; where its handlers cannot be told, it may."""

    def catches(raised: Raised) -> bool:
        try:
            return handler_of(machine, frame, node, raised) is not None
        except (Raised, UnknownUsed):
            return True

    return catches


def is_caught(raised: Raised, kinds: tuple) -> bool:
    """Whether an exception is of one of these classes; one that is not known may be."""
    if not isinstance(raised.value, Instance):
        return True
    named = (k for k in kinds if isinstance(k, Class))
    return any(isinstance(k, Unknown) for k in kinds) or any(is_exception(raised.value, k.name) for k in named)


HANDLED: dict[type, Any] = {
    program.Raise: _raise,
    program.Assert: _assert,
    program.With: _with,
    program.Try: _try,
}
