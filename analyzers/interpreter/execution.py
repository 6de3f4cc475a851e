"""Evaluating expressions and running statements, each by what its kind of node is registered with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter.dispatch import Dispatch
from analyzers.interpreter.joining import RETURN, SKIP, UNSURE, fork
from analyzers.interpreter.scope import Frame
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def _not_interpreted(machine: Machine, frame: Frame, node: Any) -> Unknown:
    return machine.unknown(f"{type(node).__name__} is not interpreted")


EXPRESSIONS: Dispatch = Dispatch(_not_interpreted)
"""Kind of expression → what evaluates it; ``machine`` fills both tables."""
STATEMENTS: dict[type, Any] = {}
"""Kind of statement → what runs it."""


def evaluate(machine: Machine, frame: Frame, node: Any) -> Any:
    """The value of an expression; never fails but by an exception of the program itself."""
    return EXPRESSIONS[type(node)](machine, frame, node)


def evaluate_whole(machine: Machine, frame: Frame, node: Any) -> Any:
    """The value of the expression that is what a statement assigns, returns or computes."""
    value = EXPRESSIONS[type(node)](machine, frame, node)
    if frame.module.is_watched:
        machine.recorder.evaluations.note(frame, node, value, is_whole=True)
    return value


def run_body(machine: Machine, frame: Frame, body: Any) -> str | None:
    """Run a suite."""
    budget = machine.budget
    for index, statement in enumerate(body):
        budget.left = left = budget.left - 1
        if left < 0 or budget.stop.requested:
            budget.end()
        frame.node = statement
        signal = STATEMENTS[type(statement)](machine, frame, statement)
        if signal is not None:
            if signal in (SKIP, UNSURE):
                return _rest_of(machine, frame, body[index + 1 :], signal)
            return signal
    return None


def _rest_of(machine: Machine, frame: Frame, statements: Any, signal: str) -> str | None:
    """What stands behind a ``continue`` or ``break`` that is only possible may run or not."""
    if statements:
        reason = "it depends on a condition that is not known"
        behind = fork(machine, frame, [lambda: run_body(machine, frame, statements), lambda: None], reason)
        return behind if behind in (RETURN, UNSURE) else signal
    return signal


def run(machine: Machine, frame: Frame, node: Any) -> str | None:
    machine.budget.spend()
    frame.node = node
    return STATEMENTS[type(node)](machine, frame, node)
