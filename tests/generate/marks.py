"""Parts of handwritten files that are made: what stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``."""

from __future__ import annotations

import re
from pathlib import Path

from tests.generate import ROOT


def replaced(path: str, name: str, lines: list[str]) -> tuple[str, str]:
    """A file and its text with ``lines`` between the marks; ValueError where the file has no such marks."""
    text = Path(ROOT / path).read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- generated: {name}\b[^>]*-->\n)(.*?)(<!-- end -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"{path} has no part between '<!-- generated: {name} -->' and '<!-- end -->'")
    return path, pattern.sub(lambda match: f"{match[1]}{chr(10).join(lines)}\n{match[3]}", text, count=1)


def cell(text: str) -> str:
    """Text as it stands in a cell of a Markdown table."""
    return text.replace("|", "\\|")
