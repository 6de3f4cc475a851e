"""Notebooks: the code cells of an ``.ipynb`` file as one Python module, and which line of it is where.

A cell is known by its index among all cells of the notebook, text cells included, as a notebook's editor
counts them. What only IPython understands is taken out of the module's text, in such a way that no line
moves: magics (``%matplotlib inline``, ``%%bash``), shell lines (``!pip install …``, bare ``pip install …``),
help (``model.fit?``) and statements that begin with ``get_ipython()``. ``%time x = f()`` leaves ``x = f()``,
and what a magic or the shell returns (``files = !ls``) is the unknown name ``get_ipython()``. So are the names that the
body of a cell magic may bind of which nobody knows what it does with it (a library's ``%%backend torch``).
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, NamedTuple

from analyzers.source import blocks
from analyzers.source.lexical import COMMENT, CONTINUATION, NEWLINE, STRING, count_lines, split_lines

_RUNS_ITS_BODY = re.compile(r"[ \t]*%%(?:time|capture|prun|memit|mprun|lprun)\b")
"""Cell magics whose body is run in the notebook's own namespace."""
_OTHER_LANGUAGES = re.compile(
    r"[ \t]*%%(?:bash|sh|script|cmd|system|sx|html|HTML|javascript|js|latex|markdown|svg|SVG|perl|ruby|R|sql|bigquery|cython"
    r"|julia|octave|python2?|python3|pypy|writefile|file|timeit)\b"
)
"""Cell magics whose body binds no names of the notebook: another program runs it, or none does."""
_CELL_MAGIC = re.compile(r"[ \t]*%%[^\W\d]")
_TIMED = re.compile(r"([ \t]*)(%time[ \t]+)(?=[^\s%!-])")
_COMMANDS = r"(?:pip3?|conda|mamba|uv|cd|ls|mkdir|rm|cp|mv|cat|matplotlib|load_ext|reload_ext|autoreload)"
_NOT_PYTHON = re.compile(
    r"[ \t]*(?:[%!?,;/]|get_ipython[ \t]*\(\)[ \t]*\."
    rf"|{_COMMANDS}[ \t]+(?:(?!(?:and|or|in|is|if|not|for)\b)[\w~/]|-\w|\.\.|\.?/)"
    r"|[^\W\d][\w.*]*(?:\[-?\d+\][\w.*]*)*\?{1,2}[ \t]*(?=[\r\n#]|\Z))"
)
_STATEMENT = re.compile(r"[ \t]*get_ipython\b")
_ASSIGNED = re.compile(r"([ \t]*[^\W\d][\w.,\[\] \t]*=[ \t]*)(?:!|%{1,2}(?=[^\W\d]))")
_TOKEN = re.compile(
    rf"(?P<string>{STRING})|(?P<open>\"\"\"[\s\S]*|'''[\s\S]*)|{COMMENT}|{CONTINUATION}|(?P<end>{NEWLINE})"
    r"|(?P<bracket>[(\[{])|(?P<closing>[)\]}])|[^\"'#\\\r\n()\[\]{}]+|[\s\S]"
)
_SHELL_LINE = re.compile(rf"(?:[^\\\r\n]|\\(?:{NEWLINE}|[^\r\n]|\Z))*(?:{NEWLINE})?")
_PYTHON = ("python", "ipython", "python2", "python3")


class NotebookError(Exception):
    """A text that is not a notebook; the message continues a sentence that begins with the file's name."""


class NoPythonCode(NotebookError):
    """A notebook with nothing to analyse: no code, or that of another language (``language``)."""

    def __init__(self, message: str, language: str | None = None) -> None:
        super().__init__(message)
        self.language = language


class Spot(NamedTuple):
    """A place in a notebook: the zero-based index of the cell among all cells, line and column in the cell."""

    cell: int
    line: int
    column: int


class Cell:
    """A code cell: its index among all cells, its first line in the module, its source and its Python."""

    __slots__ = ("first_line", "index", "line_count", "lines", "removed", "text")

    def __init__(self, index: int, source: str, first_line: int = 0) -> None:
        self.index = index
        self.first_line = first_line
        self.lines = split_lines(source)
        self.text, self.removed = python_of(source)
        self.line_count = count_lines(self.text)


class Notebook:
    """The code cells of one notebook in order. ``text`` is the module; ``offsets`` is where each cell but the
    first begins in it."""

    def __init__(self, sources: Sequence[tuple[int, str]]) -> None:
        self.cells: list[Cell] = []
        line = 0
        for index, source in sources:
            cell = Cell(index, source, line)
            self.cells.append(cell)
            line += cell.line_count
        self.text = "".join(cell.text for cell in self.cells)
        self._starts = [cell.first_line for cell in self.cells]

    @property
    def offsets(self) -> tuple[int, ...]:
        ends: list[int] = []
        for cell in self.cells[:-1]:
            ends.append((ends[-1] if ends else 0) + len(cell.text))
        return tuple(ends)

    def cell_at(self, line: int) -> Cell:
        """The cell that holds a zero-based line of the module."""
        return self.cells[max(bisect_right(self._starts, line) - 1, 0)]

    def spot(self, line: int, column: int) -> Spot:
        """Where a zero-based line and column of the module are in the notebook."""
        cell = self.cell_at(line)
        inner = line - cell.first_line
        return Spot(cell.index, inner, column + cell.removed.get(inner, 0))


