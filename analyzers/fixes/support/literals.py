"""Values that an expression of the source states by itself."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import libcst as cst

LARGEST = 2**63
CONSTANTS = {"True": True, "False": False, "None": None}
OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    cst.Add: lambda a, b: a + b,
    cst.Subtract: lambda a, b: a - b,
    cst.Multiply: lambda a, b: a * b,
    cst.FloorDivide: lambda a, b: a // b,
    cst.Modulo: lambda a, b: a % b,
    cst.Divide: lambda a, b: a / b,
}


class NotLiteral(Exception):
    """The expression names something, or is more than arithmetic on numbers."""


def literal(node: cst.BaseExpression) -> Any:
    """The value of numbers, words, constants, tuples of them (of lists, too), and arithmetic on them.

    Raises :class:`NotLiteral`.
    """
    if isinstance(node, cst.Integer | cst.Float | cst.SimpleString):
        return ast.literal_eval(node.value)
    if isinstance(node, cst.Name) and node.value in CONSTANTS:
        return CONSTANTS[node.value]
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        return -_number(node.expression)
    if isinstance(node, cst.BinaryOperation):
        return _computed(node)
    if isinstance(node, cst.Tuple | cst.List):
        return tuple(literal(element.value) for element in node.elements)
    raise NotLiteral


def _number(node: cst.BaseExpression) -> int | float:
    value = literal(node)
    if not isinstance(value, int | float) or abs(value) > LARGEST:
        raise NotLiteral
    return value


def _computed(node: cst.BinaryOperation) -> int | float:
    operator = OPERATORS.get(type(node.operator))
    if operator is None:
        raise NotLiteral
    try:
        return operator(_number(node.left), _number(node.right))
    except ArithmeticError:
        raise NotLiteral from None
