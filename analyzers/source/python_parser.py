"""Programs by way of Python's own parser, which reads a text eight times as fast as libcst.

It serves what the running Python understands; what that refuses – newer syntax, code that is being typed – libcst
reads (``lowering``). Both make the same program of the same text, but for the parentheses of tuples and generators
and, before Python 3.12, for what is inside an f-string, which stands where the f-string does; tests hold one against
the other.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterable
from sys import intern, version_info
from typing import Any

from analyzers.source import program
from analyzers.source.lexical import NEWLINE
from analyzers.source.program import (
    COLUMN_BITS,
    MAXIMUM_LITERAL,
    NOWHERE,
    TEMPLATE,
    TOO_LONG,
    TYPE_ALIAS,
    UNPACKED,
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


def program_of(text: str) -> Suite | None:
    """The program of a block's text; None where Python's parser does not take it."""
    try:
        if "\\" not in text:
            return _Lowering(text).suite(ast.parse(text).body)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Escapes that Python does not know are not ours to warn of.
            return _Lowering(text).suite(ast.parse(text).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Lowering:
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


# -- expressions -------------------------------------------------------------------------------


def _constant(to: _Lowering, node: ast.Constant) -> Any:
    value = node.value
    if isinstance(value, (str, bytes)):
        if len(value) > MAXIMUM_LITERAL:
            return program.Refused(to.at(node), TOO_LONG)
        value = intern(value) if type(value) is str else value
    return program.Constant(to.at(node), value)


def _name(to: _Lowering, node: ast.Name) -> Any:
    return program.Name(to.at(node), intern(node.id))


def _formatted(to: _Lowering, node: ast.JoinedStr) -> Any:
    return program.FormattedString(to.at(node), to.inside(node, lambda: _pieces(to, node)))


def _pieces(to: _Lowering, node: ast.JoinedStr) -> tuple[Any, ...]:
    parts = [part.value if isinstance(part, ast.Constant) else _formatted_value(to, part) for part in node.values]
    return tuple(parts)


def _formatted_value(to: _Lowering, node: Any) -> program.FormattedValue:
    conversion = chr(node.conversion) if node.conversion > 0 else None
    spec = _pieces(to, node.format_spec) if isinstance(node.format_spec, ast.JoinedStr) else ()
    return program.FormattedValue(NOWHERE, to.expression(node.value), conversion, spec)


def _tuple(to: _Lowering, node: ast.Tuple) -> Any:
    return program.Tuple(to.within(node, node.elts), to.expressions(node.elts))


def _list(to: _Lowering, node: ast.List) -> Any:
    return program.List(to.at(node), to.expressions(node.elts))


def _set(to: _Lowering, node: ast.Set) -> Any:
    return program.Set(to.at(node), to.expressions(node.elts))


def _dict(to: _Lowering, node: ast.Dict) -> Any:
    return program.Dict(to.at(node), tuple([to.optional(key) for key in node.keys]), to.expressions(node.values))


def _starred(to: _Lowering, node: ast.Starred) -> Any:
    return program.Starred(to.at(node), to.expression(node.value))


def _binary(to: _Lowering, node: ast.BinOp) -> Any:
    """A long sum leans to the left; it is gone through without recursion."""
    chain = [node]
    while isinstance(chain[-1].left, ast.BinOp):
        chain.append(chain[-1].left)
    value = to.expression(chain[-1].left)
    for operation in reversed(chain):
        right = to.expression(operation.right)
        value = program.BinOp(to.at(operation), value, OPERATORS[type(operation.op)], right)
    return value


def _unary(to: _Lowering, node: ast.UnaryOp) -> Any:
    """A negative number is a constant."""
    operand, operator = to.expression(node.operand), OPERATORS[type(node.op)]
    if operator == "neg" and isinstance(operand, program.Constant) and type(operand.value) in _NUMBERS:
        return program.Constant(to.at(node), -operand.value)
    return program.UnaryOp(to.at(node), operator, operand)


def _boolean(to: _Lowering, node: ast.BoolOp) -> Any:
    is_and = isinstance(node.op, ast.And)
    left = to.expression(node.values[0])
    for index, value in enumerate(node.values[1:], 2):
        at = to.at(node) if index == len(node.values) else to.within(node, [node.values[0], value])
        left = program.BoolOp(at, left, is_and, to.expression(value))
    return left


def _compare(to: _Lowering, node: ast.Compare) -> Any:
    operators = tuple([OPERATORS[type(operator)] for operator in node.ops])
    return program.Compare(to.at(node), to.expression(node.left), operators, to.expressions(node.comparators))


def _if_expression(to: _Lowering, node: ast.IfExp) -> Any:
    return program.IfExp(to.at(node), *to.expressions((node.test, node.body, node.orelse)))


def _lambda(to: _Lowering, node: ast.Lambda) -> Any:
    parameters, outside = _parameters(to, node.args), to.holds_yield
    body = to.expression(node.body)
    to.holds_yield = outside
    return program.Lambda(to.at(node), parameters, body)


def _attribute(to: _Lowering, node: ast.Attribute) -> Any:
    return program.Attribute(to.at(node), to.expression(node.value), intern(node.attr))


def _subscript(to: _Lowering, node: ast.Subscript) -> Any:
    """Several keys are where their subscript is."""
    at, value, key = to.at(node), to.expression(node.value), to.expression(node.slice)
    if isinstance(key, program.Tuple):
        key.at = at
    return program.Subscript(at, value, key)


def _slice(to: _Lowering, node: ast.Slice) -> Any:
    return program.Slice(to.at(node), *map(to.optional, (node.lower, node.upper, node.step)))


def _call(to: _Lowering, node: ast.Call) -> Any:
    func = to.expression(node.func)
    return program.Call(to.at(node), func, _arguments(to, node.args, node.keywords))


def _arguments(to: _Lowering, positional: list[Any], keywords: list[ast.keyword]) -> tuple[program.Argument, ...]:
    """In the order they stand; a keyword may stand before ``*args``."""
    given: list[Any] = [*positional, *keywords]
    if keywords and positional and isinstance(positional[-1], ast.Starred):
        given.sort(key=lambda part: (part.lineno, part.col_offset))
    return tuple([_argument(to, part) for part in given])


def _argument(to: _Lowering, node: Any) -> program.Argument:
    if isinstance(node, ast.keyword):
        value, keyword = to.expression(node.value), intern(node.arg) if node.arg is not None else None
        return program.Argument(NOWHERE, value, keyword, "" if keyword is not None else "**")
    if isinstance(node, ast.Starred):
        return program.Argument(NOWHERE, to.expression(node.value), None, "*")
    return program.Argument(NOWHERE, to.expression(node), None, "")


def _comprehension(kind: Any) -> Any:
    def make(to: _Lowering, node: Any) -> Any:
        at = to.within(node, [node.elt, *_last(node.generators)]) if kind is program.GeneratorExp else to.at(node)
        if isinstance(node.elt, ast.Starred):
            return program.Refused(at, UNPACKED)
        return kind(at, to.expression(node.elt), _source(to, node.generators))

    return make


def _last(generators: list[ast.comprehension]) -> list[Any]:
    """What a generator ends with."""
    last = generators[-1]
    return [last.ifs[-1] if last.ifs else last.iter]


def _dict_comprehension(to: _Lowering, node: ast.DictComp) -> Any:
    source = _source(to, node.generators)
    if node.value is None:  # Python 3.15's ``{**a for a in b}``
        return program.Refused(to.at(node), UNPACKED)
    return program.DictComp(to.at(node), to.expression(node.key), to.expression(node.value), source)


def _source(to: _Lowering, generators: list[ast.comprehension]) -> program.ComprehensionFor:
    first, *others = generators
    inner = _source(to, others) if others else None
    target, source = to.expression(first.target), to.expression(first.iter)
    return program.ComprehensionFor(NOWHERE, target, source, to.expressions(first.ifs), inner)


def _named(to: _Lowering, node: ast.NamedExpr) -> Any:
    assert isinstance(node.target, ast.Name)
    return program.NamedExpr(to.at(node), intern(node.target.id), to.expression(node.value))


def _yield(to: _Lowering, node: ast.Yield) -> Any:
    to.holds_yield = True
    return program.Yield(to.at(node), to.optional(node.value))


def _yield_from(to: _Lowering, node: ast.YieldFrom) -> Any:
    to.holds_yield = True
    return program.YieldFrom(to.at(node), to.expression(node.value))


def _await(to: _Lowering, node: ast.Await) -> Any:
    return to.expression(node.value)


def _template(to: _Lowering, node: Any) -> Any:
    return program.Refused(to.at(node), TEMPLATE)


# -- functions and classes ---------------------------------------------------------------------


def _parameters(to: _Lowering, node: ast.arguments) -> program.Parameters:
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


def _parameter(to: _Lowering, node: ast.arg, default: ast.expr | None) -> program.Parameter:
    return program.Parameter(NOWHERE, intern(node.arg), to.optional(node.annotation), to.optional(default))


def _function(to: _Lowering, node: Any) -> Any:
    outside, to.holds_yield = to.holds_yield, False
    body = to.suite(node.body)
    is_generator, to.holds_yield = to.holds_yield, outside
    return program.FunctionDef(
        to.at(node),
        intern(node.name),
        _parameters(to, node.args),
        body,
        to.expressions(node.decorator_list),
        to.optional(node.returns),
        ast.get_docstring(node),
        is_generator,
    )


def _class(to: _Lowering, node: ast.ClassDef) -> Any:
    arguments = tuple([_argument(to, part) for part in (*node.bases, *node.keywords)])
    decorators = to.expressions(node.decorator_list)
    return program.ClassDef(to.at(node), intern(node.name), arguments, to.suite(node.body), decorators)


# -- statements --------------------------------------------------------------------------------


def _expr(to: _Lowering, node: ast.Expr) -> Any:
    return program.Expr(to.at(node), to.expression(node.value))


def _assign(to: _Lowering, node: ast.Assign) -> Any:
    return program.Assign(to.at(node), to.expressions(node.targets), to.expression(node.value))


def _annotated(to: _Lowering, node: ast.AnnAssign) -> Any:
    target, annotation = to.expression(node.target), to.expression(node.annotation)
    return program.AnnAssign(to.at(node), target, annotation, to.optional(node.value))


def _augmented(to: _Lowering, node: ast.AugAssign) -> Any:
    target, value = to.expression(node.target), to.expression(node.value)
    return program.AugAssign(to.at(node), target, OPERATORS[type(node.op)], value)


def _delete(to: _Lowering, node: ast.Delete) -> Any:
    """A tuple is deleted like what is in it."""
    only = node.targets[0] if len(node.targets) == 1 else None
    return program.Delete(to.at(node), to.expressions(only.elts if isinstance(only, ast.Tuple) else node.targets))


def _return(to: _Lowering, node: ast.Return) -> Any:
    return program.Return(to.at(node), to.optional(node.value))


def _raise(to: _Lowering, node: ast.Raise) -> Any:
    return program.Raise(to.at(node), to.optional(node.exc), to.optional(node.cause))


def _assert(to: _Lowering, node: ast.Assert) -> Any:
    return program.Assert(to.at(node), to.expression(node.test), to.optional(node.msg))


def _without_parts(kind: Any) -> Any:
    return lambda to, node: kind(to.at(node))


def _names(kind: Any) -> Any:
    return lambda to, node: kind(to.at(node), tuple(map(intern, node.names)))


def _import(to: _Lowering, node: ast.Import) -> Any:
    return program.Import(to.at(node), _aliases(node.names))


def _import_from(to: _Lowering, node: ast.ImportFrom) -> Any:
    names = () if node.names[0].name == "*" else _aliases(node.names)
    return program.ImportFrom(to.at(node), intern(node.module or ""), node.level, names)


def _aliases(aliases: list[ast.alias]) -> tuple[program.Alias, ...]:
    return tuple([program.Alias(NOWHERE, intern(a.name), intern(a.asname) if a.asname else None) for a in aliases])


def _if(to: _Lowering, node: ast.If) -> Any:
    """``elif`` and an ``if`` that is alone behind ``else:`` are the same nodes; the text tells them apart."""
    test, body = to.expression(node.test), to.suite(node.body)
    orelse: Any = to.suite(node.orelse)
    only = node.orelse[0] if len(node.orelse) == 1 else None
    if isinstance(only, ast.If) and to.lines[only.lineno - 1].startswith("elif", only.col_offset):
        orelse = orelse[0]
    return program.If(to.at(node), test, body, orelse)


def _for(to: _Lowering, node: Any) -> Any:
    target, source = to.expression(node.target), to.expression(node.iter)
    return program.For(to.at(node), target, source, to.suite(node.body), to.suite(node.orelse))


def _while(to: _Lowering, node: ast.While) -> Any:
    return program.While(to.at(node), to.expression(node.test), to.suite(node.body), to.suite(node.orelse))


def _with(to: _Lowering, node: Any) -> Any:
    items = [
        program.WithItem(NOWHERE, to.expression(item.context_expr), to.optional(item.optional_vars))
        for item in node.items
    ]
    return program.With(to.at(node), tuple(items), to.suite(node.body))


def _try(to: _Lowering, node: Any) -> Any:
    """``except*`` catches what ``except`` does where a single exception is raised."""
    handlers = [
        program.ExceptHandler(
            NOWHERE, to.optional(handler.type), intern(handler.name) if handler.name else None, to.suite(handler.body)
        )
        for handler in node.handlers
    ]
    body, orelse, last = map(to.suite, (node.body, node.orelse, node.finalbody))
    return program.Try(to.at(node), body, tuple(handlers), orelse, last)


def _type_alias(to: _Lowering, node: Any) -> Any:
    at = to.at(node)
    return program.Assign(at, (program.Name(at, intern(node.name.id)),), program.Refused(at, TYPE_ALIAS))


# -- patterns ----------------------------------------------------------------------------------


def _match(to: _Lowering, node: ast.Match) -> Any:
    cases = [
        program.MatchCase(NOWHERE, to.expression(case.pattern), to.optional(case.guard), to.suite(case.body))
        for case in node.cases
    ]
    return program.Match(to.at(node), to.expression(node.subject), tuple(cases))


def _match_value(to: _Lowering, node: ast.MatchValue) -> Any:
    return program.MatchValue(NOWHERE, to.expression(node.value))


def _match_singleton(to: _Lowering, node: ast.MatchSingleton) -> Any:
    return program.MatchSingleton(NOWHERE, node.value)


def _match_sequence(to: _Lowering, node: ast.MatchSequence) -> Any:
    return program.MatchSequence(NOWHERE, to.expressions(node.patterns))


def _match_star(to: _Lowering, node: ast.MatchStar) -> Any:
    return program.MatchStar(NOWHERE, intern(node.name) if node.name else None)


def _match_mapping(to: _Lowering, node: ast.MatchMapping) -> Any:
    rest = intern(node.rest) if node.rest else None
    return program.MatchMapping(NOWHERE, to.expressions(node.keys), to.expressions(node.patterns), rest)


def _match_class(to: _Lowering, node: ast.MatchClass) -> Any:
    patterns = to.expressions((*node.patterns, *node.kwd_patterns))
    return program.MatchClass(NOWHERE, to.expression(node.cls), patterns, tuple(map(intern, node.kwd_attrs)))


def _match_as(to: _Lowering, node: ast.MatchAs) -> Any:
    return program.MatchAs(NOWHERE, to.optional(node.pattern), intern(node.name) if node.name else None)


def _match_or(to: _Lowering, node: ast.MatchOr) -> Any:
    return program.MatchOr(NOWHERE, to.expressions(node.patterns))


def _known_as(name: str, make: Any) -> dict[type, Any]:
    """An entry for a kind that older versions of Python do not have."""
    kind = getattr(ast, name, None)
    return {} if kind is None else {kind: make}


MAKERS: dict[type, Any] = {
    ast.Constant: _constant, ast.Name: _name, ast.JoinedStr: _formatted, ast.Tuple: _tuple, ast.List: _list,
    ast.Set: _set, ast.Dict: _dict, ast.Starred: _starred, ast.BinOp: _binary, ast.UnaryOp: _unary,
    ast.BoolOp: _boolean, ast.Compare: _compare, ast.IfExp: _if_expression, ast.Lambda: _lambda,
    ast.Attribute: _attribute, ast.Subscript: _subscript, ast.Slice: _slice, ast.Call: _call,
    ast.ListComp: _comprehension(program.ListComp), ast.SetComp: _comprehension(program.SetComp),
    ast.GeneratorExp: _comprehension(program.GeneratorExp), ast.DictComp: _dict_comprehension,
    ast.NamedExpr: _named, ast.Yield: _yield, ast.YieldFrom: _yield_from, ast.Await: _await,
    **_known_as("TemplateStr", _template),
    ast.FunctionDef: _function, ast.AsyncFunctionDef: _function, ast.ClassDef: _class, ast.Expr: _expr,
    ast.Assign: _assign, ast.AnnAssign: _annotated, ast.AugAssign: _augmented, ast.Delete: _delete,
    ast.Return: _return, ast.Raise: _raise, ast.Assert: _assert, ast.Pass: _without_parts(program.Pass),
    ast.Break: _without_parts(program.Break), ast.Continue: _without_parts(program.Continue),
    ast.Global: _names(program.Global), ast.Nonlocal: _names(program.Nonlocal), ast.Import: _import,
    ast.ImportFrom: _import_from, ast.If: _if, ast.For: _for, ast.AsyncFor: _for, ast.While: _while,
    ast.With: _with, ast.AsyncWith: _with, ast.Try: _try, **_known_as("TryStar", _try),
    **_known_as("TypeAlias", _type_alias),
    ast.Match: _match, ast.MatchValue: _match_value, ast.MatchSingleton: _match_singleton,
    ast.MatchSequence: _match_sequence, ast.MatchStar: _match_star, ast.MatchMapping: _match_mapping,
    ast.MatchClass: _match_class, ast.MatchAs: _match_as, ast.MatchOr: _match_or,
}  # fmt: skip
