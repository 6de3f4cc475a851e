"""What lowers the nodes of Python's own ``ast``, each kind by its function, and the table of those functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from sys import version_info
from typing import Any

from analyzers.source.lexical import NEWLINE
from analyzers.source.program import (
    COLUMN_BITS,
    Suite,
    joined,
)

F_STRINGS_HAVE_PLACES = version_info >= (3, 12)
_NUMBERS = (int, float, complex)
OPERATORS: dict[type, str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv", ast.Mod: "mod",
    ast.Pow: "pow", ast.MatMult: "matmul", ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor",
    ast.LShift: "lshift", ast.RShift: "rshift", ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le",
    ast.Gt: "gt", ast.GtE: "ge", ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
    ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "invert", ast.Not: "not",
}  # fmt: skip


class PythonLowering:
    def __init__(self, text: str) -> None:
        self._is_ascii = text.isascii()
        self._text = text
        self._found_lines: list[str] = []
        self.holds_yield = False
        """Whether the function that is being lowered is a generator."""
        self._place: int | None = None
        """Where everything is that has no place of its own."""

    @property
    def lines(self) -> list[str]:
        if not self._found_lines:
            self._found_lines = re.split(NEWLINE, self._text)
        return self._found_lines

    def at(self, node: Any) -> int:
        if self._place is not None:
            return self._place
        if self._is_ascii:
            start = node.lineno - 1 << COLUMN_BITS | node.col_offset
            return joined(start, node.end_lineno - 1 << COLUMN_BITS | node.end_col_offset)
        start = self._position(node.lineno - 1, node.col_offset)
        return joined(start, self._position(node.end_lineno - 1, node.end_col_offset))

    def _position(self, line: int, offset: int) -> int:
        """A column counts code points, ``offset`` bytes."""
        text = self.lines[line]
        return line << COLUMN_BITS | (offset if text.isascii() else len(text.encode()[:offset].decode()))

    def within(self, node: Any, parts: list[Any]) -> int:
        """The place of what its parts span, without parentheses around it."""
        if self._place is not None or not parts:
            return self.at(node)
        start, end = self.at(parts[0]), self.at(parts[-1])
        return joined(start >> 2 * COLUMN_BITS, end & ((1 << 2 * COLUMN_BITS) - 1))

    def suite(self, nodes: list[Any]) -> Suite:
        return tuple([MAKERS[type(node)](self, node) for node in nodes])

    def expression(self, node: Any) -> Any:
        return MAKERS[type(node)](self, node)

    def optional(self, node: Any) -> Any:
        return MAKERS[type(node)](self, node) if node is not None else None

    def expressions(self, nodes: Iterable[Any]) -> tuple[Any, ...]:
        return tuple([MAKERS[type(node)](self, node) for node in nodes])

    def inside(self, node: Any, make: Callable[[], Any]) -> Any:
        """What is in an f-string, which has true places from Python 3.12 on."""
        if F_STRINGS_HAVE_PLACES or self._place is not None:
            return make()
        self._place = self.at(node)
        try:
            return make()
        finally:
            self._place = None


def known_as(name: str, make: Any) -> dict[type, Any]:
    """An entry for a kind that older versions of Python do not have."""
    kind = getattr(ast, name, None)
    return {} if kind is None else {kind: make}


MAKERS: dict[type, Any] = {}
"""Kind of node → what lowers it; ``python_parser`` fills the table."""
