"""``typing``: forms that are subscripted and ignored."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.library.argparse_ import Namespace
from analyzers.interpreter.library.collections_ import ABSTRACT
from analyzers.interpreter.library.collections_ import MODULES as COLLECTIONS
from analyzers.interpreter.library.functools_ import same
from analyzers.interpreter.values import MISSING, TypingForm

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

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


def _named_tuple(typename: Any, fields: Any = (), *, machine: Machine) -> Any:
    names = [machine.iterate(f)[0] for f in machine.iterate(fields)]
    return machine.call(COLLECTIONS["collections"]["namedtuple"], (typename, names))


def _origin(value: Any) -> Any:
    return value if isinstance(value, type) else None


def _decorating(*_: Any, **__: Any) -> Any:
    """``@dataclass_transform(kw_only_default=True)``: for type checkers."""
    return same


def _new_type(name: Any, tp: Any) -> Any:
    def make(value: Any) -> Any:
        return value

    return make


class SimpleNamespace(Namespace):
    """``types.SimpleNamespace``."""

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        return self.values if name == "__dict__" else self.values.get(name, MISSING)


def _simple_namespace(**values: Any) -> SimpleNamespace:
    return SimpleNamespace(values)


def _mapping_proxy(mapping: Any, *, machine: Machine) -> Any:
    return mapping


class NamedClass(TypingForm):
    """A class of which nothing but the name is known: its constructor and attributes are its own."""

    __slots__ = ()
    is_form = False


_TYPES = "FunctionType LambdaType MethodType GenericAlias UnionType"

_TYPING: dict[str, Any] = {
    **{name: TypingForm(name) for name in (*_FORMS.split(), *ABSTRACT.split())},
    "TypeVar": _form, "ParamSpec": _form, "TypeVarTuple": _form, "NewType": _new_type, "cast": _cast,
    "overload": same, "final": same, "no_type_check": same, "runtime_checkable": same, "override": same,
    "dataclass_transform": _decorating, "deprecated": _decorating,
    "get_type_hints": _hints, "get_origin": _origin, "get_args": lambda value: (), "TYPE_CHECKING": False,
}  # fmt: skip

MODULES: dict[str, dict[str, Any]] = {
    "typing": _TYPING,
    "typing_extensions": _TYPING,
    "types": {
        **{name: TypingForm(name) for name in _TYPES.split()},
        "ModuleType": NamedClass("ModuleType"),
        "SimpleNamespace": _simple_namespace,
        "MappingProxyType": _mapping_proxy,
    },
    "string": {
        name: getattr(string, name)
        for name in "ascii_letters ascii_lowercase ascii_uppercase digits hexdigits punctuation whitespace".split()
    },
    "__future__": dict.fromkeys(("annotations", "division", "print_function", "absolute_import")),
}
