"""Literals and f-strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.interpreter import formatting
from analyzers.interpreter.budget import MAXIMUM_STRING, SMALL
from analyzers.interpreter.execution import evaluate
from analyzers.interpreter.scope import Frame
from analyzers.source import program
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


def constant(machine: Machine, frame: Frame, node: program.Constant) -> Any:
    return node.value


def refused(machine: Machine, frame: Frame, node: program.Refused) -> Unknown:
    return machine.unknown(node.reason)


def formatted(machine: Machine, frame: Frame, node: program.FormattedString) -> Any:
    return _joined(machine, frame, node.parts)


def _joined(machine: Machine, frame: Frame, parts: tuple[str | program.FormattedValue, ...]) -> Any:
    texts: list[str] = []
    for part in parts:
        shown = part if isinstance(part, str) else _formatted_value(machine, frame, part)
        if isinstance(shown, Unknown):
            return shown
        texts.append(shown)
    text = "".join(texts)
    if len(text) > SMALL:
        if len(text) > MAXIMUM_STRING:
            return machine.unknown("a string that is too long")
        machine.budget.made(text)
    return text


def _formatted_value(machine: Machine, frame: Frame, part: program.FormattedValue) -> Any:
    value = evaluate(machine, frame, part.value)
    spec = _joined(machine, frame, part.spec)
    if isinstance(spec, Unknown):
        return spec
    try:
        return formatting.format_value(machine, value, spec, part.conversion)
    except (ValueError, TypeError) as error:
        raise machine.exception(type(error).__name__, str(error)) from None
