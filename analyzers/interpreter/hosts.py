"""The Python classes that hold the knowledge of a framework's classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeGuard, TypeVar, cast

from analyzers.geometry import Geometry
from analyzers.interpreter.values import Class, Instance

if TYPE_CHECKING:
    from analyzers.tensors.tensor import Tensor

    _Receiver = Instance
else:
    _Receiver = object


class HostObject(_Receiver):
    """The base of every host class, which programs see as a class of their own kind (:class:`Class`).

    Its methods run with an Instance as ``self``, and that is what the checker takes it for.
    """

    qualified_name: ClassVar[str]
    """The dotted name that programs know it by."""


class ModuleHost(HostObject):
    """The base of a framework's modules."""

    argument_names: ClassVar[Mapping[str, str]] = {}
    """What a constructor takes, by the name that fixes know it by (torch's) → the parameter, where they differ."""
    tells_all_names: ClassVar[bool] = False
    """Whether the attributes of its objects are all known, or known not to be modelled."""
    may_have: ClassVar[frozenset[str]] = frozenset()
    """Attributes that its objects, or those of classes derived from it, may have beyond what is written down of them."""
    other_keywords: frozenset[str] | None = None
    """What a constructor's ``**kwargs`` may hold; None: anything."""
    older_arguments: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Former name of a constructor's argument → what may have taken its place."""

    @staticmethod
    def prepare(instance: Instance) -> None:
        """What must be there of a module before its own constructor runs, or if it never does."""
        raise NotImplementedError

    def geometry(self) -> Geometry | None:
        """The window that the layer slides over its input; None where there is none."""
        return None


class ArrayHost(HostObject):
    """The base of classes of whose objects numpy makes arrays."""

    @staticmethod
    def array_of(instance: Instance) -> Tensor:
        """Shape and dtype of ``np.asarray(instance)``."""
        raise NotImplementedError


UNSEEN = (object, HostObject, ModuleHost, ArrayHost)
"""Bases of host classes that are not among those of the program's classes."""
Hosted = TypeVar("Hosted", bound=HostObject)


def is_host(value: Any) -> TypeGuard[type[HostObject]]:
    return isinstance(value, type) and issubclass(value, HostObject)


def hosts_of(class_: Class) -> Iterator[type[HostObject]]:
    """Those that a class derives from, nearest first."""
    return (base.host for base in class_.mro if isinstance(base, Class) and base.host is not None)


def host_of(instance: Hosted) -> type[Hosted]:
    """The nearest one of an object. What it says to the engine alone (a constant, which other keywords there are) is
    read off it, for the attributes of the object are the program's."""
    return cast("type[Hosted]", next(hosts_of(instance.class_)))
