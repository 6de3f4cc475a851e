"""The expressions of loops over plain numbers as Python closures, and the few operations they may consist of.

Whatever is not of this kind raises Refused, a collection that grows too large TooLarge.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.budget import MAXIMUM_COLLECTION
from analyzers.source import program

if TYPE_CHECKING:
    pass

Environment = dict[str, Any]
Code = Callable[[Environment], Any]

MAXIMUM_LIST = 1_000_000
"""Elements a list may have while the loop runs; afterwards it is cut like any other."""
MAXIMUM_NUMBER = 1 << 64
MAXIMUM_POWER = 64
MAXIMUM_TUPLE = 16
SCALARS = frozenset((int, float, bool, str, type(None)))
NUMBERS = frozenset((int, float, bool))
CONTAINERS = frozenset((list, dict, set))
ITERABLE = frozenset((list, tuple, range, dict))
READABLE = ITERABLE | CONTAINERS


class Refused(Exception):
    """Not a loop of this kind."""


class TooLarge(Exception):
    """A collection grows beyond what is worth keeping."""


class LoopExpressions:
    """Makes closures of expressions, and notes which names they read."""

    def __init__(self) -> None:
        self.read: dict[str, None] = {}
        self.builtins: set[str] = set()

    def expression(self, node: Any) -> Code:
        made = _EXPRESSIONS.get(type(node))
        if made is None:
            raise Refused
        return made(self, node)

    def _name(self, node: program.Name) -> Code:
        name = node.id
        self.read[name] = None
        return operator.itemgetter(name)

    def _number(self, node: Any) -> Code:
        value = node.value
        if type(value) not in SCALARS:
            raise Refused
        return lambda environment: value

    def _tuple(self, node: program.Tuple) -> Code:
        if len(node.elements) > MAXIMUM_TUPLE:
            raise Refused
        parts = list(map(self.expression, node.elements))

        def make(environment: Environment) -> tuple:
            value = tuple([part(environment) for part in parts])
            if not SCALARS.issuperset(map(type, value)) and not _is_shallow(value):
                raise Refused
            return value

        return make

    def _binary(self, node: program.BinOp) -> Code:
        kind = BINARY.get(node.operator)
        if kind is None:
            raise Refused
        left, right = self.expression(node.left), self.expression(node.right)
        return lambda environment: kind(left(environment), right(environment))

    def _unary(self, node: program.UnaryOp) -> Code:
        value = self.expression(node.operand)
        if node.operator == "not":
            return lambda environment: not value(environment)
        if node.operator == "neg":
            return lambda environment: -_number_of(value(environment))
        raise Refused

    def _comparison(self, node: program.Compare) -> Code:
        if len(node.comparators) != 1:
            raise Refused
        kind = node.operators[0]
        left, right = self.expression(node.left), self.expression(node.comparators[0])
        if kind in ("in", "not in"):
            wanted = kind == "in"
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

    def _boolean(self, node: program.BoolOp) -> Code:
        left, right = self.expression(node.left), self.expression(node.right)
        if node.is_and:
            return lambda environment: left(environment) and right(environment)
        return lambda environment: left(environment) or right(environment)

    def _if_expression(self, node: program.IfExp) -> Code:
        test, body, otherwise = map(self.expression, (node.test, node.body, node.orelse))
        return lambda environment: body(environment) if test(environment) else otherwise(environment)

    def _subscript(self, node: program.Subscript) -> Code:
        container, key = self.expression(node.value), self._key(node)

        def run(environment: Environment) -> Any:
            value = container(environment)
            if type(value) not in (list, tuple, dict):
                raise Refused
            return value[key(environment)]

        return run

    def _key(self, node: program.Subscript) -> Code:
        """Of ``a[i, j]`` a tuple, which is as good as one that is written out."""
        if not isinstance(node.key, program.Tuple):
            return self.expression(node.key)
        codes = list(map(self.expression, node.key.elements))
        return lambda environment: tuple([code(environment) for code in codes])

    def _call(self, node: program.Call) -> Code:
        if any(a.keyword is not None or a.star for a in node.args):
            raise Refused
        args = [self.expression(a.value) for a in node.args]
        if isinstance(node.func, program.Name) and node.func.id in _FUNCTIONS:
            function = _FUNCTIONS[node.func.id]
            self.builtins.add(node.func.id)
            if len(args) == 1:
                only = args[0]
                return lambda environment: function(only(environment))
            return lambda environment: function(*[a(environment) for a in args])
        if isinstance(node.func, program.Attribute) and isinstance(node.func.value, program.Name) and len(args) == 1:
            method = _METHODS.get(node.func.attr)
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
    bounded(receiver)


def _add(receiver: Any, value: Any) -> None:
    if type(receiver) is not set:
        raise Refused
    receiver.add(value)
    bounded(receiver)


def bounded(receiver: Any) -> None:
    if len(receiver) > MAXIMUM_LIST:
        raise TooLarge


def _is_shallow(value: tuple) -> bool:
    """A tuple of scalars, or of tuples of scalars."""
    return len(value) <= MAXIMUM_COLLECTION and all(
        type(v) in SCALARS or (type(v) is tuple and len(v) <= MAXIMUM_TUPLE and SCALARS.issuperset(map(type, v)))
        for v in value
    )


def is_plain_inside(value: Any) -> bool:
    """Whether a container or range holds nothing but scalars and tuples of them."""
    if type(value) is range:
        return True
    return len(value) <= MAXIMUM_COLLECTION and (
        SCALARS.issuperset(map(type, parts(value)))
        or all(type(v) in SCALARS or (type(v) is tuple and _is_shallow(v)) for v in parts(value))
    )


def parts(container: Any) -> list[Any]:
    return [*container, *container.values()] if type(container) is dict else list(container)


BINARY = {
    "add": _arithmetic(operator.add),
    "sub": _arithmetic(operator.sub),
    "mul": _arithmetic(operator.mul),
    "truediv": _arithmetic(operator.truediv),
    "floordiv": _arithmetic(operator.floordiv),
    "mod": _arithmetic(operator.mod),
    "pow": _arithmetic(_power),
}
_COMPARISONS = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "is": operator.is_,
    "is not": operator.is_not,
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
_EXPRESSIONS: dict[type, Any] = {
    program.Name: LoopExpressions._name,
    program.Constant: LoopExpressions._number,
    program.Tuple: LoopExpressions._tuple,
    program.BinOp: LoopExpressions._binary,
    program.UnaryOp: LoopExpressions._unary,
    program.Compare: LoopExpressions._comparison,
    program.BoolOp: LoopExpressions._boolean,
    program.IfExp: LoopExpressions._if_expression,
    program.Subscript: LoopExpressions._subscript,
    program.Call: LoopExpressions._call,
}
