"""The lines that findings speak of: of files, of unsaved buffers, of the cells of notebooks."""

from __future__ import annotations

import json
import linecache
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from analyzers.facts import Place
from analyzers.source.lexical import split_lines
from rf_lsp.output import CheckReport

if TYPE_CHECKING:
    from analyzers.source.notebook import Cell


class SourceLines:
    """Answers from the files of one report; each is read once."""

    def __init__(self, report: CheckReport) -> None:
        self._texts = {file.path: file.text for file in report.files if file.text is not None}
        self._cells = cache(self._read_cells)
        self._json = cache(self._read_json)
        for path, text in self._texts.items():
            linecache.cache[path] = (len(text), None, split_lines(text), path)

    def line(self, place: Place) -> str | None:
        """The first line of a place without its end; ``None`` where the file cannot be read."""
        if place.cell is None:
            return linecache.getline(place.file, place.line + 1).rstrip("\r\n") or None
        lines = self._cells(place.file).get(place.cell, ())
        return lines[place.line].rstrip("\r\n") if place.line < len(lines) else None

    def in_file(self, place: Place) -> Place:
        """The first line of a place, as it stands in the file: of a notebook in its JSON."""
        if place.cell is not None:
            spans = self._json(place.file).get(place.cell, ())
            line, start, end = spans[min(place.line, len(spans) - 1)] if spans else (0, 0, 0)
            return Place(place.file, line, start, line, end)
        if place.end_line == place.line:
            return place
        end = len(self.line(place) or "")
        return Place(place.file, place.line, place.column, place.line, max(end, place.column))

    def _read_cells(self, path: str) -> dict[int, Sequence[str]]:
        return {cell.index: cell.lines for cell in _cells_of(path, self._texts.get(path))}

    def _read_json(self, path: str) -> dict[int, list[tuple[int, int, int]]]:
        """Where each line of each cell stands in the JSON of a notebook: line, start and end column."""
        from rf_lsp.editing import cell_lines

        try:
            text = self._texts.get(path) or _file_text(path)
            return cell_lines(text)
        except (OSError, ValueError, KeyError, TypeError, json.JSONDecodeError):
            return {}


def _cells_of(path: str, text: str | None) -> list[Cell]:
    from analyzers.source.sources import SourceError, Sources, notebook_from

    try:
        notebook = Sources().notebook(path) if text is None else notebook_from(text, path)
    except SourceError:
        return []
    return notebook.cells if notebook is not None else []


def _file_text(path: str) -> str:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return file.read()
