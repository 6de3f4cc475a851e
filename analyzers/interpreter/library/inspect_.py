"""``inspect``: signatures of interpreted and native functions, and how arguments bind to them."""

from __future__ import annotations

from inspect import CO_VARARGS, CO_VARKEYWORDS
from typing import TYPE_CHECKING, Any, NamedTuple

from analyzers.interpreter.values import BoundMethod, Class, Function, Instance, Partial, UnknownTail
from analyzers.tensors.errors import PythonError
from analyzers.unknown import Unknown, UnknownUsed

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

    def replace(self, **changes: Any) -> ParameterInfo:
        kept = {"name": self.name, "kind": self.kind, "default": self.default, **changes}
        return ParameterInfo(kept["name"], kept["kind"], kept["default"])


class SignatureInfo:
    """A signature: its parameters by name."""

    def __init__(self, parameters: dict[str, ParameterInfo]) -> None:
        self.parameters = parameters
        self.return_annotation = EMPTY

    def bind(self, *args: Any, **kwargs: Any) -> BoundArguments:
        """Raises TypeError in the program where a call with these arguments would."""
        bound = self.bind_partial(*args, **kwargs)
        for parameter in self.parameters.values():
            if parameter.name not in bound.arguments and parameter.default is EMPTY and parameter.kind not in _STARRED:
                raise PythonError("TypeError", f"missing a required argument: '{parameter.name}'")
        return bound

    def bind_partial(self, *args: Any, **kwargs: Any) -> BoundArguments:
        if any(isinstance(value, UnknownTail) for value in args) or "**" in kwargs:
            raise UnknownUsed(Unknown("arguments that are not known"))
        given, left = list(args), dict(kwargs)
        found: dict[str, Any] = {}
        for name, parameter in self.parameters.items():
            if parameter.kind == ParameterInfo.VAR_POSITIONAL:
                found.update({name: tuple(given)} if given else {})
                given = []
            elif parameter.kind == ParameterInfo.VAR_KEYWORD:
                found.update({name: left} if left else {})
                left = {}
            elif given and parameter.kind != ParameterInfo.KEYWORD_ONLY:
                found[name] = given.pop(0)
            elif name in left and parameter.kind != ParameterInfo.POSITIONAL_ONLY:
                found[name] = left.pop(name)
        if given or left:
            first = (
                f"got an unexpected keyword argument '{next(iter(left))}'" if left else "too many positional arguments"
            )
            raise PythonError("TypeError", first)
        return BoundArguments(self, found)


_STARRED = (ParameterInfo.VAR_POSITIONAL, ParameterInfo.VAR_KEYWORD)


