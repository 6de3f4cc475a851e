"""What fixes are applied to: a file's text, the cells of a notebook, and the notebook's JSON."""

from __future__ import annotations

import difflib
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any, Protocol

from analyzers.facts import Edit, Place
from analyzers.source.lexical import count_lines, line_starts, split_lines
from analyzers.source.notebook import Notebook


class Source(Protocol):
    """The text of one module, which is edited as a whole or in parts that no edit crosses."""

    @property
    def module(self) -> str | Notebook:
        """What the engine reads."""
        ...

    @property
    def parts(self) -> Sequence[str]:
        """What a person sees of it: the file, or the source of each cell."""
        ...

    def edited(self, edits: Sequence[Edit]) -> Source:
        """The same after edits, whose places are lines of the module and do not overlap."""
        ...


@dataclass(frozen=True)
class Texts:
    """A module whose text is exactly that of its parts; one for a file, several for the cells in an editor.

    Every part but the last ends with a line end.
    """

    parts: tuple[str, ...]

    @property
    def module(self) -> str:
        return "".join(self.parts)

    def edited(self, edits: Sequence[Edit]) -> Texts:
        starts = [0]
        for part in self.parts[:-1]:
            starts.append(starts[-1] + count_lines(part))
        chosen: dict[int, list[Edit]] = {}
        for edit in edits:
            index = bisect_right(starts, edit.place.line) - 1
            chosen.setdefault(index, []).append(Edit(_above(edit.place, starts[index]), edit.text))
        return Texts(tuple(applied(part, chosen.get(index, ())) for index, part in enumerate(self.parts)))


def _above(place: Place, count: int) -> Place:
    return replace(place, line=place.line - count, end_line=place.end_line - count)


@dataclass(frozen=True)
class CellSources:
    """A notebook's file: edits are made in the sources of its cells, magics and all."""

    module: Notebook

    @property
    def parts(self) -> Sequence[str]:
        return ["".join(cell.lines) for cell in self.module.cells]

    def edited(self, edits: Sequence[Edit]) -> CellSources:
        chosen: dict[int, list[Edit]] = {}
        for edit in edits:
            place = self.spot(edit.place)
            chosen.setdefault(place.cell or 0, []).append(Edit(place, edit.text))
        sources = zip(self.module.cells, self.parts, strict=True)
        return CellSources(
            Notebook([(cell.index, applied(text, chosen.get(cell.index, ()))) for cell, text in sources])
        )

    def spot(self, place: Place) -> Place:
        """A place of the module in its cell; what reaches into another one ends with its own."""
        cell = self.module.cell_at(place.line)
        start = self.module.spot(place.line, place.column)
        if place.end_line >= cell.first_line + cell.line_count:
            return Place(place.file, start.line, start.column, len(cell.lines), 0, cell.index)
        end = self.module.spot(place.end_line, place.end_column)
        return Place(place.file, start.line, start.column, end.line, end.column, cell.index)


