"""The texts of open modules as the client has them: files, and notebooks whose cells are one module.

They do not change: an edit makes another document.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple, Protocol

from analyzers.source.notebook import python_of
from rf_lsp.server.line_map import LineEdit
from rf_lsp.server.text import Position, Text

_NEWLINE_END = re.compile(r"(?:\r\n|\n|\r)\Z")
_MAGIC = re.compile(r"^([ \t]*)[%!?](?=[^\r\n])", re.MULTILINE)


class DocumentLine(NamedTuple):
    """A line as the client sees it: the document (or cell), and the line's number in its text."""

    uri: str
    line: int
    text: Text

    @property
    def length(self) -> int:
        """In code points."""
        return len(self.text.line(self.line))


class ContentChange(NamedTuple):
    """One content change; without a range the whole text."""

    text: str
    start: Position | None = None
    end: Position | None = None


class Document(Protocol):
    """One open module."""

    @property
    def uri(self) -> str:
        """The client's name of the file or notebook."""
        ...

    @property
    def path(self) -> str:
        """Where its imports start from."""
        ...

    @property
    def text(self) -> str:
        """The module's text, as the engine reads it."""
        ...

    @property
    def parts(self) -> tuple[str, ...]:
        """The module's text by the documents that it is put together from."""
        ...

    @property
    def code_uris(self) -> tuple[str, ...]:
        """The documents that code stands in."""
        ...

    @property
    def all_uris(self) -> tuple[str, ...]:
        """All names that the client may call it or a part of it by."""
        ...

    def version_of(self, uri: str) -> int | None:
        """The client's version of one of its documents."""
        ...

    def locate(self, line: int) -> DocumentLine:
        """Where a line of the module is for the client."""
        ...

    def line_of(self, uri: str, line: int) -> int | None:
        """The module's line of a document's line; ``None`` when the document is no part of it."""
        ...

    def line(self, number: int) -> str:
        """The text of a line of the module, without its end."""
        ...


@dataclass(frozen=True)
class FileDocument:
    """A document that is a module of its own."""

    uri: str
    path: str
    content: Text
    version: int | None = None

    @property
    def text(self) -> str:
        return self.content.text

    @property
    def parts(self) -> tuple[str, ...]:
        return (self.text,)

    @property
    def code_uris(self) -> tuple[str, ...]:
        return (self.uri,)

    @property
    def all_uris(self) -> tuple[str, ...]:
        return (self.uri,)

    def version_of(self, uri: str) -> int | None:
        return self.version

    def locate(self, line: int) -> DocumentLine:
        return DocumentLine(self.uri, line, self.content)

    def line_of(self, uri: str, line: int) -> int | None:
        return line if uri == self.uri else None

    def line(self, number: int) -> str:
        return self.content.line(number)

    def changed(self, changes: Iterable[ContentChange], version: int | None) -> tuple[FileDocument, list[LineEdit]]:
        """The document after the changes of one notification, and which lines each of them touched."""
        content, edits = self.content, []
        for change in changes:
            content, edit = applied(content, change)
            edits.append(edit)
        return replace(self, content=content, version=version), edits


def applied(text: Text, change: ContentChange) -> tuple[Text, LineEdit]:
    """The text after a change, and which lines it touched."""
    if change.start is None or change.end is None:
        new = Text(change.text, text.encoding)
        return new, _difference(text, new)
    first, last = sorted((text.offset(change.start), text.offset(change.end)))
    new = Text(text.text[:first] + change.text + text.text[last:], text.encoding)
    first_line, last_line = text.position(first)[0], text.position(last)[0]
    count = last_line - first_line + 1 + new.line_count - text.line_count
    return new, LineEdit(first_line, last_line, count)


def _difference(old: Text, new: Text) -> LineEdit:
    """The lines between the first and the last that differ."""
    before, after = _lines(old), _lines(new)
    head, tail = _alike(before, after)
    return LineEdit(head, len(before) - tail - 1, len(after) - tail - head)


def _lines(text: Text) -> list[str]:
    return [text.line(number) for number in range(text.line_count)]


def _alike(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    """How many are the same at the beginning, and how many of the others at the end."""
    shorter = min(len(before), len(after))
    head = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    rest = shorter - head
    return head, next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)


