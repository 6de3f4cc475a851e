"""The expressions of loops over plain numbers as Python closures, and the few operations they may consist of.

Whatever is not of this kind raises Refused, a collection that grows too large TooLarge.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import libcst as cst

from analyzers.interpreter.budget import MAXIMUM_COLLECTION

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
        kind = BINARY.get(type(node.operator))
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


_CONSTANTS = {"True": True, "False": False, "None": None}
BINARY = {
    cst.Add: _arithmetic(operator.add),
    cst.Subtract: _arithmetic(operator.sub),
    cst.Multiply: _arithmetic(operator.mul),
    cst.Divide: _arithmetic(operator.truediv),
    cst.FloorDivide: _arithmetic(operator.floordiv),
    cst.Modulo: _arithmetic(operator.mod),
    cst.Power: _arithmetic(_power),
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
_EXPRESSIONS: dict[type, Any] = {
    cst.Name: LoopExpressions._name,
    cst.Integer: LoopExpressions._number,
    cst.Float: LoopExpressions._number,
    cst.SimpleString: LoopExpressions._number,
    cst.Tuple: LoopExpressions._tuple,
    cst.BinaryOperation: LoopExpressions._binary,
    cst.UnaryOperation: LoopExpressions._unary,
    cst.Comparison: LoopExpressions._comparison,
    cst.BooleanOperation: LoopExpressions._boolean,
    cst.IfExp: LoopExpressions._if_expression,
    cst.Subscript: LoopExpressions._subscript,
    cst.Call: LoopExpressions._call,
}
