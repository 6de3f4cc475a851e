"""``function.__code__``, as far as programs ask it for the names of parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analyzers.source import program

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine
    from analyzers.interpreter.values import Function

_OWN_NAMES = (program.FunctionDef, program.ClassDef, program.Lambda)


class CodeObject:
    """The names and numbers of arguments; ``co_varnames`` are they and the other local variables."""

    def __init__(self, function: Function) -> None:
        parameters = function.parameters
        stars = (parameters.rest, parameters.keywords)
        names = [*parameters.positional, *parameters.keyword_only, *(name for name in stars if name)]
        body = () if function.node_is_lambda else function.node.body
        self.co_name = function.name
        self.co_argcount = len(parameters.positional)
        self.co_posonlyargcount = parameters.positional_only
        self.co_kwonlyargcount = len(parameters.keyword_only)
        self.co_varnames = tuple(dict.fromkeys((*names, *_bound_in(body))))
        self.co_nlocals = len(self.co_varnames)


def code_of(machine: Machine, function: Function) -> CodeObject:
    return CodeObject(function)


def _bound_in(node: Any) -> Iterator[str]:
    """The names that statements bind, in the order they stand."""
    if isinstance(node, (program.FunctionDef, program.ClassDef)):
        yield node.name
    for name in ("target", "targets"):
        yield from _names(getattr(node, name, None))
    if not isinstance(node, _OWN_NAMES):
        for child in program.children(node):
            yield from _bound_in(child)


def _names(target: Any) -> Iterator[str]:
    if isinstance(target, program.Name):
        yield target.id
    elif isinstance(target, (program.Tuple, program.List, tuple)):
        for part in program.children(target):
            yield from _names(part)