@dataclass(frozen=True, slots=True)
class NotebookCell:
    """A cell of a notebook: a document, and whether it is code in Python."""

    uri: str
    content: Text
    code: bool
    version: int | None = None


class _CellsModule(NamedTuple):
    """The code of cells put together: ``starts`` are the module's lines that each begins at."""

    cells: list[NotebookCell]
    uris: tuple[str, ...]
    parts: tuple[str, ...]
    starts: list[int]
    text: str


def _module_of(cells: list[NotebookCell]) -> _CellsModule:
    """Every cell starts on a line of its own."""
    starts: list[int] = []
    parts: list[str] = []
    line = 0
    for cell in cells:
        text = _python(cell.content.text)
        ends_line = bool(_NEWLINE_END.search(cell.content.text))
        starts.append(line)
        parts.append(text if ends_line else text + "\n")
        line += cell.content.line_count - (1 if ends_line else 0)
    return _CellsModule(cells, tuple(cell.uri for cell in cells), tuple(parts), starts, "".join(parts))


@dataclass(frozen=True)
class NotebookDocument:
    """A notebook: the code of its cells in order is one module."""

    uri: str
    path: str
    cells: tuple[NotebookCell, ...]
    version: int | None = None

    @cached_property
    def _module(self) -> _CellsModule:
        return _module_of([cell for cell in self.cells if cell.code])

    @property
    def text(self) -> str:
        return self._module.text

    @property
    def parts(self) -> tuple[str, ...]:
        return self._module.parts

    @property
    def code_uris(self) -> tuple[str, ...]:
        return self._module.uris

    @property
    def all_uris(self) -> tuple[str, ...]:
        return (self.uri, *(cell.uri for cell in self.cells))

    def version_of(self, uri: str) -> int | None:
        cell = self.cell(uri)
        return cell.version if cell is not None else None

    def cell(self, uri: str) -> NotebookCell | None:
        return next((cell for cell in self.cells if cell.uri == uri), None)

    def locate(self, line: int) -> DocumentLine:
        cells, starts = self._module.cells, self._module.starts
        if not cells:
            return DocumentLine(self.uri, line, Text(""))
        index = max(bisect_right(starts, line) - 1, 0)
        return DocumentLine(cells[index].uri, line - starts[index], cells[index].content)

    def line_of(self, uri: str, line: int) -> int | None:
        for start, cell in zip(self._module.starts, self._module.cells, strict=True):
            if cell.uri == uri:
                return start + min(line, cell.content.line_count - 1)
        return None

    def line(self, number: int) -> str:
        found = self.locate(number)
        return found.text.line(found.line)

    def with_cells(self, start: int, count: int, cells: Sequence[NotebookCell]) -> NotebookDocument:
        """With ``count`` cells from ``start`` on replaced."""
        return replace(self, cells=(*self.cells[:start], *cells, *self.cells[start + count :]))

    def with_cell(self, uri: str, change: Callable[[NotebookCell], NotebookCell]) -> NotebookDocument:
        """With one cell changed, if it is there."""
        return replace(self, cells=tuple(change(cell) if cell.uri == uri else cell for cell in self.cells))

    def difference(self, earlier: NotebookDocument) -> LineEdit:
        """The module's lines that differ from those of an earlier state."""
        before, after = earlier.parts, self.parts
        head, tail = _alike(before, after)
        old, new = (_lines(Text("".join(parts[head : len(parts) - tail])))[:-1] for parts in (before, after))
        first, last = _alike(old, new)
        start = self._module.starts[head] if head < len(after) else Text(self.text).line_count - 1
        return LineEdit(start + first, start + len(old) - last - 1, len(new) - last - first)


@lru_cache(maxsize=2048)
def _python(text: str) -> str:
    """A cell's Python, nothing moved. Where what only IPython understands stands at the start of lines (``%time x = f()``,
    an indented cell), it is made a comment."""
    found, removed = python_of(text)
    if not removed:
        return found if text.endswith(("\r", "\n")) else found[:-1]
    if text.lstrip().startswith("%%"):
        return re.sub(r"(?m)^[^\r\n]", "#", text)
    return _MAGIC.sub(r"\1#", text)
