"""Values of literals that can be read off the text without parsing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzers.source.lexical import COMMENT, IDENTIFIER, STRING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyzers.source.blocks import Block

_WHOLE_STRING = re.compile(rf"[ \t]*([rRuU]?)({STRING})[ \t]*;?[ \t]*(?:{COMMENT})?\s*")
_NUMBER = r"-?[\d.][\w.]*(?:[eE]-\d+)?"
_CONSTANT = re.compile(
    rf"{IDENTIFIER}[ \t]*(?::[^=\r\n]*)?=[ \t]*(?:[rRuUbB]?(?:{STRING})|{_NUMBER}|None|True|False)[ \t]*;?[ \t]*(?:{COMMENT})?\s*"
)
_STRINGS = rf"(?:[rRuU]?(?:{STRING})(?:,|(?=[\])])))*"
_LIST = rf"(?:\[{_STRINGS}\]|\({_STRINGS}\))"
_ALL = re.compile(rf"__all__(?::[^=]*)?\+?=(?P<value>{_LIST}(?:\+{_LIST})*);?")
_METHOD = re.compile(rf"__all__\.(?:extend\((?P<list>{_LIST}),?\)|append\((?P<one>(?:{STRING}))\));?")
_SPACE = re.compile(rf"({STRING})|{COMMENT}|[\s\\]+")
_EACH_STRING = re.compile(rf"([rRuU]?)({STRING})")


def is_constant(text: str) -> bool:
    """Whether a text binds one name, and to a literal that nobody can change."""
    return _CONSTANT.fullmatch(text) is not None


def string(text: str) -> str | None:
    """The value of a text that is one string literal and nothing else, else None."""
    match = _WHOLE_STRING.fullmatch(text)
    return _value(match[1], match[2]) if match else None


def _value(prefix: str, literal: str) -> str:
    quotes = 3 if literal[:3] in ('"""', "'''") and len(literal) >= 6 else 1
    body = literal[quotes:-quotes]
    if "\\" not in body or prefix in ("r", "R"):
        return body
    import ast

    try:
        return str(ast.literal_eval(literal))
    except (SyntaxError, ValueError):
        return body


def all_names(blocks: Sequence[Block]) -> tuple[str, ...] | None:
    """The names in ``__all__``, given the blocks that mention it; None without one or when it is computed."""
    found: list[str] | None = None
    for block in blocks:
        if block.kind in ("def", "class", "import"):
            continue
        names = _names(block.text)
        if names is None:
            return None
        replaces = re.match(r"__all__[^=+.]*=", block.text) is not None
        found = names if replaces or found is None else found + names
    return None if found is None else tuple(found)


def _names(text: str) -> list[str] | None:
    text = _SPACE.sub(lambda match: match[1] or "", text)
    match = _ALL.fullmatch(text) or _METHOD.fullmatch(text)
    if match is None:
        return None
    literals = _EACH_STRING.finditer(match[match.lastgroup or 0])
    return [_value(literal[1], literal[2]) for literal in literals]
