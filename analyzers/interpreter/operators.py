"""Binary, unary and comparison operators, and subscription, for every kind of value."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import formatting, native_values, overlays
from analyzers.interpreter.bounded_operations import guarded, steps_of, too_large
from analyzers.interpreter.budget import SIZED
from analyzers.interpreter.comparison import COMPARISONS, SETS, compare, contains
from analyzers.interpreter.iteration import type_name, unknown_element
from analyzers.interpreter.lazy_iterators import LazyIterator
from analyzers.interpreter.native_values import call_special
from analyzers.interpreter.subscripts import delete_item, get_item, is_torch_data, set_item, tensor_get_item
from analyzers.interpreter.unknown_numbers import combined_unknowns, negated, scalars
from analyzers.interpreter.values import MISSING, Class, Instance, NativeValue, TypingForm
from analyzers.tensors.dims import Expression
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "pow": operator.pow,
    "matmul": operator.matmul,
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
    "lshift": operator.lshift,
    "rshift": operator.rshift,
}
"""Name of an operator, as its special method has it → what Python's own values do."""


def binary(machine: Machine, name: str, left: Any, right: Any, *, in_place: bool = False) -> Any:
    """``left <op> right``."""
    function = BINARY[name]
    if type(left) is int and type(right) is int and name in SMALL:
        return function(left, right)
    if isinstance(left, NativeValue) or isinstance(right, NativeValue):
        answer = native_values.binary(machine, name, left, right, in_place)
        if answer is not NotImplemented:
            return answer
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        operands = scalars(left, right)
        if operands is None:
            return combined_unknowns(name, left, right)
        left, right = operands
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _tensor_binary(machine, name, left, right, in_place)
    if isinstance(left, Instance) or isinstance(right, Instance):
        return _instance_binary(machine, name, function, left, right, in_place)
    if _is_type(left) or _is_type(right):
        return TypingForm("Union", (left, right))
    return _plain_binary(machine, name, function, left, right)


SMALL = frozenset(("add", "sub", "and", "or", "xor"))
"""What cannot fail on whole numbers nor make a much larger one."""

SPECIAL: dict[str, str] = {f"__{name}__": name for name in (*BINARY, *COMPARISONS)}


def special_method(machine: Machine, name: str, value: Any, *args: Any) -> Any:
    """``value.__add__(other)`` and its kin for Python's own values."""
    if name in SPECIAL:
        kind = SPECIAL[name]
        return compare(machine, kind, value, *args) if kind in COMPARISONS else binary(machine, kind, value, *args)
    if name == "__getitem__":
        return get_item(machine, value, *args)
    if name == "__setitem__":
        return set_item(machine, value, *args)
    if name == "__delitem__":
        return delete_item(machine, value, *args)
    if name == "__contains__":
        return contains(machine, value, *args)
    if name == "__iter__":
        return LazyIterator(iter(machine.iterate(value)))
    if name in ("__str__", "__repr__"):
        return formatting.as_text(machine, value, representation=name == "__repr__")
    return getattr(value, name)(*args)


def _is_type(value: Any) -> bool:
    return isinstance(value, (TypingForm, Class, type))


def _plain_binary(machine: Machine, name: str, function: Any, left: Any, right: Any) -> Any:
    if name == "mod" and isinstance(left, str):
        return guarded(machine, lambda a, b: formatting.percent(machine, a, b), left, right)
    if name in ("and", "sub", "xor") and isinstance(left, SETS) and isinstance(right, SETS):
        unknown = unknown_element(left, right)
        if unknown is not None:
            return type(left)([unknown])
    refusal = too_large(name, left, right)
    if refusal:
        return machine.unknown(refusal)
    if type(left) is Expression:
        machine.budget.spend(steps_of(name, left, right))
    value = guarded(machine, function, left, right)
    if type(value) in SIZED:
        machine.budget.made(value)
    return value


def _tensor_binary(machine: Machine, name: str, left: Any, right: Any, in_place: bool) -> Any:
    if isinstance(left, str) and name == "mod":
        return machine.unknown("a text made from a tensor")
    if isinstance(left, (list, tuple)) and isinstance(right, Tensor) and not is_torch_data(machine, right):
        left = machine.call(overlays.NAMES["torch.tensor"], (left,))
    elif isinstance(right, (list, tuple)) and isinstance(left, Tensor) and not is_torch_data(machine, left):
        right = machine.call(overlays.NAMES["torch.tensor"], (right,))
    if isinstance(left, Unknown):
        return left.used()
    if isinstance(right, Unknown):
        return right.used()
    if in_place and isinstance(left, Tensor) and f"__i{name}__" in overlays.METHODS:
        return machine.call(overlays.METHODS[f"__i{name}__"], (left, right))
    if isinstance(left, Tensor):
        method = overlays.METHODS.get(f"__{name}__")
        operands = (left, right)
    else:
        method = overlays.METHODS.get(f"__r{name}__")
        operands = (right, left)
    if method is None:
        return machine.unknown(f"the operator {name} on tensors is not modelled")
    return machine.call(method, operands)


def _instance_binary(machine: Machine, name: str, function: Any, left: Any, right: Any, in_place: bool) -> Any:
    names = [(left, right, f"__{name}__"), (right, left, f"__r{name}__")]
    if in_place:
        names.insert(0, (left, right, f"__i{name}__"))
    for receiver, other, method in names:
        if isinstance(receiver, Instance) and receiver.class_.find(method) is not MISSING:
            result = machine.call(machine.get_attribute(receiver, method), (other,))
            if result is not NotImplemented:
                return result
    if name == "mod" and isinstance(left, str):
        return _plain_binary(machine, name, function, left, right)
    for value in (left, right):
        if isinstance(value, Instance) and value.unknown_because is not None:
            return value.unknown_because
    values = [v.payload if isinstance(v, Instance) else v for v in (left, right)]
    if any(v is None and isinstance(o, Instance) for v, o in zip(values, (left, right))):
        kinds = " and ".join(type_name(v) for v in (left, right))
        raise machine.exception("TypeError", f"unsupported operand type(s) for {name}: {kinds}")
    left, right = values
    return _plain_binary(machine, name, function, left, right)


def unary(machine: Machine, name: str, value: Any) -> Any:
    """``-value``, ``+value``, ``~value``."""
    if isinstance(value, NativeValue):
        return call_special(machine, value, f"__{name}__")
    if isinstance(value, Unknown):
        return negated(name, value)
    if isinstance(value, Tensor):
        return machine.call(overlays.METHODS[f"__{name}__"], (value,))
    if isinstance(value, Instance):
        method = machine.get_attribute(value, f"__{name}__", default=MISSING)
        if method is not MISSING:
            return machine.call(method)
        if value.payload is None:
            return machine.unknown("an operator on an object")
        value = value.payload
    try:
        return getattr(operator, name)(value)
    except TypeError as error:
        raise machine.exception("TypeError", str(error)) from None


# -- comparison ------------------------------------------------------------------------------


# -- subscription ----------------------------------------------------------------------------


tensor_get_item.__name__ = "__getitem__"


# -- exceptions of Python --------------------------------------------------------------------
