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

import libcst as cst

from analyzers.interpreter.budget import MAXIMUM_COLLECTION
from analyzers.interpreter.builtins import BUILTINS
from analyzers.interpreter.scope import Frame, restore
from analyzers.interpreter.values import MISSING, UnknownTail
from analyzers.tensors.operations.indexing import is_inside
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

Environment = dict[str, Any]
Code = Callable[[Environment], Any]

STATEMENTS_PER_STEP = 8
"""How many statements here cost the analysis as much as one that is interpreted."""
SHARE = 2
"""The part of what is left of the budget that one loop may take."""
MAXIMUM_LIST = 1_000_000
"""Elements a list may have while the loop runs; afterwards it is cut like any other."""
REASON = f"a collection of more than {MAXIMUM_COLLECTION:,} elements"
MAXIMUM_NUMBER = 1 << 64
MAXIMUM_POWER = 64
MAXIMUM_TUPLE = 16
SCALARS = frozenset((int, float, bool, str, type(None)))
NUMBERS = frozenset((int, float, bool))
CONTAINERS = frozenset((list, dict, set))
ITERABLE = frozenset((list, tuple, range, dict))
READABLE = ITERABLE | CONTAINERS
BREAK, CONTINUE = "break", "continue"


class Refused(Exception):
    """Not a loop of this kind."""


class TooLarge(Exception):
    """A collection grows beyond what is worth keeping."""


