"""Generators that run only as far as somebody asks.

A generator's body is walked by Python generators: statements that hold a ``yield`` have a runner
here, everything else is run as usual. What a generator yields after a condition that is not known
is an :class:`UnknownTail`.
"""

from __future__ import annotations

from collections.abc import Generator as Steps
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import contexts
from analyzers.interpreter.capabilities import SupportsCall, SupportsSend
from analyzers.interpreter.iteration import elements
from analyzers.interpreter.joining import BREAK, RETURN, SKIP, UNSURE
from analyzers.interpreter.lazy_iterators import LazyIterator
from analyzers.interpreter.scope import Frame, Scope
from analyzers.interpreter.values import Function, Raised, UnknownTail
from analyzers.source import program
from analyzers.unknown import UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

Run = Steps[Any, Any, "str | None"]


class _Delegated:
    """What a generator's steps yield for ``yield from`` another generator: that is asked next, until it ends."""

    __slots__ = ("to",)

    def __init__(self, to: Generator) -> None:
        self.to = to


class Generator(SupportsSend, SupportsCall):
    """The iterator that calling a generator function gives (inside a LazyIterator)."""

    __slots__ = ("frame", "handlers", "inner", "is_running", "machine", "outside", "steps")

    def __init__(self, machine: Machine, frame: Frame, steps: Any) -> None:
        self.machine = machine
        self.frame = frame
        self.steps = steps
        self.handlers: tuple[Any, ...] = ()
        """Of the ``try`` statements that its body stands in."""
        self.outside: tuple[Any, ...] = ()
        """Those around whoever asks."""
        self.inner: Generator | None = None
        """The one that answers for it."""
        self.is_running = False

    def __iter__(self) -> Generator:
        return self

    def __next__(self) -> Any:
        return self._resume(None)

    def send(self, value: Any) -> Any:
        """Run to the next yield; StopIteration at the end, an UnknownTail where it is not known how it goes on."""
        return self._resume(value)

    def throw(self, raised: Raised | UnknownUsed) -> Any:
        return self._resume(None, raised)

    @property
    def result(self) -> Any:
        return self.frame.result

    def call_value(self, machine: Machine, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """A context manager as a decorator: each call is made within a new one, which begins with the same arguments."""
        maker = self.frame.function
        if not isinstance(maker, Function) or not maker.makes_context or len(args) != 1:
            raise machine.exception("TypeError", "'generator' object is not callable")
        return _within(maker, dict(self.frame.scope.names), args[0])

    def _resume(self, value: Any, failure: BaseException | None = None) -> Any:
        """Those that delegate wait; the innermost goes on, and how it ends is told to the one around it."""
        running: list[Generator] = []
        failure = _begin(self, running) or failure
        if not running and failure is not None:
            raise failure
        try:
            while True:
                steps = running[-1].steps
                try:
                    value = steps.send(value) if failure is None else steps.throw(failure)
                except StopIteration:
                    if len(running) == 1:
                        raise
                    value, failure = _end(running).result, None
                except UnknownUsed as used:
                    return UnknownTail(used.unknown.reason, used.unknown.place or self.machine.site())
                except RecursionError:
                    return UnknownTail("code nested too deeply", self.machine.site())
                except BaseException as error:
                    if len(running) == 1:
                        raise
                    _end(running)
                    failure = error
                else:
                    if type(value) is not _Delegated:
                        return value
                    running[-1].inner = value.to
                    value, failure = None, _begin(value.to, running)
        finally:
            while running:
                _suspend(running.pop())


def _begin(generator: Generator, running: list[Generator]) -> Raised | None:
    """The body sees the handlers around whoever asks, and those it stands in itself; what it delegates to begins, too."""
    machine = generator.machine
    current: Generator | None = generator
    while current is not None:
        if current.is_running:
            if running:
                running[-1].inner = None
            return machine.exception("ValueError", "generator already executing")
        current.is_running = True
        current.outside = machine.handlers
        machine.handlers += current.handlers
        machine.frames.append(current.frame)
        machine.depth += 1
        running.append(current)
        current = current.inner
    return None


def _suspend(generator: Generator) -> None:
    machine = generator.machine
    machine.depth -= 1
    machine.frames.pop()
    generator.handlers = machine.handlers[len(generator.outside) :]
    machine.handlers = generator.outside
    generator.is_running = False


def _end(running: list[Generator]) -> Generator:
    """The innermost generator is through: the one around it answers for itself again."""
    ended = running.pop()
    _suspend(ended)
    running[-1].inner = None
    return ended


def _within(maker: Function, arguments: dict[str, Any], function: Any) -> Any:
    """The function as it is called within a context manager."""

    def decorated(*args: Any, machine: Machine, **kwargs: Any) -> Any:
        manager = LazyIterator(_begun(machine, maker, arguments))
        contexts.enter(machine, manager)
        try:
            result = machine.call(function, args, kwargs)
        except (Raised, UnknownUsed) as failure:
            if contexts.leave(machine, manager, failure):
                return None
            raise
        contexts.leave(machine, manager, None)
        return result

    return decorated


def _begun(machine: Machine, maker: Function, arguments: dict[str, Any]) -> Generator:
    scope = Scope(maker.scope.module, maker.scope, dict(arguments))
    scope.function = maker
    frame = Frame(scope.module, scope, maker.site.block, maker)
    return Generator(machine, frame, run_lazily(machine, frame, maker.node.body))


def yields(machine: Machine, node: Any) -> bool:
    """Whether a yield of this function stands in ``node``."""
    known = machine.literals.get(node)
    if known is None:
        known = machine.literals[node] = _holds_yield(node)
    return known


def _holds_yield(node: Any) -> bool:
    if isinstance(node, (program.Yield, program.YieldFrom)):
        return True
    inner = (program.FunctionDef, program.ClassDef, program.Lambda)
    return not isinstance(node, inner) and any(map(_holds_yield, program.children(node)))


# -- statements ------------------------------------------------------------------------------


def run_lazily(machine: Machine, frame: Frame, statements: Any) -> Run:
    """The steps of a generator's body."""
    for statement in statements:
        if yields(machine, statement):
            machine.budget.spend()
            runner = RUNNERS.get(type(statement), _simple)
            signal = yield from runner(machine, frame, statement)
        else:
            signal = machine.run(frame, statement)
        if signal is not None:
            _certain(machine, signal)
            return signal
    return None


def _simple(machine: Machine, frame: Frame, node: Any) -> Run:
    """A yield that is a whole statement, or the whole value of an assignment or return."""
    frame.node = node
    value = getattr(node, "value", None)
    if isinstance(value, (program.Yield, program.YieldFrom)) and type(node) is not program.AugAssign:
        sent = yield from _yield(machine, frame, value)
        if type(node) is program.Expr:
            return None
        if type(node) is program.Return:
            frame.result = sent
            return RETURN
        for target in _targets(node):
            machine.assign(frame, target, sent)
        return None
    frame.yields = []
    signal = machine.run(frame, node)
    yield from frame.yields
    return signal


def _targets(node: Any) -> Sequence[Any]:
    if type(node) is program.Assign:
        return node.targets
    return [node.target] if type(node) is program.AnnAssign else ()


def _yield(machine: Machine, frame: Frame, node: program.Yield | program.YieldFrom) -> Steps[Any, Any, Any]:
    if isinstance(node, program.Yield):
        return (yield machine.evaluate(frame, node.value) if node.value is not None else None)
    source = machine.evaluate(frame, node.value)
    items = source.source if isinstance(source, LazyIterator) else _spread(machine, source)
    if type(items) is Generator:
        return (yield _Delegated(items))
    yield from items
    return None


def _spread(machine: Machine, value: Any) -> Any:
    from analyzers.interpreter.expressions import spread

    return spread(machine, value)


def _if(machine: Machine, frame: Frame, node: program.If) -> Run:
    current: program.If | program.Suite = node
    while isinstance(current, program.If):
        known = machine.truth(machine.evaluate(frame, current.test))
        if known is None:
            raise UnknownUsed(machine.unknown("what a generator yields depends on a condition that is not known"))
        current = current.body if known else current.orelse
    return (yield from run_lazily(machine, frame, current))


def _for(machine: Machine, frame: Frame, node: program.For) -> Run:
    source = machine.evaluate(frame, node.iter)
    for item in elements(machine, source):
        if isinstance(item, UnknownTail):
            raise UnknownUsed(item.plain())
        machine.budget.spend()
        machine.assign(frame, node.target, item)
        signal = yield from run_lazily(machine, frame, node.body)
        if signal == BREAK:
            return None
        if signal == RETURN:
            return signal
    return (yield from run_lazily(machine, frame, node.orelse))


def _certain(machine: Machine, signal: str | None) -> None:
    if signal in (SKIP, UNSURE):
        raise UnknownUsed(machine.unknown("it depends on when a loop is left"))


def _while(machine: Machine, frame: Frame, node: program.While) -> Run:
    from analyzers.interpreter.execution import evaluate

    while True:
        machine.budget.spend()
        known = machine.truth(evaluate(machine, frame, node.test))
        if known is None:
            raise UnknownUsed(machine.unknown("what a generator yields depends on a condition that is not known"))
        if not known:
            break
        signal = yield from run_lazily(machine, frame, node.body)
        if signal == BREAK:
            return None
        if signal == RETURN:
            return signal
    return (yield from run_lazily(machine, frame, node.orelse))


def _try(machine: Machine, frame: Frame, node: program.Try) -> Run:
    """No ``finally`` here: a generator that is dropped half-way runs nothing more."""
    try:
        signal = yield from _handled(machine, frame, node)
    except (Raised, UnknownUsed):
        last = yield from run_lazily(machine, frame, node.finalbody)
        if last is not None:
            return last
        raise
    last = yield from run_lazily(machine, frame, node.finalbody)
    return last or signal


def _handled(machine: Machine, frame: Frame, node: program.Try) -> Run:
    from analyzers.interpreter.assignment import assign_name
    from analyzers.interpreter.handlers import guard_of, handler_of

    guards = (guard_of(machine, frame, node),) if node.handlers else ()
    machine.handlers += guards
    try:
        signal = yield from run_lazily(machine, frame, node.body)
    except Raised as raised:
        _leave(machine, guards)
        handler = handler_of(machine, frame, node, raised)
        if handler is None:
            raise
        if handler.name is not None:
            assign_name(machine, frame, handler.name, raised.value)
        before, frame.handled = frame.handled, raised
        signal = yield from run_lazily(machine, frame, handler.body)
        frame.handled = before
        return signal
    except UnknownUsed:
        _leave(machine, guards)
        raise
    _leave(machine, guards)
    return (yield from run_lazily(machine, frame, node.orelse)) if signal is None else signal


def _leave(machine: Machine, guards: tuple[Any, ...]) -> None:
    """Leave a ``try``: what stands around it may be another caller's by now, so the last guards go."""
    machine.handlers = machine.handlers[: len(machine.handlers) - len(guards)]


def _with(machine: Machine, frame: Frame, node: program.With) -> Run:
    return (yield from _with_items(machine, frame, node, 0))


def _with_items(machine: Machine, frame: Frame, node: program.With, index: int) -> Run:
    from analyzers.interpreter import contexts
    from analyzers.interpreter.handlers import assign_manager

    if index == len(node.items):
        return (yield from run_lazily(machine, frame, node.body))
    manager = assign_manager(machine, frame, node.items[index])
    try:
        signal = yield from _with_items(machine, frame, node, index + 1)
    except (Raised, UnknownUsed) as error:
        if contexts.leave(machine, manager, error):
            return None
        raise
    contexts.leave(machine, manager, None)
    return signal


RUNNERS: dict[type, Any] = {
    program.If: _if,
    program.For: _for,
    program.While: _while,
    program.Try: _try,
    program.With: _with,
}

__all__ = ["Generator", "run_lazily", "yields"]
