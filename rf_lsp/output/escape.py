"""Text from sources on its way out: what a terminal or a service would obey is spelled instead."""

from __future__ import annotations

import re

_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Control characters, line separators, marks that turn the direction of writing, halves of characters, and what XML does
not take."""
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    r"""One line of text that is only read: a line break becomes ``\n``, an escape ``\x1b``."""
    return _OBEYED.sub(_spelled, text)


def _spelled(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


def log_line(text: str) -> str:
    """A line of a log that no service takes for a command of its own (``::error::``, ``##[group]``)."""
    plain = visible(text).replace("##[", "# #[")
    return f" {plain}" if plain.startswith("::") else plain
