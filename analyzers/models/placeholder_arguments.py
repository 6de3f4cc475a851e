"""What a constructor that nobody calls is given: the configuration its file holds, or symbols."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.capabilities import SupportsAttributeAssignment
from analyzers.interpreter.framework import is_model_class
from analyzers.interpreter.values import MISSING, Class, Function, Instance, Raised
from analyzers.source.program import Constant, FunctionDef, Name
from analyzers.tensors.dims import symbol
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

_READ = r"\b{name}((?:\s*\.\s*[A-Za-z_]\w*|\[\s*[\"'][A-Za-z_]\w*[\"']\s*\])+)(\s*\()?"
_NAME = re.compile(r"[A-Za-z_]\w*")
MAXIMUM_CANDIDATES = 20


class SymbolicConfig(dict, SupportsAttributeAssignment):
    """A configuration nobody wrote: whatever is read from it, by attribute or by key, is a symbol of that name."""

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        method = machine.get_attribute(dict(self), name, default=MISSING) if name not in self else MISSING
        return self.setdefault(name, symbol(name, argument=True)) if method is MISSING else method

    def assign_attribute(self, machine: Machine, name: str, value: Any) -> None:
        machine.journal.touch(self)
        self[name] = value


def placeholder_arguments(machine: Machine, module: Any, class_: Class, names: list[str]) -> dict[str, Any]:
    """An argument for each of the constructor's parameters ``names``.

    A parameter whose attributes or keys are read is a configuration: the class its annotation names, the object
    of its name in the module, or a class there that has all that is read; where there is none, ``SymbolicConfig``.
    Any other parameter is a symbol of its own name.
    """
    blocks = [c.site.block for c in class_.mro if isinstance(c, Class) and c.site is not None]
    text = "\n".join(block.text for block in dict.fromkeys(blocks))
    return {name: _placeholder(machine, module, class_, name, text) for name in names}


def _placeholder(machine: Machine, module: Any, class_: Class, name: str, text: str) -> Any:
    paths = list(paths_read(name, text))
    if not paths:
        return symbol(name, argument=True)
    first = {path[0] for path in paths}
    for make in _configurations(machine, module, class_, name, first):
        value = _tried(make)
        if value is not MISSING and all(_has(machine, value, key) for key in first):
            return value
    return symbolic_config(paths)


def paths_read(name: str, text: str) -> Iterator[list[str]]:
    """The names read one below the other: ``config.model["dim"]`` → model, dim; methods that are called are none."""
    for match in re.finditer(_READ.format(name=re.escape(name)), text):
        path = _NAME.findall(match[1])
        path = path[:-1] if match[2] else path
        if path:
            yield path


def symbolic_config(paths: list[list[str]]) -> SymbolicConfig:
    """A configuration that has these paths."""
    made = SymbolicConfig()
    for path in paths:
        below = made
        for name in path[:-1]:
            deeper = below.get(name)
            if not isinstance(deeper, SymbolicConfig):
                deeper = below[name] = SymbolicConfig()
            below = deeper
        below.setdefault(path[-1], symbol(path[-1], argument=True))
    return made


def _configurations(machine: Machine, module: Any, class_: Class, name: str, read: set[str]) -> Iterator[Any]:
    """Makers of what may be meant, likeliest first."""
    annotated = _annotated(machine, module, class_, name)
    if annotated is not None:
        yield lambda: _made(machine, annotated)
    if module.source.binders(name):
        yield lambda: module.look_up(name)
    blocks = [b for b in module.source.blocks if b.kind == "class" and all(b.mentions(key) for key in read)]
    for block in blocks[:MAXIMUM_CANDIDATES]:
        yield lambda block=block: _made(machine, module.look_up(block.binds[0]))


def _annotated(machine: Machine, module: Any, class_: Class, name: str) -> Class | None:
    """The class that the parameter's annotation names."""
    initialiser = class_.find("__init__")
    node = initialiser.node if isinstance(initialiser, Function) else None
    for parameter in node.parameters.named if isinstance(node, FunctionDef) else ():
        annotation = parameter.annotation
        if parameter.name == name and annotation is not None:
            named = annotation.value if isinstance(annotation, Constant) else None
            word = annotation.id if isinstance(annotation, Name) else named
            return _class_named(module, word) if isinstance(word, str) and word.isidentifier() else None
    return None


def _class_named(module: Any, name: str) -> Class | None:
    found = looked_up(module, name)
    return found if isinstance(found, Class) else None


def looked_up(module: Any, name: str) -> Any:
    """What a name of the module means; MISSING where that is not known."""
    return _tried(lambda: module.look_up(name))


def _made(machine: Machine, value: Any) -> Any:
    """An instance of a class that takes no arguments and is no model itself."""
    if not isinstance(value, Class) or is_model_class(value):
        return MISSING
    return machine.call(value)


def _tried(make: Any) -> Any:
    try:
        value = make()
    except (Raised, UnknownUsed):
        return MISSING
    return MISSING if isinstance(value, Unknown) else value


def _has(machine: Machine, value: Any, name: str) -> bool:
    if isinstance(value, dict):
        return name in value
    if not isinstance(value, Instance):
        return False
    found = machine.get_attribute(value, name, default=MISSING)
    return found is not MISSING and not isinstance(found, Unknown)
