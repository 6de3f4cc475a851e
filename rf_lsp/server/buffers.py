"""The open documents: files, and notebooks whose cells are one module."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any, NamedTuple

from rf_lsp.server.line_map import Edit, Shifts
from rf_lsp.server.text import Position, Text

_NEWLINE_END = re.compile(r"(?:\r\n|\n|\r)\Z")
_MAGIC = re.compile(r"^([ \t]*)[%!?](?=[^\r\n])", re.MULTILINE)


class Spot(NamedTuple):
    """A place as the client sees it: the document (or cell) and the line in it."""

    uri: str
    line: int
    text: Text


class Change(NamedTuple):
    """One content change; without a range the whole text."""

    text: str
    start: Position | None = None
    end: Position | None = None


class Buffer:
    """One open module. ``revision`` counts its texts; ``path`` is where its imports start from."""

    def __init__(self, uri: str, path: str) -> None:
        self.uri = uri
        self.path = path
        self.revision = 0
        self.shifts = Shifts()
        self.version: int | None = None
        self.view: tuple[int, int] | None = None

    @property
    def text(self) -> str:
        """The module's text, as the engine reads it."""
        raise NotImplementedError

    @property
    def parts(self) -> tuple[str, ...]:
        """The module's text by the documents that it is put together from."""
        return (self.text,)

    def spot(self, line: int) -> Spot:
        """Where a line of the module is for the client."""
        raise NotImplementedError

    def line(self, number: int) -> str:
        """The text of a line of the module, without its end."""
        spot = self.spot(number)
        return spot.text.line(spot.line)

    def line_of(self, uri: str, line: int) -> int | None:
        """The module's line of a document's line; ``None`` when the document is no part of it."""
        raise NotImplementedError

    @property
    def uris(self) -> list[str]:
        """The documents that the client knows it by."""
        return [self.uri]

    def version_of(self, uri: str) -> int | None:
        """The client's version of one of its documents."""
        return self.version


class FileBuffer(Buffer):
    """A document that is a module of its own."""

    def __init__(self, uri: str, path: str, text: str, version: int | None, encoding: str) -> None:
        super().__init__(uri, path)
        self.version = version
        self.document = Text(text, encoding)

    @property
    def text(self) -> str:
        return self.document.text

    def change(self, changes: list[Change], version: int | None) -> None:
        """Apply the changes of one notification, in order."""
        self.version = version
        for change in changes:
            self.document, edit = applied(self.document, change)
            self.revision += 1
            self.shifts.note(self.revision, edit)

    def spot(self, line: int) -> Spot:
        return Spot(self.uri, line, self.document)

    def line_of(self, uri: str, line: int) -> int | None:
        return line if uri == self.uri else None


def applied(text: Text, change: Change) -> tuple[Text, Edit]:
    """The text after a change, and which lines it touched."""
    if change.start is None or change.end is None:
        new = Text(change.text, text.encoding)
        return new, _difference(text, new)
    first, last = sorted((text.offset(change.start), text.offset(change.end)))
    new = Text(text.text[:first] + change.text + text.text[last:], text.encoding)
    first_line, last_line = text.position(first)[0], text.position(last)[0]
    count = last_line - first_line + 1 + new.line_count - text.line_count
    return new, Edit(first_line, last_line, count)


def _difference(old: Text, new: Text) -> Edit:
    """The lines between the first and the last that differ."""
    before = [old.line(number) for number in range(old.line_count)]
    after = [new.line(number) for number in range(new.line_count)]
    shorter = min(len(before), len(after))
    head = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    rest = shorter - head
    tail = next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)
    return Edit(head, len(before) - tail - 1, len(after) - tail - head)


class Cell:
    """A cell of a notebook: a document, and whether it is code in Python."""

    __slots__ = ("code", "document", "uri", "version")

    def __init__(self, uri: str, text: str, encoding: str, code: bool, version: int | None = None) -> None:
        self.uri = uri
        self.code = code
        self.document = Text(text, encoding)
        self.version = version


