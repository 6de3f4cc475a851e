"""``Sequential``, ``ModuleList`` and ``ModuleDict``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.torch.module import Module, children_of, require_module
from analyzers.interpreter.overlays import layer
from analyzers.interpreter.values import Instance
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.operations.arguments import require_one_element
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def _items(machine: Machine, modules: Any) -> list[tuple[str, Any]]:
    """(name, module) pairs of a mapping or an iterable of pairs."""
    if isinstance(modules, dict):
        return list(modules.items())
    if isinstance(modules, Instance) and isinstance(modules.payload, dict):
        return list(modules.payload.items())
    if isinstance(modules, Instance):
        return list(children_of(modules).items())
    return [tuple(machine.iterate(pair)) for pair in machine.iterate(modules)]  # type: ignore[misc]


def doubt_about(self: Instance) -> Unknown | None:
    """Why it is not known what a container holds."""
    return self.unknown_because if self.unknown_because is not None else self.machine.possible_change(self)


def known_or_raise(self: Instance) -> None:
    """Raises UnknownUsed where it is not known what a container holds."""
    doubt = doubt_about(self)
    if doubt is not None:
        raise UnknownUsed(doubt)


def _known_children(self: Instance) -> dict[str, Any]:
    known_or_raise(self)
    return children_of(self)


def _position(self: Module, index: Any, *, inserting: bool = False) -> int:
    known_or_raise(self)
    length = len(children_of(self))
    if isinstance(index, Tensor):
        require_one_element(index)
    if not isinstance(index, int):
        raise UnknownUsed(index if isinstance(index, Unknown) else Unknown("an index that is not a number"))
    if not -length <= index < length + inserting:
        raise out_of_range(self, index, length)
    return index + length if index < 0 else index


def out_of_range(self: Instance, index: int, length: int) -> OperationError:
    message = f"index {index} is out of range, the {self.class_.name} holds {length or 'nothing'}"
    return OperationError("dimension-out-of-range", message, exception="IndexError")


def _renumber(self: Module, modules: list[Any], machine: Machine) -> None:
    entries = children_of(self)
    machine.journal.touch(entries)
    entries.clear()
    entries.update((str(i), module) for i, module in enumerate(modules))


def _extend(self: Module, modules: Any, machine: Machine) -> Any:
    try:
        items = machine.iterate(modules)
    except UnknownUsed as used:
        object.__setattr__(self, "unknown_because", used.unknown)
        return self
    entries = children_of(self)
    machine.journal.touch(entries)
    start = len(entries)
    for offset, module in enumerate(items):
        if isinstance(module, Unknown):
            object.__setattr__(self, "unknown_because", module)
            return self
        require_module(module)
        entries[str(start + offset)] = module
    return self


def _add_named(self: Module, modules: dict[Any, Any]) -> None:
    """Children by name; a name that is not known makes the container unknown."""
    for name, module in modules.items():
        unknown = next((v for v in (name, module) if isinstance(v, Unknown)), None)
        if unknown is not None:
            object.__setattr__(self, "unknown_because", unknown)
            return
        require_module(module)
        _changed_children(self)[name] = module


class Indexed(Module):
    """What ``Sequential`` and ``ModuleList`` share: children named by number."""

    def __len__(self) -> Any:
        return len(_known_children(self))

    def __iter__(self) -> Any:
        return list(_known_children(self).values())

    def __getitem__(self, index: Any, *, machine: Machine) -> Any:
        doubt = doubt_about(self)
        if doubt is not None:
            return doubt
        modules = children_of(self)
        if isinstance(index, slice):
            return _sliced(self, index, machine)
        return list(modules.values())[_position(self, index)]

    def __setitem__(self, index: Any, module: Any, *, machine: Machine) -> None:
        entries = children_of(self)
        names = list(entries)
        machine.journal.touch(entries)
        entries[names[_position(self, index)]] = module

    def __delitem__(self, index: Any, *, machine: Machine) -> None:
        modules = list(children_of(self).values())
        if isinstance(index, slice):
            del modules[index]
        else:
            del modules[_position(self, index)]
        _renumber(self, modules, machine)

    def append(self, module: Any, *, machine: Machine) -> Any:
        return _extend(self, [module], machine)

    def extend(self, modules: Any, *, machine: Machine) -> Any:
        return _extend(self, modules, machine)

    def insert(self, index: Any, module: Any, *, machine: Machine) -> Any:
        modules = list(children_of(self).values())
        modules.insert(_position(self, index, inserting=True), module)
        _renumber(self, modules, machine)
        return self

    def pop(self, key: Any = -1, *, machine: Machine) -> Any:
        modules = list(children_of(self).values())
        taken = modules.pop(_position(self, key))
        _renumber(self, modules, machine)
        return taken

    def __add__(self, other: Any, *, machine: Machine) -> Any:
        made = machine.call(_plain_class(self, machine))
        _extend(made, list(children_of(self).values()), machine)
        return _extend(made, list(children_of(other).values()), machine)

    def __iadd__(self, other: Any, *, machine: Machine) -> Any:
        return _extend(self, other, machine)


def _plain_class(self: Instance, machine: Machine) -> Any:
    """The class a slice or sum has: the container's own."""
    host = Sequential if _is_a(self, Sequential) else ModuleList
    return machine.class_of_host(host)


