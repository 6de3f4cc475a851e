"""A call in the source, and edits of its arguments."""

from __future__ import annotations

from typing import Any

import libcst as cst

from analyzers.facts import Edit, Place
from analyzers.source.blocks import Block
from analyzers.source.module import SourceModule


class Call:
    def __init__(self, path: str, block: Block, node: cst.Call) -> None:
        self.path = path
        self.block = block
        self.node = node

    @property
    def is_plain(self) -> bool:
        """Whether every argument stands for itself: no ``*args`` or ``**options``."""
        return all(not argument.star for argument in self.node.args)

    def place(self, node: cst.CSTNode) -> Place:
        return Place(self.path, *self.block.tree_span(node))

    @property
    def leading(self) -> list[cst.Arg]:
        """The arguments without a name, up to a ``*args`` that hides how many more there are."""
        found = []
        for argument in self.node.args:
            if argument.star == "*":
                break
            if argument.keyword is None and not argument.star:
                found.append(argument)
        return found

    def argument(self, name: str, position: int | None = None) -> cst.Arg | None:
        """The argument of a name, or the one at its position."""
        for argument in self.node.args:
            if argument.keyword is not None and argument.keyword.value == name:
                return argument
        leading = self.leading
        return leading[position] if position is not None and position < len(leading) else None

    def replace(self, argument: cst.Arg, text: str) -> Edit:
        """Give an argument another value."""
        written = f"{argument.keyword.value}={text}" if argument.keyword is not None else text
        return Edit(self.place(argument), written)

    def add(self, text: str) -> Edit:
        """Put an argument behind the last one."""
        if self.node.args:
            at = self.place(self.node.args[-1])
            return Edit(Place(self.path, at.end_line, at.end_column, at.end_line, at.end_column), f", {text}")
        at = self.place(self.node)
        end = Place(self.path, at.end_line, at.end_column - 1, at.end_line, at.end_column - 1)
        return Edit(end, text)

    def remove(self, argument: cst.Arg) -> Edit | None:
        """Take an argument out that is not the first, with the comma before it."""
        if argument is self.node.args[0]:
            return None
        before = self.place(self.node.args[list(self.node.args).index(argument) - 1])
        own = self.place(argument)
        return Edit(Place(self.path, before.end_line, before.end_column, own.end_line, own.end_column), "")

    def rename(self, name: str, new: str) -> Edit | None:
        """Give a keyword another name."""
        argument = self.argument(name)
        if argument is None or argument.keyword is None:
            return None
        return Edit(self.place(argument.keyword), new)


def call_at(module: SourceModule, place: Place) -> Call | None:
    """The call with exactly this span, else the first one that a statement at this place assigns."""
    found = nodes_in(module, place, cst.Call)
    if found is None:
        return None
    block, nodes = found
    span = (place.line, place.column, place.end_line, place.end_column)
    exact = [node for node in nodes if block.tree_span(node) == span]
    return Call(module.path, block, exact[0]) if exact else None


def nodes_in(module: SourceModule, place: Place, *kinds: type[cst.CSTNode]) -> tuple[Block, list[Any]] | None:
    """The nodes of some kinds inside a place, in order, and their block."""
    block = module.block_at(place.line)
    tree = block.tree() if block is not None and not block.stale else None
    if block is None or tree is None:
        return None
    finder = _Finder(block, place, kinds)
    tree.visit(finder)
    return block, finder.found


class _Finder(cst.CSTVisitor):
    """Without libcst's matchers, which take longer to import than all the rest together."""

    def __init__(self, block: Block, place: Place, kinds: tuple[type[cst.CSTNode], ...]) -> None:
        super().__init__()
        self._block = block
        self._kinds = kinds
        self._first, self._last = (place.line, place.column), (place.end_line, place.end_column)
        self.found: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        try:
            line, column, end_line, end_column = self._block.tree_span(node)
        except KeyError:
            return True
        inside = self._first <= (line, column) and (end_line, end_column) <= self._last
        if inside and isinstance(node, self._kinds):
            self.found.append(node)
        return (end_line, end_column) > self._first and (line, column) < self._last
