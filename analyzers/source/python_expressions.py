"""The expressions of Python's own ``ast`` as those of a program."""

from __future__ import annotations

import ast
from sys import intern
from typing import Any

from analyzers.source import program
from analyzers.source.program import (
    MAXIMUM_LITERAL,
    NOWHERE,
    TEMPLATE,
    TOO_LONG,
    UNPACKED,
)
from analyzers.source.python_lowering import OPERATORS, PythonLowering, known_as

_NUMBERS = (int, float, complex)


# -- expressions -------------------------------------------------------------------------------


def _constant(to: PythonLowering, node: ast.Constant) -> Any:
    value = node.value
    if isinstance(value, (str, bytes)):
        if len(value) > MAXIMUM_LITERAL:
            return program.Refused(to.at(node), TOO_LONG)
        value = intern(value) if type(value) is str else value
    return program.Constant(to.at(node), value)


def _name(to: PythonLowering, node: ast.Name) -> Any:
    return program.Name(to.at(node), intern(node.id))


def _formatted(to: PythonLowering, node: ast.JoinedStr) -> Any:
    return program.FormattedString(to.at(node), to.inside(node, lambda: _pieces(to, node)))


def _pieces(to: PythonLowering, node: ast.JoinedStr) -> tuple[Any, ...]:
    """Without the empty text that Python 3.12 puts behind a value in a format."""
    parts = [part.value if isinstance(part, ast.Constant) else _formatted_value(to, part) for part in node.values]
    return tuple([part for part in parts if part != ""])


def _formatted_value(to: PythonLowering, node: Any) -> program.FormattedValue:
    conversion = chr(node.conversion) if node.conversion > 0 else None
    spec = _pieces(to, node.format_spec) if isinstance(node.format_spec, ast.JoinedStr) else ()
    return program.FormattedValue(NOWHERE, to.expression(node.value), conversion, spec)


def _tuple(to: PythonLowering, node: ast.Tuple) -> Any:
    return program.Tuple(to.within(node, node.elts), to.expressions(node.elts))


def _list(to: PythonLowering, node: ast.List) -> Any:
    return program.List(to.at(node), to.expressions(node.elts))


def _set(to: PythonLowering, node: ast.Set) -> Any:
    return program.Set(to.at(node), to.expressions(node.elts))


def _dict(to: PythonLowering, node: ast.Dict) -> Any:
    return program.Dict(to.at(node), tuple([to.optional(key) for key in node.keys]), to.expressions(node.values))


def _starred(to: PythonLowering, node: ast.Starred) -> Any:
    return program.Starred(to.at(node), to.expression(node.value))


def _binary(to: PythonLowering, node: ast.BinOp) -> Any:
    """A long sum leans to the left; it is gone through without recursion."""
    chain = [node]
    while isinstance(chain[-1].left, ast.BinOp):
        chain.append(chain[-1].left)
    value = to.expression(chain[-1].left)
    for operation in reversed(chain):
        right = to.expression(operation.right)
        value = program.BinOp(to.at(operation), value, OPERATORS[type(operation.op)], right)
    return value


def _unary(to: PythonLowering, node: ast.UnaryOp) -> Any:
    """A negative number is a constant."""
    operand, operator = to.expression(node.operand), OPERATORS[type(node.op)]
    if operator == "neg" and isinstance(operand, program.Constant) and type(operand.value) in _NUMBERS:
        return program.Constant(to.at(node), -operand.value)
    return program.UnaryOp(to.at(node), operator, operand)


def _boolean(to: PythonLowering, node: ast.BoolOp) -> Any:
    is_and = isinstance(node.op, ast.And)
    left = to.expression(node.values[0])
    for index, value in enumerate(node.values[1:], 2):
        at = to.at(node) if index == len(node.values) else to.within(node, [node.values[0], value])
        left = program.BoolOp(at, left, is_and, to.expression(value))
    return left


def _compare(to: PythonLowering, node: ast.Compare) -> Any:
    operators = tuple([OPERATORS[type(operator)] for operator in node.ops])
    return program.Compare(to.at(node), to.expression(node.left), operators, to.expressions(node.comparators))


def _if_expression(to: PythonLowering, node: ast.IfExp) -> Any:
    return program.IfExp(to.at(node), *to.expressions((node.test, node.body, node.orelse)))


def _lambda(to: PythonLowering, node: ast.Lambda) -> Any:
    parameters, outside = lowered_parameters(to, node.args), to.holds_yield
    body = to.expression(node.body)
    to.holds_yield = outside
    return program.Lambda(to.at(node), parameters, body)


def _attribute(to: PythonLowering, node: ast.Attribute) -> Any:
    return program.Attribute(to.at(node), to.expression(node.value), intern(node.attr))


def _subscript(to: PythonLowering, node: ast.Subscript) -> Any:
    """Several keys are where their subscript is."""
    at, value, key = to.at(node), to.expression(node.value), to.expression(node.slice)
    if isinstance(key, program.Tuple):
        key.at = at
    return program.Subscript(at, value, key)


def _slice(to: PythonLowering, node: ast.Slice) -> Any:
    return program.Slice(to.at(node), *map(to.optional, (node.lower, node.upper, node.step)))


