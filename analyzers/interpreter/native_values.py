"""What Python's syntax does to values of libraries: the machine asks the value, never which library it is of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.values import MISSING, NativeValue

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def call_special(machine: Machine, value: NativeValue, name: str, *args: Any) -> Any:
    """The special method of that name, called; MISSING where the value has none."""
    method = value.lookup_attribute(machine, name)
    return MISSING if method is MISSING else machine.call(method, args)


def binary(machine: Machine, name: str, left: Any, right: Any, in_place: bool) -> Any:
    """``left <op> right`` of operands one of which is of a library; NotImplemented where it leaves it to the other."""
    if name == "mod" and isinstance(left, str):
        return NotImplemented
    methods = [(left, f"__{name}__", right), (right, f"__r{name}__", left)]
    if in_place:
        methods.insert(0, (left, f"__i{name}__", right))
    return _first_answer(machine, name, left, right, methods)


def comparison(machine: Machine, name: str, reflected: str, left: Any, right: Any) -> Any:
    """``left <op> right`` of a comparison, as :func:`binary`."""
    methods = [(left, f"__{name}__", right), (right, f"__{reflected}__", left)]
    return _first_answer(machine, name, left, right, methods)


def _first_answer(machine: Machine, name: str, left: Any, right: Any, methods: list[tuple[Any, str, Any]]) -> Any:
    """The result of the first of these special methods (receiver, name, argument) that does not decline."""
    receiver = left if isinstance(left, NativeValue) else right
    result = receiver.compute(name, left, right)
    if result is not NotImplemented:
        return result
    for receiver, special, other in methods:
        if isinstance(receiver, NativeValue):
            result = call_special(machine, receiver, special, other)
            machine.budget.left += 1  # An operator is not billed as a call; what it makes is.
            if result is not MISSING and result is not NotImplemented:
                return result
    return NotImplemented


def as_index(machine: Machine, key: Any) -> Any:
    """What a list or tuple is subscripted with: the whole number behind a library's value, alone or in a slice."""
    if isinstance(key, NativeValue):
        index = call_special(machine, key, "__index__")
        return key if index is MISSING else index
    if type(key) is slice and any(isinstance(end, NativeValue) for end in (key.start, key.stop, key.step)):
        return slice(*[as_index(machine, end) for end in (key.start, key.stop, key.step)])
    return key
