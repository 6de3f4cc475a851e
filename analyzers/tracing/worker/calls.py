"""Every call of a module, in order, as the framework's hooks tell it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.nn.modules import module as hooks

PARAMETRIZATIONS = "parametrizations"


class Call:
    """One finished call: of which module, and what it returned."""

    def __init__(self, module: Any, shape: list[int] | None, seen: Any) -> None:
        self.module = module
        self.shape = shape
        self.seen = seen
        """What an observer has read off the output."""


class Calls:
    """The calls of one forward pass."""

    def __init__(self, observe: Callable[[torch.Tensor], Any] | None = None) -> None:
        self.made: list[Call] = []
        self.started: dict[int, Any] = {}
        """Modules by their order of first call."""
        self._observe = observe

    def enter(self, module: Any) -> None:
        self.started.setdefault(id(module), module)

    def leave(self, module: Any, output: Any) -> None:
        tensor = first_tensor(output)
        seen = self._observe(tensor) if self._observe is not None and tensor is not None else None
        self.made.append(Call(module, None if tensor is None else list(tensor.shape), seen))

    @contextlib.contextmanager
    def watched(self) -> Iterator[Calls]:
        before = hooks.register_module_forward_pre_hook(lambda module, _: self.enter(module))
        after = hooks.register_module_forward_hook(lambda module, _, output: self.leave(module, output))
        try:
            yield self
        finally:
            before.remove()
            after.remove()

    def leaves(self, model: nn.Module) -> list[tuple[str, int, Call]]:
        """(name, which call of it, call) of modules below which no other one is called, in order of the first call."""
        names = {id(module): name for name, module in model.named_modules()}
        for key in [key for key, name in names.items() if PARAMETRIZATIONS in name.split(".")]:
            self.started.pop(key, None)  # (they make a parameter of the layer that is called)
        inner = {id(module) for module in self.started.values() if any(id(m) in self.started for m in _below(module))}
        found: dict[int, list[Call]] = {key: [] for key in self.started}
        for call in self.made:
            found.setdefault(id(call.module), []).append(call)
        leaves = [
            (names.get(key, type(self.started[key]).__name__), call)
            for key, calls in found.items()
            if key not in inner and key in self.started
            for call in calls
        ]
        return numbered(leaves)


def numbered(leaves: list[tuple[str, Call]]) -> list[tuple[str, int, Call]]:
    """(name, which call of that name, call): modules that are made as they are called have their class's name."""
    counts: dict[str, int] = {}
    found = []
    for name, call in leaves:
        counts[name] = counts.get(name, 0) + 1
        found.append((name, counts[name], call))
    return found


def _below(module: nn.Module) -> Iterator[nn.Module]:
    modules = module.modules()
    next(modules)
    return modules


def tensors_in(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, torch.Tensor]]:
    """Every tensor of a result with the path that leads to it."""
    if isinstance(value, torch.Tensor):
        yield path, value
        return
    if depth > 5:
        return
    if isinstance(value, dict):
        pairs: Any = value.items()
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        pairs = zip(getattr(value, "_fields", ()), value)
    elif isinstance(value, (list, tuple)):
        pairs = enumerate(value)
    else:
        pairs = vars(value).items() if hasattr(value, "__dict__") and not callable(value) else ()
    for name, part in pairs:
        yield from tensors_in(part, f"{path}.{name}" if path else str(name), depth + 1)


def first_tensor(value: Any) -> torch.Tensor | None:
    return next((tensor for _, tensor in tensors_in(value)), None)
