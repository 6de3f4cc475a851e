"""``dataclasses``."""

from __future__ import annotations

from typing import Any

from analyzers.interpreter.classes import FieldSpec, made_dataclass
from analyzers.interpreter.values import MISSING, Class, Instance


def _dataclass(cls: Any = None, *, machine: Any, **options: Any) -> Any:
    if isinstance(cls, Class):
        return made_dataclass(machine, cls)
    return _apply


def _apply(cls: Any, *, machine: Any) -> Any:
    return made_dataclass(machine, cls) if isinstance(cls, Class) else cls


def _field(*, default: Any = MISSING, default_factory: Any = MISSING, init: Any = True, **_: Any) -> FieldSpec:
    return FieldSpec(default, default_factory, bool(init))


def _names(value: Any) -> list[str]:
    class_ = value if isinstance(value, Class) else value.class_
    return list(next(c.metadata["fields"] for c in class_.mro if isinstance(c, Class) and "fields" in c.metadata))


def _replace(obj: Any, *, machine: Any, **changes: Any) -> Any:
    values = {n: obj.attributes.get(n) for n in _names(obj)}
    return machine.call(obj.class_, (), {**values, **changes})


def _asdict(obj: Any, *, machine: Any, **_: Any) -> dict:
    return {n: _plain(obj.attributes.get(n), machine) for n in _names(obj)}


def _plain(value: Any, machine: Any) -> Any:
    if isinstance(value, Instance) and any("fields" in c.metadata for c in value.class_.mro if isinstance(c, Class)):
        return _asdict(value, machine=machine)
    return value


class FieldInfo:
    """What ``dataclasses.fields`` lists; only the name is known."""

    def __init__(self, name: str) -> None:
        self.name = name


def _fields(value: Any) -> tuple:
    return tuple(FieldInfo(n) for n in _names(value))


def _is_dataclass(value: Any) -> bool:
    class_ = value if isinstance(value, Class) else getattr(value, "class_", None)
    return isinstance(class_, Class) and any("fields" in c.metadata for c in class_.mro if isinstance(c, Class))


MODULES: dict[str, dict[str, Any]] = {
    "dataclasses": {
        "dataclass": _dataclass, "field": _field, "replace": _replace, "asdict": _asdict, "fields": _fields,
        "is_dataclass": _is_dataclass,
    },
}  # fmt: skip
