"""Scopes, frames and the journal that lets a branch be undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.state import State, names_of
from analyzers.interpreter.values import MISSING
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.source.blocks import Block


class Scope:
    """The names of one function, class body, comprehension or module; ``functions`` are those a class body defines."""

    __slots__ = (
        "class_name",
        "function",
        "functions",
        "is_class",
        "is_module",
        "module",
        "names",
        "outer",
        "quoted",
        "redirected",
    )

    def __init__(self, module: Any, outer: Scope | None = None, names: dict[str, Any] | None = None) -> None:
        self.module = module
        self.outer = outer
        self.names = {} if names is None else names
        self.redirected: dict[str, Scope | None] | None = None
        self.is_class = False
        self.class_name = ""
        self.is_module = False
        self.function: Any = None
        self.functions: list[Any] | None = None
        self.quoted: Scope | None = None
        """Of a function: the names that code in a text bound."""

    def find(self, name: str) -> Any:
        """The value in this scope or an enclosing function's, else MISSING (then: the module, builtins)."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names and not scope.is_module and (scope is self or not scope.is_class):
                return scope.names[name]
            scope = scope.outer
        return MISSING

    def owner_of(self, name: str) -> Scope | None:
        """The scope an assignment to ``name`` goes to; None means the module."""
        if self.redirected is not None and name in self.redirected:
            return self.redirected[name]
        return self


class Frame:
    """One activation: the scope, the block whose code runs, and the call being made (for places)."""

    __slots__ = ("block", "function", "handled", "left", "module", "node", "pending", "result", "scope", "yields")

    def __init__(self, module: Any, scope: Scope, block: Block, function: Any = None) -> None:
        self.module = module
        self.scope = scope
        self.block = block
        self.function = function
        self.node: Any = None
        self.result: Any = None
        self.pending: list[Any] = []
        self.left: list[dict[int, tuple[Any, Any]]] = []
        """What branches that returned left behind: container and its state there."""
        self.yields: list[Any] | None = None
        self.handled: Any = None


class Branch(dict[int, tuple[Any, Any]]):
    """Containers as they were when a branch began, by identity."""

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[int, Any] = {}
        """Those that came to be in the branch: there is nothing that they were before."""


class Unbranched(Branch):
    """States from before code that happens to be run during a branch. It is never undone, and what is run for it in
    turn belongs to it: both are what happened before the branch."""


class Journal:
    """Remembers containers as they were, so that the branches of an unknown condition can be joined.

    ``touch`` is called before every mutation; it costs nothing while no branch is open.
    """

    __slots__ = ("open",)

    def __init__(self) -> None:
        self.open: list[Branch] = []

    def touch(self, container: Any) -> None:
        if self.open:
            saved = self.open[-1]
            if id(container) not in saved and id(container) not in saved.made:
                saved[id(container)] = (container, copy_of(container))

    def made(self, container: Any) -> None:
        """The container is new: other branches never knew it."""
        if self.open:
            self.open[-1].made[id(container)] = container

    def changed_from(self, container: Any, before: Any) -> None:
        """``container`` was mutated already; ``before`` is what it was."""
        if self.open:
            self.open[-1].setdefault(id(container), (container, before))

    @contextmanager
    def branch(self) -> Iterator[dict[int, tuple[Any, Any]]]:
        """Everything touched inside is put back at the end; the dict then maps to the states it had inside."""
        saved = Branch()
        after: dict[int, tuple[Any, Any]] = {}
        self.open.append(saved)
        try:
            yield after
        finally:
            self.open.pop()
            if self.open:
                self.open[-1].made.update(saved.made)
            for key, (container, before) in saved.items():
                after[key] = (container, copy_of(container))
                restore(container, before)

    @contextmanager
    def earlier(self, branches: list[Branch]) -> Iterator[None]:
        """What runs inside happened before ``branches`` began: when they are undone, it stays."""
        saved = Unbranched()
        self.open = [saved] if branches else []
        try:
            yield
        finally:
            for key, (container, before) in saved.items():
                for branch in branches:
                    if key in branch and not isinstance(branch, Unbranched):
                        branch[key] = (container, _replayed(branch[key][1], before, container))


def _replayed(state: Any, before: Any, after: Any) -> Any:
    """``state`` with the changes that led from ``before`` to ``after``."""
    if isinstance(state, dict):
        kept = {k: v for k, v in state.items() if k in after or k not in before}
        return {**kept, **{k: v for k, v in after.items() if k not in before or before[k] is not v}}
    if isinstance(state, set):
        return (state | after) - (before - after)
    if isinstance(state, Tensor):
        return after
    if isinstance(state, State):
        replayed = state.copy()
        for name in names_of(type(state)):
            if getattr(before, name) is not getattr(after, name):
                setattr(replayed, name, getattr(after, name))
        return replayed
    items, known = list(after), list(before)
    grown = len(items) >= len(known) and all(a is b for a, b in zip(items, known))
    return type(state)([*state, *items[len(known) :]]) if grown else state


def copy_of(container: Any) -> Any:
    return container.copy()


def restore(container: Any, state: Any) -> None:
    """Make ``container`` (list, dict, set, deque, tensor, what a framework keeps) hold what ``state`` holds, in place."""
    if isinstance(container, State):
        container.assign(state)
        return
    if isinstance(container, Tensor):
        container.shape, container.field, container.content = state.shape, state.field, state.content
        return
    container.clear()
    if isinstance(container, (dict, set)):
        container.update(state)
    else:
        container.extend(state)
