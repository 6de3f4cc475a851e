"""``eval`` of a text that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.scope import Frame
from analyzers.source.quoted import expression_of

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def evaluated(source: Any, *namespaces: Any, machine: Machine) -> Any:
    """``eval("nn.Conv2d")`` of a text that is known: an expression is followed as if it stood there, never run."""
    from analyzers.interpreter.execution import evaluate

    if not isinstance(source, str) or namespaces or len(source) > MAXIMUM_EXPRESSION or not machine.frames:
        return machine.unknown("code that is only known when it runs")
    node = expression_of(source.strip())
    if node is None:
        raise machine.exception("SyntaxError", "invalid syntax")
    machine.frames.append(_Quoted(machine.frames[-1]))
    try:
        return evaluate(machine, machine.frames[-1], node)
    finally:
        machine.frames.pop()


MAXIMUM_EXPRESSION = 200
"""Characters of a text that eval is given."""


class _Quoted(Frame):
    """A frame for code in a text: all that happens in it happens where the text is evaluated."""

    __slots__ = ("at",)

    def __init__(self, caller: Frame) -> None:
        self.at = caller.node
        super().__init__(caller.module, caller.scope, caller.block, caller.function)

    @property
    def node(self) -> Any:  # type: ignore[override]
        return self.at

    @node.setter
    def node(self, value: Any) -> None:
        return None
