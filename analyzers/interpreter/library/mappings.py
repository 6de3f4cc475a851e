"""What ``collections.abc`` gives the classes that derive from its mappings, made of their own special methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.iteration import is_exception
from analyzers.interpreter.values import MISSING, Class, Instance, Raised
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def _keys(self: Instance, *, machine: Machine) -> Any:
    return machine.iterate(machine.call(machine.get_attribute(self, "__iter__")))


def _values(self: Instance, *, machine: Machine) -> Any:
    keys = _keys(self, machine=machine)
    return keys if isinstance(keys, Unknown) else [_item(machine, self, key) for key in keys]


def _items(self: Instance, *, machine: Machine) -> Any:
    keys = _keys(self, machine=machine)
    return keys if isinstance(keys, Unknown) else [(key, _item(machine, self, key)) for key in keys]


def _item(machine: Machine, mapping: Instance, key: Any) -> Any:
    return machine.call(machine.get_attribute(mapping, "__getitem__"), (key,))


def _get(self: Instance, key: Any, default: Any = None, *, machine: Machine) -> Any:
    """The item, or what stands for it where there is none."""
    outside = machine.handlers
    machine.handlers = (*outside, _is_missing)
    try:
        return _item(machine, self, key)
    except Raised as raised:
        if not _is_missing(raised):
            raise
        return default
    finally:
        machine.handlers = outside


def _is_missing(raised: Raised) -> bool:
    return is_exception(raised.value, "KeyError")


def _pop(self: Instance, key: Any, default: Any = MISSING, *, machine: Machine) -> Any:
    found = _get(self, key, MISSING, machine=machine)
    if found is MISSING:
        if default is MISSING:
            raise machine.exception("KeyError", str(key))
        return default
    machine.call(machine.get_attribute(self, "__delitem__"), (key,))
    return found


def _set_default(self: Instance, key: Any, default: Any = None, *, machine: Machine) -> Any:
    found = _get(self, key, MISSING, machine=machine)
    if found is MISSING:
        machine.call(machine.get_attribute(self, "__setitem__"), (key, default))
        return default
    return found


def _update(self: Instance, other: Any = (), *, machine: Machine, **kwargs: Any) -> Any:
    entries = machine.call(dict, [other], kwargs)
    if isinstance(entries, Unknown):
        return entries
    for key, value in entries.items():
        machine.call(machine.get_attribute(self, "__setitem__"), (key, value))
    return None


_READING = {"keys": _keys, "values": _values, "items": _items, "get": _get}
_WRITING = {"pop": _pop, "setdefault": _set_default, "update": _update}
MIXINS: dict[str, Class] = {
    "Mapping": Class("Mapping", (), dict(_READING), "collections.abc"),
    "MutableMapping": Class("MutableMapping", (), {**_READING, **_WRITING}, "collections.abc"),
}
