"""What the machine may ask of a value that it does not know itself: one base class a capability.

Objects of libraries and frameworks derive from what they can do; the machine asks with ``isinstance``. These are
classes and no Protocols, for it asks at every call and attribute, and ``isinstance`` of a ``runtime_checkable`` Protocol
takes hundreds of times as long. Nor would ``hasattr`` do: an object of the program has whatever attributes the program
gives it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine
    from analyzers.interpreter.values import Raised
    from analyzers.unknown import UnknownUsed


class SupportsAttributes:
    """``value.name`` is what the value says."""

    __slots__ = ()

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        """The attribute or method of that name, else MISSING."""
        raise NotImplementedError


class SupportsAttributeAssignment(SupportsAttributes):
    """``value.name = new`` does what the value says."""

    __slots__ = ()

    def assign_attribute(self, machine: Machine, name: str, value: Any) -> None:
        """``self.name = value``."""
        raise NotImplementedError


class KeepsValues(SupportsAttributeAssignment):
    """``value.name`` is an entry of ``value.values``."""

    __slots__ = ()

    values: dict[str, Any]


class SupportsCall:
    """``value(…)`` gives what the value says."""

    __slots__ = ()

    def call_value(self, machine: Machine, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """``self(*args, **kwargs)``."""
        raise NotImplementedError


class SupportsContains:
    """``name in value`` is what the value says, which is no collection."""

    __slots__ = ()

    def contains(self, item: Any) -> Any:
        """``item in self``: a bool or Unknown."""
        raise NotImplementedError


class SupportsMissing:
    """A dict that makes an entry where it has none, as ``__missing__`` does in Python."""

    __slots__ = ()

    def make_entry(self, machine: Machine, key: Any) -> Any:
        """``self[key]`` of a key that is not there."""
        raise NotImplementedError


class SupportsSend:
    """An iterator that goes on with a value or an exception in place of its ``yield``, as generators do."""

    __slots__ = ()

    def send(self, value: Any) -> Any:
        """What the next ``yield`` gives; StopIteration at the end."""
        raise NotImplementedError

    def throw(self, raised: Raised | UnknownUsed) -> Any:
        """Go on as if the yield it stands at raised this."""
        raise NotImplementedError


class OpenList(list):
    """A list that holds more where the program is run by somebody else; so does what is cut out of it."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        return OpenList(found) if isinstance(key, slice) else found


class ShapeTuple(tuple):
    """The sizes of a tensor as its framework's own kind of tuple (``torch.Size``); messages call it a shape."""
