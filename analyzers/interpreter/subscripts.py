"""Items: ``x[i]``, ``x[i] = v``, ``del x[i]``."""

from __future__ import annotations

from collections import Counter, deque
from types import FunctionType
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import certain
from analyzers.interpreter.capabilities import ShapeTuple, SupportsMissing
from analyzers.interpreter.host_methods import opened
from analyzers.interpreter.iteration import rest_before, type_name
from analyzers.interpreter.lazy_iterators import LazyIterator
from analyzers.interpreter.native_values import as_index, call_special
from analyzers.interpreter.values import MISSING, Class, Instance, NativeValue, TypingForm, UnknownTail
from analyzers.tensors.dims import Expression, text
from analyzers.tensors.errors import OperationError
from analyzers.tensors.field import Field
from analyzers.tensors.operations.indexing import getitem, steps_back
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine
from analyzers.interpreter.comparison import contains, machine_iterate

TYPES_PER_STEP = 256
"""Elements whose types Python looks through in the time of a step."""


def get_item(machine: Machine, value: Any, key: Any) -> Any:
    """``value[key]``."""
    if isinstance(value, NativeValue):
        return call_special(machine, value, "__getitem__", key)
    if isinstance(value, Unknown):
        return value.used()
    if isinstance(value, Tensor):
        return machine.call(tensor_get_item, (value, key))
    if isinstance(value, Instance):
        return _instance_item(machine, value, key)
    if isinstance(value, (Class, TypingForm, type)):
        return _type_item(machine, value, key)
    if isinstance(value, dict):
        return _dict_item(machine, value, key)
    if type(value) is FunctionType and getattr(value, "makes", None) is not None:
        return value  # a type of the library that is written as a function: ``OrderedDict[str, int]``
    key = as_index(machine, key)
    if isinstance(key, slice):
        key = _plain_slice(key)
    if isinstance(key, (Unknown, Expression)):
        return key if isinstance(key, Unknown) else machine.unknown("indexing with a symbolic size")
    return _sequence_item(machine, value, key)


def tensor_get_item(value: Any, key: Any, *, machine: Machine) -> Any:
    if isinstance(key, str):
        return machine.unknown("an input that is a dictionary, not a tensor")
    _note_item(machine, value, key)
    for item in key if isinstance(key, tuple) else (key,):
        if steps_back(item) and is_torch_data(machine, value):
            message = f"{{subject}} slices with step {item.step}; torch knows only positive steps, use flip"
            raise OperationError("invalid-argument", message, exception="ValueError", result=getitem(value, key))
    return getitem(value, key)


def _note_item(machine: Machine, value: Tensor, key: Any) -> None:
    if type(key) is int:
        machine.recorder.open_ends.read_items(value, max(0, key + 1), max(0, -key))


def is_torch_data(machine: Machine, value: Tensor) -> bool:
    """A tensor that comes from a model's input in a program of torch alone: Keras' tensors are tensors here too."""
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
    if isinstance(value, Class) and value.traits.members is not None:
        if isinstance(key, Unknown):
            return key
        if key in value.traits.members:
            return value.traits.members[key]
        raise machine.exception("KeyError", str(key))
    return value


def _dict_item(machine: Machine, value: dict, key: Any) -> Any:
    if isinstance(key, Unknown):
        if isinstance(value, SupportsMissing):
            machine.journal.touch(value)
            value["**"] = key
        return key
    try:
        if key in value:
            return value[key]
    except TypeError as error:
        raise certain.of_python(machine, error, value, key) from None
    if isinstance(value, SupportsMissing):
        return value.make_entry(machine, key)
    if isinstance(value, Counter):
        return 0
    if isinstance(value.get("**"), Unknown):
        return value["**"]
    if any(isinstance(k, Unknown) for k in value):
        return machine.unknown("a dictionary with unknown keys")
    found = machine.modules.registries.entry_to_come(value, key)
    if found is not MISSING:
        return found
    raise certain.no_key(machine, value, key)


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
        if len(value) > TYPES_PER_STEP:
            machine.budget.spend(len(value) // TYPES_PER_STEP)
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
        raise certain.no_item(machine, value, key, str(error)) from None
    except (TypeError, LookupError, ValueError) as error:
        raise machine.exception(type(error).__name__, str(error)) from None
    if type(key) is slice:
        machine.budget.made(result)
    return result


def _no_such_item(value: tuple, key: Any) -> OperationError:
    """A list may be filled by code that is not followed (hooks); what is in a tuple is certain."""
    count = len(value)
    if count and isinstance(value, ShapeTuple):
        held = f"the shape {'×'.join('None' if d is None else text(d) for d in value)}, which has {count} dimension{'s' * (count != 1)}"
    else:
        held = f"a tuple of {count} item{'s' * (count != 1)}"
    message = f"index {key} is out of range for {held}"
    return OperationError("dimension-out-of-range", message, exception="IndexError")


def set_item(machine: Machine, value: Any, key: Any, new: Any) -> None:
    """``value[key] = new``."""
    if isinstance(value, NativeValue):
        call_special(machine, value, "__setitem__", key, new)
    elif isinstance(value, Unknown):
        return
    elif isinstance(value, Tensor):
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
        error = TypeError(f"{type_name(value)!r} object does not support item assignment")
        raise certain.of_python(machine, error, value)


def _tensor_set_item(value: Any, key: Any, new: Any) -> Any:
    from analyzers.tensors.operations.indexing import setitem

    return setitem(value, key, new)


_tensor_set_item.__name__ = "__setitem__"


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
