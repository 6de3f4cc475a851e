"""Texts that are made from the code: ``python -m tests.generate`` writes them, ``--check`` says which are stale.

A text is either a whole file or the part of one between two marks (:mod:`tests.generate.marks`); what stands
outside of the marks is written by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def texts() -> Iterator[tuple[str, str]]:
    """(path below the project's folder, the text that the file should have)."""
    from tests.generate import commands, contributing, extension, rules, settings, transcripts

    for module in (rules, settings, commands, contributing, extension, transcripts):
        yield from module.texts()


def stale() -> dict[str, str]:
    """The files that are not as they should be, with the text they should have."""
    return {path: text for path, text in texts() if _present(path) != text}


def orphans() -> list[str]:
    """Pages of rules that there are no more."""
    known = {path for path, _ in texts()}
    pages = (path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "rules").glob("*.md"))
    return sorted(path for path in pages if path not in known)


def write() -> list[str]:
    """Bring every text up to date; the paths of files that were written or removed."""
    changed = stale()
    for path, text in changed.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8", newline="\n")
    gone = orphans()
    for path in gone:
        (ROOT / path).unlink()
    return [*changed, *gone]


def _present(path: str) -> str | None:
    file = ROOT / path
    return file.read_text(encoding="utf-8") if file.exists() else None
