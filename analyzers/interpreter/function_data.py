"""What a function tells of itself: defaults, annotations, ``__code__`` as far as programs ask for the names of parameters."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.values import Function, TypingForm
from analyzers.source import program
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

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
        self._function = function

    def function(self, machine: Machine, globals: Any, name: Any, argdefs: Any) -> Any:
        """``types.FunctionType(code, globals, name, argdefs, closure)``: another function of the same code, where its names
        and defaults mean what they mean in the function the code is of."""
        is_same = globals is _globals(machine, self._function) and argdefs == _positional_defaults(
            machine, self._function
        )
        if not is_same or not (name is None or isinstance(name, str)):
            return machine.unknown("a function that is made of a code object")
        made = copy(self._function)
        made.name, made.attributes = name or self.co_name, {}
        return made


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


def qualified_name(function: Function) -> str:
    """The name with those of the classes and functions around the definition."""
    name, scope = function.name, function.scope
    while scope is not None and not scope.is_module:
        if scope.is_class:
            name = f"{scope.class_name}.{name}"
        elif type(scope.function) is Function:
            return f"{qualified_name(scope.function)}.<locals>.{name}"
        scope = scope.outer
    return name


def _documentation(machine: Machine, value: Function) -> Any:
    return getattr(value.node, "docstring", None)


def _positional_defaults(machine: Machine, value: Function) -> Any:
    return tuple(value.defaults[n] for n in value.parameters.positional if n in value.defaults) or None


def _keyword_defaults(machine: Machine, value: Function) -> Any:
    return {n: value.defaults[n] for n in value.parameters.keyword_only if n in value.defaults} or None


def _annotations(machine: Machine, value: Function) -> Any:
    """Names only: what stands behind them is not evaluated."""
    node = value.node
    found = {p.name: TypingForm("annotation") for p in node.parameters.named if p.annotation is not None}
    if getattr(node, "returns", None) is not None:
        found["return"] = TypingForm("annotation")
    return found


def _closure(machine: Machine, value: Function) -> Unknown:
    return machine.unknown("the closure of a function")


def _globals(machine: Machine, value: Function) -> Any:
    return machine.get_attribute(value.scope.module, "__dict__")


def _attributes_of(machine: Machine, value: Function) -> Any:
    return value.attributes


FUNCTION_DATA: dict[str, Any] = {
    "__doc__": _documentation,
    "__defaults__": _positional_defaults,
    "__kwdefaults__": _keyword_defaults,
    "__annotations__": _annotations,
    "__dict__": _attributes_of,
    "__code__": code_of,
    "__closure__": _closure,
    "__globals__": _globals,
}
