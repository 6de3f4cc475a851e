"""A text with its lines, and places in it counted as a client counts them.

Lines end where Python's tokenizer and the protocol end them: at ``\\r\\n``, ``\\n`` and ``\\r`` and nowhere
else, so form feeds and U+2028 are ordinary characters.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from analyzers.source.lexical import line_starts

Position = tuple[int, int]
"""Zero-based line, and column in the units of whoever is speaking."""

_WIDTHS: dict[str, Callable[[str], int]] = {
    "utf-8": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "utf-16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "utf-32": len,
}
ENCODINGS = tuple(_WIDTHS)


class Text:
    """An immutable text. Columns of clients are in units of ``encoding``, those of the engine code points."""

    __slots__ = ("_width", "encoding", "starts", "text")

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self.text = text
        self.encoding = encoding
        self.starts = line_starts(text)
        self._width = _WIDTHS[encoding]

    @property
    def line_count(self) -> int:
        """One more than there are line ends."""
        return len(self.starts)

    def line(self, number: int) -> str:
        """A line without its end; empty outside of the text."""
        if not 0 <= number < len(self.starts):
            return ""
        following = number + 1
        end = self.starts[following] if following < len(self.starts) else len(self.text)
        return self.text[self.starts[number] : end].rstrip("\r\n")

    def offset(self, position: Position) -> int:
        """The offset of a client's position; what lies behind the end of a line or the text is its end."""
        line, units = position
        if line < 0:
            return 0
        if line >= len(self.starts):
            return len(self.text)
        return self.starts[line] + self._column(self.line(line), units)

    def column(self, line: int, units: int) -> int:
        """A client's column as code points."""
        return self._column(self.line(line), units)

    def _column(self, line: str, units: int) -> int:
        units = max(units, 0)
        if self._width is len or line.isascii():
            return min(units, len(line))
        used = 0
        for column, character in enumerate(line):
            used += self._width(character)
            if used > units:
                return column
        return len(line)

    def units(self, line: int, column: int) -> int:
        """Code points of a line as the client's units."""
        text = self.line(line)[: max(column, 0)]
        return len(text) if text.isascii() else self._width(text)

    def position(self, offset: int) -> Position:
        """The zero-based line and code point of an offset."""
        line = bisect_right(self.starts, offset) - 1
        return line, offset - self.starts[line]

    def replaced(self, start: Position, end: Position, text: str) -> Text:
        """The text after a client's edit; a range whose end lies before its start is read the other way round."""
        first, last = sorted((self.offset(start), self.offset(end)))
        return Text(self.text[:first] + text + self.text[last:], self.encoding)
