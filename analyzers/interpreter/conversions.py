"""Types as functions: ``int(x)``, ``list(x)``, ``dict(…)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter import formatting, subscripts
from analyzers.interpreter.budget import MAXIMUM_COLLECTION
from analyzers.interpreter.expansion import hashable
from analyzers.interpreter.native_values import call_special
from analyzers.interpreter.unknown_numbers import as_float, truncated
from analyzers.interpreter.values import (
    MISSING,
    Instance,
    NativeValue,
)
from analyzers.tensors.dims import Expression
from analyzers.tensors.operations.arguments import require_one_element
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownNumber, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def make_int(value: Any = 0, base: Any = None, *, machine: Machine) -> Any:
    if isinstance(value, Expression):
        return value
    if isinstance(value, UnknownNumber):
        return truncated(value)
    if isinstance(value, NativeValue):
        return call_special(machine, value, "__int__")
    if isinstance(value, Tensor):
        return _scalar(machine, value, int)
    if isinstance(value, Instance):
        return _converted(machine, value, "__int__", int)
    if isinstance(value, str) and len(value) > 4000:
        return machine.unknown("a number that is too large")
    return int(value) if base is None else int(value, base)


def make_float(value: Any = 0.0, *, machine: Machine) -> Any:
    if isinstance(value, (Expression, UnknownNumber)):
        return as_float(value)
    if isinstance(value, NativeValue):
        return call_special(machine, value, "__float__")
    if isinstance(value, Tensor):
        return _scalar(machine, value, float)
    if isinstance(value, Instance):
        return _converted(machine, value, "__float__", float)
    return float(value)


def _scalar(machine: Machine, value: Tensor, kind: type) -> Any:
    if value.content is not None and len(value.content) == 1:
        return kind(value.content[0])
    require_one_element(value, "a number", "ValueError")
    return machine.unknown("the value of a tensor")


def _converted(machine: Machine, value: Instance, method: str, kind: type) -> Any:
    if value.class_.find(method) is not MISSING:
        return machine.call(machine.get_attribute(value, method))
    if value.payload is not None:
        return kind(value.payload)
    return machine.unknown(f"the number of a {value.class_.name}")


def make_bool(value: Any = False, *, machine: Machine) -> Any:
    known = machine.truth(value)
    return machine.unknown("a condition that is not known") if known is None else known


def make_str(value: Any = "", *rest: Any, machine: Machine) -> Any:
    return formatting.as_text(machine, value)


def make_repr(value: Any, *, machine: Machine) -> Any:
    return formatting.as_text(machine, value, representation=True)


def make_list(value: Any = (), *, machine: Machine) -> list:
    made = list(value) if isinstance(value, (list, tuple)) else machine.iterate(value)
    machine.journal.made(made)
    return made


def make_tuple(value: Any = (), *, machine: Machine) -> tuple:
    return hashable(machine, tuple(make_list(value, machine=machine)))


def make_set(value: Any = (), *, machine: Machine) -> set:
    return set(machine.iterate(value))


def make_frozenset(value: Any = (), *, machine: Machine) -> frozenset:
    return hashable(machine, frozenset(machine.iterate(value)))


def make_dict(value: Any = MISSING, *, machine: Machine, **kwargs: Any) -> dict:
    result: dict[Any, Any] = {}
    machine.journal.made(result)
    if isinstance(value, Instance):
        value = value.payload if value.payload is not None else value
    if isinstance(value, dict):
        result.update(value)
    elif isinstance(value, Instance) and value.class_.find("keys") is not MISSING:
        for key in machine.iterate(machine.call(machine.get_attribute(value, "keys"))):
            result[key] = subscripts.get_item(machine, value, key)
    elif value is not MISSING:
        for pair in machine.iterate(value):
            key, item = machine.iterate(pair)
            result["**" if isinstance(key, Unknown) else key] = key if isinstance(key, Unknown) else item
    result.update(kwargs)
    return result


def make_complex(real: Any = 0, imag: Any = 0) -> Any:
    return complex(real, imag)


def make_bytes(value: Any = b"", encoding: Any = "utf-8", *, machine: Machine) -> Any:
    if isinstance(value, int) and value > MAXIMUM_COLLECTION:
        raise UnknownUsed(Unknown("a sequence that is too long"))
    if isinstance(value, str):
        return bytes(value, encoding)
    return bytes(value if isinstance(value, (int, bytes)) else machine.iterate(value))


def make_slice(*ends: Any) -> slice:
    return slice(*ends)
