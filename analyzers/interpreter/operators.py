"""Binary, unary and comparison operators, and subscription, for every kind of value."""

from __future__ import annotations

import builtins
import operator
from collections import Counter, deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import libcst as cst

from analyzers.interpreter import formatting, overlays
from analyzers.interpreter.budget import MAXIMUM_BITS, MAXIMUM_COLLECTION, MAXIMUM_STRING
from analyzers.interpreter.host_methods import opened
from analyzers.interpreter.iteration import rest_before, type_name
from analyzers.interpreter.values import (
    MISSING,
    UNKNOWNS,
    BoundMethod,
    Class,
    HostMethod,
    Instance,
    LazyIterator,
    MaybeMissing,
    Property,
    TypingForm,
    UnknownTail,
)
from analyzers.tensors.dims import Expression, same, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.operations.indexing import getitem, steps_back
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

BINARY: dict[type, tuple[str, Callable[[Any, Any], Any]]] = {
    cst.Add: ("add", operator.add),
    cst.Subtract: ("sub", operator.sub),
    cst.Multiply: ("mul", operator.mul),
    cst.Divide: ("truediv", operator.truediv),
    cst.FloorDivide: ("floordiv", operator.floordiv),
    cst.Modulo: ("mod", operator.mod),
    cst.Power: ("pow", operator.pow),
    cst.MatrixMultiply: ("matmul", operator.matmul),
    cst.BitAnd: ("and", operator.and_),
    cst.BitOr: ("or", operator.or_),
    cst.BitXor: ("xor", operator.xor),
    cst.LeftShift: ("lshift", operator.lshift),
    cst.RightShift: ("rshift", operator.rshift),
}
AUGMENTED: dict[type, type] = {
    getattr(cst, f"{kind.__name__}Assign"): kind for kind in BINARY if hasattr(cst, f"{kind.__name__}Assign")
}
COMPARISONS: dict[type, tuple[str, Callable[[Any, Any], Any]]] = {
    cst.Equal: ("eq", operator.eq),
    cst.NotEqual: ("ne", operator.ne),
    cst.LessThan: ("lt", operator.lt),
    cst.LessThanEqual: ("le", operator.le),
    cst.GreaterThan: ("gt", operator.gt),
    cst.GreaterThanEqual: ("ge", operator.ge),
}
REFLECTED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "eq": "eq", "ne": "ne"}


def binary(machine: Machine, kind: type, left: Any, right: Any, *, in_place: bool = False) -> Any:
    """``left <op> right``."""
    name, function = BINARY[kind]
    if type(left) is int and type(right) is int and kind in SMALL:
        return function(left, right)
    if isinstance(left, Unknown):
        return left
    if isinstance(right, Unknown):
        return right
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _tensor_binary(machine, name, left, right, in_place)
    if isinstance(left, Instance) or isinstance(right, Instance):
        return _instance_binary(machine, name, function, left, right, in_place)
    if _is_type(left) or _is_type(right):
        return TypingForm("Union", (left, right))
    return _plain_binary(machine, name, function, left, right)


SMALL = frozenset((cst.Add, cst.Subtract, cst.BitAnd, cst.BitOr, cst.BitXor))
"""What cannot fail on whole numbers nor make a much larger one."""

SPECIAL: dict[str, type] = {f"__{name}__": kind for kind, (name, _) in (*BINARY.items(), *COMPARISONS.items())}


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
        return _guarded(machine, lambda a, b: formatting.percent(machine, a, b), left, right)
    refusal = _too_large(name, left, right)
    if refusal:
        return machine.unknown(refusal)
    return _guarded(machine, function, left, right)


def _guarded(machine: Machine, function: Any, left: Any, right: Any) -> Any:
    try:
        return function(left, right)
    except UnknownUsed as used:
        return used.unknown
    except (TypeError, ValueError, ArithmeticError) as error:
        if isinstance(left, Expression) or isinstance(right, Expression):
            return machine.unknown("arithmetic with a symbolic size")
        raise machine.exception(type(error).__name__, str(error)) from None


def _too_large(name: str, left: Any, right: Any) -> str | None:
    """A reason where the result would not fit the budget."""
    if isinstance(left, int) and isinstance(right, int):
        return _number_too_large(name, left, right)
    if name == "mul":
        count = right if isinstance(right, int) else left if isinstance(left, int) else 0
        sequence = left if isinstance(right, int) else right
        if isinstance(sequence, (str, bytes, list, tuple)):
            limit = MAXIMUM_STRING if isinstance(sequence, (str, bytes)) else MAXIMUM_COLLECTION
            if len(sequence) * count > limit:
                return f"a sequence of more than {limit:,} elements"
    if name == "add" and isinstance(left, (str, list, tuple)) and isinstance(right, type(left)):
        if len(left) + len(right) > MAXIMUM_COLLECTION:
            return f"a sequence of more than {MAXIMUM_COLLECTION:,} elements"
    return None