def source_of(text: str, notebook: Notebook | None) -> Source:
    """What to edit of a file that reads as ``text``, or is a notebook."""
    return Texts((text,)) if notebook is None else CellSources(notebook)


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text with edits made; they must not overlap. Of two insertions at one place the first comes first."""
    if not edits:
        return text
    starts = line_starts(text)

    def offset(line: int, column: int) -> int:
        return min(starts[line] + column, len(text)) if line < len(starts) else len(text)

    spans = [
        (
            offset(edit.place.line, edit.place.column),
            offset(edit.place.end_line, edit.place.end_column),
            edit.text,
        )
        for edit in edits
    ]
    pieces, at = [], 0
    for start, end, new in sorted(spans, key=lambda span: span[:2]):
        pieces += [text[at:start], new]
        at = max(end, at)
    return "".join([*pieces, text[at:]])


def diff(path: str, old: Source, new: Source) -> str:
    """A unified diff as ``check --diff`` prints it; of a notebook one for each cell."""
    if isinstance(old.module, str):
        return _diff(path, old.parts[0], new.parts[0])
    names = [f"{path}:cell {cell.index + 1}" for cell in old.module.cells]
    return "".join(_diff(*row) for row in zip(names, old.parts, new.parts, strict=True))


def _diff(path: str, old: str, new: str) -> str:
    before, after = split_lines(old), split_lines(new)
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
        for line in difflib.unified_diff(before, after, f"a/{path}", f"b/{path}")
    )


# -- the JSON of a notebook ------------------------------------------------------------------------

_TOKEN = re.compile(r'[{}\[\],]|"(?:[^"\\]|\\[\s\S])*"')
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
JsonPath = tuple[Any, ...]
JsonSpan = tuple[int, int]


def rewritten(text: str, old: Source, new: Source) -> str:
    """A notebook's JSON with the sources of the edited cells replaced, every other character as it was.

    Raises ``ValueError`` where the JSON does not spell a cell's source as it is read.
    """
    assert isinstance(old.module, Notebook)
    paths = _source_paths(json.loads(text))
    edited = [
        (paths[cell.index], before, after)
        for cell, before, after in zip(old.module.cells, old.parts, new.parts, strict=True)
        if before != after
    ]
    spans = _spans(text, {path for path, _, _ in edited})
    pieces, at = [], 0
    for path, before, after in edited:
        found = spans[path]
        pieces += [text[at : found[0][0]], _respelled(text, found, before, after)]
        at = found[-1][1]
    return "".join([*pieces, text[at:]])


def cell_lines(text: str) -> dict[int, list[tuple[int, int, int]]]:
    """Where the lines of each cell stand in a notebook's JSON, by the index of the cell: the zero-based line of the JSON,
    and the columns at which the string that holds it begins and ends. Raises ``ValueError``, ``KeyError`` or
    ``TypeError`` for what is no notebook."""
    paths = _source_paths(json.loads(text))
    spans = _spans(text, set(paths))
    starts = line_starts(text)
    found: dict[int, list[tuple[int, int, int]]] = {}
    for index, path in enumerate(paths):
        for start, end in spans.get(path, ()):
            line = bisect_right(starts, start) - 1
            held = max(len(split_lines(json.loads(text[start:end]))), 1)
            found.setdefault(index, []).extend([(line, start - starts[line], end - starts[line])] * held)
    return found


def _source_paths(data: dict[str, Any]) -> list[JsonPath]:
    """The keys and indexes that lead to each cell's source."""
    groups = [(("worksheets", n), group) for n, group in enumerate(data.get("worksheets", ()))] or [((), data)]
    return [
        (*head, "cells", index, "source" if "source" in cell else "input")
        for head, group in groups
        for index, cell in enumerate(group["cells"])
    ]


def _spans(text: str, wanted: set[JsonPath]) -> dict[JsonPath, list[JsonSpan]]:
    """Where the string at a path stands, or each string of the list at it."""
    found: dict[JsonPath, list[JsonSpan]] = {}
    for path, span in _strings(text):
        if path in wanted:
            found[path] = [span]
        elif path[:-1] in wanted:
            found[path[:-1]] = [*found.get(path[:-1], ()), span] if path[-1] else [span]
    return found


def _strings(text: str) -> Iterator[tuple[JsonPath, JsonSpan]]:
    """The strings of a JSON text that are values, with the keys and indexes that lead to them."""
    path: list[Any] = []
    for token in _TOKEN.finditer(text):
        first = token[0][0]
        if first in "{[":
            path.append(None if first == "{" else 0)  # None: a key is next
        elif first in "}]":
            path.pop()
        elif first == ",":
            path[-1] = path[-1] + 1 if isinstance(path[-1], int) else None
        elif path and path[-1] is None:
            path[-1] = json.loads(token[0])
        else:
            yield tuple(path), token.span()


def _respelled(text: str, spans: Sequence[JsonSpan], before: str, after: str) -> str:
    """The strings of a source with those lines replaced that changed."""
    spelled = [text[start:end] for start, end in spans]
    lines: list[str] = [json.loads(item) for item in spelled]
    if "".join(lines) != before:
        raise ValueError("the source of a cell is not spelled as it is read")
    ascii_only, head = text.isascii(), text[max(spans[0][0] - 1000, 0) : spans[0][0]]
    if head.rstrip().endswith(":"):
        return json.dumps(after, ensure_ascii=ascii_only)
    wanted, made = _LINE.findall(after), []
    for kind, a, b, c, d in SequenceMatcher(None, lines, wanted, autojunk=False).get_opcodes():
        made += spelled[a:b] if kind == "equal" else [json.dumps(line, ensure_ascii=ascii_only) for line in wanted[c:d]]
    between = text[spans[0][1] : spans[1][0]] if len(spans) > 1 else ", "
    return between.join(made) or '""'
