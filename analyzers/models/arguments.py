"""Arguments of the program's as plain data: for whoever has to make the same call elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analyzers.facts import ArgumentsFact, NamedFact, ObjectFact
from analyzers.interpreter.framework import is_module
from analyzers.interpreter.values import Class, Function, Instance
from analyzers.models.placeholder_arguments import SymbolicConfig
from analyzers.tensors.dims import Expression
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

PLAIN = frozenset([int, float, str, bool, type(None)])
MAXIMUM_DEPTH = 6


class Unsayable(Exception):
    """A value that cannot be written down."""


def construction_of(machine: Machine, root: Instance) -> ArgumentsFact | None:
    """What the constructor of a model was given; None where that was not kept."""
    given = machine.recorder.given.get(id(root))
    return arguments_fact(*given) if given is not None else None


def arguments_fact(positional: Sequence[Any], keywords: Mapping[str, Any]) -> ArgumentsFact:
    try:
        return ArgumentsFact(
            tuple([plain_value(value) for value in positional]),
            {name: _named(name, value) for name, value in keywords.items()},
        )
    except Unsayable as error:
        return ArgumentsFact(unsayable=str(error))


def _named(name: str, value: Any) -> Any:
    try:
        return plain_value(value)
    except Unsayable as error:
        raise Unsayable(f"{name} is {error}") from None


def plain_value(value: Any, depth: int = 0) -> Any:
    """A value without anything of the engine's; raises :class:`Unsayable`. A tensor becomes None: the inputs tell it."""
    kind = type(value)
    if kind in PLAIN or kind is Expression:
        return value
    if isinstance(value, Tensor):
        return None
    if kind in (list, tuple, dict) and depth < MAXIMUM_DEPTH:
        return _container(value, depth + 1)
    if isinstance(value, (Class, Function)):
        return _reference(value)
    if isinstance(value, SymbolicConfig):
        return ObjectFact(None, {name: plain_value(part, depth) for name, part in value.items()})
    if isinstance(value, Instance):
        return _object(value, depth + 1)
    raise Unsayable(value.reason if isinstance(value, Unknown) else f"a {kind.__name__}")


def _container(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise Unsayable("a dict whose keys are no words")
        return {key: plain_value(part, depth) for key, part in value.items()}
    return type(value)([plain_value(part, depth) for part in value])


def _object(value: Instance, depth: int) -> ObjectFact:
    """What the program's own class is made of that is no layer: a configuration, mostly."""
    is_own = all(class_ is object or (isinstance(class_, Class) and class_.host is None) for class_ in value.class_.mro)
    is_plain = is_own and value.payload is None and value.unknown_because is None and not is_module(value)
    if not is_plain or depth > MAXIMUM_DEPTH:
        raise Unsayable(f"an object of the class {value.class_.name}")
    return ObjectFact(
        _reference(value.class_), {name: plain_value(part, depth) for name, part in value.attributes.items()}
    )


def _reference(value: Class | Function) -> NamedFact:
    """A class or function that stands at the top of a file or in a library."""
    site = value.site
    if isinstance(value, Function):
        if site is None or value.name not in site.block.binds:
            raise Unsayable(f"the function {value.name}")
        return NamedFact(value.name, file=site.path)
    if site is not None:
        return NamedFact(value.name, file=site.path)
    return NamedFact(value.name, module=value.module)
