"""Which blocks of a file have to run before the value of a global is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analyzers.source import program
from analyzers.source.module import attribute_owners

if TYPE_CHECKING:
    from analyzers.source.blocks import Block
    from analyzers.source.module import SourceModule


def changing_import(source: SourceModule, setters: frozenset[str], binders: list[Block]) -> list[Block]:
    """The blocks that import a name, and those behind that may patch what is imported."""
    found = (*source.patches, *source.calls_of(setters))
    return [*binders, *sorted({b for b in found if b.index > binders[0].index}, key=lambda b: b.index)]


def changing(source: SourceModule, name: str, binders: list[Block]) -> list[Block]:
    """The blocks that bind a name or may change it, in order."""
    first = binders[0].index if binders else -1
    hidden = [b for b in (*source.quoting, *source.callers(name)) if b.index > first]
    if not binders:
        return sorted(hidden, key=lambda b: b.index)
    effects = [b for b in source.effects(name) if _may_change(b, name, binders)]
    readers = _readers_between(source, name, binders) if len(binders) > 1 else _read_for(source, name, binders, effects)
    return sorted({b.index: b for b in (*binders, *effects, *readers, *hidden)}.values(), key=lambda b: b.index)


def _readers_between(source: SourceModule, name: str, binders: list[Block]) -> list[Any]:
    """What reads a name before it is bound again has to run before that."""
    first, last = binders[0].index, binders[-1].index
    between = source.blocks[first + 1 : last]
    return [b for b in between if b.kind in ("assign", "class") and b.mentions(name)]


def _read_for(source: SourceModule, name: str, binders: list[Block], effects: list[Block]) -> list[Block]:
    """What keeps a part of an object that a later effect puts back has to run before the effects between."""
    if len(effects) < 2:
        return []
    first, last = binders[0].index, effects[-1].index
    between = [b for b in source.blocks[first + 1 : last] if b.kind == "assign" and b.mentions(name)]
    return [b for b in between if any(e.index > b.index and any(map(e.mentions, b.binds)) for e in effects)]


def _may_change(block: Block, name: str, binders: list[Block]) -> bool:
    """Loops and calls may change an object; of a class or function only an assignment to it counts."""
    return name in attribute_owners(block) or not any(b.kind in ("def", "class") for b in binders)


def checked_import(block: Block, name: str) -> program.ImportFrom | None:
    """``if TYPE_CHECKING: from .part import Name``: the import of that name alone, where an ``else`` has other means to
    the same end (a module that imports its parts when they are asked for) and says nothing of the name."""
    if name not in block.binds or "TYPE_CHECKING" not in block.text or block.program is None:
        return None
    (node, *_) = block.program
    if not isinstance(node, program.If) or not isinstance(node.orelse, tuple) or not node.orelse:
        return None
    test = node.test.left if isinstance(node.test, program.BoolOp) and not node.test.is_and else node.test
    tested = test.attr if isinstance(test, program.Attribute) else getattr(test, "id", None)
    if tested != "TYPE_CHECKING" or any(_mentions(statement, name) for statement in node.orelse):
        return None
    return next(_imports_of(node.body, name), None)


def _imports_of(statements: Any, name: str) -> Iterator[program.ImportFrom]:
    """The imports of a name, those included that a condition or a ``try`` guards: what is done where they fail is not looked at."""
    for statement in statements:
        if isinstance(statement, program.ImportFrom):
            for alias in statement.names:
                if (alias.asname or alias.name) == name:
                    yield program.ImportFrom(statement.at, statement.module, statement.level, (alias,))
        elif isinstance(statement, program.Try):
            yield from _imports_of((*statement.body, *(statement.orelse or ())), name)
        elif isinstance(statement, program.If):
            yield from _imports_of(statement.body, name)


def _mentions(node: Any, name: str) -> bool:
    names = (getattr(node, part, None) for part in ("id", "name", "asname"))
    return name in names or any(_mentions(child, name) for child in program.children(node))