def _call(to: PythonLowering, node: ast.Call) -> Any:
    func = to.expression(node.func)
    return program.Call(to.at(node), func, _arguments(to, node.args, node.keywords))


def _arguments(to: PythonLowering, positional: list[Any], keywords: list[ast.keyword]) -> tuple[program.Argument, ...]:
    """In the order they stand; a keyword may stand before ``*args``."""
    given: list[Any] = [*positional, *keywords]
    if keywords and positional and isinstance(positional[-1], ast.Starred):
        given.sort(key=lambda part: (part.lineno, part.col_offset))
    return tuple([lowered_argument(to, part) for part in given])


def lowered_argument(to: PythonLowering, node: Any) -> program.Argument:
    if isinstance(node, ast.keyword):
        value, keyword = to.expression(node.value), intern(node.arg) if node.arg is not None else None
        return program.Argument(NOWHERE, value, keyword, "" if keyword is not None else "**")
    if isinstance(node, ast.Starred):
        return program.Argument(NOWHERE, to.expression(node.value), None, "*")
    return program.Argument(NOWHERE, to.expression(node), None, "")


def _comprehension(kind: Any) -> Any:
    def make(to: PythonLowering, node: Any) -> Any:
        at = to.within(node, [node.elt, *_last(node.generators)]) if kind is program.GeneratorExp else to.at(node)
        if isinstance(node.elt, ast.Starred):
            return program.Refused(at, UNPACKED)
        return kind(at, to.expression(node.elt), _source(to, node.generators))

    return make


def _last(generators: list[ast.comprehension]) -> list[Any]:
    """What a generator ends with."""
    last = generators[-1]
    return [last.ifs[-1] if last.ifs else last.iter]


def _dict_comprehension(to: PythonLowering, node: ast.DictComp) -> Any:
    source = _source(to, node.generators)
    if node.value is None:  # Python 3.15's ``{**a for a in b}``
        return program.Refused(to.at(node), UNPACKED)
    return program.DictComp(to.at(node), to.expression(node.key), to.expression(node.value), source)


def _source(to: PythonLowering, generators: list[ast.comprehension]) -> program.ComprehensionFor:
    first, *others = generators
    inner = _source(to, others) if others else None
    target, source = to.expression(first.target), to.expression(first.iter)
    return program.ComprehensionFor(NOWHERE, target, source, to.expressions(first.ifs), inner)


def _named(to: PythonLowering, node: ast.NamedExpr) -> Any:
    assert isinstance(node.target, ast.Name)
    return program.NamedExpr(to.at(node), intern(node.target.id), to.expression(node.value))


def _yield(to: PythonLowering, node: ast.Yield) -> Any:
    to.holds_yield = True
    return program.Yield(to.at(node), to.optional(node.value))


def _yield_from(to: PythonLowering, node: ast.YieldFrom) -> Any:
    to.holds_yield = True
    return program.YieldFrom(to.at(node), to.expression(node.value))


def _await(to: PythonLowering, node: ast.Await) -> Any:
    return to.expression(node.value)


def _template(to: PythonLowering, node: Any) -> Any:
    return program.Refused(to.at(node), TEMPLATE)


def lowered_parameters(to: PythonLowering, node: ast.arguments) -> program.Parameters:
    names = [*node.posonlyargs, *node.args]
    defaults = [*[None] * (len(names) - len(node.defaults)), *node.defaults]
    made = [_parameter(to, *pair) for pair in zip(names, defaults, strict=True)]
    count = len(node.posonlyargs)
    return program.Parameters(
        NOWHERE,
        tuple(made[:count]),
        tuple(made[count:]),
        intern(node.vararg.arg) if node.vararg is not None else None,
        tuple([_parameter(to, *pair) for pair in zip(node.kwonlyargs, node.kw_defaults, strict=True)]),
        intern(node.kwarg.arg) if node.kwarg is not None else None,
    )


def _parameter(to: PythonLowering, node: ast.arg, default: ast.expr | None) -> program.Parameter:
    return program.Parameter(NOWHERE, intern(node.arg), to.optional(node.annotation), to.optional(default))


HANDLED: dict[type, Any] = {
    ast.Constant: _constant, ast.Name: _name, ast.JoinedStr: _formatted, ast.Tuple: _tuple, ast.List: _list,
    ast.Set: _set, ast.Dict: _dict, ast.Starred: _starred, ast.BinOp: _binary, ast.UnaryOp: _unary,
    ast.BoolOp: _boolean, ast.Compare: _compare, ast.IfExp: _if_expression, ast.Lambda: _lambda,
    ast.Attribute: _attribute, ast.Subscript: _subscript, ast.Slice: _slice, ast.Call: _call,
    ast.ListComp: _comprehension(program.ListComp), ast.SetComp: _comprehension(program.SetComp),
    ast.GeneratorExp: _comprehension(program.GeneratorExp), ast.DictComp: _dict_comprehension,
    ast.NamedExpr: _named, ast.Yield: _yield, ast.YieldFrom: _yield_from, ast.Await: _await,
    **known_as("TemplateStr", _template),
}  # fmt: skip
