"""``# rf: ignore`` comments of a file as facts: which line of code each one speaks of."""

from __future__ import annotations

from collections.abc import Sequence

from analyzers.facts import IgnoreFact, Place
from analyzers.source.comments import Directive
from analyzers.source.lexical import split_lines


def ignores_of(path: str, text: str, directives: Sequence[Directive]) -> list[IgnoreFact]:
    """The ignore comments among ``directives``; malformed ones (``error``) are left out.

    A trailing comment speaks of its own line, one on a line of its own of the next line with code.
    """
    found = [item for item in directives if item.kind in ("ignore", "file-ignore") and not item.error]
    if not found:
        return []
    following = _next_code(split_lines(text))
    return [_fact(path, item, following) for item in found]


def _fact(path: str, item: Directive, following: Sequence[int]) -> IgnoreFact:
    place = Place(path, item.line, item.column, item.line, item.end_column)
    if item.kind == "file-ignore":
        return IgnoreFact(place, item.codes, None)
    return IgnoreFact(place, item.codes, item.line if item.trailing else following[item.line])


def _next_code(lines: Sequence[str]) -> list[int]:
    """Of every line, the first one after it that holds more than a comment; the line itself where there is none."""
    following = list(range(len(lines)))
    found = None
    for at in range(len(lines) - 1, -1, -1):
        following[at] = at if found is None else found
        if lines[at].strip() and not lines[at].lstrip().startswith("#"):
            found = at
    return following