class BoundArguments:
    """What ``Signature.bind`` gives: the arguments by the names of their parameters."""

    def __init__(self, signature: SignatureInfo, arguments: dict[str, Any]) -> None:
        self.signature = signature
        self.arguments = arguments

    def apply_defaults(self) -> None:
        empty = {ParameterInfo.VAR_POSITIONAL: (), ParameterInfo.VAR_KEYWORD: {}}
        given = dict(self.arguments)
        self.arguments.clear()
        for name, parameter in self.signature.parameters.items():
            default = empty.get(parameter.kind, parameter.default)
            if name in given or default is not EMPTY:
                self.arguments[name] = given.get(name, default)

    @property
    def args(self) -> tuple[Any, ...]:
        found: list[Any] = []
        for name, parameter in self.signature.parameters.items():
            if parameter.kind in (ParameterInfo.KEYWORD_ONLY, ParameterInfo.VAR_KEYWORD) or name not in self.arguments:
                break
            value = self.arguments[name]
            found += value if parameter.kind == ParameterInfo.VAR_POSITIONAL else [value]
        return tuple(found)

    @property
    def kwargs(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        is_behind = False
        for name, parameter in self.signature.parameters.items():
            if name not in self.arguments:
                is_behind = True
            elif parameter.kind == ParameterInfo.VAR_KEYWORD:
                found |= self.arguments[name]
            elif is_behind or parameter.kind == ParameterInfo.KEYWORD_ONLY:
                found[name] = self.arguments[name]
        return found


class ArgumentNames(NamedTuple):
    """``inspect.FullArgSpec``."""

    args: list[str]
    varargs: str | None
    varkw: str | None
    defaults: tuple[Any, ...] | None
    kwonlyargs: list[str]
    kwonlydefaults: dict[str, Any] | None
    annotations: dict[str, Any]


def _full_arguments(function: Any, *, machine: Machine) -> Any:
    """``inspect.getfullargspec``; a method's ``self`` is counted, other than in its signature."""
    if isinstance(function, BoundMethod):
        function = function.function
    if isinstance(function, Class):
        function = function.find("__init__")
    if isinstance(function, Instance):
        bound = machine.get_attribute(function, "__call__")
        function = bound.function if isinstance(bound, BoundMethod) else bound
    code = getattr(function, "__code__", None)
    if isinstance(function, Function):
        found = _of_function(function).values()
    elif code is not None:
        found = _of_native(function, code).values()
    else:
        return Unknown("a signature that is not known")
    of_kind = {kind: [p for p in found if p.kind == kind] for kind in range(5)}
    positional = of_kind[0] + of_kind[1]
    defaults = tuple(p.default for p in positional if p.default is not EMPTY)
    keyword_defaults = {p.name: p.default for p in of_kind[3] if p.default is not EMPTY}
    rest, keywords = (of_kind[kind][0].name if of_kind[kind] else None for kind in (2, 4))
    names = [[p.name for p in parameters] for parameters in (positional, of_kind[3])]
    return ArgumentNames(names[0], rest, keywords, defaults or None, names[1], keyword_defaults or None, {})


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
    kinds = [0] * parameters.positional_only
    kinds += [1] * (len(parameters.positional) - len(kinds))
    found = {n: ParameterInfo(n, kind, defaults.get(n, EMPTY)) for n, kind in zip(parameters.positional, kinds)}
    if parameters.rest:
        found[parameters.rest] = ParameterInfo(parameters.rest, 2)
    found.update((n, ParameterInfo(n, 3, defaults.get(n, EMPTY))) for n in parameters.keyword_only)
    if parameters.keywords:
        found[parameters.keywords] = ParameterInfo(parameters.keywords, 4)
    return found


def _of_native(native: Any, code: Any) -> dict[str, ParameterInfo]:
    count = code.co_argcount
    names, keyword_only = code.co_varnames[:count], code.co_varnames[count : count + code.co_kwonlyargcount]
    stars = list(code.co_varnames[count + code.co_kwonlyargcount :])
    given = native.__defaults__ or ()
    defaults = {**dict(zip(names[len(names) - len(given) :], given)), **(native.__kwdefaults__ or {})}
    found = {n: ParameterInfo(n, 1, defaults.get(n, EMPTY)) for n in names}
    if code.co_flags & CO_VARARGS:
        rest = stars.pop(0)
        found[rest] = ParameterInfo(rest, 2)
    found.update((n, ParameterInfo(n, 3, defaults.get(n, EMPTY))) for n in keyword_only if n != "machine")
    if code.co_flags & CO_VARKEYWORDS:
        found[stars[0]] = ParameterInfo(stars[0], 4)
    return found


def _is_function(value: Any) -> bool:
    return isinstance(value, Function)


def _is_class(value: Any) -> bool:
    return isinstance(value, (Class, type))


MODULES: dict[str, dict[str, Any]] = {
    "inspect": {
        "signature": _signature, "Parameter": ParameterInfo, "Signature": SignatureInfo, "isfunction": _is_function,
        "isclass": _is_class, "ismethod": lambda value: isinstance(value, BoundMethod),
        "getfullargspec": _full_arguments, "BoundArguments": BoundArguments,
    },
}  # fmt: skip
