"""Where a line of an earlier text is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

MAXIMUM_EDITS = 400


class LineEdit(NamedTuple):
    """Lines ``first`` … ``last`` (inclusive) of a text became ``lines`` lines."""

    first: int
    last: int
    lines: int

    @property
    def growth(self) -> int:
        """How many lines more there are."""
        return self.lines - (self.last - self.first + 1)


@dataclass(frozen=True, slots=True)
class LineMap:
    """The edits that led from revision to revision, as far back as is kept."""

    edits: tuple[tuple[int, LineEdit], ...] = ()
    oldest: int = 0

    def with_edit(self, revision: int, edit: LineEdit) -> LineMap:
        """``edit`` led to ``revision``."""
        edits = (*self.edits, (revision, edit))
        if len(edits) <= MAXIMUM_EDITS:
            return LineMap(edits, self.oldest)
        return LineMap(edits[1:], edits[0][0])

    def is_still(self, revision: int) -> bool:
        """Whether no line has moved since."""
        later = (edit for made, edit in self.edits if made > revision)
        return revision >= self.oldest and all(edit.growth == 0 for edit in later)

    def line(self, revision: int, line: int) -> int | None:
        """Where ``line`` of ``revision`` is now, a line that was edited where its edit begins; ``None`` when it
        is gone."""
        if revision < self.oldest:
            return None
        for later, edit in self.edits:
            if later > revision:
                moved = _moved(line, edit)
                if moved is None:
                    return None
                line = moved
        return line


def _moved(line: int, edit: LineEdit) -> int | None:
    if line < edit.first:
        return line
    if line > edit.last:
        return line + edit.growth
    return line if line < edit.first + edit.lines else None