def read(text: str) -> Notebook:
    """The notebook that a JSON text describes (nbformat 4, and 3 with its worksheets).

    Raises:
        NoPythonCode: no code cell with anything in it, or the kernel's language is not Python.
        NotebookError: not JSON, or not a notebook's.
    """
    data = _json(text)
    cells = _cells(data)
    language = _language(data)
    if language is not None and language.lower() not in _PYTHON:
        raise NoPythonCode(f"is a notebook in {language}, not in Python", language)
    sources = [(index, _source(cell)) for index, cell in enumerate(cells) if _is_python(cell)]
    if not any(source.strip() for _, source in sources):
        raise NoPythonCode("is a notebook without code")
    return Notebook(sources)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        what = "empty" if not text.strip() else f"not valid JSON (line {error.lineno}: {error.msg})"
        raise NotebookError(f"is not a notebook: it is {what}") from None
    except (ValueError, RecursionError):
        raise NotebookError("is not a notebook: its JSON cannot be read") from None


def _cells(data: Any) -> list[dict[str, Any]]:
    """All cells, text cells included."""
    groups = data.get("worksheets", [data]) if isinstance(data, dict) else []
    if isinstance(groups, list) and groups and all(_has_cells(group) for group in groups):
        return [cell for group in groups for cell in group["cells"]]
    raise NotebookError("is not a notebook: its JSON has no list of cells")


def _has_cells(group: Any) -> bool:
    cells = group.get("cells") if isinstance(group, dict) else None
    return isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells)


def _language(data: dict[str, Any]) -> str | None:
    """The kernel's language; ``None`` when nothing says it, which is Python then."""
    for path in (("kernelspec", "language"), ("language_info", "name")):
        found = _text_at(data, "metadata", *path)
        if found:
            return found
    kernel = _text_at(data, "metadata", "kernelspec", "name") or ""
    return {"ir": "R", "julia": "Julia"}.get(kernel.partition("-")[0])


def _text_at(value: Any, *keys: str) -> str | None:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def _is_python(cell: dict[str, Any]) -> bool:
    language = _text_at(cell, "metadata", "vscode", "languageId") or _text_at(cell, "language") or "python"
    return cell.get("cell_type") == "code" and language.lower() in _PYTHON


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    text = "".join(map(str, source)) if isinstance(source, list) else source
    text = text if isinstance(text, str) else ""
    return text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair is no text


def python_of(source: str) -> tuple[str, dict[int, int]]:
    """A cell's Python, ending with a line end, as many lines as the cell has; and how many characters were
    taken away at the start of lines (by zero-based line)."""
    text, removed = _without_magics(*_dedented(source))
    return text if source.endswith(("\r", "\n")) else text + "\n", removed


def _dedented(source: str) -> tuple[str, dict[int, int]]:
    """IPython runs a cell that begins indented without the indentation of its first line."""
    first = re.match(rf"(?:[ \t]*{NEWLINE})*([ \t]+)(?=[^\s#])", source)
    if first is None:
        return source, {}
    indent, removed = first[1], {}
    lines = split_lines(source)
    for number, line in enumerate(lines):
        if line.startswith(indent):
            lines[number], removed[number] = line[len(indent) :], len(indent)
    return "".join(lines), removed


def _without_magics(source: str, removed: dict[int, int]) -> tuple[str, dict[int, int]]:
    pieces: list[str] = []
    at = line = 0
    only_magics = True  # so far: a cell magic stands before any code
    while at < len(source):
        if only_magics and _CELL_MAGIC.match(source, at) and not _RUNS_ITS_BODY.match(source, at):
            pieces.append(_unknown_names(source[at:]) + _blank(source[at:]))
            break
        end, piece, taken = _logical_line(source, at)
        if taken:
            removed[line] = removed.get(line, 0) + taken
        only_magics = only_magics and piece.strip()[:1] in ("", "#")
        pieces.append(piece)
        line += count_lines(source[at:end])
        at = end
    return "".join(pieces), removed


def _unknown_names(body: str) -> str:
    """An assignment to the names that the body of a cell magic may bind, where it may be Python; it takes the magic's line."""
    if _OTHER_LANGUAGES.match(body):
        return ""
    found = dict.fromkeys(name for block in blocks.split(body) for name in block.binds)
    return "".join(f"{name} = " for name in found) + "get_ipython()" if found else ""


def _logical_line(source: str, at: int) -> tuple[int, str, int]:
    """The end of the logical line at ``at``, what Python sees of it, and how much of its start is gone."""
    if timed := _TIMED.match(source, at):
        end, piece, taken = _logical_line(source, timed.end())
        return end, timed[1] + piece, taken + len(timed[2])
    if _NOT_PYTHON.match(source, at):
        shell = _SHELL_LINE.match(source, at)
        ends = _end_of_statement(source, at) if _STATEMENT.match(source, at) or shell is None else shell.end()
        return ends, _blank(source[at:ends]), 0
    if assigned := _ASSIGNED.match(source, at):
        shell = _SHELL_LINE.match(source, at)
        end = shell.end() if shell else len(source)
        ends = "".join(re.findall(NEWLINE, source[at:end]))
        return end, f"{assigned[1]}get_ipython(){ends}", 0
    end = _end_of_statement(source, at)
    return end, source[at:end], 0


def _end_of_statement(source: str, at: int) -> int:
    """Where the logical line that begins at ``at`` ends: brackets and strings go over several lines."""
    depth = 0
    for token in _TOKEN.finditer(source, at):
        if token["bracket"]:
            depth += 1
        elif token["closing"]:
            depth = max(depth - 1, 0)
        elif token["end"] and not depth:
            return token.end()
    return len(source)


def _blank(text: str) -> str:
    """Only the line ends; an indented line becomes ``pass``, for it may be all that a block holds."""
    indent = re.match(r"[ \t]*", text)
    head = f"{indent[0]}pass" if indent and indent[0] else ""
    return head + "".join(re.findall(NEWLINE, text))
