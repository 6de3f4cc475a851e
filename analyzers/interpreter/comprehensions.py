"""Comprehensions and generator expressions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from analyzers.interpreter.budget import MAXIMUM_COLLECTION
from analyzers.interpreter.generators import Generator
from analyzers.interpreter.iteration import elements
from analyzers.interpreter.lazy_iterators import LazyIterator
from analyzers.interpreter.scope import Frame, Scope
from analyzers.interpreter.values import UnknownTail
from analyzers.source import program
from analyzers.unknown import Unknown, UnknownUsed

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine
from analyzers.interpreter.execution import evaluate


def _comprehension(machine: Machine, frame: Frame, node: Any) -> Any:
    """List, set and generator comprehensions; an unknown source leaves a Rest."""
    if isinstance(node, program.GeneratorExp):
        return _generator_expression(machine, frame, node)
    values: list[Any] = []
    machine.journal.made(values)
    inner = _inner_frame(frame)

    def add() -> None:
        values.append(evaluate(machine, inner, node.element))

    _run_for(machine, inner, node.source, add, values, frame)
    return hashed(machine, lambda: set(values)) if isinstance(node, program.SetComp) else values


def _generator_expression(machine: Machine, frame: Frame, node: program.GeneratorExp) -> LazyIterator:
    """Its first source is evaluated at once, the rest as far as somebody asks."""
    inner = _inner_frame(frame)
    source = evaluate(machine, frame, node.source.iter)
    try:
        items = elements(machine, source)
    except UnknownUsed as used:
        return LazyIterator(iter([UnknownTail(used.unknown.reason, used.unknown.place or machine.site())]))
    return LazyIterator(Generator(machine, inner, _elements_of(machine, inner, node, node.source, items)))


def _elements_of(machine: Machine, frame: Frame, node: program.GeneratorExp, part: Any, items: Any) -> Any:
    from analyzers.interpreter.assignment import assign

    for item in items:
        if isinstance(item, UnknownTail):
            raise UnknownUsed(item.plain())
        machine.budget.spend()
        assign(machine, frame, part.target, item)
        passes = _passes(machine, frame, part)
        if passes is False:
            continue
        if passes is None:
            values: list[Any] = []
            emit = lambda: values.append(evaluate(machine, frame, node.element))  # noqa: B023, E731
            _filtered_by_chance(machine, frame, part, emit, values)
            yield from values
            continue
        if part.inner is None:
            yield evaluate(machine, frame, node.element)
            continue
        source = evaluate(machine, frame, part.inner.iter)
        inner = elements(machine, source)
        yield from _elements_of(machine, frame, node, part.inner, inner)


def _passes(machine: Machine, frame: Frame, part: Any) -> bool | None:
    for condition in part.conditions:
        known = machine.truth(evaluate(machine, frame, condition))
        if known is not True:
            return known
    return True


def _dict_comprehension(machine: Machine, frame: Frame, node: program.DictComp) -> Any:
    result: dict[Any, Any] = {}
    rest: list[Any] = []
    machine.journal.made(result)
    inner = _inner_frame(frame)

    def add() -> None:
        key = evaluate(machine, inner, node.key)
        hashed(machine, lambda: hash(key))
        value = evaluate(machine, inner, node.value)
        result["**" if isinstance(key, Unknown) else key] = key if isinstance(key, Unknown) else value

    _run_for(machine, inner, node.source, add, rest, frame)
    return rest[0] if rest else result


def _inner_frame(frame: Frame) -> Frame:
    outer = frame.scope
    scope = Scope(frame.module, outer)
    scope.function = None
    inner = Frame(frame.module, scope, frame.block, frame.function)
    inner.node = frame.node
    return inner


def _run_for(machine: Machine, frame: Frame, node: Any, emit: Any, values: list[Any], outer: Frame) -> None:
    from analyzers.interpreter.assignment import assign

    source = evaluate(machine, outer, node.iter)
    machine.frames.append(frame)
    try:
        for item in _as_far_as_known(machine, source):
            machine.budget.spend(2)
            if type(item) is UnknownTail:
                values.append(item)
                return
            if len(values) > MAXIMUM_COLLECTION:
                values[:] = [UnknownTail("a collection that is too large", machine.site())]
                return
            assign(machine, frame, node.target, item)
            _filtered(machine, frame, node, emit, values, outer)
    finally:
        machine.frames.pop()


def _as_far_as_known(machine: Machine, source: Any) -> Iterator[Any]:
    """The elements of a source; an UnknownTail from where they are not known."""
    if isinstance(source, list) and UnknownTail in map(type, source):
        sure = list(takewhile(lambda item: type(item) is not UnknownTail, source))
        tail = source[len(sure)]
        yield from (*sure, UnknownTail(tail.reason, tail.place))
        return
    try:
        yield from elements(machine, source)
    except UnknownUsed as used:
        yield UnknownTail(used.unknown.reason, used.unknown.place or machine.site())


def _filtered(machine: Machine, frame: Frame, node: Any, emit: Any, values: list[Any], outer: Frame) -> None:
    for condition in node.conditions:
        known = machine.truth(evaluate(machine, frame, condition))
        if known is None:
            _filtered_by_chance(machine, frame, node, emit, values)
            return
        if not known:
            return
    if node.inner is not None:
        _run_for(machine, frame, node.inner, emit, values, frame)
    else:
        emit()


FILTERED = "filtered by a condition that is not known"
MAXIMUM_CHANCES = 64
"""Elements of one collection that may be there or not, each of which is followed."""


def _filtered_by_chance(machine: Machine, frame: Frame, node: Any, emit: Any, values: list[Any]) -> None:
    """An element that may be there or not; of further loops, and entries of dictionaries, nothing is known."""
    from analyzers.interpreter.joining import fork

    start = len(values)
    if node.inner is None and len(values) < MAXIMUM_CHANCES:
        fork(machine, frame, [emit, lambda: None], FILTERED)
    site = machine.site()
    values[start:] = [UnknownTail(FILTERED, site, element) for element in values[start:]] or [
        UnknownTail(FILTERED, site)
    ]


def hashed(machine: Machine, make: Any) -> Any:
    try:
        return make()
    except TypeError as error:
        raise machine.exception("TypeError", str(error)) from None


HANDLED: dict[type, Any] = {
    program.ListComp: _comprehension,
    program.SetComp: _comprehension,
    program.GeneratorExp: _comprehension,
    program.DictComp: _dict_comprehension,
}
