"""Texts, line maps and documents without a server, against the plainest models of them."""

from __future__ import annotations

import random

import pytest

from rf_lsp.server.documents import ContentChange, FileDocument, NotebookCell, NotebookDocument
from rf_lsp.server.open_modules import OpenModule
from rf_lsp.server.snapshot import ModuleState
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


def opened(text: str) -> OpenModule:
    return OpenModule(ModuleState(FileDocument("file:///a.py", "/a.py", Text(text), 1), 0))


def change(module: OpenModule, *changes: ContentChange) -> None:
    assert isinstance(module.document, FileDocument)
    module.edit(*module.document.changed(changes, 2))


def test_lines_are_followed() -> None:
    """A line that no edit touched is found where it is."""
    source = random.Random(2)
    for _ in range(200):
        lines = [f"line {number}" for number in range(20)]
        module = opened("\n".join(lines))
        for number in range(source.randrange(1, 6)):
            count = module.document.text.count("\n") + 1
            first = source.randrange(count)
            last = min(first + source.randrange(3), count - 1)
            new = "\n".join(f"new {number}.{count}" for count in range(source.randrange(4)))
            change(module, ContentChange(new, (first, 0), (last, len(module.document.line(last)))))
        now = module.document.text.split("\n")
        for number, line in enumerate(lines):
            found = module.state.line_map.line(0, number)
            if line in now:
                assert found == now.index(line)


def test_lines_are_followed_through_whole_texts() -> None:
    module = opened("a\nb\nc\n")
    change(module, ContentChange("a\nnew\nb\nc\n"))
    assert [module.state.line_map.line(0, line) for line in range(3)] == [0, 2, 3]


def test_an_edit_leaves_earlier_states_as_they_were() -> None:
    module = opened("a\nb\n")
    before = module.state
    change(module, ContentChange("new\n", (0, 0), (0, 0)), ContentChange("", (1, 0), (2, 0)))
    assert module.document.text == "new\nb\n" and module.revision == 2
    assert before.document.text == "a\nb\n" and before.revision == 0 and before.line_map.line(0, 1) == 1


def cell(uri: str, text: str, code: bool = True) -> NotebookCell:
    return NotebookCell(uri, Text(text), code)


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("%%time\nnet = Net()", "\nnet = Net()\n"),
        ("%time net = Net()", "#time net = Net()\n"),
        ("files = !ls", "files = get_ipython()\n"),
        ("    x = 1\n    %cd ..", "    x = 1\n    #cd ..\n"),
    ],
)
def test_no_column_of_a_cell_moves(text: str, python: str) -> None:
    assert NotebookDocument("n", "/n.ipynb", (cell("a", text),)).text == python


def test_cells_and_lines() -> None:
    cells = (
        cell("a", "%%bash\nls"),
        cell("m", "# text", code=False),
        cell("b", "x = 1\n"),
        cell("c", ""),
        cell("d", "!ls\ny"),
    )
    book = NotebookDocument("n", "/n.ipynb", cells)
    assert book.text == "\n\nx = 1\n\n\ny\n"
    assert [book.locate(line)[:2] for line in range(6)] == [
        ("a", 0),
        ("a", 1),
        ("b", 0),
        ("c", 0),
        ("d", 0),
        ("d", 1),
    ]
    assert book.line_of("d", 1) == 5
    assert book.line_of("m", 0) is None