class NotebookBuffer(Buffer):
    """A notebook: the code of its cells in order is one module."""

    def __init__(self, uri: str, path: str, cells: list[Cell]) -> None:
        super().__init__(uri, path)
        self.cells = cells
        self._arrange()

    def _arrange(self) -> None:
        """Put the cells' code together; every cell starts on a line of its own."""
        self._code = [cell for cell in self.cells if cell.code]
        self._starts: list[int] = []
        pieces: list[str] = []
        line = 0
        for cell in self._code:
            self._starts.append(line)
            text = _python(cell.document.text)
            pieces.append(text if _NEWLINE_END.search(text) else text + "\n")
            line += cell.document.line_count - (1 if _NEWLINE_END.search(text) else 0)
        self._parts = tuple(pieces)
        self._text = "".join(pieces)

    @property
    def text(self) -> str:
        return self._text

    @property
    def parts(self) -> tuple[str, ...]:
        return self._parts

    @property
    def uris(self) -> list[str]:
        return [cell.uri for cell in self._code]

    def version_of(self, uri: str) -> int | None:
        cell = self.cell(uri)
        return cell.version if cell is not None else None

    def cell(self, uri: str) -> Cell | None:
        return next((cell for cell in self.cells if cell.uri == uri), None)

    def changed(self) -> None:
        """After cells were added, moved, removed or edited: a new revision of the module."""
        before = Text(self._text)
        self._arrange()
        self.revision += 1
        self.shifts.note(self.revision, _difference(before, Text(self._text)))

    def spot(self, line: int) -> Spot:
        if not self._code:
            return Spot(self.uri, line, Text(""))
        index = max(bisect_right(self._starts, line) - 1, 0)
        cell = self._code[index]
        return Spot(cell.uri, line - self._starts[index], cell.document)

    def line_of(self, uri: str, line: int) -> int | None:
        for start, cell in zip(self._starts, self._code, strict=True):
            if cell.uri == uri:
                return start + min(line, cell.document.line_count - 1)
        return None


def _python(text: str) -> str:
    """A cell's text with IPython's magics as comments, nothing moved: ``%matplotlib`` → ``#matplotlib``."""
    if text.lstrip().startswith("%%"):
        return re.sub(r"(?m)^[^\r\n]", "#", text)
    return _MAGIC.sub(r"\1#", text)


class Buffers:
    """All that is open, by the client's URIs and by path."""

    def __init__(self) -> None:
        self._by_uri: dict[str, Buffer] = {}
        self._by_path: dict[str, Buffer] = {}

    def __iter__(self) -> Any:
        return iter(list(self._by_path.values()))

    def add(self, buffer: Buffer) -> None:
        """Open it, or open it anew."""
        self._by_path[buffer.path] = buffer
        self.index(buffer)

    def index(self, buffer: Buffer) -> None:
        """Know the buffer by its present documents."""
        self._by_uri = {uri: other for uri, other in self._by_uri.items() if other is not buffer}
        self._by_uri.update(dict.fromkeys([buffer.uri, *_documents(buffer)], buffer))

    def remove(self, uri: str) -> Buffer | None:
        """Close what is known by the URI."""
        buffer = self._by_uri.get(uri)
        if buffer is None:
            return None
        self._by_uri = {name: other for name, other in self._by_uri.items() if other is not buffer}
        if self._by_path.get(buffer.path) is buffer:
            del self._by_path[buffer.path]
        return buffer

    def get(self, uri: str) -> Buffer | None:
        return self._by_uri.get(uri)

    def at(self, path: str) -> Buffer | None:
        return self._by_path.get(path)


def _documents(buffer: Buffer) -> list[str]:
    return [cell.uri for cell in buffer.cells] if isinstance(buffer, NotebookBuffer) else [buffer.uri]
