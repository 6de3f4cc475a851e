"""``operator``."""

from __future__ import annotations

from typing import Any

import libcst as cst

from analyzers.interpreter import operators


def _binary(kind: type) -> Any:
    def apply(a: Any, b: Any, *, machine: Any) -> Any:
        return operators.binary(machine, kind, a, b)

    return apply


def _comparison(kind: type) -> Any:
    def apply(a: Any, b: Any, *, machine: Any) -> Any:
        return operators.compare(machine, kind, a, b)

    return apply


def _neg(a: Any, *, machine: Any) -> Any:
    return operators.unary(machine, cst.Minus, a)


def _getitem(a: Any, b: Any, *, machine: Any) -> Any:
    return operators.get_item(machine, a, b)


def _itemgetter(*items: Any) -> Any:
    def get(value: Any, *, machine: Any) -> Any:
        found = [operators.get_item(machine, value, item) for item in items]
        return found[0] if len(found) == 1 else tuple(found)

    return get


def _attrgetter(*names: Any) -> Any:
    def one(machine: Any, value: Any, dotted: str) -> Any:
        for name in dotted.split("."):
            value = machine.get_attribute(value, name)
        return value

    def get(value: Any, *, machine: Any) -> Any:
        found = [one(machine, value, name) for name in names]
        return found[0] if len(found) == 1 else tuple(found)

    return get


def _methodcaller(name: Any, *args: Any, **kwargs: Any) -> Any:
    def call(value: Any, *, machine: Any) -> Any:
        return machine.call(machine.get_attribute(value, name), args, kwargs)

    return call


MODULES: dict[str, dict[str, Any]] = {
    "operator": {
        "add": _binary(cst.Add), "sub": _binary(cst.Subtract), "mul": _binary(cst.Multiply),
        "truediv": _binary(cst.Divide), "floordiv": _binary(cst.FloorDivide), "mod": _binary(cst.Modulo),
        "pow": _binary(cst.Power), "matmul": _binary(cst.MatrixMultiply), "and_": _binary(cst.BitAnd),
        "or_": _binary(cst.BitOr), "eq": _comparison(cst.Equal), "ne": _comparison(cst.NotEqual),
        "lt": _comparison(cst.LessThan), "le": _comparison(cst.LessThanEqual),
        "gt": _comparison(cst.GreaterThan), "ge": _comparison(cst.GreaterThanEqual), "neg": _neg,
        "getitem": _getitem, "itemgetter": _itemgetter, "attrgetter": _attrgetter, "methodcaller": _methodcaller,
    },
}  # fmt: skip
