"""Colours of line-oriented output, without the cost of importing rich."""

from __future__ import annotations

CODES = {
    "error": "1;31",
    "warning": "1;33",
    "information": "1;36",
    "frame": "1;34",
    "bold": "1",
    "dim": "2",
    "bold red": "1;31",
    "yellow": "33",
    "cyan": "36",
}
"""Styles by their meaning; then those with the names that rich knows them by."""


class Style:
    """Wraps text in ANSI colours, or leaves it alone."""

    def __init__(self, color: bool) -> None:
        self._color = color

    def __call__(self, name: str, text: str) -> str:
        return f"\x1b[{CODES[name]}m{text}\x1b[0m" if self._color and name and text else text
