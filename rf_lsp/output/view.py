"""What of a model's layers somebody wants to see. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows are listed: those down to a ``depth``, those of layers whose name fits the glob ``layer``; and whether
    equal blocks are ``folded`` into one."""

    depth: int | None = None
    layer: str | None = None
    folded: bool = True


@dataclass(frozen=True, slots=True)
class View:
    """Rows, and columns by their keys (none: the usual ones), sorted by a column; ``details``: every model's layers are
    shown, however many models there are."""

    columns: tuple[str, ...] = ()
    sort: str | None = None
    choice: Choice = field(default_factory=Choice)
    details: bool = False
