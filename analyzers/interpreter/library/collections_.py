"""``collections``."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.capabilities import SupportsAttributes, SupportsMissing
from analyzers.interpreter.classes import name_fields
from analyzers.interpreter.iteration import known_dict
from analyzers.interpreter.values import MISSING, Class, HostMethod, TypingForm
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


class DefaultDict(dict, SupportsMissing):
    """``collections.defaultdict``: a missing key calls the factory."""

    factory: Any = None

    def make_entry(self, machine: Machine, key: Any) -> Any:
        if isinstance(self.get("**"), Unknown):
            return self["**"]
        if self.factory is None:
            raise machine.exception("KeyError", str(key))
        machine.journal.touch(self)
        self[key] = value = machine.call(self.factory)
        return value

    def copy(self) -> DefaultDict:
        made = DefaultDict(self)
        made.factory = self.factory
        return made

    @property
    def default_factory(self) -> Any:
        return self.factory


class Ordered(OrderedDict):
    """``collections.OrderedDict``."""


class Deque(deque, SupportsAttributes):
    """``collections.deque`` with the list methods interpreted code calls."""

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        known = "append appendleft pop popleft extend extendleft rotate clear remove index count reverse insert copy"
        if name == "maxlen":
            return self.maxlen
        return HostMethod(self, name) if name in known.split() else MISSING


def _ordered_dict(items: Any = MISSING, *, machine: Machine, **kwargs: Any) -> Any:
    made = machine.call(dict, [] if items is MISSING else [items], kwargs)
    return made if isinstance(made, Unknown) else Ordered(made)


def _default_dict(factory: Any = None, items: Any = MISSING, *, machine: Machine, **kwargs: Any) -> Any:
    entries = _ordered_dict(items, machine=machine, **kwargs)
    if isinstance(entries, Unknown):
        return entries
    made = DefaultDict(entries)
    made.factory = factory
    return made


def _counter(items: Any = (), *, machine: Machine, **kwargs: Any) -> Counter:
    return Counter(known_dict(items) if isinstance(items, dict) else machine.iterate(items), **kwargs)


def _deque(items: Any = (), maxlen: Any = None, *, machine: Machine) -> Deque:
    return Deque(machine.iterate(items), maxlen)


# What isinstance looks for.
_default_dict.makes = DefaultDict  # type: ignore[attr-defined]
_counter.makes = Counter  # type: ignore[attr-defined]
_deque.makes = Deque  # type: ignore[attr-defined]
_ordered_dict.makes = Ordered  # type: ignore[attr-defined]


def _named_tuple(
    typename: Any, field_names: Any, *, rename: Any = False, defaults: Any = (), module: Any = None, machine: Machine
) -> Any:
    if isinstance(field_names, Unknown):
        return field_names
    names = field_names.replace(",", " ").split() if isinstance(field_names, str) else machine.iterate(field_names)
    made = Class(typename, (), {}, "")
    fields: dict[str, Any] = dict.fromkeys(names, MISSING)
    given = list(defaults or ())
    for name, value in zip(names[len(names) - len(given) :], given):
        fields[name] = value
    name_fields(made, fields)
    return made


ABSTRACT = (
    "Sequence MutableSequence Iterable Iterator Mapping MutableMapping Callable Hashable Sized Container Collection "
    "Set MutableSet Generator Awaitable Coroutine AsyncIterator AsyncIterable KeysView ValuesView ItemsView"
)

MODULES: dict[str, dict[str, Any]] = {
    "collections": {
        "OrderedDict": _ordered_dict, "defaultdict": _default_dict, "Counter": _counter, "deque": _deque,
        "namedtuple": _named_tuple,
        **{name: TypingForm(name) for name in ABSTRACT.split()},
    },
    "collections.abc": {name: TypingForm(name) for name in ABSTRACT.split()},
}  # fmt: skip