def _is_a(self: Instance, host: type) -> bool:
    return any(getattr(c, "host", None) is host for c in self.class_.mro)


def _sliced(self: Module, index: slice, machine: Machine) -> Any:
    pairs = list(children_of(self).items())[index]
    made = machine.call(_plain_class(self, machine))
    names_kept = _is_a(self, Sequential)
    for position, (name, module) in enumerate(pairs):
        children_of(made)[name if names_kept else str(position)] = module
    return made


@layer("torch.nn.Sequential", "torch.nn.modules.Sequential", "torch.nn.modules.container.Sequential")
class Sequential(Indexed):
    """Children called one after the other."""

    def __init__(self, *args: Any, machine: Machine) -> None:
        if len(args) == 1 and isinstance(args[0], dict):
            _add_named(self, args[0])
            return
        _extend(self, list(args), machine)

    def forward(self, input: Any, *, machine: Machine) -> Any:
        if self.unknown_because is not None:
            return self.unknown_because
        for module in list(children_of(self).values()):
            input = machine.call(module, (input,))
        return input


@layer("torch.nn.ModuleList", "torch.nn.modules.ModuleList", "torch.nn.modules.container.ModuleList")
class ModuleList(Indexed):
    """A list of modules."""

    def __init__(self, modules: Any = None, *, machine: Machine) -> None:
        if modules is not None:
            _extend(self, modules, machine)


@layer("torch.nn.ModuleDict", "torch.nn.modules.ModuleDict", "torch.nn.modules.container.ModuleDict")
class ModuleDict(Module):
    """Modules by name."""

    def __init__(self, modules: Any = None, *, machine: Machine) -> None:
        if modules is not None:
            _add_named(self, dict(_items(machine, modules)))

    def __len__(self) -> int:
        return len(_known_children(self))

    def __iter__(self) -> list:
        return list(_known_children(self))

    def __contains__(self, key: Any) -> bool:
        return key in children_of(self) or key in _known_children(self)

    def __getitem__(self, key: Any) -> Any:
        entries = children_of(self)
        if key not in entries:
            known_or_raise(self)
            raise PythonError("KeyError", str(key))
        return entries[key]

    def __setitem__(self, key: Any, value: Any, *, machine: Machine) -> None:
        machine.call(machine.get_attribute(self, "add_module"), (key, value))

    def __delitem__(self, key: Any) -> None:
        del _changed_children(self)[key]

    def keys(self) -> list:
        return list(_known_children(self))

    def values(self) -> list:
        return list(_known_children(self).values())

    def items(self) -> list:
        return list(_known_children(self).items())

    def pop(self, key: Any) -> Any:
        return _changed_children(self).pop(key)

    def clear(self) -> None:
        _changed_children(self).clear()

    def update(self, modules: Any, *, machine: Machine) -> None:
        try:
            _add_named(self, dict(_items(machine, modules)))
        except UnknownUsed as used:
            object.__setattr__(self, "unknown_because", used.unknown)


def _changed_children(self: Instance) -> dict[str, Any]:
    """To be changed: the journal remembers how they were."""
    children = children_of(self)
    self.machine.journal.touch(children)
    return children