class PlainLoop:
    """A ``for`` statement as closures; ``run`` raises Refused or TooLarge before anything has changed.

    ``known`` is what runs of it left behind, by what went in (None: too much).
    """

    def __init__(self, node: cst.For) -> None:
        self.machine: Machine = None
        self.left = 0
        self.bound: dict[str, None] = {}
        self.read: dict[str, None] = {}
        self.stored: dict[str, None] = {}
        self.builtins: set[str] = set()
        self.known: dict[Any, Any] = {}
        if not isinstance(node.body, cst.IndentedBlock) or not any(_has_loop(s) for s in node.body.body):
            raise Refused
        self.target = self._target(node.target)
        self.size, self.body = self._suite(node.body)
        if node.orelse is not None:
            raise Refused

    def run(self, machine: Machine, frame: Frame, items: Any) -> None:
        """All turns over ``items``, the names and containers of the frame changed as they change them."""
        values, copies = self._values(machine, frame)
        if type(items) not in ITERABLE or not _is_plain_inside(items):
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
        if not all(_is_plain(v) or (type(v) is Tensor and n in only_stored) for n, v in values.items()):
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
        if any(type(part) in CONTAINERS for _, copy in contents for part in _parts(copy)):
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
            if type(values[name]) is Tensor:
                values[name].content = None
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
        if not isinstance(body, cst.IndentedBlock):
            raise Refused
        codes = [self._statement(s) for line in body.body for s in _small(line)]

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

    def _assign(self, node: cst.Assign) -> Code:
        value = self.expression(node.value)
        targets = [self._target(t.target) for t in node.targets]

        def run(environment: Environment) -> None:
            result = value(environment)
            for target in targets:
                target(environment, result)

        return run

    def _target(self, node: Any) -> Callable[[Environment, Any], None]:
        if isinstance(node, cst.Name):
            name = node.value
            self.bound[name] = None

            def bind(environment: Environment, value: Any) -> None:
                environment[name] = value

            return bind
        if isinstance(node, (cst.Tuple, cst.List)):
            return self._unpacking([self._target(e.value) for e in node.elements if type(e) is cst.Element], node)
        if isinstance(node, cst.Subscript):
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

    def _storing(self, node: cst.Subscript) -> Callable[[Environment, Any], None]:
        if isinstance(node.value, cst.Name):
            self.stored[node.value.value] = None
            container: Code = operator.itemgetter(node.value.value)
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
            _bounded(receiver)

        return store

    def _augmented(self, node: cst.AugAssign) -> Code:
        kind = _AUGMENTED.get(type(node.operator))
        if kind is None:
            raise Refused
        old, new, target = self.expression(node.target), self.expression(node.value), self._target(node.target)
        return lambda environment: target(environment, kind(old(environment), new(environment)))

    def _if(self, node: cst.If) -> Code:
        test, body = self.expression(node.test), self._suite(node.body)[1]
        otherwise: Code | None = None
        if isinstance(node.orelse, cst.If):
            otherwise = self._if(node.orelse)
        elif node.orelse is not None:
            otherwise = self._suite(node.orelse.body)[1]

        def run(environment: Environment) -> Any:
            if test(environment):
                return body(environment)
            return otherwise(environment) if otherwise is not None else None

        return run

    def _for(self, node: cst.For) -> Code:
        if node.orelse is not None:
            raise Refused
        source, target, (size, body) = self.expression(node.iter), self._target(node.target), self._suite(node.body)
        return lambda environment: self._turns(environment, source(environment), target, size, body)

    def _call_alone(self, node: cst.Expr) -> Code:
        if not isinstance(node.value, cst.Call):
            raise Refused
        code = self.expression(node.value)

        def run(environment: Environment) -> None:
            code(environment)

        return run

    # -- expressions -------------------------------------------------------------------------------

    def expression(self, node: Any) -> Code:
        made = _EXPRESSIONS.get(type(node))
        if made is None:
            raise Refused
        return made(self, node)

    def _name(self, node: cst.Name) -> Code:
        name = node.value
        if name in _CONSTANTS:
            constant = _CONSTANTS[name]
            return lambda environment: constant
        self.read[name] = None
        return operator.itemgetter(name)

    def _number(self, node: Any) -> Code:
        value = node.evaluated_value
        if type(value) not in SCALARS:
            raise Refused
        return lambda environment: value

    def _tuple(self, node: cst.Tuple) -> Code:
        if any(type(e) is not cst.Element for e in node.elements) or len(node.elements) > MAXIMUM_TUPLE:
            raise Refused
        parts = [self.expression(e.value) for e in node.elements]

        def make(environment: Environment) -> tuple:
            value = tuple([part(environment) for part in parts])
            if not SCALARS.issuperset(map(type, value)) and not _is_shallow(value):
                raise Refused
            return value

        return make

    def _binary(self, node: cst.BinaryOperation) -> Code:
        kind = _BINARY.get(type(node.operator))
        if kind is None:
            raise Refused
        left, right = self.expression(node.left), self.expression(node.right)
        return lambda environment: kind(left(environment), right(environment))

    def _unary(self, node: cst.UnaryOperation) -> Code:
        value = self.expression(node.expression)
        if isinstance(node.operator, cst.Not):
            return lambda environment: not value(environment)
        if isinstance(node.operator, cst.Minus):
            return lambda environment: -_number_of(value(environment))
        raise Refused

    def _comparison(self, node: cst.Comparison) -> Code:
        if len(node.comparisons) != 1:
            raise Refused
        kind = type(node.comparisons[0].operator)
        left, right = self.expression(node.left), self.expression(node.comparisons[0].comparator)
        if kind in (cst.In, cst.NotIn):
            wanted = kind is cst.In
            return lambda environment: self._is_member(right(environment), left(environment)) is wanted
        compare = _COMPARISONS.get(kind)
        if compare is None:
            raise Refused

        def run(environment: Environment) -> bool:
            first, second = left(environment), right(environment)
            if type(first) in CONTAINERS or type(second) in CONTAINERS:
                raise Refused
            return compare(first, second)

        return run

    def _is_member(self, container: Any, item: Any) -> bool:
        if type(container) in (list, tuple):
            self.left -= len(container)
        elif type(container) not in (dict, set):
            raise Refused
        if type(item) in CONTAINERS:
            raise Refused
        return item in container

    def _boolean(self, node: cst.BooleanOperation) -> Code:
        left, right = self.expression(node.left), self.expression(node.right)
        if isinstance(node.operator, cst.And):
            return lambda environment: left(environment) and right(environment)
        return lambda environment: left(environment) or right(environment)

    def _if_expression(self, node: cst.IfExp) -> Code:
        test, body, otherwise = map(self.expression, (node.test, node.body, node.orelse))
        return lambda environment: body(environment) if test(environment) else otherwise(environment)

    def _subscript(self, node: cst.Subscript) -> Code:
        container, key = self.expression(node.value), self._key(node)

        def run(environment: Environment) -> Any:
            value = container(environment)
            if type(value) not in (list, tuple, dict):
                raise Refused
            return value[key(environment)]

        return run

    def _key(self, node: cst.Subscript) -> Code:
        element = node.slice[0]
        if len(node.slice) > 1:
            return self._together([part.slice for part in node.slice])
        if len(node.slice) != 1 or not isinstance(element.slice, cst.Index) or element.slice.star:
            raise Refused
        return self.expression(element.slice.value)

    def _together(self, parts: list[Any]) -> Code:
        """``a[i, j]``"""
        if any(not isinstance(part, cst.Index) or part.star for part in parts):
            raise Refused
        codes = [self.expression(part.value) for part in parts]
        return lambda environment: tuple([code(environment) for code in codes])

    def _call(self, node: cst.Call) -> Code:
        if any(a.keyword is not None or a.star for a in node.args):
            raise Refused
        args = [self.expression(a.value) for a in node.args]
        if isinstance(node.func, cst.Name) and node.func.value in _FUNCTIONS:
            function = _FUNCTIONS[node.func.value]
            self.builtins.add(node.func.value)
            if len(args) == 1:
                only = args[0]
                return lambda environment: function(only(environment))
            return lambda environment: function(*[a(environment) for a in args])
        if isinstance(node.func, cst.Attribute) and isinstance(node.func.value, cst.Name) and len(args) == 1:
            method = _METHODS.get(node.func.attr.value)
            if method is not None:
                receiver, argument = self.expression(node.func.value), args[0]
                return lambda environment: method(receiver(environment), argument(environment))
        raise Refused


