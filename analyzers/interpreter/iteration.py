"""Truth and iteration of every kind of value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.budget import MAXIMUM_COLLECTION, SMALL
from analyzers.interpreter.lazy_iterators import LazyIterator
from analyzers.interpreter.native_values import call_special
from analyzers.interpreter.values import MISSING, BoundMethod, Class, Instance, MaybeMissing, NativeValue, UnknownTail
from analyzers.tensors.errors import OperationError
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

PLAIN_TYPES = frozenset((int, str, float))


def truth(machine: Machine, value: Any) -> bool | None:
    if value is True or value is False or value is None:
        return value is True
    if type(value) in PLAIN_TYPES:
        return bool(value)
    if isinstance(value, NativeValue):
        return truth(machine, call_special(machine, value, "__bool__"))
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Instance):
        return _truth_of_instance(machine, value)
    if isinstance(value, Tensor):
        if value.history is not None:
            machine.problem(_not_symbolic("as a condition", "TypeError"))
            return None
        content = value.content
        return bool(content[0]) if content is not None and len(content) == 1 else None
    if isinstance(value, (list, tuple)) and UnknownTail in map(type, value):
        return True if len(value) > 1 else None
    if isinstance(value, set) and len(value) == 1 and isinstance(next(iter(value)), Unknown):
        return None
    if type(value) is dict and len(value) == 1 and isinstance(next(iter(value.values())), MaybeMissing):
        return None
    if isinstance(value, LazyIterator):
        return True
    try:
        return bool(value)
    except UnknownUsed:
        return None


def _truth_of_instance(machine: Machine, value: Instance) -> bool | None:
    if value.payload is not None:
        return bool(value.payload)
    for name in ("__bool__", "__len__"):
        if value.class_.find(name) is not MISSING:
            result = machine.call(machine.get_attribute(value, name))
            return truth(machine, result)
    return True


def iterate(machine: Machine, value: Any) -> list[Any]:
    """All elements of an iterable, bounded and charged; an unknown one raises UnknownUsed."""
    items = _items(machine, value)
    if len(items) > SMALL:
        machine.budget.visit(len(items))
    return items


def _items(machine: Machine, value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return _known(list(value))
    if isinstance(value, range):
        return _bounded_range(value)
    if isinstance(value, dict):
        return list(whole_dict(machine, value))
    if isinstance(value, (set, frozenset)):
        known_set(list(value))
        return list(value)
    if isinstance(value, NativeValue):
        return iterate(machine, call_special(machine, value, "__iter__"))
    if isinstance(value, (str, bytes)):
        return list(value)
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    if isinstance(value, Instance):
        return _iterate_instance(machine, value)
    if isinstance(value, Tensor):
        return _iterate_tensor(machine, value)
    if isinstance(value, LazyIterator):
        return drain(machine, value)
    if isinstance(value, Class) and value.traits.members is not None:
        return [m for n, m in value.traits.members.items() if m.attributes["name"] == n]
    if isinstance(value, Class) and isinstance(value.traits.metaclass, Class):
        return iterate(machine, machine.call(machine.get_attribute(value.traits.metaclass, "__iter__"), (value,)))
    if hasattr(value, "__next__") or hasattr(value, "__iter__"):
        source: Any = value
        return drain(machine, LazyIterator(iter(source)))
    raise machine.exception("TypeError", f"{type_name(value)} object is not iterable")


def elements(machine: Machine, value: Any) -> Any:
    """The elements of an iterable as far as somebody asks: those of an object may be made as it goes."""
    if isinstance(value, Instance) and value.class_.find("__iter__") is not MISSING:
        value = machine.call(machine.get_attribute(value, "__iter__"))
        if isinstance(value, Instance):
            return _exhaust(machine, value)
    return value.source if isinstance(value, LazyIterator) else iterate(machine, value)


def drain(machine: Machine, iterator: LazyIterator) -> list[Any]:
    items: list[Any] = []
    size = 0
    for item in iterator.source:
        items.append(item)
        size += len(item) if isinstance(item, (tuple, list)) else 1
        if size > MAXIMUM_COLLECTION:
            machine.budget.visit(MAXIMUM_COLLECTION)
            raise UnknownUsed(Unknown(f"an iterator of more than {MAXIMUM_COLLECTION:,} elements"))
    return _known(items)


def _known(items: list[Any]) -> list[Any]:
    if UnknownTail in map(type, items):
        raise UnknownUsed(next(item for item in items if type(item) is UnknownTail).plain())
    return items


def known_dict(value: dict) -> dict:
    """The dict; UnknownUsed where it has entries that are not known (kept under ``**``)."""
    unknown = value.get("**")
    if isinstance(unknown, Unknown):
        raise UnknownUsed(unknown)
    for item in value.values():
        if type(item) is MaybeMissing:
            raise UnknownUsed(item)
    return value


def whole_dict(machine: Machine, value: dict) -> dict:
    """The dict with all the entries that modules make in it; UnknownUsed where there may be others."""
    if not machine.modules.registries.fill(value):
        raise UnknownUsed(machine.unknown("entries that other modules may make"))
    return known_dict(value)


def known_set(items: list[Any]) -> set[Any]:
    """A set of known elements; how many there are is not known when one of them is not."""
    unknown = unknown_element(items)
    if unknown is not None:
        raise UnknownUsed(unknown)
    return set(items)


def unknown_element(*collections: Any) -> Unknown | None:
    """What is not known in sets: it may be equal to any other element."""
    return next((item for items in collections for item in items if isinstance(item, Unknown)), None)


def _bounded_range(value: range) -> list[int]:
    try:
        if len(value) <= MAXIMUM_COLLECTION:
            return list(value)
    except OverflowError:
        pass
    raise UnknownUsed(Unknown(f"a range of more than {MAXIMUM_COLLECTION:,} elements"))


def _iterate_instance(machine: Machine, value: Instance) -> list[Any]:
    if value.class_.find("__iter__") is not MISSING:
        result = machine.call(machine.get_attribute(value, "__iter__"))
        return _exhaust(machine, result) if isinstance(result, Instance) else iterate(machine, result)
    if value.payload is not None:
        return iterate(machine, value.payload)
    if value.class_.find("__getitem__") is not MISSING:
        return _indexed(machine, value)
    if value.unknown_because is not None:
        raise UnknownUsed(value.unknown_because)
    raise UnknownUsed(machine.unknown(f"iterating over a {value.class_.name}"))


def _indexed(machine: Machine, value: Instance) -> list[Any]:
    """An object without ``__iter__``: its items 0, 1, … up to the first IndexError."""
    from analyzers.interpreter.values import Raised

    getter = machine.get_attribute(value, "__getitem__")
    items: list[Any] = []
    while len(items) <= MAXIMUM_COLLECTION:
        machine.budget.spend()
        outside = machine.handlers
        machine.handlers = (*outside, lambda raised: is_exception(raised.value, "IndexError"))
        try:
            items.append(machine.call(getter, (len(items),)))
        except Raised as raised:
            if is_exception(raised.value, "IndexError"):
                return items
            raise
        finally:
            machine.handlers = outside
        if isinstance(items[-1], Unknown):
            raise UnknownUsed(items[-1])
    raise UnknownUsed(machine.unknown("a sequence without end"))


def _exhaust(machine: Machine, iterator: Instance) -> list[Any]:
    """An object whose ``__iter__`` returned an instance with ``__next__``."""
    from analyzers.interpreter.values import Raised

    step = machine.get_attribute(iterator, "__next__", default=MISSING)
    if not isinstance(step, BoundMethod):
        raise UnknownUsed(machine.unknown(f"iterating over a {iterator.class_.name}"))
    items: list[Any] = []
    while len(items) <= MAXIMUM_COLLECTION:
        machine.budget.spend()
        try:
            item = machine.call(step)
        except Raised as raised:
            if is_exception(raised.value, "StopIteration"):
                return items
            raise
        if isinstance(item, Unknown):
            raise UnknownUsed(item)
        items.append(item)
    raise UnknownUsed(machine.unknown("an iterator without end"))


def is_exception(value: Any, name: str) -> bool:
    return isinstance(value, Instance) and any(isinstance(c, Class) and c.name == name for c in value.class_.mro)


def _not_symbolic(use: str, exception: str) -> OperationError:
    """While a graph is built its tensors have no values."""
    return OperationError("invalid-argument", f"a symbolic tensor cannot be used {use}", exception=exception)


def _iterate_tensor(machine: Machine, value: Tensor) -> list[Any]:
    from analyzers.tensors.operations.indexing import getitem

    if value.history is not None:
        machine.problem(_not_symbolic("as a sequence (unpacked or looped over)", "NotImplementedError"))
        raise UnknownUsed(machine.unknown("the elements of a symbolic tensor"))
    machine.recorder.open_ends.read_items(value)
    if not value.shape:
        raise machine.exception("TypeError", "iteration over a 0-d tensor")
    length = value.shape[0]
    if not isinstance(length, int):
        raise UnknownUsed(machine.unknown("iterating over a tensor of symbolic length"))
    if length > 4096:
        raise UnknownUsed(machine.unknown(f"iterating over {length:,} slices of a tensor"))
    return [getitem(value, i) for i in range(length)]


def type_name(value: Any) -> str:
    if isinstance(value, Instance):
        return value.class_.name
    if isinstance(value, Class):
        return "type"
    return type(value).__name__


def rest_before(value: Any, key: Any) -> UnknownTail | None:
    """The unknown stretch of a sequence that hides which element ``key`` means; None where it is certain."""
    if UnknownTail not in map(type, value):
        return None
    places = [i for i, v in enumerate(value) if type(v) is UnknownTail]
    if isinstance(key, int) and (0 <= key < places[0] or places[-1] < key + len(value) < len(value)):
        return None
    return value[places[0]]
