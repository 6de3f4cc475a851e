"""Methods of Python's own values, bounded, journalled, and never handed an unknown.

``str.format`` and ``%`` run attribute access and widths given by the text: those go through
``formatting``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import formatting
from analyzers.interpreter.budget import MAXIMUM_COLLECTION, MAXIMUM_STRING, SIZED, SMALL
from analyzers.interpreter.iteration import rest_before, type_name, unknown_element, whole_dict
from analyzers.interpreter.scope import restore
from analyzers.interpreter.values import MISSING, HostMethod, Instance, MaybeMissing, UnknownTail
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

MUTATING = frozenset(
    "append extend insert pop remove clear sort reverse setdefault update popitem add discard move_to_end "
    "intersection_update difference_update symmetric_difference_update subtract appendleft popleft extendleft "
    "rotate".split()
)
STORING = frozenset(["append", "add", "insert", "setdefault", "appendleft", "get", "pop"])
PLACED = frozenset(
    "pop remove discard setdefault rotate intersection_update difference_update symmetric_difference_update".split()
)
"""Methods that change a collection at the place, or by the elements, that the first argument names."""
CHEAP = frozenset("append add get pop setdefault popitem discard update extend clear".split())
"""Methods that do not look through what they are called on."""
PADDING = frozenset(["ljust", "rjust", "center", "zfill", "expandtabs"])


def call(machine: Machine, method: HostMethod, args: list[Any], kwargs: dict[str, Any]) -> Any:
    receiver, name = method.receiver, method.name
    if isinstance(receiver, type):
        return _performed(machine, lambda: _unbound(machine, method, args, kwargs))
    if name in MUTATING:
        machine.journal.touch(receiver)
        if args and isinstance(args[0], Unknown) and name in PLACED and (name != "pop" or isinstance(receiver, dict)):
            return opened(machine, receiver, name, args[0])
    special = SPECIAL.get(name)
    if type(receiver) in SIZED and len(receiver) > SMALL and name not in CHEAP:
        machine.budget.read(receiver)
    perform = _plain if special is None else special
    return _performed(machine, lambda: perform(machine, receiver, name, args, kwargs))


def _performed(machine: Machine, work: Callable[[], Any]) -> Any:
    """What Python's own method raises the program raises."""
    try:
        result = work()
        if type(result) in SIZED:
            machine.budget.made(result)
        return result
    except UnknownUsed as used:
        return machine.unknown(used.unknown.reason) if used.unknown.place is None else used.unknown
    except KeyError as error:
        raise machine.exception("KeyError", *error.args) from None
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
        raise machine.exception(type(error).__name__, str(error)) from None


def opened(machine: Machine, receiver: Any, name: str, unknown: Unknown) -> Unknown:
    """What a collection holds after a change at a place that is not known."""
    if isinstance(receiver, dict):
        if name in ("pop", "del"):
            receiver.update({k: MaybeMissing(unknown.reason, machine.site()) for k in receiver})
        else:
            receiver["**"] = unknown
    elif isinstance(receiver, set):
        restore(receiver, {unknown})
    elif name != "rotate" or len(receiver) > 1:
        restore(receiver, [UnknownTail(unknown.reason, machine.site())])
    return unknown


