"""Nested loops over plain numbers (tables of relative positions, anchors) in one go.

Attention with a table of relative positions asks for every pair of positions: tens of thousands of turns in which
nothing but numbers, tuples of them and the lists and dictionaries that hold them is touched. Such a loop is turned
into Python closures over copies of what it reads, which takes a tenth of the time, and the same loop over the same
values is not run again. Numbers may be written into a tensor, which stays what it is. Whatever is not of this kind, or
goes wrong, is left to the ordinary way; nothing has happened then.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.budget import MAXIMUM_COLLECTION
from analyzers.interpreter.builtins import BUILTINS
from analyzers.interpreter.loop_expressions import (
    BINARY,
    CONTAINERS,
    ITERABLE,
    NUMBERS,
    READABLE,
    SCALARS,
    Code,
    Environment,
    LoopExpressions,
    Refused,
    TooLarge,
    bounded,
    is_plain_inside,
    parts,
)
from analyzers.interpreter.scope import Frame, restore
from analyzers.interpreter.values import MISSING, UnknownTail
from analyzers.source import program
from analyzers.tensors.operations.indexing import is_inside
from analyzers.tensors.tensor import Tensor, is_shaped
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

STATEMENTS_PER_STEP = 8
"""How many statements here cost the analysis as much as one that is interpreted."""
SHARE = 2
"""The part of what is left of the budget that one loop may take."""
REASON = f"a collection of more than {MAXIMUM_COLLECTION:,} elements"
BREAK, CONTINUE = "break", "continue"


class PlainLoop(LoopExpressions):
    """A ``for`` statement as closures; ``run`` raises Refused or TooLarge before anything has changed.

    ``known`` is what runs of it left behind, by what went in (None: too much).
    """

    machine: Machine
    """Whose budget it spends; set by ``run``."""

    def __init__(self, node: program.For) -> None:
        super().__init__()
        self.left = 0
        self.bound: dict[str, None] = {}
        self.stored: dict[str, None] = {}
        self.known: dict[Any, Any] = {}
        if not any(map(_has_loop, node.body)):
            raise Refused
        self.target = self._target(node.target)
        self.size, self.body = self._suite(node.body)
        if node.orelse:
            raise Refused

    def run(self, machine: Machine, frame: Frame, items: Any) -> None:
        """All turns over ``items``, the names and containers of the frame changed as they change them."""
        values, copies = self._values(machine, frame)
        if type(items) not in ITERABLE or not is_plain_inside(items):
            raise Refused
        key = _key_of(items, values)
        if key not in self.known:
            self.known[key] = self._outcome(machine, values, copies, items)
        if self.known[key] is None:
            raise TooLarge
        self._commit(machine, frame, values, self.known[key])

    def _values(self, machine: Machine, frame: Frame) -> tuple[Environment, dict[int, tuple[Any, Any]]]:
        """Name → value of what is read, and id → (container, copy) of the containers among them."""
        from analyzers.interpreter.expressions import look_up_global

        scope = frame.scope
        if scope.is_module or scope.is_class or scope.redirected is not None:
            raise Refused
        values: Environment = {}
        for name in {**self.read, **self.stored, **self.bound}:
            value = scope.names.get(name, MISSING)
            if value is MISSING and name not in self.bound and scope.find(name) is MISSING:
                value = look_up_global(machine, frame, name)
            if value is not MISSING:
                values[name] = value
        for name in self.builtins:
            if scope.find(name) is not MISSING or look_up_global(machine, frame, name) is not BUILTINS[name]:
                raise Refused
        only_stored = self.stored.keys() - self.read.keys() - self.bound.keys()
        if not all(_is_plain(v) or (is_shaped(v) and n in only_stored) for n, v in values.items()):
            raise Refused
        return values, {id(v): (v, v.copy()) for v in values.values() if type(v) in CONTAINERS}

    def _outcome(self, machine: Machine, values: Environment, copies: dict[int, tuple[Any, Any]], items: Any) -> Any:
        """What the loop leaves behind: the containers' contents, and what the names are bound to (None: too much)."""
        environment = {n: copies[id(v)][1] if id(v) in copies else v for n, v in values.items()}
        self.machine, self.left = machine, machine.budget.left // SHARE * STATEMENTS_PER_STEP
        before = self.left
        try:
            self._turns(environment, items, self.target, self.size, self.body)
        except TooLarge:
            return None
        except (TypeError, ValueError, LookupError, ArithmeticError, RuntimeError) as error:
            raise Refused from error
        finally:
            machine.budget.spend((before - self.left) // STATEMENTS_PER_STEP)
        contents = [(id(v), _kept(machine, copy)) for v, copy in copies.values()]
        if any(type(part) in CONTAINERS for _, copy in contents for part in parts(copy)):
            raise Refused
        places = {id(copy): index for index, (_, copy) in enumerate(copies.values())}
        names = {n: environment[n] for n in self.bound if n in environment}
        if any(type(v) in CONTAINERS and id(v) not in places for v in names.values()):
            raise Refused
        order = {key: name for name, v in values.items() for key in [id(v)]}
        return (
            [(order[key], copy) for key, copy in contents],
            {n: (places[id(v)], None) if id(v) in places else (None, v) for n, v in names.items()},
        )

    def _commit(self, machine: Machine, frame: Frame, values: Environment, outcome: Any) -> None:
        contents, names = outcome
        for name, content in contents:
            machine.journal.touch(values[name])
            restore(values[name], content)
        for name in self.stored:
            if isinstance(values[name], Tensor):
                values[name].forget_content()
        machine.journal.touch(frame.scope.names)
        for name, (place, value) in names.items():
            frame.scope.names[name] = values[contents[place][0]] if place is not None else value

    # -- statements --------------------------------------------------------------------------------

    def _turns(self, environment: Environment, items: Any, target: Any, size: int, body: Any) -> None:
        if type(items) not in ITERABLE:
            raise Refused
        stop = self.machine.budget.stop
        for item in items:
            self.left -= size
            if self.left < 0 or stop.requested:
                self.machine.budget.spend()
                raise TooLarge
            target(environment, item)
            if body(environment) is BREAK:
                return

    def _suite(self, body: Any) -> tuple[int, Any]:
        """(number of statements, code) of a block; the code gives BREAK, CONTINUE or None."""
        codes = [self._statement(statement) for statement in body]

        def run(environment: Environment) -> Any:
            for code in codes:
                signal = code(environment)
                if signal is not None:
                    return signal
            return None

        return len(codes), codes[0] if len(codes) == 1 else run

    def _statement(self, node: Any) -> Code:
        made = _STATEMENTS.get(type(node))
        if made is None:
            raise Refused
        return made(self, node)

    def _assign(self, node: program.Assign) -> Code:
        value = self.expression(node.value)
        targets = list(map(self._target, node.targets))

        def run(environment: Environment) -> None:
            result = value(environment)
            for target in targets:
                target(environment, result)

        return run

    def _target(self, node: Any) -> Callable[[Environment, Any], None]:
        if isinstance(node, program.Name):
            name = node.id
            self.bound[name] = None

            def bind(environment: Environment, value: Any) -> None:
                environment[name] = value

            return bind
        if isinstance(node, (program.Tuple, program.List)):
            return self._unpacking(list(map(self._target, node.elements)), node)
        if isinstance(node, program.Subscript):
            return self._storing(node)
        raise Refused

    def _unpacking(self, targets: list[Any], node: Any) -> Callable[[Environment, Any], None]:
        if len(targets) != len(node.elements):
            raise Refused

        def unpack(environment: Environment, value: Any) -> None:
            if type(value) not in (tuple, list) or len(value) != len(targets):
                raise Refused
            for target, item in zip(targets, value):
                target(environment, item)

        return unpack

    def _storing(self, node: program.Subscript) -> Callable[[Environment, Any], None]:
        if isinstance(node.value, program.Name):
            self.stored[node.value.id] = None
            container: Code = operator.itemgetter(node.value.id)
        else:
            container = self.expression(node.value)
        key = self._key(node)

        def store(environment: Environment, value: Any) -> None:
            receiver = container(environment)
            if isinstance(receiver, Tensor):
                if type(value) not in NUMBERS or not is_inside(receiver, key(environment)):
                    raise Refused
                return
            if type(receiver) not in (list, dict):
                raise Refused
            receiver[key(environment)] = value
            bounded(receiver)

        return store

    def _augmented(self, node: program.AugAssign) -> Code:
        kind = BINARY.get(node.operator) if node.operator in _AUGMENTED else None
        if kind is None:
            raise Refused
        old, new, target = self.expression(node.target), self.expression(node.value), self._target(node.target)
        return lambda environment: target(environment, kind(old(environment), new(environment)))

    def _if(self, node: program.If) -> Code:
        test, body = self.expression(node.test), self._suite(node.body)[1]
        otherwise: Code | None = None
        if isinstance(node.orelse, program.If):
            otherwise = self._if(node.orelse)
        elif node.orelse:
            otherwise = self._suite(node.orelse)[1]

        def run(environment: Environment) -> Any:
            if test(environment):
                return body(environment)
            return otherwise(environment) if otherwise is not None else None

        return run

    def _for(self, node: program.For) -> Code:
        if node.orelse:
            raise Refused
        source, target, (size, body) = self.expression(node.iter), self._target(node.target), self._suite(node.body)
        return lambda environment: self._turns(environment, source(environment), target, size, body)

    def _call_alone(self, node: program.Expr) -> Code:
        if not isinstance(node.value, program.Call):
            raise Refused
        code = self.expression(node.value)

        def run(environment: Environment) -> None:
            code(environment)

        return run


def _kept(machine: Machine, container: Any) -> Any:
    """A container as it is kept: of a list that is too long only that it is unknown."""
    if len(container) <= MAXIMUM_COLLECTION:
        return container
    if type(container) is not list:
        raise TooLarge
    return [UnknownTail(REASON, machine.site())]


def _key_of(items: Any, values: Environment) -> Any:
    """What tells runs of a loop apart: what goes in, and which names stand for the same container."""
    ids = list(map(id, values.values()))
    try:
        return repr(items), repr([(n, _described(v)) for n, v in values.items()]), tuple(map(ids.index, ids))
    except ValueError as error:  # a number of thousands of digits
        raise Refused from error


def _described(value: Any) -> Any:
    """A tensor that is only written to is as good as its shape."""
    return ("a tensor", *value.shape) if isinstance(value, Tensor) else value


def _is_plain(value: Any) -> bool:
    return type(value) in SCALARS or (type(value) in READABLE and is_plain_inside(value))


def _has_loop(node: Any) -> bool:
    if isinstance(node, program.For):
        return True
    return isinstance(node, program.If) and any(map(_has_loop, program.children(node)))


_AUGMENTED = frozenset(("add", "sub", "mul"))
_STATEMENTS: dict[type, Any] = {
    program.Assign: PlainLoop._assign,
    program.AugAssign: PlainLoop._augmented,
    program.If: PlainLoop._if,
    program.For: PlainLoop._for,
    program.Expr: PlainLoop._call_alone,
    program.Pass: lambda loop, node: lambda environment: None,
    program.Break: lambda loop, node: lambda environment: BREAK,
    program.Continue: lambda loop, node: lambda environment: CONTINUE,
}


def run_plainly(machine: Machine, frame: Frame, node: program.For, items: Any) -> bool | Unknown:
    """Whether the loop was run here; an Unknown where it makes more than is worth following."""
    loops = machine.plain_loops
    if node not in loops:
        try:
            loops[node] = PlainLoop(node)
        except (Refused, RecursionError):
            loops[node] = None
    loop = loops[node]
    if loop is None:
        return False
    try:
        loop.run(machine, frame, items)
    except Refused:
        return False
    except TooLarge:
        return Unknown("a loop that is too long to follow")
    return True
