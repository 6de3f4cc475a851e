"""A code generator of libcst that writes nothing and keeps count of lines and columns.

libcst is imported with this module.
"""

from __future__ import annotations

from libcst import CSTNode
from libcst._nodes.internal import CodegenState

from analyzers.source.program import COLUMN_BITS

LINE = 1 << COLUMN_BITS
"""A position is one integer, ``line * LINE + column``, both zero-based."""


class _Syntactic:
    """Records the span of what is generated inside it."""

    __slots__ = ("end_node", "node", "start", "start_node", "state")

    def __init__(
        self, state: RecordingState, node: CSTNode, start_node: CSTNode | None, end_node: CSTNode | None
    ) -> None:
        self.state = state
        self.node = node
        self.start_node = start_node
        self.end_node = end_node

    def __enter__(self) -> None:
        self.start = self.state.at

    def __exit__(self, *_: object) -> None:
        spans = self.state.spans
        start = self.start if self.start_node is None else spans[self.start_node][0]
        end = self.state.at if self.end_node is None else spans[self.end_node][1]
        spans[self.node] = (start, end)


class RecordingState(CodegenState):
    """Does what libcst's PositionProvidingCodegenState does, without the text and its scans for line ends."""

    __slots__ = ("_open", "at", "spans")

    def __init__(self, default_indent: str, default_newline: str) -> None:
        super().__init__(default_indent, default_newline, tokens=[""])
        self.at = 0
        self.spans: dict[CSTNode, tuple[int, int]] = {}
        self._open: list[int] = []

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.at += len(token)

    def add_token(self, value: str) -> None:
        if "\n" in value:
            column = len(value) - value.rindex("\n") - 1
            self.at = (self.at // LINE + value.count("\n")) * LINE + column
        else:
            self.at += len(value)

    def before_codegen(self, node: CSTNode) -> None:
        self._open.append(self.at)

    def after_codegen(self, node: CSTNode) -> None:
        start = self._open.pop()
        if node not in self.spans:
            self.spans[node] = (start, self.at)

    def record_syntactic_position(  # pyright: ignore[reportIncompatibleMethodOverride] - a cheaper context manager
        self, node: CSTNode, *, start_node: CSTNode | None = None, end_node: CSTNode | None = None
    ) -> _Syntactic:
        return _Syntactic(self, node, start_node, end_node)
