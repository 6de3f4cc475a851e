"""Arguments found by the signature of what is called, wherever a layer's constructor got them from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import libcst as cst

from analyzers.facts import Edit, Place, SourceCall
from analyzers.fixes.support.calls import Call
from analyzers.fixes.support.context import FixContext
from analyzers.fixes.support.literals import NotLiteral, literal
from analyzers.signature import Parameter


class Slot(NamedTuple):
    """Where an argument is given, or can be: ``argument`` is ``None`` where it is left to its default."""

    call: Call
    name: str
    argument: cst.Arg | None


class Target(NamedTuple):
    """What decides an argument: where it is written, the parameter it becomes, and the value that this gets."""

    slot: Slot
    parameter: Parameter
    value: Any

    @property
    def is_given(self) -> bool:
        return self.slot.argument is not None

    def set(self, text: str) -> Edit:
        """Give it another value."""
        if self.slot.argument is None:
            return self.slot.call.add(f"{self.slot.name}={text}")
        return self.slot.call.replace(self.slot.argument, text)


def find(context: FixContext, calls: Sequence[SourceCall], role: str) -> Target | None:
    """Where the nearest of ``calls`` that takes it gets the argument that means ``role`` (torch's name for it).

    ``None`` where it cannot be given there, or where what is written there is no literal or another one than what
    came in.
    """
    for index, made in enumerate(calls):
        parameter = made.signature.parameter(role)
        if parameter is not None:
            slot = _follow(context, calls[index:], parameter.name, parameter.position)
            return _target(slot, parameter, made) if slot is not None else None
    return None


def _target(slot: Slot, parameter: Parameter, made: SourceCall) -> Target | None:
    try:
        written = literal(slot.argument.value) if slot.argument is not None else parameter.default
    except NotLiteral:
        return None
    came = written if made.given is None else made.given.get(parameter.name, parameter.default)
    return Target(slot, parameter, came) if slot.argument is None or written == came else None


def change(context: FixContext, calls: Sequence[SourceCall], role: str, text: str) -> Edit | None:
    """The edit that gives what ``role`` means another value."""
    target = find(context, calls, role)
    return target.set(text) if target is not None else None


def _follow(context: FixContext, calls: Sequence[SourceCall], name: str, position: int | None) -> Slot | None:
    """The argument of the first call, or what the constructor around it is given to pass on."""
    made, call = calls[0], context.call(calls[0].place)
    if call is None or not _is_plainly_called(call, made):
        return None
    argument = call.argument(name, position)
    if argument is None:
        return Slot(call, name, None) if call.is_plain else _forwarded(context, calls, call, name, position)
    if isinstance(argument.value, cst.Name) and len(calls) > 1:
        outer = calls[1].signature.named(argument.value.value)
        if outer is not None:
            return _follow(context, calls[1:], outer.name, outer.position)
    return Slot(call, name, argument)


def _is_plainly_called(call: Call, made: SourceCall) -> bool:
    """Whether the callee got the arguments that stand in the call, and none from elsewhere (``partial``, ``map``)."""
    hidden = any(argument.star == "*" for argument in call.node.args)
    given = len(call.leading)
    return made.positional is None or given == made.positional or (hidden and given < made.positional)


def _forwarded(
    context: FixContext, calls: Sequence[SourceCall], call: Call, name: str, position: int | None
) -> Slot | None:
    """The argument among those that a constructor passes on with ``*args`` and ``**kwargs``."""
    if len(calls) < 2:
        return None
    outer = calls[1].signature
    stars = {argument.star: _name_of(argument) for argument in call.node.args if argument.star}
    wanted = {"*": outer.rest, "**": outer.keywords}
    if any(named is None or named != wanted[star] for star, named in stars.items()) or outer.named(name) is not None:
        return None
    behind = position - len(call.leading) + outer.positions if position is not None and "*" in stars else None
    slot = _follow(context, calls[1:], name, behind)
    return slot if slot is not None and ("**" in stars or slot.argument is not None) else None


def _name_of(argument: cst.Arg) -> str | None:
    return argument.value.value if isinstance(argument.value, cst.Name) else None


def touches(calls: Sequence[SourceCall], edit: Edit) -> bool:
    """Whether an edit is inside one of the calls."""
    inner = edit.place
    begins, ends = (inner.line, inner.column), (inner.end_line, inner.end_column)
    places = [call.place for call in calls if call.place.file == inner.file]
    return any((p.line, p.column) <= begins and ends <= (p.end_line, p.end_column) for p in places)


def joined(edits: Iterable[Edit | None]) -> tuple[Edit, ...] | None:
    """The edits with insertions at one place as one; ``None`` where one of them is not possible."""
    merged: dict[Place, Edit] = {}
    for edit in edits:
        if edit is None:
            return None
        known = merged.get(edit.place)
        if known != edit:
            merged[edit.place] = Edit(edit.place, known.text + edit.text) if known is not None else edit
    return tuple(merged.values())
