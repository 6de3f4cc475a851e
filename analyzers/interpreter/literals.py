"""Literals: numbers, strings, and f-strings."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import libcst as cst

from analyzers.interpreter import formatting
from analyzers.interpreter.budget import MAXIMUM_COLLECTION
from analyzers.interpreter.execution import evaluate
from analyzers.interpreter.scope import Frame
from analyzers.unknown import Unknown

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

SHORT = 100
"""Characters; literals this long are remembered from one analysis to the next."""
_PLAIN_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_PLAIN_STRING = re.compile(r'"[^"\\\r\n]*"|' r"'[^'\\\r\n]*'")
"""The literals that need no parser."""


def _literal(machine: Machine, frame: Frame, node: Any) -> Any:
    text, known = node.value, machine.literals
    if text not in known:
        value = literal(text, machine)
        if isinstance(value, Unknown):
            return value
        known[text] = value
    return known[text]


def literal(text: str, machine: Machine) -> Any:
    if len(text) > MAXIMUM_COLLECTION:
        return machine.unknown("a literal that is too long")
    try:
        return short_literal(text) if len(text) < SHORT else literal_value(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return machine.unknown("a literal that is too long")


def literal_value(text: str) -> Any:
    if _PLAIN_STRING.fullmatch(text):
        return text[1:-1]
    if _PLAIN_NUMBER.fullmatch(text):
        return int(text)
    return ast.literal_eval(text)


def concatenated(machine: Machine, frame: Frame, node: cst.ConcatenatedString) -> Any:
    left, right = evaluate(machine, frame, node.left), evaluate(machine, frame, node.right)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return left if isinstance(left, Unknown) else right
    return left + right if type(left) is type(right) else machine.unknown("a string")


def formatted(machine: Machine, frame: Frame, node: cst.FormattedString) -> Any:
    parts: list[str] = []
    part: Any
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            parts.append(_text_of(part.value, node.start))
            continue
        shown = _formatted_value(machine, frame, part)
        if isinstance(shown, Unknown):
            return shown
        parts.append(shown)
    return "".join(parts)


def _text_of(text: str, start: str) -> str:
    text = text.replace("{{", "{").replace("}}", "}")
    if "\\" in text and "r" not in start.lower():
        quote = '"""' if '"""' not in text else "'''"
        try:
            return ast.literal_eval(f"{quote}{text}{quote}")
        except (ValueError, SyntaxError):
            return text
    return text


def _formatted_value(machine: Machine, frame: Frame, part: cst.FormattedStringExpression) -> Any:
    value = evaluate(machine, frame, part.expression)
    conversion = part.conversion
    if part.equal is not None and conversion is None and part.format_spec is None:
        conversion = "r"
    spec: Any = ""
    piece: Any
    for piece in part.format_spec or ():
        shown = piece.value if isinstance(piece, cst.FormattedStringText) else _formatted_value(machine, frame, piece)
        if isinstance(shown, Unknown):
            return shown
        spec += shown
    try:
        shown = formatting.format_value(machine, value, spec, conversion)
        return _labelled(part, shown) if part.equal is not None else shown
    except (ValueError, TypeError) as error:
        raise machine.exception(type(error).__name__, str(error)) from None


def _labelled(part: cst.FormattedStringExpression, shown: Any) -> Any:
    """``f"{width=}"`` shows the expression as well."""
    if isinstance(shown, Unknown) or part.equal is None:
        return shown
    code = cst.Module([]).code_for_node
    before = code(part.whitespace_before_expression) + code(part.expression)
    sign = code(part.equal.whitespace_before) + "=" + code(part.equal.whitespace_after)
    return before + code(part.whitespace_after_expression) + sign + shown


short_literal = lru_cache(10_000)(literal_value)
