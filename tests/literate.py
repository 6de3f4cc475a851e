"""Test cases written down as Markdown: a heading names the case, fenced blocks hold its texts."""

from __future__ import annotations

import re
from pathlib import Path

_SECTION = re.compile(r"^## (?P<title>.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def cases_of(path: Path) -> dict[str, dict[str, str]]:
    """Title → what stands behind the fence of a block (``python``, ``python pkg/net.py``, …) → its text."""
    parts = _SECTION.split(path.read_text(encoding="utf-8"))[1:]
    return {t: {b["info"].strip(): b["text"] for b in _BLOCK.finditer(p)} for t, p in zip(parts[::2], parts[1::2])}
