"""``eval`` and ``exec`` of a text that is known; of one that is not, what it may change is not known afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.scope import Frame, Scope
from analyzers.interpreter.unresolved_calls import change
from analyzers.source.quoted import expression_of, statements_of

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

MAXIMUM_EXPRESSION = 200
"""Characters of a text that eval is given."""
MAXIMUM_STATEMENTS = 20_000
"""Characters of a text that exec is given."""
REASON = "code that is only known when it runs"


def evaluated(source: Any, *namespaces: Any, machine: Machine) -> Any:
    """``eval("nn.Conv2d")`` of a text that is known: an expression is followed as if it stood there, never run."""
    from analyzers.interpreter.execution import evaluate

    scope = _scope_of(machine, namespaces)
    if not isinstance(source, str) or len(source) > MAXIMUM_EXPRESSION or scope is None:
        return machine.unknown(REASON)
    node = expression_of(source.strip())
    if node is None:
        raise machine.exception("SyntaxError", "invalid syntax")
    machine.frames.append(_Quoted(machine.frames[-1], scope))
    try:
        return evaluate(machine, machine.frames[-1], node)
    finally:
        machine.frames.pop()


def executed(source: Any, *namespaces: Any, machine: Machine) -> None:
    """``exec("self.b0 = nn.Linear(4, 4)")``: the statements are followed as if they stood there."""
    from analyzers.interpreter.execution import run_body

    scope = _scope_of(machine, namespaces)
    if not isinstance(source, str) or len(source) > MAXIMUM_STATEMENTS or scope is None:
        _open(machine, namespaces)
        return
    frame = machine.frames[-1]
    if frame.node is None:
        return
    statements = statements_of(source, frame.node.at)
    if statements is None:
        raise machine.exception("SyntaxError", "invalid syntax")
    inner = Frame(frame.module, scope, frame.block, frame.function)
    machine.frames.append(inner)
    try:
        run_body(machine, inner, statements)
    finally:
        machine.frames.pop()


def compiled(source: Any, *_: Any, machine: Machine, **__: Any) -> Any:
    """``compile(text, name, mode)``: the text, which eval and exec take as well."""
    return source if isinstance(source, str) else machine.unknown(REASON)


def _scope_of(machine: Machine, namespaces: tuple[Any, ...]) -> Scope | None:
    """Where the code runs: among the names where it is called, or in the dictionaries given; None: not known."""
    if not machine.frames:
        return None
    frame = machine.frames[-1]
    if not namespaces or namespaces[0] is None:
        return _own_scope(frame.scope)
    if not all(isinstance(names, dict) for names in namespaces):
        return None
    scope = frame.module.scope
    if namespaces[0] is not scope.names:
        machine.journal.touch(namespaces[0])
        scope = Scope(frame.module, None, namespaces[0])
    if len(namespaces) == 1 or namespaces[1] is namespaces[0]:
        return scope
    machine.journal.touch(namespaces[1])
    return Scope(frame.module, scope, namespaces[1])


def _own_scope(scope: Scope) -> Scope:
    """Code in a text binds names of a module or class; those of a function it only reads, and has its own beside them."""
    if scope.is_module or scope.is_class:
        return scope
    if scope.quoted is None:
        scope.quoted = Scope(scope.module, scope)
    return scope.quoted


def _open(machine: Machine, namespaces: tuple[Any, ...]) -> None:
    """Whatever the code may reach by name may be another."""
    unknown = machine.unknown(REASON)
    if not machine.frames:
        return
    frame = machine.frames[-1]
    reached = [names for names in namespaces if names is not None] or [frame.scope.names]
    for names in reached:
        if names is frame.module.scope.names:
            frame.module.open_names(unknown)
        elif names is frame.scope.names and not frame.scope.is_class:
            change(machine, f"{REASON} may have changed it", names.values())
        else:
            change(machine, f"{REASON} may have changed it", [names])


class _Quoted(Frame):
    """A frame for code in a text: all that happens in it happens where the text is evaluated."""

    __slots__ = ("at",)

    def __init__(self, caller: Frame, scope: Scope) -> None:
        self.at = caller.node
        super().__init__(caller.module, scope, caller.block, caller.function)

    @property
    def node(self) -> Any:  # type: ignore[override]
        return self.at

    @node.setter
    def node(self, value: Any) -> None:
        return None
