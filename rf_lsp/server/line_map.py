"""Where a line of an earlier text is now."""

from __future__ import annotations

from typing import NamedTuple

MAXIMUM_EDITS = 400


class Edit(NamedTuple):
    """In the text of one revision lines ``first`` … ``last`` (inclusive) became ``lines`` lines."""

    first: int
    last: int
    lines: int


class Shifts:
    """The edits that led from revision to revision, as far back as is kept."""

    def __init__(self) -> None:
        self._edits: list[tuple[int, Edit]] = []
        self._oldest = 0

    def note(self, revision: int, edit: Edit) -> None:
        """``edit`` led to ``revision``."""
        self._edits.append((revision, edit))
        if len(self._edits) > MAXIMUM_EDITS:
            self._oldest, _ = self._edits.pop(0)

    def is_still(self, revision: int) -> bool:
        """Whether no line has moved since."""
        later = [edit for made, edit in self._edits if made > revision]
        return revision >= self._oldest and all(edit.lines == edit.last - edit.first + 1 for edit in later)

    def line(self, revision: int, line: int) -> int | None:
        """Where ``line`` of ``revision`` is now, a line that was edited where its edit begins; ``None`` when it
        is gone."""
        if revision < self._oldest:
            return None
        for later, edit in self._edits:
            if later > revision:
                moved = _moved(line, edit)
                if moved is None:
                    return None
                line = moved
        return line


def _moved(line: int, edit: Edit) -> int | None:
    if line < edit.first:
        return line
    if line > edit.last:
        return line + edit.lines - (edit.last - edit.first + 1)
    return line if line < edit.first + edit.lines else None
