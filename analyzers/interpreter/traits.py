"""What the engine knows of a class beside its namespace: how objects are made, what it counts as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzers.interpreter.framework import Framework
    from analyzers.interpreter.values import Instance
    from analyzers.unknown import Unknown


@dataclass(slots=True)
class ClassTraits:
    """No name of it is one of the program's; a subclass has traits of its own."""

    construct: Callable[..., Any] | None = None
    """What a call of the class runs in place of ``type.__call__`` (enumerations, named tuples)."""
    decorated_by: Unknown | None = None
    """A decorator that is not known: which attributes and which constructor it gives is not known."""
    metaclass: Any = None
    members: dict[str, Instance] | None = None
    """Of an enumeration: name → member, aliases included."""
    is_enumeration: bool = False
    """Whether its subclasses are enumerations."""
    may_be_abstract: bool = False
    abstract: list[str] | None = None
    """The abstract methods that are left; None before anybody asked."""
    fields: dict[str, Any] | None = None
    """Of a dataclass or named tuple: name → default."""
    initial: dict[str, Any] = field(default_factory=dict)
    """Of a dataclass: what its constructor takes, in order (name → default): the fields, and what goes to ``__post_init__``
    alone (``InitVar``)."""
    keyword_only: set[str] = field(default_factory=set)
    specs: dict[str, Any] = field(default_factory=dict)
    """Of a dataclass: name → ``field(…)``, which leaves the namespace when the class is finished."""
    is_frozen: bool = False
    has_total_ordering: bool = False
    is_framework_known: bool = False
    framework: Framework | None = None
    """The framework whose module it is, once that is known."""
    is_layout_known: bool = False
    input_layouts: Callable[..., Any] | None = None
    """What the nearest class of a framework says of its inputs, once that is known."""
    are_declarations_known: bool = False
    declarations: Any = None
    """What its forward declares of its result, once that is known."""
