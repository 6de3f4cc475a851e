"""Comments put into the source: ignoring a finding, and numbers behind layers for those without hints."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzers.facts import Edit, Finding, Place
from analyzers.source.lexical import COMMENT, STRING, count_lines, line_starts, position, split_lines
from rf_lsp.server.views.hints import CONFIRMED, HintOptions, hint_text
from rf_lsp.server.views.occurrences import BUILT, Occurrence, by_line, outermost, pinned
from rf_lsp.shapes import UNKNOWN

MARK = "# → "
_WRITTEN = re.compile(r"[ \t]*# → [^#\r\n]*?(?=[ \t]*(?:#|$))")
_IGNORE = re.compile(r"#[ \t]*rf[ \t]*:[ \t]*ignore[ \t]*\[(?P<codes>[^\]]*)\]", re.IGNORECASE)
_TOKEN = re.compile(rf"(?P<string>{STRING})|{COMMENT}")


class Lines:
    """The lines of a text without their ends, and where in them a comment stands or could stand."""

    def __init__(self, text: str) -> None:
        self.texts = [line.rstrip("\r\n") for line in split_lines(text)]
        self._comments: dict[int, int] = {}
        self._closed: set[int] = set()
        starts = line_starts(text)
        for token in _TOKEN.finditer(text):
            line, column = position(starts, token.start())
            if token["string"] is None:
                self._comments[line] = column
            else:
                self._closed.update(range(line, position(starts, token.end())[0]))

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, line: int) -> str:
        return self.texts[line] if line < len(self.texts) else ""

    def can_end_with_comment(self, line: int) -> bool:
        """Whether the line ends neither inside a string nor with a backslash."""
        return line not in self._closed and (line in self._comments or not self[line].rstrip().endswith("\\"))

    def comment(self, line: int) -> int:
        """Where the line's comment begins, or the line ends."""
        return self._comments.get(line, len(self[line]))


def ignore(finding: Finding, lines: Lines) -> list[Edit]:
    """``# rf: ignore[RF201]`` behind the line of a finding, or its code in the list that is there; above the line where
    nothing can stand behind it."""
    place, number = finding.place, finding.place.line
    text = lines[number]
    listed = _IGNORE.search(text, lines.comment(number))
    if listed:
        return [_insert(place, number, listed.end("codes"), f", {finding.code}")]
    if lines.can_end_with_comment(number):
        return [_insert(place, number, len(text.rstrip()), f"  # rf: ignore[{finding.code}]", len(text))]
    if number > 0 and not lines.can_end_with_comment(number - 1):
        return []
    indent = text[: len(text) - len(text.lstrip())]
    return [_insert(place, number, 0, f"{indent}# rf: ignore[{finding.code}]\n")]


def _insert(place: Place, line: int, column: int, text: str, end: int | None = None) -> Edit:
    return Edit(Place(place.file, line, column, line, column if end is None else end), text)


def write(
    found: Sequence[Occurrence], lines: Lines, shown: HintOptions, pin: tuple[str, str] | None, path: str
) -> list[Edit]:
    """What comes out of each layer as a comment behind the line that builds it; only what is not there yet."""
    edits = []
    for number, group in sorted(by_line(found).items()):
        built = pinned([occurrence for occurrence in outermost(group) if occurrence.role == BUILT], pin)
        text, last = hint_text(_last_built(built), shown), lines[number]
        if text in ("", UNKNOWN) or not lines.can_end_with_comment(number):
            continue
        there = _WRITTEN.search(last, len(last[: lines.comment(number)].rstrip()))
        start, end = there.span() if there else (len(last.rstrip()), len(last))
        new = f"  {MARK}{text}"
        if last[start:end] != new:
            edits.append(Edit(Place(path, number, start, number, end), new))
    return edits


def says(line: str, text: str) -> bool:
    """Whether a written comment on the line already tells what a hint would; an outdated one does not."""
    if MARK not in line:
        return False
    told = text.removesuffix(f" {CONFIRMED}")
    return any(match.group().strip().removeprefix(MARK).rstrip() == told for match in _WRITTEN.finditer(line))


def _last_built(group: list[Occurrence]) -> list[Occurrence]:
    """Of the layers built in one line the one that is called last, in each context."""
    last: dict[tuple[int, int], Occurrence] = {}
    for occurrence in group:
        known = last.get((id(occurrence.model), occurrence.place.column))
        if known is None or occurrence.order > known.order:
            last[id(occurrence.model), occurrence.place.column] = occurrence
    columns = {column for _, column in last}
    if len(columns) <= 1:
        return group
    top = max(last.values(), key=lambda occurrence: occurrence.order)
    return [occurrence for occurrence in group if occurrence.place.column == top.place.column]


def remove(path: str, lines: Lines) -> list[Edit]:
    """Take the written comments out again."""
    edits = []
    for number, text in enumerate(lines.texts):
        code = text[: lines.comment(number)].rstrip()
        match = _WRITTEN.search(text, len(code)) if code and MARK in text else None
        if match:
            edits.append(Edit(Place(path, number, match.start(), number, match.end()), ""))
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
