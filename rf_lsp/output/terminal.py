"""Lines and tables for a terminal, byte for byte as rich draws them, without its cost.

A table of a few hundred rows takes rich a good part of the time in which the model was analysed. So it is asked only
where it knows more: how wide any character is, and how columns shrink for which there is no room.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from rf_lsp.output import RenderOptions
from rf_lsp.output.escape import visible
from rf_lsp.output.layout import PLAIN, Span, TableColumn
from rf_lsp.output.style import Style

if TYPE_CHECKING:
    from rf_lsp.output.with_rich import RichTerminal

WORD = re.compile(" *[^ ]+ *")


class Terminal:
    """Draws lines and tables as text with ANSI colours."""

    def __init__(self, options: RenderOptions) -> None:
        self.width = options.width
        self._options = options
        self._style = Style(options.color)

    def line(self, *spans: Span, indent: int = 0) -> str:
        """One line, or as many as there must be where it is too long."""
        text = "".join(part for part, _ in spans)
        if not PLAIN.issuperset(text):
            return self._rich.line(*((visible(part), style) for part, style in spans), indent=indent)
        width = self.width - indent
        starts = line_starts(text, width)
        lines = (
            "".join(self._style(style, part) for part, style in _between(spans, start, min(end, start + width)))
            for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
        )
        return "".join(f"{' ' * indent}{line}\n" for line in lines)

    def table(self, columns: Sequence[TableColumn], styles: Sequence[str]) -> str:
        """``styles``: those of the rows, that of the titles first."""
        columns = [c if c.is_plain else replace(c, cells=[*map(visible, c.cells)]) for c in columns]
        if sum(column.width for column in columns) > self.width or not all(c.is_plain for c in columns):
            return self._rich.table(columns, styles)
        rows = zip(*(column.padded() for column in columns), strict=True)
        lines = ("".join(self._style(style, cell) for cell in row) for row, style in zip(rows, styles, strict=True))
        return "".join(f"{line}\n" for line in lines)

    @cached_property
    def _rich(self) -> RichTerminal:
        from rf_lsp.output.with_rich import RichTerminal

        return RichTerminal(self._options)


def line_starts(text: str, width: int) -> list[int]:
    """Where the lines of a plain text start: at words for which there is no room, and within words longer than a line.

    The spaces between two words end a line, even where they reach beyond its width.
    """
    starts = [0]
    used = 0
    for match in WORD.finditer(text):
        start, end = match.span()
        length = len(match.group().rstrip())
        if used + length <= width:
            used += end - start
        elif length <= width:
            starts.append(start)
            used = end - start
        else:
            folds = range(start, end, width)
            starts.extend(folds if start else folds[1:])
            used = end - folds[-1]
    return starts


def _between(spans: Sequence[Span], start: int, end: int) -> Iterator[Span]:
    """What stands between two places of the spans' text."""
    for text, style in spans:
        yield text[max(start, 0) : max(end, 0)], style
        start -= len(text)
        end -= len(text)