# -- the few operations there are ----------------------------------------------------------------


def _number_of(value: Any) -> Any:
    if type(value) not in NUMBERS:
        raise Refused
    return value


def _arithmetic(function: Any) -> Any:
    def run(left: Any, right: Any) -> Any:
        if type(left) not in NUMBERS or type(right) not in NUMBERS:
            raise Refused
        result = function(left, right)
        if not -MAXIMUM_NUMBER < result < MAXIMUM_NUMBER:
            raise Refused
        return result

    return run


def _power(left: Any, right: Any) -> Any:
    if not -MAXIMUM_POWER <= right <= MAXIMUM_POWER:
        raise Refused
    return _number_of(left**right)


def _numbers(function: Any) -> Any:
    def run(*values: Any) -> Any:
        if not values or not NUMBERS.issuperset(map(type, values)):
            raise Refused
        return function(*values)

    return run


def _least_or_most(function: Any) -> Any:
    def run(*values: Any) -> Any:
        if len(values) < 2 or not NUMBERS.issuperset(map(type, values)):
            raise Refused
        return function(*values)

    return run


def _length(value: Any) -> int:
    if type(value) not in (list, tuple, dict, set):
        raise Refused
    return len(value)


def _append(receiver: Any, value: Any) -> None:
    if type(receiver) is not list or type(value) in CONTAINERS:
        raise Refused
    receiver.append(value)
    _bounded(receiver)


def _add(receiver: Any, value: Any) -> None:
    if type(receiver) is not set:
        raise Refused
    receiver.add(value)
    _bounded(receiver)


def _bounded(receiver: Any) -> None:
    if len(receiver) > MAXIMUM_LIST:
        raise TooLarge


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
    return ("a tensor", *value.shape) if type(value) is Tensor else value


def _is_plain(value: Any) -> bool:
    return type(value) in SCALARS or (type(value) in READABLE and _is_plain_inside(value))


