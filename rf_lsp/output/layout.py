"""What is drawn in a terminal: texts in a style, columns of cells; and how wide they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PLAIN = frozenset(filter(str.isprintable, map(chr, range(0x180)))) | frozenset("…→−×≈≤≥–—⌊⌋⌈⌉")
"""Characters that fill one cell. Of all white space only the space is among them."""

Span = tuple[str, str]
"""A text and the name of its style, which may be empty."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """The title and below it a cell for each row."""

    cells: Sequence[str]
    right: bool = False
    min_width: int = 1

    @property
    def width(self) -> int:
        return max(self.min_width, *map(len, self.cells))

    @property
    def is_plain(self) -> bool:
        return PLAIN.issuperset("".join(self.cells))

    def padded(self) -> list[str]:
        width = self.width
        return [cell.rstrip().rjust(width) if self.right else cell.ljust(width) for cell in self.cells]
