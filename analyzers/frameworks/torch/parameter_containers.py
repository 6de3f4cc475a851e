"""``ParameterList`` and ``ParameterDict``: parameters, and whatever else is put into them, as attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.torch.containers import doubt_about, known_or_raise, out_of_range
from analyzers.frameworks.torch.module import TABLES, Module
from analyzers.interpreter.overlays import layer
from analyzers.interpreter.values import Instance
from analyzers.tensors.errors import PythonError
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def _keep(self: Module, name: str, value: Any, machine: Machine) -> None:
    """A tensor becomes a parameter; modules (lists of parameters) are registered, anything else is an attribute."""
    if isinstance(value, Tensor) and not value.parameter:
        value = value.with_(parameter=True, trainable=True)
    if isinstance(value, Unknown):
        object.__setattr__(self, "unknown_because", value)
    machine.set_attribute(self, name, value)


def _kept(self: Module, name: str) -> Any:
    for table in TABLES:
        entries = self.attributes.get(table, {})
        if name in entries:
            if table == "_parameters":
                self.machine.recorder.read.add(id(self))
            return entries[name]
    return self.attributes[name]


@layer("torch.nn.ParameterList", "torch.nn.modules.container.ParameterList")
class ParameterList(Module):
    """A list of parameters."""

    _size: int

    def __init__(self, values: Any = None, *, machine: Machine) -> None:
        self.attributes["_size"] = 0
        if values is not None:
            machine.call(machine.get_attribute(self, "extend"), (values,))

    def append(self, value: Any, *, machine: Machine) -> Any:
        _append(self, [value], machine)
        return self

    def extend(self, values: Any, *, machine: Machine) -> Any:
        try:
            _append(self, machine.iterate(values), machine)
        except UnknownUsed as used:
            object.__setattr__(self, "unknown_because", used.unknown)
        return self

    __iadd__ = extend

    def __len__(self) -> int:
        known_or_raise(self)
        return self.attributes["_size"]

    def __iter__(self) -> list:
        known_or_raise(self)
        return [_kept(self, str(i)) for i in _all(self)]

    def __getitem__(self, index: Any, *, machine: Machine) -> Any:
        doubt = doubt_about(self)
        if doubt is not None:
            return doubt
        if not isinstance(index, slice):
            return _kept(self, _place(self, index))
        made = machine.call(self.class_)
        return machine.call(machine.get_attribute(made, "extend"), ([_kept(self, str(i)) for i in _all(self)[index]],))

    def __setitem__(self, index: Any, value: Any, *, machine: Machine) -> None:
        _keep(self, _place(self, index), value, machine)

    def pop(self, index: Any = -1, *, machine: Machine) -> Any:
        """What newer versions of torch have."""
        values = [_kept(self, str(i)) for i in _all(self)]
        taken = values.pop(int(_place(self, index)))
        machine.journal.touch(self.attributes)
        self.attributes["_size"] -= 1
        for place, value in enumerate(values):
            _keep(self, str(place), value, machine)
        machine.call(machine.get_attribute(self, "__delattr__"), (str(len(values)),))
        return taken


def _all(self: Instance) -> range:
    return range(self.attributes["_size"])


def _append(self: Module, values: list[Any], machine: Machine) -> None:
    for value in values:
        machine.journal.touch(self.attributes)
        self.attributes["_size"] += 1
        _keep(self, str(self.attributes["_size"] - 1), value, machine)


def _place(self: Instance, index: Any) -> str:
    length = self.attributes["_size"]
    if not isinstance(index, int):
        raise UnknownUsed(index if isinstance(index, Unknown) else Unknown("an index that is not a number"))
    if not -length <= index < length:
        raise out_of_range(self, index, length)
    return str(index % length)


@layer("torch.nn.ParameterDict", "torch.nn.modules.container.ParameterDict")
class ParameterDict(Module):
    """Parameters by name."""

    def __init__(self, parameters: Any = None, *, machine: Machine) -> None:
        self.attributes["_keys"] = {}
        if parameters is not None:
            machine.call(machine.get_attribute(self, "update"), (parameters,))

    def __len__(self) -> int:
        return len(_keys(self))

    def __iter__(self) -> list:
        return list(_keys(self))

    def __contains__(self, key: Any) -> bool:
        return key in self.attributes["_keys"] or key in _keys(self)

    def __getitem__(self, key: Any) -> Any:
        if key not in self.attributes["_keys"]:
            known_or_raise(self)
            raise PythonError("AttributeError", f"{self.class_.name} object has no attribute {key}")
        return _kept(self, key)

    def __setitem__(self, key: Any, value: Any, *, machine: Machine) -> None:
        if isinstance(key, Unknown):
            object.__setattr__(self, "unknown_because", key)
            return
        machine.journal.touch(self.attributes["_keys"])
        self.attributes["_keys"][key] = None
        _keep(self, key, value, machine)

    def __delitem__(self, key: Any, *, machine: Machine) -> None:
        machine.journal.touch(self.attributes["_keys"])
        del self.attributes["_keys"][key]
        machine.call(machine.get_attribute(self, "__delattr__"), (key,))

    def keys(self) -> list:
        return list(_keys(self))

    def values(self) -> list:
        return [_kept(self, key) for key in _keys(self)]

    def items(self) -> list:
        return [(key, _kept(self, key)) for key in _keys(self)]

    def get(self, key: Any, default: Any = None) -> Any:
        return _kept(self, key) if key in _keys(self) else default

    def setdefault(self, key: Any, default: Any = None, *, machine: Machine) -> Any:
        if key not in _keys(self):
            machine.call(machine.get_attribute(self, "__setitem__"), (key, default))
        return _kept(self, key)

    def pop(self, key: Any, *, machine: Machine) -> Any:
        value = _kept(self, key)
        machine.call(machine.get_attribute(self, "__delitem__"), (key,))
        return value

    def clear(self, *, machine: Machine) -> None:
        for key in list(_keys(self)):
            machine.call(machine.get_attribute(self, "__delitem__"), (key,))

    def update(self, parameters: Any, *, machine: Machine) -> None:
        """Entries of a plain dictionary come in the order of their names."""
        try:
            for pair in _pairs(parameters, machine):
                machine.call(machine.get_attribute(self, "__setitem__"), pair)
        except UnknownUsed as used:
            object.__setattr__(self, "unknown_because", used.unknown)

    def copy(self, *, machine: Machine) -> Any:
        return machine.call(self.class_, (self,))


def _keys(self: Instance) -> dict[str, None]:
    known_or_raise(self)
    return self.attributes["_keys"]


def _pairs(parameters: Any, machine: Machine) -> list[Any]:
    if isinstance(parameters, Instance) and "_keys" in parameters.attributes:
        return machine.iterate(machine.call(machine.get_attribute(parameters, "items")))
    if isinstance(parameters, Instance) and parameters.payload is not None:
        parameters = parameters.payload
    if isinstance(parameters, dict):
        pairs = machine.iterate(machine.call(machine.get_attribute(parameters, "items")))
        return sorted(pairs, key=lambda pair: pair[0]) if type(parameters) is dict else pairs
    return [tuple(machine.iterate(pair)) for pair in machine.iterate(parameters)]
