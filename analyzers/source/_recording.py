"""A code generator of libcst that only counts characters (libcst is imported with this module)."""

from __future__ import annotations

from libcst import CSTNode
from libcst._nodes.internal import CodegenState


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
        self.start = self.state.offset

    def __exit__(self, *_: object) -> None:
        spans = self.state.spans
        start = self.start if self.start_node is None else spans[self.start_node][0]
        end = self.state.offset if self.end_node is None else spans[self.end_node][1]
        spans[self.node] = (start, end)


class RecordingState(CodegenState):
    """Like libcst's PositionProvidingCodegenState, with an offset instead of a line and a column."""

    __slots__ = ("_open", "last_length", "offset", "spans")

    def __init__(self, default_indent: str, default_newline: str) -> None:
        super().__init__(default_indent, default_newline)
        self.offset = 0
        self.last_length = 0
        self.spans: dict[CSTNode, tuple[int, int]] = {}
        self._open: list[int] = []

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.offset += len(token)

    def add_token(self, value: str) -> None:
        self.last_length = len(value)
        self.offset += self.last_length

    def pop_trailing_newline(self) -> None:
        """The module's text has no line end at its end; the generator wrote one."""
        self.offset -= self.last_length

    def before_codegen(self, node: CSTNode) -> None:
        self._open.append(self.offset)

    def after_codegen(self, node: CSTNode) -> None:
        start = self._open.pop()
        if node not in self.spans:
            self.spans[node] = (start, self.offset)

    def record_syntactic_position(
        self, node: CSTNode, *, start_node: CSTNode | None = None, end_node: CSTNode | None = None
    ) -> _Syntactic:
        return _Syntactic(self, node, start_node, end_node)
