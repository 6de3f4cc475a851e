"""``typing``: forms that are subscripted and ignored."""

from __future__ import annotations

from typing import Any

from analyzers.interpreter.library.functools_ import same
from analyzers.interpreter.library.collections_ import ABSTRACT, MODULES as COLLECTIONS
from analyzers.interpreter.values import TypingForm

_FORMS = (
    "Any Optional Union List Dict Tuple Set FrozenSet Type Literal ClassVar Final Annotated Generic Protocol NamedTuple "
    "TypedDict NoReturn Never Self Text IO AnyStr Deque DefaultDict OrderedDict Counter SupportsInt SupportsFloat "
    "TypeAlias Concatenate Unpack Required NotRequired TypeGuard ParamSpecArgs ParamSpecKwargs LiteralString"
)


def _form(*_: Any, **__: Any) -> TypingForm:
    return TypingForm("TypeVar")


def _cast(typ: Any, val: Any) -> Any:
    return val


def _hints(value: Any, *_: Any, **__: Any) -> dict:
    return {}


def _named_tuple(typename: Any, fields: Any = (), *, machine: Any) -> Any:
    names = [machine.iterate(f)[0] for f in machine.iterate(fields)]
    return machine.call(COLLECTIONS["collections"]["namedtuple"], (typename, names))


def _origin(value: Any) -> Any:
    return value if isinstance(value, type) else None


_TYPES = "FunctionType LambdaType MethodType ModuleType GenericAlias"

_TYPING: dict[str, Any] = {
    **{name: TypingForm(name) for name in (*_FORMS.split(), *ABSTRACT.split())},
    "TypeVar": _form, "ParamSpec": _form, "TypeVarTuple": _form, "NewType": _form, "cast": _cast,
    "overload": same, "final": same, "no_type_check": same, "runtime_checkable": same, "override": same,
    "get_type_hints": _hints, "get_origin": _origin, "get_args": lambda value: (), "TYPE_CHECKING": False,
}  # fmt: skip

MODULES: dict[str, dict[str, Any]] = {
    "typing": _TYPING,
    "typing_extensions": _TYPING,
    "types": {name: TypingForm(name) for name in _TYPES.split()},
    "__future__": {name: None for name in ("annotations", "division", "print_function", "absolute_import")},
}