def _is_shallow(value: tuple) -> bool:
    """A tuple of scalars, or of tuples of scalars."""
    return len(value) <= MAXIMUM_COLLECTION and all(
        type(v) in SCALARS or (type(v) is tuple and len(v) <= MAXIMUM_TUPLE and SCALARS.issuperset(map(type, v)))
        for v in value
    )


def _is_plain_inside(value: Any) -> bool:
    """Whether a container or range holds nothing but scalars and tuples of them."""
    if type(value) is range:
        return True
    return len(value) <= MAXIMUM_COLLECTION and (
        SCALARS.issuperset(map(type, _parts(value)))
        or all(type(v) in SCALARS or (type(v) is tuple and _is_shallow(v)) for v in _parts(value))
    )


def _parts(container: Any) -> list[Any]:
    return [*container, *container.values()] if type(container) is dict else list(container)


def _small(line: Any) -> Any:
    return line.body if isinstance(line, cst.SimpleStatementLine) else (line,)


def _has_loop(node: Any) -> bool:
    if isinstance(node, cst.For):
        return True
    return isinstance(node, (cst.If, cst.Else, cst.IndentedBlock)) and any(_has_loop(c) for c in node.children)


_CONSTANTS = {"True": True, "False": False, "None": None}
_BINARY = {
    cst.Add: _arithmetic(operator.add),
    cst.Subtract: _arithmetic(operator.sub),
    cst.Multiply: _arithmetic(operator.mul),
    cst.Divide: _arithmetic(operator.truediv),
    cst.FloorDivide: _arithmetic(operator.floordiv),
    cst.Modulo: _arithmetic(operator.mod),
    cst.Power: _arithmetic(_power),
}
_AUGMENTED = {
    cst.AddAssign: _BINARY[cst.Add],
    cst.SubtractAssign: _BINARY[cst.Subtract],
    cst.MultiplyAssign: _BINARY[cst.Multiply],
}
_COMPARISONS = {
    cst.Equal: operator.eq,
    cst.NotEqual: operator.ne,
    cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le,
    cst.GreaterThan: operator.gt,
    cst.GreaterThanEqual: operator.ge,
    cst.Is: operator.is_,
    cst.IsNot: operator.is_not,
}
_FUNCTIONS: dict[str, Any] = {
    "abs": _numbers(abs),
    "int": _numbers(int),
    "float": _numbers(float),
    "round": _numbers(round),
    "range": _numbers(range),
    "min": _least_or_most(min),
    "max": _least_or_most(max),
    "len": _length,
}
_METHODS: dict[str, Any] = {"append": _append, "add": _add}
_STATEMENTS: dict[type, Any] = {
    cst.Assign: PlainLoop._assign,
    cst.AugAssign: PlainLoop._augmented,
    cst.If: PlainLoop._if,
    cst.For: PlainLoop._for,
    cst.Expr: PlainLoop._call_alone,
    cst.Pass: lambda loop, node: lambda environment: None,
    cst.Break: lambda loop, node: lambda environment: BREAK,
    cst.Continue: lambda loop, node: lambda environment: CONTINUE,
}
_EXPRESSIONS: dict[type, Any] = {
    cst.Name: PlainLoop._name,
    cst.Integer: PlainLoop._number,
    cst.Float: PlainLoop._number,
    cst.SimpleString: PlainLoop._number,
    cst.Tuple: PlainLoop._tuple,
    cst.BinaryOperation: PlainLoop._binary,
    cst.UnaryOperation: PlainLoop._unary,
    cst.Comparison: PlainLoop._comparison,
    cst.BooleanOperation: PlainLoop._boolean,
    cst.IfExp: PlainLoop._if_expression,
    cst.Subscript: PlainLoop._subscript,
    cst.Call: PlainLoop._call,
}


def run_plainly(machine: Machine, frame: Frame, node: cst.For, items: Any) -> bool | Unknown:
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