def _number_too_large(name: str, left: int, right: int) -> str | None:
    bits = 0
    if name == "pow" and right > 0:
        bits = left.bit_length() * right
    elif name == "lshift":
        bits = left.bit_length() + right
    elif name == "mul":
        bits = left.bit_length() + right.bit_length()
    return "a number that is too large" if bits > MAXIMUM_BITS else None


def _tensor_binary(machine: Machine, name: str, left: Any, right: Any, in_place: bool) -> Any:
    if isinstance(left, str) and name == "mod":
        return machine.unknown("a text made from a tensor")
    if isinstance(left, (list, tuple)) and isinstance(right, Tensor) and not _is_torch_data(machine, right):
        left = machine.call(overlays.NAMES["torch.tensor"], (left,))
    elif isinstance(right, (list, tuple)) and isinstance(left, Tensor) and not _is_torch_data(machine, left):
        right = machine.call(overlays.NAMES["torch.tensor"], (right,))
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return left if isinstance(left, Unknown) else right
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


def unary(machine: Machine, kind: type, value: Any) -> Any:
    if isinstance(value, Unknown):
        return value
    name = {cst.Minus: "neg", cst.Plus: "pos", cst.BitInvert: "invert"}[kind]
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


def compare(machine: Machine, kind: type, left: Any, right: Any) -> Any:
    """``left <op> right`` as True, False or Unknown."""
    if kind in (cst.Is, cst.IsNot):
        known = identical(left, right)
        return (
            machine.unknown("whether two unknown values are the same") if known is None else known is (kind is cst.Is)
        )
    if kind in (cst.In, cst.NotIn):
        known = contains(machine, right, left)
        return known if isinstance(known, Unknown) else known is (kind is cst.In)
    name, function = COMPARISONS[kind]
    if type(left) in NUMBERS and type(right) in NUMBERS:
        return function(left, right)
    if isinstance(left, Unknown):
        return left
    if isinstance(right, Unknown):
        return right
    return ordered(machine, name, function, left, right)


NUMBERS = frozenset((int, float, bool))


def ordered(machine: Machine, name: str, function: Any, left: Any, right: Any) -> Any:
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _tensor_comparison(machine, name, left, right)
    if isinstance(left, Instance) or isinstance(right, Instance):
        return _instance_comparison(machine, name, function, left, right)
    if name in ("eq", "ne"):
        equal = equals(machine, left, right)
        return machine.unknown("whether two values are equal") if equal is None else equal is (name == "eq")
    return _guarded(machine, function, left, right)


