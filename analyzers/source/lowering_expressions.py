"""libcst's expressions as those of a program."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable
from functools import lru_cache
from sys import intern
from typing import Any

import libcst as cst

from analyzers.source import program
from analyzers.source.lexical import NEWLINE
from analyzers.source.lowering_state import BINARY, COMPARISONS, UNARY, Lowering
from analyzers.source.program import MAXIMUM_LITERAL, NOWHERE, TOO_LONG, UNPACKED

SHORT = 100
"""Characters; literals this long are remembered from one block to the next."""
_PLAIN_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_PLAIN_STRING = re.compile(r'"[^"\\\r\n]*"|' r"'[^'\\\r\n]*'")
"""The literals that need no parser."""
_NUMBERS = (int, float, complex)
KEYWORDS = {"True": True, "False": False, "None": None}


# -- literals ----------------------------------------------------------------------------------


def literal_value(text: str) -> Any:
    """The value of a number or string; ValueError or SyntaxError where Python refuses it."""
    if _PLAIN_STRING.fullmatch(text):
        return intern(text[1:-1])
    if _PLAIN_NUMBER.fullmatch(text):
        return int(text)
    return _evaluated(text)


def _evaluated(text: str) -> Any:
    """Escapes that Python does not know are not ours to warn of."""
    if "\\" not in text:
        return ast.literal_eval(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.literal_eval(text)


_short_literal = lru_cache(10_000)(literal_value)


def _literal(lowering: Lowering, node: Any) -> program.Expression:
    text = node.value
    try:
        if len(text) <= MAXIMUM_LITERAL:
            value = _short_literal(text) if len(text) < SHORT else literal_value(text)
            return program.Constant(lowering.at(node), value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    return program.Refused(lowering.at(node), TOO_LONG)


def _name(lowering: Lowering, node: cst.Name) -> program.Expression:
    if node.value in KEYWORDS:
        return program.Constant(lowering.at(node), KEYWORDS[node.value])
    return program.Name(lowering.at(node), intern(node.value))


def _ellipsis(lowering: Lowering, node: cst.Ellipsis) -> program.Expression:
    return program.Constant(lowering.at(node), ...)


def _concatenated(lowering: Lowering, node: cst.ConcatenatedString) -> program.Expression:
    """Strings in a row are one."""
    at = lowering.at(node)
    parts: list[Any] = []
    current: cst.BaseExpression = node
    while isinstance(current, cst.ConcatenatedString):
        parts.append(lowering.expression(current.left))
        current = current.right
    parts.append(lowering.expression(current))
    refused = next((part for part in parts if isinstance(part, program.Refused)), None)
    if refused is not None:
        return program.Refused(at, refused.reason)
    values = [part.value for part in parts if isinstance(part, program.Constant)]
    if len(values) == len(parts):
        if len({type(value) for value in values}) != 1:
            return program.Refused(at, "a string")
        return program.Constant(at, type(values[0])().join(values))
    pieces: list[Any] = []
    for part in parts:
        pieces += part.parts if isinstance(part, program.FormattedString) else [part.value]
    return program.FormattedString(at, joined_texts(pieces))


def _formatted(lowering: Lowering, node: cst.FormattedString) -> program.Expression:
    return program.FormattedString(lowering.at(node), _pieces(lowering, node.parts, node, is_spec=False))


def _pieces(
    lowering: Lowering, parts: Iterable[Any], string: cst.FormattedString, *, is_spec: bool
) -> tuple[str | program.FormattedValue, ...]:
    """The texts and values of an f-string or of a format; braces are doubled in texts, not in formats."""
    pieces: list[Any] = []
    for part in parts:
        if isinstance(part, cst.FormattedStringText):
            text = part.value if is_spec else part.value.replace("{{", "{").replace("}}", "}")
            pieces.append(_text_of(text, string))
        else:
            pieces += [_label(part), _formatted_value(lowering, part, string)]
    return joined_texts(pieces)


def joined_texts(pieces: Iterable[Any]) -> tuple[Any, ...]:
    """Texts that stand behind each other are one; empty ones are none."""
    joined: list[Any] = [""]
    for piece in pieces:
        if isinstance(piece, str):
            joined[-1] += piece
        else:
            joined += [piece, ""]
    return tuple([piece for piece in joined if piece != ""])


def _text_of(text: str, string: cst.FormattedString) -> str:
    """What a text between the quotes of an f-string says."""
    if "\\" in text and "r" not in string.start.lower():
        try:
            return _evaluated(f"{string.end}{text}{string.end}")
        except (ValueError, SyntaxError):
            return text
    return re.sub(NEWLINE, "\n", text)


def _formatted_value(lowering: Lowering, node: Any, string: cst.FormattedString) -> program.FormattedValue:
    spec = _pieces(lowering, node.format_spec or (), string, is_spec=True)
    conversion = node.conversion
    if node.equal is not None and conversion is None and node.format_spec is None:
        conversion = "r"
    return program.FormattedValue(NOWHERE, lowering.expression(node.expression), conversion, spec)


def _label(node: cst.FormattedStringExpression) -> str:
    """``f"{width = }"`` shows the expression as it is written."""
    if node.equal is None:
        return ""
    code = cst.Module([]).code_for_node
    before = code(node.whitespace_before_expression) + code(node.expression)
    sign = code(node.equal.whitespace_before) + "=" + code(node.equal.whitespace_after)
    return before + code(node.whitespace_after_expression) + sign


# -- expressions -------------------------------------------------------------------------------


def _tuple(lowering: Lowering, node: cst.Tuple) -> program.Expression:
    return program.Tuple(lowering.at(node), lowering.elements(node.elements))


def _list(lowering: Lowering, node: cst.List) -> program.Expression:
    return program.List(lowering.at(node), lowering.elements(node.elements))


def _set(lowering: Lowering, node: cst.Set) -> program.Expression:
    return program.Set(lowering.at(node), lowering.elements(node.elements))


def _dict(lowering: Lowering, node: cst.Dict) -> program.Expression:
    keys = tuple([lowering.expression(e.key) if isinstance(e, cst.DictElement) else None for e in node.elements])
    return program.Dict(lowering.at(node), keys, tuple([lowering.expression(e.value) for e in node.elements]))


def _binary(lowering: Lowering, node: cst.BinaryOperation) -> program.Expression:
    """A long sum leans to the left; it is gone through without recursion."""
    chain: list[cst.BinaryOperation] = [node]
    left = node.left
    while isinstance(left, cst.BinaryOperation):
        chain.append(left)
        left = left.left
    value = lowering.expression(left)
    for operation in reversed(chain):
        right = lowering.expression(operation.right)
        value = program.BinOp(lowering.at(operation), value, BINARY[type(operation.operator)], right)
    return value


def _unary(lowering: Lowering, node: cst.UnaryOperation) -> program.Expression:
    operand = lowering.expression(node.expression)
    operator = UNARY[type(node.operator)]
    if operator == "neg" and isinstance(operand, program.Constant) and type(operand.value) in _NUMBERS:
        return program.Constant(lowering.at(node), -operand.value)
    return program.UnaryOp(lowering.at(node), operator, operand)


def _boolean(lowering: Lowering, node: cst.BooleanOperation) -> program.Expression:
    left, right = lowering.expression(node.left), lowering.expression(node.right)
    return program.BoolOp(lowering.at(node), left, isinstance(node.operator, cst.And), right)


def _comparison(lowering: Lowering, node: cst.Comparison) -> program.Expression:
    left = lowering.expression(node.left)
    operators = tuple([COMPARISONS[type(target.operator)] for target in node.comparisons])
    comparators = tuple([lowering.expression(target.comparator) for target in node.comparisons])
    return program.Compare(lowering.at(node), left, operators, comparators)


def _if_expression(lowering: Lowering, node: cst.IfExp) -> program.Expression:
    test, body, orelse = map(lowering.expression, (node.test, node.body, node.orelse))
    return program.IfExp(lowering.at(node), test, body, orelse)


def _lambda(lowering: Lowering, node: cst.Lambda) -> program.Expression:
    parameters, outside = lowered_parameters(lowering, node.params), lowering.holds_yield
    body = lowering.expression(node.body)
    lowering.holds_yield = outside
    return program.Lambda(lowering.at(node), parameters, body)


def _attribute(lowering: Lowering, node: cst.Attribute) -> program.Expression:
    return program.Attribute(lowering.at(node), lowering.expression(node.value), intern(node.attr.value))


def _subscript(lowering: Lowering, node: cst.Subscript) -> program.Expression:
    """Several keys, and a tuple of them, are where their subscript is."""
    keys = [_key(lowering, element.slice) for element in node.slice]
    is_tuple = len(keys) > 1 or isinstance(node.slice[-1].comma, cst.Comma) or isinstance(keys[0], program.Starred)
    at = lowering.at(node)
    key = program.Tuple(at, tuple(keys)) if is_tuple else keys[0]
    if isinstance(key, program.Tuple):
        key.at = at
    return program.Subscript(at, lowering.expression(node.value), key)


def _key(lowering: Lowering, part: cst.BaseSlice) -> program.Expression:
    at = lowering.at(part)
    if isinstance(part, cst.Index):
        value = lowering.expression(part.value)
        return program.Starred(at, value) if part.star else value
    assert isinstance(part, cst.Slice)
    return program.Slice(at, *map(lowering.optional, (part.lower, part.upper, part.step)))


def _call(lowering: Lowering, node: cst.Call) -> program.Expression:
    func = lowering.expression(node.func)
    return program.Call(lowering.at(node), func, lowered_arguments(lowering, node.args))


def lowered_arguments(lowering: Lowering, arguments: Iterable[cst.Arg]) -> tuple[program.Argument, ...]:
    return tuple(
        [
            program.Argument(
                NOWHERE,
                lowering.expression(argument.value),
                intern(argument.keyword.value) if argument.keyword is not None else None,
                argument.star,
            )
            for argument in arguments
        ]
    )


def _comprehension(kind: Any) -> Any:
    def lower(lowering: Lowering, node: Any) -> program.Expression:
        source = _source(lowering, node.for_in)
        if isinstance(node.elt, cst.StarredElement):
            return program.Refused(lowering.at(node), UNPACKED)
        return kind(lowering.at(node), lowering.expression(node.elt), source)

    return lower


def _dict_comprehension(lowering: Lowering, node: cst.DictComp) -> program.Expression:
    key, value = lowering.expression(node.key), lowering.expression(node.value)
    return program.DictComp(lowering.at(node), key, value, _source(lowering, node.for_in))


def _source(lowering: Lowering, node: cst.CompFor) -> program.ComprehensionFor:
    return program.ComprehensionFor(
        NOWHERE,
        lowering.expression(node.target),
        lowering.expression(node.iter),
        tuple([lowering.expression(condition.test) for condition in node.ifs]),
        _source(lowering, node.inner_for_in) if node.inner_for_in is not None else None,
    )


def _named(lowering: Lowering, node: cst.NamedExpr) -> program.Expression:
    assert isinstance(node.target, cst.Name)
    return program.NamedExpr(lowering.at(node), intern(node.target.value), lowering.expression(node.value))


def _yield(lowering: Lowering, node: cst.Yield) -> program.Expression:
    lowering.holds_yield = True
    if isinstance(node.value, cst.From):
        return program.YieldFrom(lowering.at(node), lowering.expression(node.value.item))
    return program.Yield(lowering.at(node), lowering.optional(node.value))


def _await(lowering: Lowering, node: cst.Await) -> program.Expression:
    return lowering.expression(node.expression)


def _starred(lowering: Lowering, node: cst.StarredElement) -> program.Expression:
    return program.Starred(lowering.at(node), lowering.expression(node.value))


def lowered_parameters(lowering: Lowering, node: cst.Parameters) -> program.Parameters:
    star = node.star_arg
    return program.Parameters(
        NOWHERE,
        _each(lowering, node.posonly_params),
        _each(lowering, node.params),
        intern(star.name.value) if isinstance(star, cst.Param) else None,
        _each(lowering, node.kwonly_params),
        intern(node.star_kwarg.name.value) if node.star_kwarg is not None else None,
    )


def _each(lowering: Lowering, parameters: Iterable[cst.Param]) -> tuple[program.Parameter, ...]:
    return tuple(
        [
            program.Parameter(
                NOWHERE,
                intern(parameter.name.value),
                lowering.annotation(parameter.annotation),
                lowering.optional(parameter.default),
            )
            for parameter in parameters
        ]
    )


HANDLED: dict[type, Any] = {
    cst.Name: _name, cst.Integer: _literal, cst.Float: _literal, cst.Imaginary: _literal,
    cst.SimpleString: _literal, cst.ConcatenatedString: _concatenated, cst.FormattedString: _formatted,
    cst.Ellipsis: _ellipsis, cst.Tuple: _tuple, cst.List: _list, cst.Set: _set, cst.Dict: _dict,
    cst.BinaryOperation: _binary, cst.UnaryOperation: _unary, cst.BooleanOperation: _boolean,
    cst.Comparison: _comparison, cst.IfExp: _if_expression, cst.Lambda: _lambda, cst.Attribute: _attribute,
    cst.Subscript: _subscript, cst.Call: _call, cst.ListComp: _comprehension(program.ListComp),
    cst.SetComp: _comprehension(program.SetComp), cst.GeneratorExp: _comprehension(program.GeneratorExp),
    cst.DictComp: _dict_comprehension, cst.NamedExpr: _named, cst.Yield: _yield, cst.Await: _await,
    cst.StarredElement: _starred,
}  # fmt: skip
