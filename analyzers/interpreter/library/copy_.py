"""``copy``: deep copies of interpreted objects, shared parts staying shared."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.budget import MAXIMUM_COLLECTION
from analyzers.interpreter.classes import NamedTuple
from analyzers.interpreter.values import BoundMethod, Function, Instance, NativeValue, Partial, blank_copy
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def _deepcopy(x: Any, memo: Any = None, *, machine: Machine) -> Any:
    return deep_copy(machine, x, {})


def deep_copy(machine: Machine, value: Any, memo: dict[int, Any], depth: int = 0) -> Any:
    """A copy whose mutable parts are new; classes, functions and modules are shared."""
    known = memo.get(id(value))
    if known is not None:
        return known
    kind = type(value)
    copier = COPIERS.get(kind) or next((c for k, c in COPIERS.items() if issubclass(kind, k)), None)
    if copier is None:
        return value
    machine.budget.spend()
    if depth > 100 or len(memo) > MAXIMUM_COLLECTION:
        return machine.unknown("a copy of something too deeply nested")
    return copier(machine, value, memo, depth + 1)


def _instance(machine: Machine, value: Instance, memo: dict[int, Any], depth: int) -> Instance:
    hook = value.class_.find("__deepcopy__")
    if type(hook) is Function:
        made = memo[id(value)] = machine.call(BoundMethod(value, hook), ({},))
        return made
    made = blank_copy(value, machine)
    memo[id(value)] = made
    object.__setattr__(made, "unknown_because", value.unknown_because)
    object.__setattr__(made, "payload", deep_copy(machine, value.payload, memo, depth))
    made.attributes.update((k, deep_copy(machine, v, memo, depth)) for k, v in value.attributes.items())
    if value.state is not None:
        object.__setattr__(made, "state", value.state.changed_by(lambda kept: deep_copy(machine, kept, memo, depth)))
    return made


def _list(machine: Machine, value: list, memo: dict[int, Any], depth: int) -> list:
    made: list[Any] = []
    memo[id(value)] = made
    made.extend(deep_copy(machine, v, memo, depth) for v in value)
    return made


def _dict(machine: Machine, value: dict, memo: dict[int, Any], depth: int) -> dict:
    made = value.copy()
    made.clear()
    memo[id(value)] = made
    made.update((k, deep_copy(machine, v, memo, depth)) for k, v in value.items())
    return made


def _tuple(machine: Machine, value: tuple, memo: dict[int, Any], depth: int) -> tuple:
    items = [deep_copy(machine, v, memo, depth) for v in value]
    return value.same_kind(items) if isinstance(value, NamedTuple) else tuple(items)


def _deque(machine: Machine, value: deque, memo: dict[int, Any], depth: int) -> deque:
    made = value.copy()
    made.clear()
    memo[id(value)] = made
    made.extend(deep_copy(machine, v, memo, depth) for v in value)
    return made


def _set(machine: Machine, value: set, memo: dict[int, Any], depth: int) -> set:
    return set(value)


def _tensor(machine: Machine, value: Tensor, memo: dict[int, Any], depth: int) -> Tensor:
    made = value.of_same_class(parameter=value.parameter, trainable=value.trainable, content=value.content)
    memo[id(value)] = made
    return made


def _bound(machine: Machine, value: BoundMethod, memo: dict[int, Any], depth: int) -> BoundMethod:
    return BoundMethod(deep_copy(machine, value.receiver, memo, depth), value.function)


def _partial(machine: Machine, value: Partial, memo: dict[int, Any], depth: int) -> Partial:
    return Partial(value.function, value.args, dict(value.keywords))


COPIERS: dict[type, Any] = {
    Instance: _instance,
    list: _list,
    dict: _dict,
    tuple: _tuple,
    set: _set,
    deque: _deque,
    Tensor: _tensor,
    BoundMethod: _bound,
    Partial: _partial,
}


def _copy(x: Any, *, machine: Machine) -> Any:
    """A shallow copy."""
    if isinstance(x, Instance):
        hook = x.class_.find("__copy__")
        if type(hook) is Function:
            return machine.call(BoundMethod(x, hook))
        if x.class_.traits.members is not None:
            return x
        made = blank_copy(x, machine)
        object.__setattr__(made, "unknown_because", x.unknown_because)
        object.__setattr__(made, "payload", _copy(x.payload, machine=machine))
        tables = {k: dict(v) for k, v in x.attributes.items() if k.startswith("_") and isinstance(v, dict)}
        made.attributes.update({**x.attributes, **tables})
        if x.state is not None:
            object.__setattr__(made, "state", x.state.changed_by(_with_own_containers))
        return made
    if isinstance(x, NativeValue):
        return deep_copy(machine, x, {})
    return x.copy() if isinstance(x, (list, dict, set, deque)) else x


def _with_own_containers(kept: Any) -> Any:
    return kept.copy() if isinstance(kept, (list, dict, set)) else kept


MODULES: dict[str, dict[str, Any]] = {"copy": {"deepcopy": _deepcopy, "copy": _copy}}
