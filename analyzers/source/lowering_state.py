"""What lowers the nodes of a libcst tree, each kind by its function, and the tables of those functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import libcst as cst

from analyzers.source import program
from analyzers.source.program import TEMPLATE, TYPE_ALIAS, UNPACKED, Suite

AtOf = Callable[[cst.CSTNode], int]


def known_as(name: str, value: Any) -> dict[type, Any]:
    """An entry for a kind that older versions of libcst do not have."""
    kind = getattr(cst, name, None)
    return {} if kind is None else {kind: value}


BINARY: dict[type, str] = {
    cst.Add: "add", cst.Subtract: "sub", cst.Multiply: "mul", cst.Divide: "truediv", cst.FloorDivide: "floordiv",
    cst.Modulo: "mod", cst.Power: "pow", cst.MatrixMultiply: "matmul", cst.BitAnd: "and", cst.BitOr: "or",
    cst.BitXor: "xor", cst.LeftShift: "lshift", cst.RightShift: "rshift",
}  # fmt: skip
AUGMENTED: dict[type, str] = {
    cst.AddAssign: "add", cst.SubtractAssign: "sub", cst.MultiplyAssign: "mul", cst.DivideAssign: "truediv",
    cst.FloorDivideAssign: "floordiv", cst.ModuloAssign: "mod", cst.PowerAssign: "pow",
    cst.MatrixMultiplyAssign: "matmul", cst.BitAndAssign: "and", cst.BitOrAssign: "or", cst.BitXorAssign: "xor",
    cst.LeftShiftAssign: "lshift", cst.RightShiftAssign: "rshift",
}  # fmt: skip
COMPARISONS: dict[type, str] = {
    cst.Equal: "eq", cst.NotEqual: "ne", cst.LessThan: "lt", cst.LessThanEqual: "le", cst.GreaterThan: "gt",
    cst.GreaterThanEqual: "ge", cst.Is: "is", cst.IsNot: "is not", cst.In: "in", cst.NotIn: "not in",
}  # fmt: skip
UNARY: dict[type, str] = {cst.Minus: "neg", cst.Plus: "pos", cst.BitInvert: "invert", cst.Not: "not"}
REFUSED: dict[type, str] = {
    cst.TypeAlias: TYPE_ALIAS,
    **known_as("TemplatedString", TEMPLATE),
    **known_as("StarredDictComp", UNPACKED),
}
"""Kind of libcst node → why its value is not known."""


class Lowering:
    def __init__(self, at_of: AtOf) -> None:
        self.at = at_of
        self.holds_yield = False
        """Whether the function that is being lowered is a generator."""

    def expression(self, node: cst.CSTNode) -> program.Expression:
        lower = EXPRESSIONS.get(type(node))
        if lower is None:
            return program.Refused(self.at(node), REFUSED.get(type(node), f"{type(node).__name__} is not interpreted"))
        return lower(self, node)

    def optional(self, node: cst.CSTNode | None) -> program.Expression | None:
        return self.expression(node) if node is not None else None

    def annotation(self, node: cst.Annotation | None) -> program.Expression | None:
        return self.expression(node.annotation) if node is not None else None

    def elements(self, elements: Iterable[cst.BaseElement]) -> tuple[program.Expression, ...]:
        return tuple([self._element(element) for element in elements])

    def _element(self, element: cst.BaseElement) -> program.Expression:
        value = self.expression(element.value)
        return program.Starred(self.at(element), value) if isinstance(element, cst.StarredElement) else value

    # -- statements ------------------------------------------------------------------------------

    def suite(self, body: Any) -> Suite:
        """The statements of a block, a suite or a list of lines; several on one line stand behind each other."""
        lines = body.body if isinstance(body, cst.BaseSuite) else body
        statements: list[program.Statement] = []
        for line in lines:
            for statement in line.body if isinstance(line, cst.SimpleStatementLine) else (line,):
                statements.append(self.statement(statement))
        return tuple(statements)

    def statement(self, node: cst.CSTNode) -> program.Statement:
        lower = STATEMENTS.get(type(node))
        return lower(self, node) if lower is not None else program.Pass(self.at(node))

    def orelse(self, node: cst.Else | cst.Finally | None) -> Suite:
        return self.suite(node.body) if node is not None else ()

    def pattern(self, node: cst.CSTNode) -> program.Pattern:
        return PATTERNS[type(node)](self, node)


EXPRESSIONS: dict[type, Any] = {}
STATEMENTS: dict[type, Any] = {}
PATTERNS: dict[type, Any] = {}
"""Kind of libcst node → what lowers it; ``lowering`` fills the tables."""
