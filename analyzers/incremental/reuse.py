"""Which models of an edited file need not be looked at again: those that no changed block can reach.

Seen from the identifiers of the blocks alone, so it errs on the side of looking again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from analyzers.source.blocks import Block
from analyzers.source.module import SourceModule

_DIRECTIVE = re.compile(r"#[ \t]*rf[ \t]*:", re.IGNORECASE)
_DYNAMIC = frozenset(("globals", "locals", "vars", "eval", "exec", "__import__", "import_module", "modules"))
"""With one of these a block may reach what it does not name."""


def changed_blocks(old: SourceModule, new: SourceModule) -> list[Block] | None:
    """The blocks of either text that the other has not; ``None`` when blocks changed their order."""
    before = {(block.text, block.occurrence): block for block in old.blocks}
    after = {(block.text, block.occurrence): block for block in new.blocks}
    if [key for key in before if key in after] != [key for key in after if key in before]:
        return None
    gone = [block for key, block in before.items() if key not in after]
    return gone + [block for key, block in after.items() if key not in before]


def changed_names(blocks: Iterable[Block]) -> frozenset[str] | None:
    """The names whose meaning may have changed with these blocks; ``None`` when that cannot be told."""
    found: set[str] = set()
    for block in blocks:
        if block.kind == "comment":
            if _DIRECTIVE.search(block.text):
                return None
        elif block.kind == "other" or block.star_imports or block.broken:
            return None
        else:
            found.update(block.binds, block.bound.changed)
    return frozenset(found)


def reached(module: SourceModule, name: str, gone: frozenset[str]) -> frozenset[str] | None:
    """Every name that ``name`` may depend on, of those of the module and those that are ``gone`` from it;
    ``None`` when that cannot be told."""
    bound = gone.union(module.bound_names)
    seen, queue = {name}, [name]
    while queue:
        current = queue.pop()
        for block in (*module.binders(current), *module.effects(current)):
            if not _DYNAMIC.isdisjoint(block.identifiers):
                return None
            fresh = (block.identifiers & bound) - seen
            seen |= fresh
            queue.extend(fresh)
    return frozenset(seen)


def untouched(old: SourceModule, new: SourceModule, names: Iterable[str]) -> tuple[frozenset[str], list[Block]]:
    """Those of ``names`` that mean the same in the edited text, and the blocks that changed."""
    blocks = changed_blocks(old, new)
    if blocks is None:
        return frozenset(), list(new.blocks)
    changed = changed_names(blocks)
    if changed is None:
        return frozenset(), blocks
    if not changed:
        return frozenset(names), blocks
    kept = set()
    for name in names:
        needed = reached(new, name, changed)
        if needed is not None and changed.isdisjoint(needed):
            kept.add(name)
    return frozenset(kept), blocks


def moved_lines(old: SourceModule, new: SourceModule) -> list[tuple[int, int, int]]:
    """(first line, end line, shift) of the old text's blocks that stand elsewhere in the new one."""
    after = {(block.text, block.occurrence): block.first_line for block in new.blocks}
    found = []
    for block in old.blocks:
        line = after.get((block.text, block.occurrence))
        if line is not None and line != block.first_line:
            found.append((block.first_line, block.end_line, line - block.first_line))
    return found
