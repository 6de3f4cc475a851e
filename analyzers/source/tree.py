"""Blocks to libcst trees: refused where they are too deep, repaired where they are broken, remembered by their text."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

from analyzers.source.parsed import Parsed, attempt

if TYPE_CHECKING:
    from analyzers.source.blocks import Block
    from analyzers.source.program import Suite

_KEPT_TEXT = 400_000
"""Characters of source whose trees a file keeps beyond the blocks that are in use (undo, retyping)."""


class Programs(Protocol):
    """Keeps the programs of texts from one process to the next."""

    def get(self, text: str) -> Suite | None: ...
    def put(self, text: str, suite: Suite) -> None: ...
    def is_well_formed(self, text: str) -> bool: ...
    def note_well_formed(self, text: str) -> None: ...


class TreeStore:
    """The parses of one file's blocks over its edits, by text, the least recently used dropped first."""

    def __init__(self, programs: Programs | None = None) -> None:
        self.programs = programs
        """Where programs are kept from one process to the next."""
        self.keeps = True
        """Whether the programs of new texts are; those of a text that is being edited are not."""
        self._parses: OrderedDict[tuple[str, int], Parsed] = OrderedDict()
        self._size = 0
        self._last_good: dict[tuple[str, str], Parsed | str] = {}

    def is_well_formed(self, text: str) -> bool:
        """Whether an earlier process has seen that Python's parser takes the text of a file."""
        return self.programs is not None and self.programs.is_well_formed(text)

    def note_well_formed(self, text: str) -> None:
        if self.programs is not None and self.keeps:
            self.programs.note_well_formed(text)

    def note_good(self, kind: str, name: str, found: Parsed | str) -> None:
        """Remember the last parse of a definition, or the text whose program was at hand without one."""
        self._last_good[kind, name] = found

    def last_good(self, kind: str, name: str) -> Parsed | None:
        """The last text of a definition that could be parsed."""
        found = self._last_good.get((kind, name))
        if isinstance(found, str):
            found = self._last_good[kind, name] = parse(found)
        return found

    def get(self, text: str, occurrence: int) -> Parsed | None:
        parsed = self._parses.get((text, occurrence))
        if parsed is not None:
            self._parses.move_to_end((text, occurrence))
        return parsed

    def put(self, text: str, occurrence: int, parsed: Parsed) -> None:
        self._parses[(text, occurrence)] = parsed
        self._size += len(text)
        while self._size > _KEPT_TEXT and len(self._parses) > 1:
            (dropped, _), _ = self._parses.popitem(last=False)
            self._size -= len(dropped)


def parse_block(block: Block) -> Parsed:
    """The parse of a block: remembered, fresh, repaired, or its last good one."""
    store = block.store
    parsed = store.get(block.text, block.occurrence) if store else None
    if parsed is None:
        parsed = parse(block.text, block.depth)
        if not parsed.has_tree and not parsed.refusal:
            parsed = _last_good(block, parsed)
        if store:
            store.put(block.text, block.occurrence, parsed)
    if store and not parsed.stale and parsed.has_tree and block.binds:
        store.note_good(block.kind, block.binds[0], parsed)
    return parsed


def program_of(block: Block) -> Suite | None:
    """The program of a block: kept from an earlier process, else what Python's parser says, else libcst's reading."""
    if block.is_parsed or block.store is None:
        return read_anew(block)
    store = block.store
    found = store.programs.get(block.text) if store.programs is not None else None
    if found is None:
        found = read_anew(block)
        if found is not None and not block.is_parsed and store.programs is not None and store.keeps:
            store.programs.put(block.text, found)
    if block.binds and not block.is_parsed:
        store.note_good(block.kind, block.binds[0], block.text)
    return found


def read_anew(block: Block) -> Suite | None:
    """Python's own parser is quick and knows most texts; libcst knows what to make of the others."""
    from analyzers.source import parse_limits
    from analyzers.source.parsed import plain
    from analyzers.source.python_parser import program_of

    if not block.is_parsed and parse_limits.refusal(block.text, block.depth) is None:
        found = program_of(plain(block.text))
        if found is not None:
            return found
    return block.parsed.program


def _last_good(block: Block, failed: Parsed) -> Parsed:
    name = block.binds[0] if block.binds else ""
    good = block.store.last_good(block.kind, name) if block.store else None
    if good is None or not good.has_tree:
        return failed
    stale = Parsed(good.text, good.tree, failed.errors, shifts=good.shifts, repaired=good.repaired)
    stale.stale = True
    return stale


def parse(text: str, depth: int = 0) -> Parsed:
    """Parse one block's text. Never raises: the result says what went wrong."""
    from analyzers.source import parse_limits, repair

    refusal = parse_limits.refusal(text, depth)
    if refusal:
        return Parsed(text, None, [(0, refusal)], refusal=refusal)
    tree, error = attempt(text)
    if tree is not None:
        return Parsed(text, tree, [])
    assert error is not None
    return repair.repaired(text, error)
