"""``for`` and ``while``: unrolled where it is known how often they turn, joined where it is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.assignment import assign, assign_name
from analyzers.interpreter.budget import MAXIMUM_WHILE
from analyzers.interpreter.execution import evaluate, run_body
from analyzers.interpreter.iteration import elements
from analyzers.interpreter.joining import BREAK, CONTINUE, RETURN, UNSURE, fork
from analyzers.interpreter.loop_compiler import run_plainly
from analyzers.interpreter.scope import Frame
from analyzers.interpreter.values import MISSING, Raised, UnknownTail
from analyzers.source import program
from analyzers.tensors.operations.indexing import getitem
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownNumber, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

MUTATORS = frozenset(("append", "extend", "insert", "add", "update", "setdefault", "appendleft", "remove", "pop"))


def _for(machine: Machine, frame: Frame, node: program.For) -> str | None:
    source = evaluate(machine, frame, node.iter)
    try:
        items = _items_of(machine, source)
        plainly = run_plainly(machine, frame, node, items)
        if isinstance(plainly, Unknown):
            return _unknown_loop(machine, frame, node, plainly)
        return None if plainly else _turns(machine, frame, node, items)
    except UnknownUsed as used:
        return _unknown_loop(machine, frame, node, used.unknown)


def _items_of(machine: Machine, source: Any) -> Any:
    """What the loop turns over; each element of a list that may be there or not has a turn of its own."""
    if isinstance(source, (list, tuple)) and all(i.element is not MISSING for i in source if type(i) is UnknownTail):
        return list(source)
    if isinstance(source, Tensor) and source.has_shape and source.history is None and source.shape:
        return _slices(machine, source) or elements(machine, source)
    return elements(machine, source)


def _slices(machine: Machine, source: Tensor) -> list[Any] | None:
    """Of a tensor of symbolic length: one there is for sure, and further ones; None where the length is known."""
    machine.recorder.open_ends.read_items(source)
    if isinstance(source.shape[0], int):
        return None
    reason = "iterating over a tensor of symbolic length"
    return [getitem(source, 0), UnknownTail(reason, machine.site(), getitem(source, 0), repeats=True)]


def _possible_turn(machine: Machine, frame: Frame, node: program.For, item: UnknownTail) -> str | None:
    def turn() -> str | None:
        assign(machine, frame, node.target, item.element)
        return run_body(machine, frame, node.body)

    before = len(machine.recorder.records)
    signal = fork(machine, frame, [turn, lambda: None], item.reason)
    if item.repeats and len(machine.recorder.records) > before:
        machine.recorder.open_ends.possible_turns(machine.recorder, item.plain())
    return signal


def _turns(machine: Machine, frame: Frame, node: program.For, items: Any) -> str | None:
    for item in items:
        machine.budget.spend()
        if not isinstance(item, UnknownTail):
            assign(machine, frame, node.target, item)
            signal = run_body(machine, frame, node.body)
        elif item.element is MISSING:
            return _unknown_loop(machine, frame, node, item)
        else:
            signal = _possible_turn(machine, frame, node, item)
        if signal == BREAK:
            return None
        if signal == RETURN:
            return signal
        if signal == UNSURE:
            return _left_somewhere(machine, frame, node)
    return run_body(machine, frame, node.orelse)


def _left_somewhere(machine: Machine, frame: Frame, node: Any) -> str | None:
    """The loop may have been left at this turn or at any later one, or have come to its end."""
    reason = "it depends on when a loop is left"
    _unknown_loop(machine, frame, node, Unknown(reason))
    _blur(machine, frame, node)
    if not node.orelse:
        return None
    signal = fork(machine, frame, [lambda: run_body(machine, frame, node.orelse), lambda: None], reason)
    return signal if signal == RETURN else None


def _unknown_loop(machine: Machine, frame: Frame, node: Any, reason: Unknown) -> str | None:
    """The body may run any number of times: once is followed, and whatever it changes becomes unknown."""

    def once() -> str | None:
        if isinstance(node, program.For):
            assign(machine, frame, node.target, machine.unknown(reason.reason))
        for name in counters(node.body):
            if isinstance(frame.scope.find(name), (int, float)):
                assign_name(machine, frame, name, UnknownNumber(why, machine.site()))
        try:
            signal = run_body(machine, frame, node.body)
        except Raised as raised:
            return _raised_in_loop(machine, frame, node, raised)
        ended.append(signal)
        return signal if signal == RETURN else None

    ended: list[str | None] = []
    called = len(machine.recorder.records)
    because = "it depends on a loop that is not known"
    why = reason.reason if reason.reason.startswith(because) else f"{because}: {reason.reason}"
    signal = fork(machine, frame, [once, lambda: None], why)
    if ended == [CONTINUE]:  # A first turn that is skipped (a header) says nothing of the others.
        signal = fork(machine, frame, [once, lambda: None], why)
    if len(machine.recorder.records) > called:
        machine.recorder.open_ends.possible_turns(machine.recorder, Unknown(why, reason.place))
    return signal if signal == RETURN else None


def _raised_in_loop(machine: Machine, frame: Frame, node: Any, raised: Raised) -> None:
    """A turn with an element that is not known raised: others would not, and would change what this one did not."""
    if machine.handlers:
        machine.possible.append(raised)
    reason = "it depends on a loop that is not known"
    for name in changed_names(node.body):
        held = frame.scope.find(name)
        held = frame.module.look_up(name) if held is MISSING else held
        if type(held) is list:
            machine.journal.touch(held)
            held[:] = [UnknownTail(reason, machine.site())]
        elif held is not MISSING:
            assign_name(machine, frame, name, machine.unknown(reason))


def changed_names(node: Any) -> list[str]:
    """The plain names that a suite assigns, whose items it sets, or lists it makes longer."""
    names = [name for child in program.children(node) for name in changed_names(child)]
    return [*names, *(target.id for target in map(_without_keys, _changed(node)) if isinstance(target, program.Name))]


def _changed(node: Any) -> Sequence[Any]:
    if isinstance(node, program.Call):
        func = node.func
        return (func.value,) if isinstance(func, program.Attribute) and func.attr in MUTATORS else ()
    return _targets(node)


def counters(body: Any) -> set[str]:
    """The names that a suite counts up and decides by: what holds of them in the first turn does not in later ones."""
    nodes = list(_nodes(body))
    counted = {n.target.id for n in nodes if isinstance(n, program.AugAssign) and isinstance(n.target, program.Name)}
    tests = [n.test for n in nodes if counted and isinstance(n, (program.If, program.IfExp, program.While))]
    return counted.intersection(n.id for test in tests for n in _nodes(test) if isinstance(n, program.Name))


def _nodes(node: Any) -> Iterator[Any]:
    """A node, or all of a suite, and what is in it."""
    if isinstance(node, program.Node):
        yield node
    for child in program.children(node):
        yield from _nodes(child)


def _targets(node: Any) -> Sequence[Any]:
    if isinstance(node, program.Assign):
        return node.targets
    return (node.target,) if isinstance(node, program.AugAssign) else ()


def _without_keys(target: Any) -> Any:
    while isinstance(target, program.Subscript):
        target = target.value
    return target


def _blur(machine: Machine, frame: Frame, node: Any) -> None:
    """After a loop that may have been left at any turn: what its body binds, or may have returned, is unknown."""
    reason = "it depends on when a loop is left"
    known = machine.literals.get(node)
    if known is None:
        known = machine.literals[node] = (tuple(dict.fromkeys(bound_names(node.body))), _returns(node.body))
    names, returns = known
    for name in names:
        unknown = machine.unknown(reason)
        held = frame.scope.find(name)
        unknown.of_tensor = isinstance(held, Tensor) or (isinstance(held, Unknown) and held.of_tensor)
        assign_name(machine, frame, name, unknown)
    if returns:
        frame.pending.append(machine.unknown(reason))


def _returns(node: Any) -> bool:
    if isinstance(node, program.Return):
        return True
    inner = (program.FunctionDef, program.ClassDef, program.Lambda)
    return any(_returns(child) for child in program.children(node) if not isinstance(child, inner))


def bound_names(node: Any) -> list[str]:
    """The plain names assigned anywhere in a suite."""
    names = [name for child in program.children(node) for name in bound_names(child)]
    return [*names, *(target.id for target in _targets(node) if isinstance(target, program.Name))]


def _while(machine: Machine, frame: Frame, node: program.While) -> str | None:
    for _ in range(MAXIMUM_WHILE):
        machine.budget.spend()
        known = machine.truth(evaluate(machine, frame, node.test))
        if known is None:
            return _unknown_loop(machine, frame, node, Unknown("a condition that is not known"))
        if not known:
            return run_body(machine, frame, node.orelse)
        returns = len(frame.pending)
        signal = run_body(machine, frame, node.body)
        if signal == BREAK:
            return None
        if signal == RETURN:
            return signal
        if signal == UNSURE or len(frame.pending) > returns:
            return _left_somewhere(machine, frame, node)
    return _left_somewhere(machine, frame, node)


HANDLED: dict[type, Any] = {
    program.For: _for,
    program.While: _while,
}
