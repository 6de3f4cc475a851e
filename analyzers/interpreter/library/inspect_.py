"""``inspect.signature`` of interpreted and native functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.values import BoundMethod, Class, Function, Instance, Partial
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


class EmptyType:
    """``inspect.Parameter.empty``."""


EMPTY = EmptyType()


class ParameterInfo:
    """One parameter of a signature."""

    POSITIONAL_ONLY, POSITIONAL_OR_KEYWORD, VAR_POSITIONAL, KEYWORD_ONLY, VAR_KEYWORD = range(5)
    empty = EMPTY

    def __init__(self, name: str = "", kind: int = 1, default: Any = EMPTY) -> None:
        self.name = name
        self.kind = kind
        self.default = default
        self.annotation = EMPTY


class SignatureInfo:
    """A signature: its parameters by name."""

    def __init__(self, parameters: dict[str, ParameterInfo]) -> None:
        self.parameters = parameters
        self.return_annotation = EMPTY


def _signature(obj: Any, *_: Any, machine: Machine, **__: Any) -> Any:
    skip = 0
    if isinstance(obj, Partial):
        obj = obj.function
    if isinstance(obj, Class):
        obj, skip = obj.find("__init__"), 1
    if isinstance(obj, Instance):
        obj = machine.get_attribute(obj, "__call__")
    if isinstance(obj, BoundMethod):
        obj, skip = obj.function, 1
    while isinstance(obj, Function) and "__wrapped__" in obj.attributes:
        obj = obj.attributes["__wrapped__"]
    if isinstance(obj, Function):
        return SignatureInfo(dict(list(_of_function(obj).items())[skip:]))
    code = getattr(obj, "__code__", None)
    if code is None:
        return Unknown("a signature that is not known")
    return SignatureInfo(dict(list(_of_native(obj, code).items())[skip:]))


def _of_function(function: Function) -> dict[str, ParameterInfo]:
    parameters = function.parameters
    defaults = function.defaults
    found = {n: ParameterInfo(n, 1, defaults.get(n, EMPTY)) for n in parameters.positional}
    if parameters.rest:
        found[parameters.rest] = ParameterInfo(parameters.rest, 2)
    found.update((n, ParameterInfo(n, 3, defaults.get(n, EMPTY))) for n in parameters.keyword_only)
    if parameters.keywords:
        found[parameters.keywords] = ParameterInfo(parameters.keywords, 4)
    return found


def _of_native(native: Any, code: Any) -> dict[str, ParameterInfo]:
    names = code.co_varnames[: code.co_argcount]
    given = native.__defaults__ or ()
    defaults = dict(zip(names[len(names) - len(given) :], given))
    return {n: ParameterInfo(n, 1, defaults.get(n, EMPTY)) for n in names}


def _is_function(value: Any) -> bool:
    return isinstance(value, Function)


def _is_class(value: Any) -> bool:
    return isinstance(value, (Class, type))


MODULES: dict[str, dict[str, Any]] = {
    "inspect": {
        "signature": _signature, "Parameter": ParameterInfo, "Signature": SignatureInfo, "isfunction": _is_function,
        "isclass": _is_class, "ismethod": lambda value: isinstance(value, BoundMethod),
        "getfullargspec": lambda value: Unknown("a signature that is not known"),
    },
}  # fmt: skip
