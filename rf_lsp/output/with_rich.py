"""What :mod:`rf_lsp.output.terminal` cannot lay out by itself, drawn by rich; imported only where it is needed."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rf_lsp.output import RenderOptions
from rf_lsp.output.layout import Span, TableColumn


class RichTerminal:
    """The same as :class:`rf_lsp.output.terminal.Terminal`, for any text and width."""

    def __init__(self, options: RenderOptions) -> None:
        # Colours and width are decided: with no height, rich would ask the environment for the width as well.
        self._console = Console(
            force_terminal=options.color,
            color_system="truecolor" if options.color else None,
            no_color=False,
            width=options.width,
            height=25,
            highlight=False,
            emoji=False,
            markup=False,
            legacy_windows=False,
        )

    def line(self, *spans: Span, indent: int = 0) -> str:
        text = Text.assemble(*spans)
        return self._drawn(Padding(text, (0, 0, 0, indent)) if indent else text)

    def table(self, columns: Sequence[TableColumn], styles: Sequence[str]) -> str:
        # The space between columns stands in the cells: rich takes twice as long for padded ones.
        table = Table(box=None, padding=0, header_style=styles[0], pad_edge=False)
        for column in columns:
            justify = "right" if column.right else "left"
            table.add_column(column.cells[0], justify=justify, no_wrap=True, min_width=column.min_width)
        rows = zip(*(column.cells[1:] for column in columns), strict=True)
        for row, style in zip(rows, styles[1:], strict=True):
            table.add_row(*map(Text, row), style=style)
        return self._drawn(table)

    def _drawn(self, shown: RenderableType) -> str:
        with self._console.capture() as capture:
            self._console.print(shown)
        return capture.get()