def _plain(machine: Machine, receiver: Any, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    if name not in STORING:
        for argument in (*args, *kwargs.values()):
            if isinstance(argument, Unknown):
                return argument
    if isinstance(receiver, (list, dict, set)) and len(receiver) > MAXIMUM_COLLECTION:
        return machine.unknown(f"a collection of more than {MAXIMUM_COLLECTION:,} elements")
    if name in ("get", "setdefault", "pop") and args and isinstance(args[0], Unknown):
        return args[0]
    if isinstance(receiver, (str, bytes)):
        args = [a.payload if isinstance(a, Instance) and isinstance(a.payload, (int, str)) else a for a in args]
    return getattr(receiver, name)(*args, **kwargs)


def _unbound(machine: Machine, method: HostMethod, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``str.upper(x)``, ``dict.fromkeys(…)``."""
    if method.name in ("maketrans", "from_bytes", "fromhex"):
        return _plain(machine, method.receiver, method.name, args, kwargs)
    if method.name == "fromkeys" and args:
        value = args[1] if len(args) > 1 else None
        return dict.fromkeys(machine.iterate(args[0]), value)
    if not args:
        raise machine.exception("TypeError", f"unbound method {method.name}() needs an argument")
    receiver = getattr(args[0], "payload", None) or args[0]
    return call(machine, HostMethod(receiver, method.name), args[1:], kwargs)


def _extend(machine: Machine, receiver: Any, name: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    try:
        items = machine.iterate(args[0])
    except UnknownUsed as used:
        items = [UnknownTail(used.unknown.reason, machine.site())]
    if len(receiver) + len(items) > MAXIMUM_COLLECTION:
        items = [UnknownTail(f"a list of more than {MAXIMUM_COLLECTION:,} elements", machine.site())]
    getattr(receiver, name)(items)


def _update(machine: Machine, receiver: Any, name: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    if isinstance(receiver, Counter):
        receiver.update(*[a if isinstance(a, dict) else machine.iterate(a) for a in args], **kwargs)
        return
    for argument in args:
        if isinstance(argument, Unknown):
            if isinstance(receiver, dict):
                receiver["**"] = argument
            else:
                restore(receiver, {argument})
            return
        argument = getattr(argument, "payload", None) or argument
        items = argument if isinstance(argument, (dict, set)) else machine.iterate(argument)
        if isinstance(receiver, dict) and not isinstance(items, dict):
            items = [tuple(machine.iterate(pair)) for pair in items]
        receiver.update(items)
    if kwargs:
        receiver.update({k: v for k, v in kwargs.items() if k != "**"})


def _sort(machine: Machine, receiver: list, name: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    from analyzers.interpreter.ordering import sorted_values

    try:
        receiver[:] = sorted_values(machine, list(receiver), kwargs.get("key"), kwargs.get("reverse", False))
    except UnknownUsed as used:
        if not any(isinstance(item, UnknownTail) for item in receiver):
            receiver[:] = [used.unknown] * len(receiver)
        raise


def _join(machine: Machine, receiver: str, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    texts = []
    for item in machine.iterate(args[0]):
        text = item.payload if isinstance(item, Instance) else item
        if isinstance(text, Unknown):
            return text
        if not isinstance(text, (str, bytes)):
            raise TypeError(f"sequence item: expected str instance, {type_name(item)} found")
        texts.append(text)
    if sum(map(len, texts)) + len(receiver) * len(texts) > MAXIMUM_STRING:
        return machine.unknown("a string that is too long")
    return receiver.join(texts)


def _pad(machine: Machine, receiver: str, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    if args and isinstance(args[0], int) and args[0] > MAXIMUM_STRING:
        return machine.unknown("a string that is too long")
    return _plain(machine, receiver, name, args, kwargs)


def _replace(machine: Machine, receiver: str, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    known = [a for a in args if not isinstance(a, Unknown)]
    if len(known) == len(args) >= 2 and isinstance(receiver, str):
        found = receiver.count(args[0])
        if found * len(args[1]) > MAXIMUM_STRING:
            return machine.unknown("a string that is too long")
    return _plain(machine, receiver, name, args, kwargs)


def _format(machine: Machine, receiver: str, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    if name == "format_map":
        args, kwargs = [], dict(args[0])
    return formatting.format_string(machine, receiver, args, kwargs)


class View(list):
    """``dict.keys()`` or ``items()``: listed, and a set to the operators."""

    def __and__(self, other: Any) -> set:
        return set(self) & set(other)

    def __or__(self, other: Any) -> set:
        return set(self) | set(other)

    def __xor__(self, other: Any) -> set:
        return set(self) ^ set(other)

    def __sub__(self, other: Any) -> set:
        return set(self) - set(other)

    def __rsub__(self, other: Any) -> set:
        return set(other) - set(self)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__


def _views(machine: Machine, receiver: dict, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    entries = getattr(whole_dict(machine, receiver), name)()
    return list(entries) if name == "values" else View(entries)


def _set_operation(machine: Machine, receiver: Any, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    given = [machine.iterate(a) for a in args]
    unknown = unknown_element(receiver, *given)
    if unknown is None or name == "union":
        return getattr(receiver, name)(*given)
    if name.endswith("_update"):
        restore(receiver, {unknown})
        return None
    return unknown if name.startswith("is") else type(receiver)([unknown])


def _is_same(left: Any, right: Any) -> bool:
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return left is right
    return left is right or left == right


def _search(machine: Machine, receiver: Any, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``index``/``count``/``remove``: equality of elements that may be unknown or tensors."""
    if isinstance(receiver, (str, bytes)):
        return _plain(machine, receiver, name, args, kwargs)
    wanted = args[0]
    machine.budget.visit(len(receiver))
    hits = [i for i, item in enumerate(receiver) if _is_same(item, wanted)]
    if name == "count":
        return len(hits)
    if not hits:
        if any(isinstance(i, Unknown) for i in (wanted, *receiver)):
            return machine.unknown("searching among unknown values")
        if isinstance(receiver, set):
            raise KeyError(wanted)
        raise ValueError("value is not in the list")
    if name == "index":
        return hits[0]
    if isinstance(receiver, set):
        receiver.remove(wanted)
    else:
        del receiver[hits[0]]
    return None


def _copy(machine: Machine, receiver: Any, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    return receiver.copy()


def _get(machine: Machine, receiver: Any, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``dict.get``; what is not entered yet may still be stop_after, or be among the entries that are not known."""
    if not isinstance(receiver, dict) or not args or isinstance(args[0], Unknown) or args[0] in receiver:
        return _plain(machine, receiver, name, args, kwargs)
    if isinstance(receiver.get("**"), Unknown):
        return receiver["**"]
    unknown = next((k for k in receiver if isinstance(k, Unknown)), None)
    if unknown is not None:
        return unknown
    found = machine.modules.registries.entry_to_come(receiver, args[0])
    return found if found is not MISSING else _plain(machine, receiver, name, args, kwargs)


def _placed(machine: Machine, receiver: Any, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``pop``/``insert`` of a list: where it is not known which element is meant, what it holds is not known."""
    unknown = unknown_element(receiver) if isinstance(receiver, set) else None
    if unknown is not None:
        restore(receiver, {unknown})
        return unknown
    if not isinstance(receiver, list):
        return _plain(machine, receiver, name, args, kwargs)
    place = args[0] if args else -1
    rest = rest_before(receiver, place) if name == "pop" or place != 0 else None
    if rest is None and isinstance(place, Unknown):
        rest = UnknownTail(place.reason, machine.site())
    if rest is None:
        return _plain(machine, receiver, name, args, kwargs)
    if name == "insert" or isinstance(place, Unknown):
        receiver[:] = [rest]
    return rest.plain() if name == "pop" else None


SPECIAL: dict[str, Any] = {
    "get": _get,
    "pop": _placed,
    "insert": _placed,
    "extend": _extend,
    "extendleft": _extend,
    "update": _update,
    "sort": _sort,
    "join": _join,
    "replace": _replace,
    "format": _format,
    "format_map": _format,
    "keys": _views,
    "values": _views,
    "items": _views,
    "index": _search,
    "count": _search,
    "remove": _search,
    "copy": _copy,
    **dict.fromkeys(PADDING, _pad),
    **dict.fromkeys(
        "union intersection difference symmetric_difference issubset issuperset isdisjoint "
        "intersection_update difference_update".split(),
        _set_operation,
    ),
}
