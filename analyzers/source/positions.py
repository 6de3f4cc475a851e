"""Where the nodes of a tree are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from analyzers.source.program import joined

if TYPE_CHECKING:
    import libcst

Span = tuple[int, int, int, int]
_NOTHING = (0, 0)


class Positions:
    """The spans of a tree's nodes, as libcst's PositionProvider delimits them, but zero-based.

    The tree is written out by libcst's own code generator, which visits the nodes in order; instead of
    text only lines and columns are counted. That takes a sixth of the time PositionProvider takes, which
    keeps the text, looks for line ends in every token and makes three objects for each node.
    """

    __slots__ = ("_line", "_spans")

    def __init__(self, tree: libcst.Module) -> None:
        from analyzers.source._recording import LINE, RecordingState

        state = RecordingState(tree.default_indent, "\n")
        with _deep_recursion():
            tree._codegen(state)
        self._spans = state.spans
        self._line = LINE

    def __getitem__(self, node: libcst.CSTNode) -> Span:
        """Line, column, end line and end column; KeyError when the node is not one of the tree's."""
        start, end = self._spans[node]
        return *divmod(start, self._line), *divmod(end, self._line)

    def at(self, node: libcst.CSTNode) -> int:
        """Both ends in one number (see ``program.packed``); of what is not written out, an empty place."""
        return joined(*self._spans.get(node, _NOTHING))

    def __contains__(self, node: libcst.CSTNode) -> bool:
        return node in self._spans


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Room for the generator, some frames for each level of nesting, wherever the caller stands."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 10_000))
    try:
        yield
    finally:
        with suppress(RecursionError):  # another thread may be deep in its own
            sys.setrecursionlimit(limit)
