"""Texts, shifts and buffers without a server, against the plainest models of them."""

from __future__ import annotations

import random

import pytest

from rf_lsp.server.buffers import Cell, Change, FileBuffer, NotebookBuffer
from rf_lsp.server.text import ENCODINGS, Text

ALPHABET = ["a", "é", "😀", "\u2028", "\f", "\n", "\r\n", "\r", "\n", "x = 1"]


def units(text: str, encoding: str) -> int:
    return {"utf-8": len(text.encode()), "utf-16": len(text.encode("utf-16-le")) // 2, "utf-32": len(text)}[encoding]


def reference_offset(text: str, line: int, column: int, encoding: str) -> int:
    """Walks the text one character at a time."""
    at = 0
    while line:
        ends = [text.find(end, at) for end in "\r\n"]
        ends = [end for end in ends if end >= 0]
        if not ends:
            return len(text)
        at = min(ends) + (2 if text[min(ends) : min(ends) + 2] == "\r\n" else 1)
        line -= 1
    used = 0
    while at < len(text) and text[at] not in "\r\n" and used + units(text[at], encoding) <= column:
        used += units(text[at], encoding)
        at += 1
    return at


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_offsets(encoding: str) -> None:
    source = random.Random(1)
    for _ in range(2_000):
        text = "".join(source.choice(ALPHABET) for _ in range(source.randrange(12)))
        line, column = source.randrange(6), source.randrange(12)
        assert Text(text, encoding).offset((line, column)) == reference_offset(text, line, column, encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_columns_there_and_back(encoding: str) -> None:
    text = Text("a😀é\u2028b", encoding)
    for column in range(6):
        assert text.column(0, text.units(0, column)) == column


def test_shifts_follow_lines() -> None:
    """A line that no edit touched is found where it is."""
    source = random.Random(2)
    for _ in range(200):
        lines = [f"line {number}" for number in range(20)]
        buffer = FileBuffer("file:///a.py", "/a.py", "\n".join(lines), 1, "utf-16")
        for number in range(source.randrange(1, 6)):
            first = source.randrange(buffer.document.line_count)
            last = min(first + source.randrange(3), buffer.document.line_count - 1)
            new = "\n".join(f"new {number}.{count}" for count in range(source.randrange(4)))
            end = len(buffer.document.line(last))
            buffer.change([Change(new, (first, 0), (last, end))], number)
        now = buffer.text.split("\n")
        for number, line in enumerate(lines):
            found = buffer.shifts.line(0, number)
            if line in now:
                assert found == now.index(line)


def test_whole_texts_shift_too() -> None:
    buffer = FileBuffer("file:///a.py", "/a.py", "a\nb\nc\n", 1, "utf-16")
    buffer.change([Change("a\nnew\nb\nc\n")], 2)
    assert [buffer.shifts.line(0, line) for line in range(3)] == [0, 2, 3]


def test_cells_and_lines() -> None:
    cells = [Cell("a", "%%bash\nls", "utf-16", True), Cell("m", "# text", "utf-16", False)]
    cells += [
        Cell("b", "x = 1\n", "utf-16", True),
        Cell("c", "", "utf-16", True),
        Cell("d", "!ls\ny", "utf-16", True),
    ]
    book = NotebookBuffer("n", "/n.ipynb", cells)
    assert book.text == "#%bash\n#s\nx = 1\n\n#ls\ny\n"
    assert [book.spot(line)[:2] for line in range(6)] == [
        ("a", 0),
        ("a", 1),
        ("b", 0),
        ("c", 0),
        ("d", 0),
        ("d", 1),
    ]
    assert book.line_of("d", 1) == 5
    assert book.line_of("m", 0) is None
