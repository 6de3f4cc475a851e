"""The lexical grammar of Python, as far as finding statements needs it, as regular expressions.

A line ends at ``\\r\\n``, ``\\n`` or ``\\r`` and nowhere else, as Python's tokenizer has it (U+2028, form
feeds and the like are ordinary characters).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise

NEWLINE = r"(?:\n|\r\n|\r(?!\n))"
# Only one way to match each line end: else a failure after n of them would be tried in 2^n ways.
_TRIPLE_QUOTED = (
    r'"""[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"""'
    r"|'''[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*'''"
)
_SINGLE_QUOTED = (
    r'"(?!"")[^"\\\r\n]*(?:\\(?:\r\n|[\s\S])[^"\\\r\n]*)*"'
    r"|'(?!'')[^'\\\r\n]*(?:\\(?:\r\n|[\s\S])[^'\\\r\n]*)*'"
)
STRING = f"{_TRIPLE_QUOTED}|{_SINGLE_QUOTED}"
"""A complete string literal, without its prefix."""


def careful_string(stop: str) -> str:
    """:data:`STRING`, but no line inside a triple-quoted string may begin with the pattern ``stop``.

    One character at a time, so that a failure takes no longer than a success.
    """
    triple = "|".join(
        rf"{quote * 3}(?:[^{quote}\\\r\n]|{NEWLINE}(?!{stop})|\\[\s\S]|{quote}(?!{quote * 2}))*{quote * 3}"
        for quote in "\"'"
    )
    return f"{triple}|{_SINGLE_QUOTED}"


COMMENT = r"#[^\r\n]*"
CONTINUATION = r"\\(?:\r\n|[^\r]|\r(?!\n))"
BLANK_LINES = rf"(?:[ \t\f]*(?:{COMMENT})?{NEWLINE})*"
"""Any number of lines that hold nothing or only a comment."""

IDENTIFIER = r"[^\W\d]\w*"
INCOMPLETE = "_incomplete_"
"""The name that stands for code that is still to be typed."""

_NEWLINE = re.compile(NEWLINE)
_STRING_OR_COMMENT = re.compile(rf"{STRING}|{COMMENT}")


def line_starts(text: str) -> list[int]:
    """The offset at which each line starts; one entry more than there are line ends."""
    return [0, *(match.end() for match in _NEWLINE.finditer(text))]


def count_lines(text: str) -> int:
    """How many line ends there are in the text."""
    if "\r" in text:
        return sum(1 for _ in _NEWLINE.finditer(text))
    return text.count("\n")


def split_lines(text: str) -> list[str]:
    """The lines with their line ends; joined they are the text again."""
    starts = line_starts(text)
    lines = [text[a:b] for a, b in pairwise(starts)]
    return [*lines, text[starts[-1] :]] if starts[-1] < len(text) else lines


def position(starts: list[int], offset: int) -> tuple[int, int]:
    """The zero-based (line, column) of an offset, given :func:`line_starts`."""
    line = bisect_right(starts, offset) - 1
    return line, offset - starts[line]


def without_strings(text: str) -> str:
    """The text with every string literal as ``''`` and comments gone; for finding names, offsets differ."""
    return _STRING_OR_COMMENT.sub(lambda match: "" if match[0][0] == "#" else "''", text)
