"""What a framework keeps of an object: beside its attributes, so that the program's names and ours never meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from analyzers.unknown import Unknown

Kind = TypeVar("Kind", bound="State")


@dataclass(slots=True)
class State:
    """The base of a framework's dataclass (``slots=True``); every field has a default, which means *not set*.

    The journal remembers it as it does a dictionary: the fields are what it holds. A list, set or dictionary in a
    field is a container of its own, that is touched on its own.
    """

    unknown_because: Unknown | None = None
    """Why the object is not known: branches of which either may be taken left it with different fields."""

    def copy(self: Kind) -> Kind:
        """Another state with the same fields."""
        made = type(self)()
        made.assign(self)
        return made

    def changed_by(self: Kind, change: Callable[[Any], Any]) -> Kind:
        """Another state with every field changed, as for a copy of the object."""
        made = type(self)()
        for name in names_of(type(self)):
            setattr(made, name, change(getattr(self, name)))
        return made

    def assign(self, other: State) -> None:
        """Every field as the other state has it."""
        for name in names_of(type(self)):
            setattr(self, name, getattr(other, name))


@cache
def names_of(kind: type[State]) -> tuple[str, ...]:
    return tuple(part.name for part in fields(kind))


@cache
def defaults_of(kind: type[State]) -> dict[str, Any]:
    """Field → its default; fields that hold a container have none."""
    return {part.name: part.default for part in fields(kind) if _has_default(part)}


def _has_default(part: Field[Any]) -> bool:
    return part.default is not MISSING