def equals(machine: Machine, left: Any, right: Any) -> bool | None:
    """``left == right`` looked into containers; None where it is not known."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if isinstance(left, Expression) or isinstance(right, Expression):
        numbers = (int, Expression)
        return same(left, right) if isinstance(left, numbers) and isinstance(right, numbers) else False
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return _equal_sequences(machine, left, right)
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return True if left is right else None
    if type(left) is type(right) is BoundMethod:
        return identical(left, right)
    try:
        return bool(left == right)
    except (UnknownUsed, RecursionError):
        return None


def _equal_sequences(machine: Machine, left: Any, right: Any) -> bool | None:
    if isinstance(left, list) is not isinstance(right, list):
        return False
    if any(isinstance(v, UnknownTail) for v in (*left, *right)):
        return None
    if len(left) != len(right):
        return False
    machine.budget.spend(len(left))
    parts = [equals(machine, a, b) for a, b in zip(left, right)]
    if False in parts:
        return False
    return None if None in parts else True


def _tensor_comparison(machine: Machine, name: str, left: Any, right: Any) -> Any:
    if name == "eq" and any(isinstance(v, Tensor) and v.history is not None for v in (left, right)):
        return left is right  # Keras' symbolic tensors leave == as Python has it.
    if isinstance(left, Tensor):
        method, operands = overlays.METHODS.get(f"__{name}__"), (left, right)
    else:
        method, operands = overlays.METHODS.get(f"__{REFLECTED[name]}__"), (right, left)
    if not isinstance(operands[1], (Tensor, int, float, bool, Expression)):
        return name == "ne"
    return machine.call(method, operands) if method is not None else machine.unknown("a comparison of tensors")


def _instance_comparison(machine: Machine, name: str, function: Any, left: Any, right: Any) -> Any:
    for receiver, other, wanted in ((left, right, name), (right, left, REFLECTED[name])):
        if isinstance(receiver, Instance) and receiver.class_.find(f"__{wanted}__") is not MISSING:
            result = machine.call(machine.get_attribute(receiver, f"__{wanted}__"), (other,))
            if result is not NotImplemented:
                return result
    if name in ("eq", "ne"):
        equal = equals(machine, left, right)
        return machine.unknown("whether two values are equal") if equal is None else equal is (name == "eq")
    totalled = _totalled(machine, name, left, right)
    if totalled is not MISSING:
        return totalled
    left = left.payload if isinstance(left, Instance) else left
    right = right.payload if isinstance(right, Instance) else right
    if left is None or right is None:
        return machine.unknown("an ordering of objects")
    return _guarded(machine, function, left, right)


def _totalled(machine: Machine, name: str, left: Any, right: Any) -> Any:
    """What ``functools.total_ordering`` makes of ``__lt__`` (or ``__gt__``) and ``__eq__``."""
    if not isinstance(left, Instance):
        return MISSING
    if not any(isinstance(c, Class) and "total" in c.metadata for c in left.class_.mro):
        return MISSING
    for known, swapped, equal in _TOTALS[name]:
        if left.class_.find(f"__{known}__") is not MISSING:
            operands = (right, left) if swapped else (left, right)
            found = ordered(machine, known, COMPARISONS[_KINDS[known]][1], *operands)
            answer = machine.truth(found)
            return machine.unknown("an ordering of objects") if answer is None else answer is equal
    return MISSING


_KINDS = {name: kind for kind, (name, _) in COMPARISONS.items()}
_TOTALS = {
    "lt": [("gt", True, True), ("ge", False, False), ("le", True, False)],
    "gt": [("lt", True, True), ("le", False, False), ("ge", True, False)],
    "le": [("lt", True, False), ("gt", False, False), ("ge", True, True)],
    "ge": [("lt", False, False), ("gt", True, False), ("le", True, True)],
}
"""Operator → (defined operator, operands swapped, the answer that means True)."""


def identical(left: Any, right: Any) -> bool | None:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if left is right:
        return True
    if left is None or right is None:
        return False
    if type(left) is type(right) and isinstance(left, (int, str, float)):
        return left == right
    if isinstance(left, BoundMethod) and isinstance(right, BoundMethod):
        return left.function is right.function and left.receiver is right.receiver
    return isinstance(left, HostMethod) and isinstance(right, HostMethod) and left.name == right.name


def contains(machine: Machine, container: Any, item: Any) -> Any:
    """``item in container``."""
    if isinstance(container, Unknown):
        return container
    if isinstance(container, Instance):
        method = machine.get_attribute(container, "__contains__", default=MISSING)
        if method is not MISSING:
            result = machine.truth(machine.call(method, (item,)))
            return machine.unknown("membership of an object") if result is None else result
        container = container.payload if container.payload is not None else machine_iterate(machine, container)
        return container if isinstance(container, Unknown) else contains(machine, container, item)
    if isinstance(item, Unknown):
        return item
    if isinstance(container, Class) and "members" in container.metadata:
        return any(item is m for m in container.metadata["members"].values())
    if isinstance(container, (dict, set, frozenset)):
        return _hashed_member(machine, container, item)
    if isinstance(container, (str, bytes, range)):
        return _guarded(machine, lambda c, i: i in c, container, item)
    if isinstance(container, (list, tuple)):
        return _sequence_member(machine, container, item)
    member = getattr(container, "contains", None)
    if member is not None:
        return member(item)
    items = machine_iterate(machine, container)
    return items if isinstance(items, Unknown) else _sequence_member(machine, items, item)


def machine_iterate(machine: Machine, value: Any) -> Any:
    try:
        return machine.iterate(value)
    except UnknownUsed as used:
        return used.unknown


def _hashed_member(machine: Machine, container: Any, item: Any) -> Any:
    try:
        if item in container:
            found = container[item] if isinstance(container, dict) else None
            return found if type(found) is MaybeMissing else True
    except TypeError as error:
        raise machine.exception("TypeError", str(error)) from None
    unknown = None
    if not UNKNOWNS.isdisjoint(map(type, container)):
        unknown = next(k for k in container if isinstance(k, Unknown))
    if unknown is None and isinstance(container, dict):
        unknown = container.get("**") if isinstance(container.get("**"), Unknown) else None
    if unknown is None:
        return machine.modules.stop_after(container, item) is not MISSING
    return unknown


def _sequence_member(machine: Machine, container: Any, item: Any) -> Any:
    unsure = None
    for element in container:
        equal = True if element is item else equals(machine, element, item)
        if equal:
            return True
        if equal is None:
            unsure = element
    if unsure is None:
        return False
    return unsure if isinstance(unsure, Unknown) else machine.unknown("membership among tensors")


# -- subscription ----------------------------------------------------------------------------


def get_item(machine: Machine, value: Any, key: Any) -> Any:
    """``value[key]``."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Tensor):
        return machine.call(_tensor_get_item, (value, key))
    if isinstance(value, Instance):
        return _instance_item(machine, value, key)
    if isinstance(value, (Class, TypingForm, type)):
        return _type_item(machine, value, key)
    if isinstance(value, dict):
        return _dict_item(machine, value, key)
    if isinstance(key, slice):
        key = _plain_slice(key)
    if isinstance(key, (Unknown, Expression)):
        return key if isinstance(key, Unknown) else machine.unknown("indexing with a symbolic size")
    return _sequence_item(machine, value, key)


