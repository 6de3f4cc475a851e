"""``enum`` and ``abc``."""

from __future__ import annotations

from typing import Any

from analyzers.interpreter.classes import AUTO, look_up_member
from analyzers.interpreter.library.functools_ import same
from analyzers.interpreter.values import Class, Function, Property


def _enumeration(name: str, bases: tuple = ()) -> Class:
    made = Class(name, bases, {}, "enum")
    made.traits.is_enumeration = True
    made.traits.members = {}
    made.traits.construct = look_up_member
    return made


def _auto() -> Any:
    return AUTO


def _abstract_base(name: str, bases: tuple = ()) -> Class:
    made = Class(name, bases, {}, "abc")
    made.traits.may_be_abstract = True
    return made


def _abstract(funcobj: Any) -> Any:
    if isinstance(funcobj, Function):
        funcobj.attributes["__isabstractmethod__"] = True
    return funcobj


def _property(function: Any) -> Property:
    return Property(function)


MODULES: dict[str, dict[str, Any]] = {
    "enum": {
        "Enum": _enumeration("Enum"), "IntEnum": _enumeration("IntEnum", (int,)),
        "StrEnum": _enumeration("StrEnum", (str,)), "Flag": _enumeration("Flag", (int,)),
        "EnumMeta": Class("EnumMeta", (type,), {}, "enum"),
        "IntFlag": _enumeration("IntFlag", (int,)), "auto": _auto, "unique": same,
    },
    "abc": {
        "ABC": _abstract_base("ABC"), "ABCMeta": _abstract_base("ABCMeta", (type,)),
        "abstractmethod": _abstract, "abstractproperty": _property,
        "abstractclassmethod": same, "abstractstaticmethod": same,
    },
}  # fmt: skip
