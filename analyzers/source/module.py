"""A source file: its blocks and what is known about them without parsing."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from analyzers.source import blocks, comments, literals, names
from analyzers.source.blocks import Block
from analyzers.source.lexical import count_lines
from analyzers.source.tree import TreeStore

if TYPE_CHECKING:
    from analyzers.source.comments import Directive

_MAIN = re.compile(
    r"if[ \t]*\(?[ \t]*(?:__name__[ \t]*==[ \t]*[\"']__main__[\"']|[\"']__main__[\"'][ \t]*==[ \t]*__name__)"
)

_GLOBAL = re.compile(r"^[ \t]+global[ \t]+(\w+(?:[ \t]*,[ \t]*\w+)*)", re.MULTILINE)

_ATTRIBUTE_SET = re.compile(r"^[ \t]+(\w+)(?:\.\w+)+[ \t]*=(?!=)", re.MULTILINE)
_CHANGING_CALL = re.compile(
    r"(\w+)(?:\.\w+|\[[^\]\r\n]*\])*\.(?:append|extend|insert|remove|pop|clear|update|setdefault|add|discard|sort|reverse)\("
)
_WORD = re.compile(r"[^\W\d]\w*")
_CALL = re.compile(r"(?:\w+\.)*(\w+)\(")
_EMPTY = re.compile(r"=[ \t]*(?:\[\]|\{\}|(?:\w+\.)*(?:list|dict|set|deque|defaultdict|OrderedDict|Counter)\()")
_SET_ATTRIBUTE = re.compile(r"\bsetattr\([ \t]*(\w+)")


def attribute_owners(block: Block) -> tuple[str, ...]:
    """The names whose attributes a block sets."""
    return (*block.bound.changed, *_SET_ATTRIBUTE.findall(block.text))


def _sets_attribute(block: Block, names: set[str]) -> bool:
    return bool(block.binds) and not names.isdisjoint(_ATTRIBUTE_SET.findall(block.text))


def _patches(block: Block, imported: set[str]) -> bool:
    if not imported.isdisjoint(attribute_owners(block)):
        return True
    change = _CHANGING_CALL.match(block.text) if block.kind == "other" else None
    return change is not None and change[1] in imported


def _called(block: Block) -> str | None:
    """The function that a statement calls, without the module it is of."""
    call = _CALL.match(block.text)
    return call[1] if call is not None else None


class SourceModule:
    """One text of one file. Immutable; an edit makes a new one that shares what did not change.

    ``offsets`` says where the cells of a notebook, but the first, begin in the text: no statement, string or
    comment goes on from one cell to the next.
    """

    def __init__(self, path: str, text: str, store: TreeStore | None = None, offsets: tuple[int, ...] = ()) -> None:
        self.path = path
        self.text = text
        self.offsets = offsets
        self.blocks = blocks.split(text, offsets)
        self.store = store if store is not None else TreeStore()
        for block in self.blocks:
            block.store = self.store

    def __repr__(self) -> str:
        return f"<SourceModule {self.path} {len(self.blocks)} blocks>"

    def updated(self, text: str, offsets: tuple[int, ...] = ()) -> SourceModule:
        """The module of an edited text: blocks whose text is unchanged keep their trees and node identity."""
        module = SourceModule(self.path, text, self.store, offsets)
        earlier = {(block.text, block.occurrence): block for block in self.blocks}
        for block in module.blocks:
            same = earlier.get((block.text, block.occurrence))
            if same is not None:
                block.resemble(same)
        return module

    @cached_property
    def _binders(self) -> dict[str, list[Block]]:
        found: dict[str, list[Block]] = {}
        for block in self.blocks:
            for name in block.binds:
                found.setdefault(name, []).append(block)
        return found

    def binders(self, name: str) -> list[Block]:
        """The blocks that may bind the name, in order."""
        return self._binders.get(name, [])

    @property
    def bound_names(self) -> tuple[str, ...]:
        """Every name the module may bind, in order of first binding (star imports not followed)."""
        return tuple(self._binders)

    @cached_property
    def star_imports(self) -> tuple[str, ...]:
        """The modules imported from with ``*``, with their leading dots, in order."""
        return tuple(spec for block in self.blocks for spec in block.star_imports)

    def effects(self, name: str) -> list[Block]:
        """The blocks other than definitions and imports that may change what the name refers to, in order.

        Expression statements, compound statements, deletions, augmented assignments, assignments to its attributes or
        items, and those that call a function which changes its arguments; not the other assignments that bind it (those
        are its binders). None can change what is bound to nothing but texts and numbers.
        """
        binders = self.binders(name)
        if binders and all(block.kind == "assign" and literals.is_constant(block.text) for block in binders):
            return []
        changing = [function for function in self._changing if function != name]
        return [
            block
            for block in self._effectful_with.get(name, ())
            if block.mentions(name) and (_affects(block, name) or any(map(block.mentions, changing)))
        ]

    @cached_property
    def _changing(self) -> list[str]:
        """The functions that change an argument of theirs in place."""
        return [b.binds[0] for b in self.blocks if b.kind == "def" and b.binds and names.changed_parameters(b.text)]

    @cached_property
    def _effectful(self) -> list[Block]:
        return [block for block in self.blocks if block.kind in ("other", "assign") and not _is_docstring(block)]

    @cached_property
    def _effectful_with(self) -> dict[str, list[Block]]:
        """For each word those with it: a file may have thousands of names, each of which is asked for."""
        found: dict[str, list[Block]] = {}
        for block in self._effectful:
            for word in set(_WORD.findall(block.text)):
                found.setdefault(word, []).append(block)
        return found

    @cached_property
    def containers(self) -> list[str]:
        """The names that are bound to a list, a dict or a set that begins empty."""
        filled = [block for block in self.blocks if block.kind == "assign" and _EMPTY.search(block.text)]
        return [name for block in filled for name in block.binds]

    @cached_property
    def quoting(self) -> list[Block]:
        """The blocks beside definitions that run code in a text, which may bind any name."""
        return [block for block in self._effectful if block.kind == "other" and block.mentions("exec")]

    @cached_property
    def patches(self) -> list[Block]:
        """The blocks that change what is imported: a constant of a module, an attribute of a class, a list."""
        imported = {name for block in self.blocks if block.kind == "import" for name in block.binds}
        patching = {block.binds[0] for block in self.blocks if block.kind == "def" and _sets_attribute(block, imported)}
        return [b for b in self._effectful if _patches(b, imported) or _called(b) in patching]

    @cached_property
    def functions_with_globals(self) -> frozenset[str]:
        """Functions that bind names of the module."""
        return frozenset(name for blocks in self._global_binders.values() for block in blocks for name in block.binds)

    def calls_of(self, functions: frozenset[str]) -> list[Block]:
        """The statements that do nothing but call one of these functions of a module that is imported."""
        return [block for block in self._effectful if block.kind == "other" and _called(block) in functions]

    def callers(self, name: str) -> list[Block]:
        """The blocks that call what binds the name by a ``global`` statement, directly or through other definitions."""
        found: dict[int, Block] = {}
        waiting = [n for block in self._global_binders.get(name, ()) for n in block.binds]
        seen = set(waiting)
        while waiting:
            function = waiting.pop()
            for block in self.blocks:
                if block.kind in ("import", "comment") or not block.mentions(function):
                    continue
                if block.kind in ("other", "assign"):
                    found[block.index] = block
                    continue
                further = [n for n in block.binds if n not in seen]
                waiting += further
                seen.update(further)
        return list(found.values())

    @cached_property
    def _global_binders(self) -> dict[str, list[Block]]:
        found: dict[str, list[Block]] = {}
        for block in self.blocks:
            if block.kind in ("def", "class") and "global" in block.text:
                for names in _GLOBAL.findall(block.text):
                    for name in names.split(","):
                        found.setdefault(name.strip(), []).append(block)
        return found

    @cached_property
    def all_names(self) -> tuple[str, ...] | None:
        """The value of ``__all__`` where it is made of literal lists of strings, else None."""
        return literals.all_names([block for block in self.blocks if block.mentions("__all__")])

    @cached_property
    def comments(self) -> list[Directive]:
        """The ``# rf:`` comments, in order."""
        return [directive for line, text in self.parts() for directive in comments.directives(text, line)]

    def parts(self) -> list[tuple[int, str]]:
        """The texts that stand by themselves, with their first lines: a notebook's cells, else the whole file."""
        parts: list[tuple[int, str]] = []
        line = 0
        for start, end in pairwise([0, *self.offsets, len(self.text)]):
            text = self.text[start:end]
            parts.append((line, text))
            line += count_lines(text)
        return parts

    @cached_property
    def main_blocks(self) -> list[Block]:
        """The ``if __name__ == "__main__":`` blocks."""
        return [block for block in self.blocks if block.keyword == "if" and _MAIN.match(block.text)]

    def block_at(self, line: int) -> Block | None:
        """The block that holds a zero-based line."""
        low, high = 0, len(self.blocks)
        while low < high:
            middle = (low + high) // 2
            if self.blocks[middle].end_line <= line:
                low = middle + 1
            else:
                high = middle
        return self.blocks[low] if low < len(self.blocks) else None


def _is_docstring(block: Block) -> bool:
    return block.kind == "other" and literals.string(block.text) is not None


def _affects(block: Block, name: str) -> bool:
    """Whether a block that mentions the name may change its value, beyond binding it plainly."""
    if block.kind == "other":
        return True
    if name in block.bound.changed:
        return True
    return name in block.mutated
