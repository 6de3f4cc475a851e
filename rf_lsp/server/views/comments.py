"""Comments put into the source: ignoring a finding, and numbers behind layers for those without hints."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from analyzers.facts import Edit, Finding, Place
from analyzers.source.lexical import count_lines, line_starts, position
from rf_lsp.server.views.hints import Shown, hint_text
from rf_lsp.server.views.sights import BUILT, Sight, by_line, outermost, pinned

MARK = "# → "
_WRITTEN = re.compile(r"[ \t]*# → [^#\r\n]*$")
_IGNORE = re.compile(r"#[ \t]*rf[ \t]*:[ \t]*ignore[ \t]*\[(?P<codes>[^\]]*)\]", re.IGNORECASE)

Lines = Callable[[int], str]


def ignore(finding: Finding, line: Lines) -> list[Edit]:
    """``# rf: ignore[RF201]`` behind the line of a finding, or its code in the list that is there."""
    place, text = finding.place, line(finding.place.line)
    if text.rstrip().endswith("\\"):
        return []
    listed = _IGNORE.search(text)
    if listed:
        at = listed.end("codes")
        return [_insert(place, place.line, at, f", {finding.code}")]
    return [_insert(place, place.line, len(text.rstrip()), f"  # rf: ignore[{finding.code}]", len(text))]


def _insert(place: Place, line: int, column: int, text: str, end: int | None = None) -> Edit:
    return Edit(Place(place.file, line, column, line, column if end is None else end), text)


def write(found: Sequence[Sight], line: Lines, shown: Shown, pin: tuple[str, str] | None, path: str) -> list[Edit]:
    """What comes out of each layer as a comment behind the line that builds it; only what is not there yet."""
    edits = []
    for number, group in sorted(by_line(found).items()):
        built = pinned([sight for sight in outermost(group) if sight.role == BUILT], pin)
        text, last = hint_text(_last_built(built), shown), line(number)
        if not text or last.rstrip().endswith("\\"):
            continue
        kept = _WRITTEN.sub("", last).rstrip()
        new = f"  {MARK}{text}"
        if kept + new != last:
            edits.append(Edit(Place(path, number, len(kept), number, len(last)), new))
    return edits


def _last_built(group: list[Sight]) -> list[Sight]:
    """Of the layers built in one line the one that is called last, in each context."""
    last: dict[tuple[int, int], Sight] = {}
    for sight in group:
        known = last.get((id(sight.model), sight.place.column))
        if known is None or sight.order > known.order:
            last[id(sight.model), sight.place.column] = sight
    columns = {column for _, column in last}
    if len(columns) <= 1:
        return group
    top = max(last.values(), key=lambda sight: sight.order)
    return [sight for sight in group if sight.place.column == top.place.column]


def remove(path: str, line: Lines, count: int) -> list[Edit]:
    """Take the written comments out again."""
    edits = []
    for number in range(count):
        text = line(number)
        match = _WRITTEN.search(text) if MARK in text else None
        if match and text[: match.start()].strip():
            edits.append(Edit(Place(path, number, match.start(), number, len(text)), ""))
    return edits


def replacements(path: str, old: Sequence[str], new: Sequence[str]) -> list[Edit]:
    """One edit in each part of a module that differs."""
    edits, line = [], 0
    for before, after in zip(old, new, strict=True):
        edits += _replacement(path, before, after, line)
        line += count_lines(before)
    return edits


def _replacement(path: str, old: str, new: str, first_line: int) -> list[Edit]:
    """One edit of what differs."""
    if old == new:
        return []
    head = 0
    shorter = min(len(old), len(new))
    while head < shorter and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    starts = line_starts(old)
    (line, column), (end_line, end_column) = position(starts, head), position(starts, len(old) - tail)
    place = Place(path, line + first_line, column, end_line + first_line, end_column)
    return [Edit(place, new[head : len(new) - tail])]
