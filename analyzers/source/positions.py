"""Where the nodes of a tree are, as character offsets into its text."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst


def offsets(tree: libcst.Module) -> dict[libcst.CSTNode, tuple[int, int]]:
    """The (start, end) offsets of every node, as libcst's PositionProvider would delimit it.

    The tree is written out again by libcst's own code generator, which visits the nodes in order; only that, instead
    of text, characters are counted: a fifth of the time of PositionProvider, which keeps the text
    and looks for line ends in every token. Offsets become lines and columns when somebody asks.
    """
    from analyzers.source._recording import RecordingState

    state = RecordingState(tree.default_indent, tree.default_newline)
    with _deep_recursion():
        tree._codegen(state)
    return state.spans


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