def _tensor_get_item(value: Any, key: Any, *, machine: Machine) -> Any:
    if isinstance(key, str):
        return machine.unknown("an input that is a dictionary, not a tensor")
    for item in key if isinstance(key, tuple) else (key,):
        if steps_back(item) and _is_torch_data(machine, value):
            message = f"{{subject}} slices with step {item.step}; torch knows only positive steps, use flip"
            raise OperationError("invalid-argument", message, exception="ValueError", result=getitem(value, key))
    return getitem(value, key)


_tensor_get_item.__name__ = "getitem"


def _is_torch_data(machine: Machine, value: Tensor) -> bool:
    """A tensor that comes from a model's input in a program of torch alone: numpy's arrays are tensors here too."""
    roots = {name.partition(".")[0] for name in machine.modules.natives}
    return value.field is not Field.EMPTY and not roots & {"keras", "tensorflow", "tf_keras", "keras_core"}


def _instance_item(machine: Machine, value: Instance, key: Any) -> Any:
    method = machine.get_attribute(value, "__getitem__", default=MISSING)
    if method is not MISSING:
        return machine.call(method, (key,))
    has_default = isinstance(value.payload, dict) and value.class_.find("__missing__") is not MISSING
    if has_default and contains(machine, value.payload, key) is False:
        return machine.call(machine.get_attribute(value, "__missing__"), (key,))
    if value.payload is not None:
        return get_item(machine, value.payload, key)
    if value.unknown_because is not None:
        return value.unknown_because
    raise machine.exception("TypeError", f"{value.class_.name} object is not subscriptable")


def _type_item(machine: Machine, value: Any, key: Any) -> Any:
    if isinstance(value, Class) and "members" in value.metadata:
        if isinstance(key, Unknown):
            return key
        if key in value.metadata["members"]:
            return value.metadata["members"][key]
        raise machine.exception("KeyError", str(key))
    return value


def _dict_item(machine: Machine, value: dict, key: Any) -> Any:
    if isinstance(key, Unknown):
        if hasattr(value, "missing"):
            machine.journal.touch(value)
            value["**"] = key
        return key
    try:
        if key in value:
            return value[key]
    except TypeError as error:
        raise machine.exception("TypeError", str(error)) from None
    missing = getattr(value, "missing", None)
    if missing is not None:
        return missing(machine, value, key)
    if isinstance(value, Counter):
        return 0
    if isinstance(value.get("**"), Unknown):
        return value["**"]
    if any(isinstance(k, Unknown) for k in value):
        return machine.unknown("a dictionary with unknown keys")
    found = machine.modules.stop_after(value, key)
    if found is not MISSING:
        return found
    raise machine.exception("KeyError", key)


def _plain_slice(key: slice) -> Any:
    for end in (key.start, key.stop, key.step):
        if isinstance(end, Unknown):
            return end
        if isinstance(end, Expression):
            return Unknown("slicing with a symbolic size")
    return key


def _sequence_item(machine: Machine, value: Any, key: Any) -> Any:
    if isinstance(value, LazyIterator):
        raise machine.exception("TypeError", "generator object is not subscriptable")
    if isinstance(value, (list, tuple)):
        rest = rest_before(value, key)
        if rest is not None:
            return rest.plain()
    try:
        result = value[key]
    except UnknownUsed as used:
        return used.unknown
    except IndexError as error:
        if isinstance(value, tuple):
            return machine.problem(_no_such_item(value, key))
        raise machine.exception("IndexError", str(error)) from None
    except (TypeError, LookupError, ValueError) as error:
        raise machine.exception(type(error).__name__, str(error)) from None
    return result


