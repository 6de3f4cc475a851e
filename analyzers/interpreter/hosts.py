"""The Python classes that hold the knowledge of a framework's classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from analyzers.interpreter.values import Class, HostObject

Hosted = TypeVar("Hosted", bound=HostObject)


def hosts_of(class_: Class) -> Iterator[Any]:
    """Those that a class derives from, nearest first."""
    return (base.host for base in class_.mro if isinstance(base, Class) and base.host is not None)


def host_of(instance: Hosted) -> type[Hosted]:
    """The nearest one of an object. What it says to the engine alone (a constant, which other keywords there are) is
    read off it, for the attributes of the object are the program's."""
    return next(hosts_of(instance.class_))
