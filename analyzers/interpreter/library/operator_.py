"""``operator``."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import comparison, operators, subscripts
from analyzers.interpreter.builtins import BUILTINS

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def _binary(name: str) -> Any:
    def apply(a: Any, b: Any, *, machine: Machine) -> Any:
        return operators.binary(machine, name, a, b)

    return apply


def _comparison(name: str) -> Any:
    def apply(a: Any, b: Any, *, machine: Machine) -> Any:
        return comparison.compare(machine, name, a, b)

    return apply


def _unary(name: str) -> Any:
    def apply(a: Any, *, machine: Machine) -> Any:
        return operators.unary(machine, name, a)

    return apply


def _in_place(name: str) -> Any:
    def apply(a: Any, b: Any, *, machine: Machine) -> Any:
        if isinstance(a, list) and name == "add":
            machine.journal.touch(a)
            a.extend(machine.iterate(b))
            return a
        return operators.binary(machine, name, a, b, in_place=True)

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
        **{f"i{name}": _in_place(name) for name in operators.BINARY},
        "add": _binary("add"), "sub": _binary("sub"), "mul": _binary("mul"),
        "truediv": _binary("truediv"), "floordiv": _binary("floordiv"), "mod": _binary("mod"),
        "pow": _binary("pow"), "matmul": _binary("matmul"), "and_": _binary("and"),
        "or_": _binary("or"), "eq": _comparison("eq"), "ne": _comparison("ne"),
        "lt": _comparison("lt"), "le": _comparison("le"),
        "gt": _comparison("gt"), "ge": _comparison("ge"), "neg": _unary("neg"),
        "pos": _unary("pos"), "invert": _unary("invert"), "inv": _unary("invert"), "abs": _abs,
        "xor": _binary("xor"), "lshift": _binary("lshift"), "rshift": _binary("rshift"),
        "concat": _binary("add"), "truth": _truth, "not_": _not, "is_": _comparison("is"),
        "is_not": _comparison("is not"), "contains": _contains, "setitem": _setitem, "delitem": _delitem,
        "index": _index, "countOf": _count,
        "getitem": _getitem, "itemgetter": _itemgetter, "attrgetter": _attrgetter, "methodcaller": _methodcaller,
    },
}  # fmt: skip
