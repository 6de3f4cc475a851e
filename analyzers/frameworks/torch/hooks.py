"""Hooks around the forward of a module: run before and after it, with what torch gives them."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.contexts import Context
from analyzers.interpreter.values import MISSING, BoundMethod, Function, Instance
from analyzers.source import program
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

BEFORE = "_forward_pre_hooks"
AFTER = "_forward_hooks"
WITH_KWARGS = "{}_with_kwargs"
TABLES = frozenset((BEFORE, AFTER, WITH_KWARGS.format(BEFORE), WITH_KWARGS.format(AFTER)))
"""Attributes of a module; torch has them as well."""


class Handle(Context):
    """What registering gives: takes the hook away again."""

    def __init__(self, hooks: dict[int, Any], key: int) -> None:
        self.hooks = hooks
        self.key = key

    def enter(self, machine: Machine) -> Any:
        return self

    def leave(self, machine: Machine, failure: Any) -> bool:
        self._remove(machine)
        return False

    def _remove(self, machine: Machine) -> None:
        machine.journal.touch(self.hooks)
        self.hooks.pop(self.key, None)

    def lookup_attribute(self, machine: Machine, name: str) -> Any:
        if name == "id":
            return self.key
        return (lambda: self._remove(machine)) if name == "remove" else MISSING


def table_of(module: Instance, name: str) -> dict[int, Any]:
    """The hooks of a module under their numbers, in the order in which they run; made when it is first asked for."""
    attributes = module.attributes
    if not isinstance(attributes.get(name), dict):
        journal = module.machine.journal
        journal.touch(attributes)
        attributes[name] = {}
        journal.made(attributes[name])
    return attributes[name]


def register(
    module: Instance, name: str, hook: Any, machine: Machine, *, prepend: Any = False, with_kwargs: Any = False
) -> Handle:
    machine.recorder.has_hooks = True
    hooks = table_of(module, name)
    key = next(machine.frameworks.setdefault("torch hooks", count()))
    machine.journal.touch(hooks)
    later = dict(hooks) if machine.truth(prepend) else {}
    if later:
        hooks.clear()
    hooks[key] = hook
    hooks.update(later)
    if machine.truth(with_kwargs):
        marked = table_of(module, WITH_KWARGS.format(name))
        machine.journal.touch(marked)
        marked[key] = True
    return Handle(hooks, key)


def before(module: Instance, args: list[Any], kwargs: dict[str, Any], machine: Machine) -> tuple[list[Any], dict]:
    """What a module's forward is given after its hooks."""
    for hook, takes_kwargs in _hooks(module, BEFORE):
        given = (module, tuple(args), kwargs) if takes_kwargs else (module, tuple(args))
        result = _called(machine, hook, given)
        if takes_kwargs and isinstance(result, tuple) and len(result) == 2:
            args, kwargs = machine.iterate(result[0]), dict(result[1])
        elif isinstance(result, Unknown):
            args, kwargs = [result] * len(args), dict.fromkeys(kwargs, result)
        elif result is not None:
            args = list(result) if isinstance(result, tuple) else [result]
    return args, kwargs


def after(module: Instance, args: list[Any], kwargs: dict[str, Any], result: Any, machine: Machine) -> Any:
    """What a call of a module gives after its hooks."""
    for hook, takes_kwargs in _hooks(module, AFTER):
        given = (module, tuple(args), kwargs, result) if takes_kwargs else (module, tuple(args), result)
        changed = _called(machine, hook, given)
        result = result if changed is None else changed
    return result


def _hooks(module: Instance, name: str) -> list[tuple[Any, bool]]:
    hooks = module.attributes.get(name)
    if not isinstance(hooks, dict) or not hooks:
        return []
    marked = module.attributes.get(WITH_KWARGS.format(name), {})
    return [(hook, key in marked) for key, hook in hooks.items()]


def _called(machine: Machine, hook: Any, args: tuple[Any, ...]) -> Any:
    """What a hook gives; one that returns nothing leaves everything as it is, however much of it was understood."""
    result = machine.call(hook, args)
    return None if isinstance(result, Unknown) and _returns_nothing(hook) else result


def _returns_nothing(hook: Any) -> bool:
    function = hook.function if isinstance(hook, BoundMethod) else hook
    return isinstance(function, Function) and not function.node_is_lambda and not _returns_value(function.node.body)


def _returns_value(node: Any) -> bool:
    if isinstance(node, program.Return):
        return node.value is not None
    inner = (program.FunctionDef, program.ClassDef, program.Lambda)
    return any(_returns_value(child) for child in program.children(node) if not isinstance(child, inner))