def _no_such_item(value: tuple, key: Any) -> OperationError:
    """A list may be filled by code that is not followed (hooks); what is in a tuple is certain."""
    count = len(value)
    if count and hasattr(value, "numel"):
        held = f"the shape {'×'.join('None' if d is None else text(d) for d in value)}, which has {count} dimension{'s' * (count != 1)}"
    else:
        held = f"a tuple of {count} item{'s' * (count != 1)}"
    message = f"index {key} is out of range for {held}"
    return OperationError("dimension-out-of-range", message, exception="IndexError")


def set_item(machine: Machine, value: Any, key: Any, new: Any) -> None:
    """``value[key] = new``."""
    if isinstance(value, Unknown):
        return
    if isinstance(value, Tensor):
        machine.call(_tensor_set_item, (value, key, new))
    elif isinstance(value, Instance):
        method = machine.get_attribute(value, "__setitem__", default=MISSING)
        if method is not MISSING:
            machine.call(method, (key, new))
        elif value.payload is not None:
            set_item(machine, value.payload, key, new)
    elif isinstance(value, (list, dict, deque)):
        _set_container_item(machine, value, key, new)
    elif isinstance(value, (tuple, str, int, float, range, bytes, type(None))):
        raise machine.exception("TypeError", f"{type_name(value)!r} object does not support item assignment")


def _tensor_set_item(value: Any, key: Any, new: Any) -> Any:
    from analyzers.tensors.operations.indexing import setitem

    return setitem(value, key, new)


def _set_container_item(machine: Machine, value: Any, key: Any, new: Any) -> None:
    machine.journal.touch(value)
    if isinstance(key, Unknown):
        if isinstance(value, list):
            value[:] = [machine.unknown(key.reason) for _ in value]
        else:
            value["**"] = machine.unknown(key.reason)
        return
    rest = rest_before(value, key) if isinstance(value, list) else None
    if rest is not None:
        value[:] = [rest]
        return
    if isinstance(key, slice) and isinstance(_plain_slice(key), Unknown):
        opened(machine, value, "slice", _plain_slice(key))
        return
    if isinstance(key, slice) and isinstance(new, (Unknown, LazyIterator, Instance)):
        new = machine_iterate(machine, new)
        new = [UnknownTail(new.reason, new.place)] if isinstance(new, Unknown) else new
    try:
        value[key] = new
    except (TypeError, LookupError, ValueError) as error:
        raise machine.exception(type(error).__name__, str(error)) from None


def delete_item(machine: Machine, value: Any, key: Any) -> None:
    if isinstance(value, Instance):
        method = machine.get_attribute(value, "__delitem__", default=MISSING)
        if method is not MISSING:
            machine.call(method, (key,))
            return
        value = value.payload
    if not isinstance(value, (list, dict, deque)):
        return
    if isinstance(value, list) and rest_before(value, key) is not None:
        return
    machine.journal.touch(value)
    if isinstance(key, slice):
        key = _plain_slice(key)
    if isinstance(key, Unknown):
        opened(machine, value, "del", key)
        return
    try:
        del value[key]
    except (TypeError, LookupError) as error:
        raise machine.exception(type(error).__name__, str(error)) from None


# -- exceptions of Python --------------------------------------------------------------------


def builtin_exception(machine: Machine, name: str) -> Class | None:
    """The class of a built-in exception, made from Python's own hierarchy."""
    host = getattr(builtins, name, None)
    if not (isinstance(host, type) and issubclass(host, BaseException)):
        return None
    known = machine.host_classes.get(host)
    if known is None:
        bases = tuple(b for b in (builtin_exception(machine, b.__name__) for b in host.__bases__) if b is not None)
        known = Class(name, bases, EXCEPTION_MEMBERS.get(name, {}).copy(), "builtins")
        machine.host_classes[host] = known
    return known


def _exception_init(self: Instance, *args: Any, **kwargs: Any) -> None:
    self.attributes["args"] = args


def _with_traceback(self: Instance, tb: Any) -> Instance:
    return self


def _add_note(self: Instance, note: Any) -> None:
    return None


def _first_argument(self: Instance) -> Any:
    return self.attributes["args"][0] if self.attributes["args"] else None


EXCEPTION_MEMBERS: dict[str, dict[str, Any]] = {
    "BaseException": {
        "__init__": _exception_init, "with_traceback": _with_traceback, "add_note": _add_note, "args": (),
        "__cause__": None, "__context__": None, "__traceback__": None,
    },
    "StopIteration": {"value": Property(_first_argument)},
    "SystemExit": {"code": Property(_first_argument)},
}  # fmt: skip
