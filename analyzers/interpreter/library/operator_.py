"""``operator``."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import libcst as cst

from analyzers.interpreter import comparison, operators, subscripts
from analyzers.interpreter.builtins import BUILTINS

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def _binary(kind: type) -> Any:
    def apply(a: Any, b: Any, *, machine: Machine) -> Any:
        return operators.binary(machine, kind, a, b)

    return apply


def _comparison(kind: type) -> Any:
    def apply(a: Any, b: Any, *, machine: Machine) -> Any:
        return comparison.compare(machine, kind, a, b)

    return apply


def _unary(kind: type) -> Any:
    def apply(a: Any, *, machine: Machine) -> Any:
        return operators.unary(machine, kind, a)

    return apply


def _in_place(kind: type) -> Any:
    def apply(a: Any, b: Any, *, machine: Machine) -> Any:
        if isinstance(a, list) and kind is cst.Add:
            machine.journal.touch(a)
            a.extend(machine.iterate(b))
            return a
        return operators.binary(machine, kind, a, b, in_place=True)

    return apply


def _abs(a: Any, *, machine: Machine) -> Any:
    return machine.call(BUILTINS["abs"], (a,))


def _truth(a: Any, *, machine: Machine) -> Any:
    return machine.call(bool, (a,))


def _not(a: Any, *, machine: Machine) -> Any:
    known = machine.truth(a)
    return machine.unknown("a condition that is not known") if known is None else not known


def _contains(a: Any, b: Any, *, machine: Machine) -> Any:
    return comparison.contains(machine, a, b)


def _setitem(a: Any, b: Any, c: Any, *, machine: Machine) -> None:
    subscripts.set_item(machine, a, b, c)


def _delitem(a: Any, b: Any, *, machine: Machine) -> None:
    subscripts.delete_item(machine, a, b)


def _index(a: Any) -> int:
    return operator.index(a)


def _count(a: Any, b: Any, *, machine: Machine) -> int:
    return sum(comparison.equals(machine, item, b) is True for item in machine.iterate(a))


def _getitem(a: Any, b: Any, *, machine: Machine) -> Any:
    return subscripts.get_item(machine, a, b)


def _itemgetter(*items: Any) -> Any:
    def get(value: Any, *, machine: Machine) -> Any:
        found = [subscripts.get_item(machine, value, item) for item in items]
        return found[0] if len(found) == 1 else tuple(found)

    return get


def _attrgetter(*names: Any) -> Any:
    def one(machine: Machine, value: Any, dotted: str) -> Any:
        for name in dotted.split("."):
            value = machine.get_attribute(value, name)
        return value

    def get(value: Any, *, machine: Machine) -> Any:
        found = [one(machine, value, name) for name in names]
        return found[0] if len(found) == 1 else tuple(found)

    return get


def _methodcaller(name: Any, *args: Any, **kwargs: Any) -> Any:
    def call(value: Any, *, machine: Machine) -> Any:
        return machine.call(machine.get_attribute(value, name), args, kwargs)

    return call


MODULES: dict[str, dict[str, Any]] = {
    "operator": {
        **{f"i{name}": _in_place(kind) for kind, (name, _) in operators.BINARY.items()},
        "add": _binary(cst.Add), "sub": _binary(cst.Subtract), "mul": _binary(cst.Multiply),
        "truediv": _binary(cst.Divide), "floordiv": _binary(cst.FloorDivide), "mod": _binary(cst.Modulo),
        "pow": _binary(cst.Power), "matmul": _binary(cst.MatrixMultiply), "and_": _binary(cst.BitAnd),
        "or_": _binary(cst.BitOr), "eq": _comparison(cst.Equal), "ne": _comparison(cst.NotEqual),
        "lt": _comparison(cst.LessThan), "le": _comparison(cst.LessThanEqual),
        "gt": _comparison(cst.GreaterThan), "ge": _comparison(cst.GreaterThanEqual), "neg": _unary(cst.Minus),
        "pos": _unary(cst.Plus), "invert": _unary(cst.BitInvert), "inv": _unary(cst.BitInvert), "abs": _abs,
        "xor": _binary(cst.BitXor), "lshift": _binary(cst.LeftShift), "rshift": _binary(cst.RightShift),
        "concat": _binary(cst.Add), "truth": _truth, "not_": _not, "is_": _comparison(cst.Is),
        "is_not": _comparison(cst.IsNot), "contains": _contains, "setitem": _setitem, "delitem": _delitem,
        "index": _index, "countOf": _count,
        "getitem": _getitem, "itemgetter": _itemgetter, "attrgetter": _attrgetter, "methodcaller": _methodcaller,
    },
}  # fmt: skip
