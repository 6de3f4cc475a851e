"""``enum`` and ``abc``."""

from __future__ import annotations

from typing import Any

from analyzers.interpreter.classes import AUTO
from analyzers.interpreter.library.functools_ import same
from analyzers.interpreter.values import Class, Property


def _enumeration(name: str, bases: tuple = ()) -> Class:
    made = Class(name, bases, {}, "enum")
    made.metadata["enumeration"] = True
    made.metadata["members"] = {}
    return made


def _auto() -> Any:
    return AUTO


def _property(function: Any) -> Property:
    return Property(function)


MODULES: dict[str, dict[str, Any]] = {
    "enum": {
        "Enum": _enumeration("Enum"), "IntEnum": _enumeration("IntEnum", (int,)),
        "StrEnum": _enumeration("StrEnum", (str,)), "Flag": _enumeration("Flag"),
        "IntFlag": _enumeration("IntFlag", (int,)), "auto": _auto, "unique": same,
    },
    "abc": {
        "ABC": object, "ABCMeta": type, "abstractmethod": same, "abstractproperty": _property,
        "abstractclassmethod": same, "abstractstaticmethod": same,
    },
}  # fmt: skip
