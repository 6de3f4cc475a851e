"""Which modules a text imports, by their names, wherever in it; nothing is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator

_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+(\w[\w.]*)[ \t]+import\b|import[ \t]+(\w[^\n;#]*))", re.MULTILINE)


def imported_modules(text: str) -> Iterator[str]:
    """The dotted names behind ``import`` and ``from``; relative ones are left out."""
    for match in _IMPORT.finditer(text):
        for name in (match[1] or match[2]).split(","):
            if words := name.split():
                yield words[0]
