"""libcst's trees to programs (see ``program``).

Every kind of libcst node is lowered here by a function of :data:`EXPRESSIONS`, :data:`STATEMENTS` or
:data:`PATTERNS`, is a part of such a node, or is refused with a reason (:data:`REFUSED`).
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterable
from functools import lru_cache
from sys import intern
from typing import Any

import libcst as cst

from analyzers.source import program
from analyzers.source.lexical import NEWLINE
from analyzers.source.program import MAXIMUM_LITERAL, NOWHERE, TEMPLATE, TOO_LONG, TYPE_ALIAS, UNPACKED, Suite

AtOf = Callable[[cst.CSTNode], int]

SHORT = 100
"""Characters; literals this long are remembered from one block to the next."""
_PLAIN_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_PLAIN_STRING = re.compile(r'"[^"\\\r\n]*"|' r"'[^'\\\r\n]*'")
"""The literals that need no parser."""
_NUMBERS = (int, float, complex)
_KEYWORDS = {"True": True, "False": False, "None": None}


def _known_as(name: str, value: Any) -> dict[type, Any]:
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
    **_known_as("TemplatedString", TEMPLATE),
    **_known_as("StarredDictComp", UNPACKED),
}
"""Kind of libcst node → why its value is not known."""


def lowered(tree: cst.Module, at_of: AtOf) -> Suite:
    """The program of a block that libcst parsed; ``at_of`` says where a node stands (see :func:`program.packed`)."""
    return _Lowering(at_of).suite(tree.body)


class _Lowering:
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


def _literal(lowering: _Lowering, node: Any) -> program.Expression:
    text = node.value
    try:
        if len(text) <= MAXIMUM_LITERAL:
            value = _short_literal(text) if len(text) < SHORT else literal_value(text)
            return program.Constant(lowering.at(node), value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    return program.Refused(lowering.at(node), TOO_LONG)


def _name(lowering: _Lowering, node: cst.Name) -> program.Expression:
    if node.value in _KEYWORDS:
        return program.Constant(lowering.at(node), _KEYWORDS[node.value])
    return program.Name(lowering.at(node), intern(node.value))


def _ellipsis(lowering: _Lowering, node: cst.Ellipsis) -> program.Expression:
    return program.Constant(lowering.at(node), ...)


def _concatenated(lowering: _Lowering, node: cst.ConcatenatedString) -> program.Expression:
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


def _formatted(lowering: _Lowering, node: cst.FormattedString) -> program.Expression:
    return program.FormattedString(lowering.at(node), _pieces(lowering, node.parts, node, is_spec=False))


def _pieces(
    lowering: _Lowering, parts: Iterable[Any], string: cst.FormattedString, *, is_spec: bool
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


def _formatted_value(lowering: _Lowering, node: Any, string: cst.FormattedString) -> program.FormattedValue:
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


def _tuple(lowering: _Lowering, node: cst.Tuple) -> program.Expression:
    return program.Tuple(lowering.at(node), lowering.elements(node.elements))


def _list(lowering: _Lowering, node: cst.List) -> program.Expression:
    return program.List(lowering.at(node), lowering.elements(node.elements))


def _set(lowering: _Lowering, node: cst.Set) -> program.Expression:
    return program.Set(lowering.at(node), lowering.elements(node.elements))


def _dict(lowering: _Lowering, node: cst.Dict) -> program.Expression:
    keys = tuple([lowering.expression(e.key) if isinstance(e, cst.DictElement) else None for e in node.elements])
    return program.Dict(lowering.at(node), keys, tuple([lowering.expression(e.value) for e in node.elements]))


def _binary(lowering: _Lowering, node: cst.BinaryOperation) -> program.Expression:
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


def _unary(lowering: _Lowering, node: cst.UnaryOperation) -> program.Expression:
    operand = lowering.expression(node.expression)
    operator = UNARY[type(node.operator)]
    if operator == "neg" and isinstance(operand, program.Constant) and type(operand.value) in _NUMBERS:
        return program.Constant(lowering.at(node), -operand.value)
    return program.UnaryOp(lowering.at(node), operator, operand)


def _boolean(lowering: _Lowering, node: cst.BooleanOperation) -> program.Expression:
    left, right = lowering.expression(node.left), lowering.expression(node.right)
    return program.BoolOp(lowering.at(node), left, isinstance(node.operator, cst.And), right)


def _comparison(lowering: _Lowering, node: cst.Comparison) -> program.Expression:
    left = lowering.expression(node.left)
    operators = tuple([COMPARISONS[type(target.operator)] for target in node.comparisons])
    comparators = tuple([lowering.expression(target.comparator) for target in node.comparisons])
    return program.Compare(lowering.at(node), left, operators, comparators)


def _if_expression(lowering: _Lowering, node: cst.IfExp) -> program.Expression:
    test, body, orelse = map(lowering.expression, (node.test, node.body, node.orelse))
    return program.IfExp(lowering.at(node), test, body, orelse)


def _lambda(lowering: _Lowering, node: cst.Lambda) -> program.Expression:
    parameters, outside = _parameters(lowering, node.params), lowering.holds_yield
    body = lowering.expression(node.body)
    lowering.holds_yield = outside
    return program.Lambda(lowering.at(node), parameters, body)


def _attribute(lowering: _Lowering, node: cst.Attribute) -> program.Expression:
    return program.Attribute(lowering.at(node), lowering.expression(node.value), intern(node.attr.value))


def _subscript(lowering: _Lowering, node: cst.Subscript) -> program.Expression:
    """Several keys, and a tuple of them, are where their subscript is."""
    keys = [_key(lowering, element.slice) for element in node.slice]
    is_tuple = len(keys) > 1 or isinstance(node.slice[-1].comma, cst.Comma) or isinstance(keys[0], program.Starred)
    at = lowering.at(node)
    key = program.Tuple(at, tuple(keys)) if is_tuple else keys[0]
    if isinstance(key, program.Tuple):
        key.at = at
    return program.Subscript(at, lowering.expression(node.value), key)


def _key(lowering: _Lowering, part: cst.BaseSlice) -> program.Expression:
    at = lowering.at(part)
    if isinstance(part, cst.Index):
        value = lowering.expression(part.value)
        return program.Starred(at, value) if part.star else value
    assert isinstance(part, cst.Slice)
    return program.Slice(at, *map(lowering.optional, (part.lower, part.upper, part.step)))


def _call(lowering: _Lowering, node: cst.Call) -> program.Expression:
    func = lowering.expression(node.func)
    return program.Call(lowering.at(node), func, _arguments(lowering, node.args))


def _arguments(lowering: _Lowering, arguments: Iterable[cst.Arg]) -> tuple[program.Argument, ...]:
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
    def lower(lowering: _Lowering, node: Any) -> program.Expression:
        source = _source(lowering, node.for_in)
        if isinstance(node.elt, cst.StarredElement):
            return program.Refused(lowering.at(node), UNPACKED)
        return kind(lowering.at(node), lowering.expression(node.elt), source)

    return lower


def _dict_comprehension(lowering: _Lowering, node: cst.DictComp) -> program.Expression:
    key, value = lowering.expression(node.key), lowering.expression(node.value)
    return program.DictComp(lowering.at(node), key, value, _source(lowering, node.for_in))


def _source(lowering: _Lowering, node: cst.CompFor) -> program.ComprehensionFor:
    return program.ComprehensionFor(
        NOWHERE,
        lowering.expression(node.target),
        lowering.expression(node.iter),
        tuple([lowering.expression(condition.test) for condition in node.ifs]),
        _source(lowering, node.inner_for_in) if node.inner_for_in is not None else None,
    )


def _named(lowering: _Lowering, node: cst.NamedExpr) -> program.Expression:
    assert isinstance(node.target, cst.Name)
    return program.NamedExpr(lowering.at(node), intern(node.target.value), lowering.expression(node.value))


def _yield(lowering: _Lowering, node: cst.Yield) -> program.Expression:
    lowering.holds_yield = True
    if isinstance(node.value, cst.From):
        return program.YieldFrom(lowering.at(node), lowering.expression(node.value.item))
    return program.Yield(lowering.at(node), lowering.optional(node.value))


def _await(lowering: _Lowering, node: cst.Await) -> program.Expression:
    return lowering.expression(node.expression)


def _starred(lowering: _Lowering, node: cst.StarredElement) -> program.Expression:
    return program.Starred(lowering.at(node), lowering.expression(node.value))


# -- functions and classes ---------------------------------------------------------------------


def _parameters(lowering: _Lowering, node: cst.Parameters) -> program.Parameters:
    star = node.star_arg
    return program.Parameters(
        NOWHERE,
        _each(lowering, node.posonly_params),
        _each(lowering, node.params),
        intern(star.name.value) if isinstance(star, cst.Param) else None,
        _each(lowering, node.kwonly_params),
        intern(node.star_kwarg.name.value) if node.star_kwarg is not None else None,
    )


def _each(lowering: _Lowering, parameters: Iterable[cst.Param]) -> tuple[program.Parameter, ...]:
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


def _function(lowering: _Lowering, node: cst.FunctionDef) -> program.Statement:
    outside, lowering.holds_yield = lowering.holds_yield, False
    body = lowering.suite(node.body)
    is_generator, lowering.holds_yield = lowering.holds_yield, outside
    return program.FunctionDef(
        lowering.at(node),
        intern(node.name.value),
        _parameters(lowering, node.params),
        body,
        tuple([lowering.expression(decorator.decorator) for decorator in node.decorators]),
        lowering.annotation(node.returns),
        node.get_docstring(),
        is_generator,
    )


def _class(lowering: _Lowering, node: cst.ClassDef) -> program.Statement:
    return program.ClassDef(
        lowering.at(node),
        intern(node.name.value),
        _arguments(lowering, (*node.bases, *node.keywords)),
        lowering.suite(node.body),
        tuple([lowering.expression(decorator.decorator) for decorator in node.decorators]),
    )


# -- statements --------------------------------------------------------------------------------


def _expr(lowering: _Lowering, node: cst.Expr) -> program.Statement:
    return program.Expr(lowering.at(node), lowering.expression(node.value))


def _assign(lowering: _Lowering, node: cst.Assign) -> program.Statement:
    targets = tuple([lowering.expression(target.target) for target in node.targets])
    return program.Assign(lowering.at(node), targets, lowering.expression(node.value))


def _annotated(lowering: _Lowering, node: cst.AnnAssign) -> program.Statement:
    target, annotation = lowering.expression(node.target), lowering.expression(node.annotation.annotation)
    return program.AnnAssign(lowering.at(node), target, annotation, lowering.optional(node.value))


def _augmented(lowering: _Lowering, node: cst.AugAssign) -> program.Statement:
    target, value = lowering.expression(node.target), lowering.expression(node.value)
    return program.AugAssign(lowering.at(node), target, AUGMENTED[type(node.operator)], value)


def _delete(lowering: _Lowering, node: cst.Del) -> program.Statement:
    target = lowering.expression(node.target)
    targets = target.elements if isinstance(target, program.Tuple) else (target,)
    return program.Delete(lowering.at(node), targets)


def _return(lowering: _Lowering, node: cst.Return) -> program.Statement:
    return program.Return(lowering.at(node), lowering.optional(node.value))


def _raise(lowering: _Lowering, node: cst.Raise) -> program.Statement:
    cause = lowering.expression(node.cause.item) if node.cause is not None else None
    return program.Raise(lowering.at(node), lowering.optional(node.exc), cause)


def _assert(lowering: _Lowering, node: cst.Assert) -> program.Statement:
    return program.Assert(lowering.at(node), lowering.expression(node.test), lowering.optional(node.msg))


def _without_parts(kind: Any) -> Any:
    return lambda lowering, node: kind(lowering.at(node))


def _names(kind: Any) -> Any:
    return lambda lowering, node: kind(lowering.at(node), tuple([intern(item.name.value) for item in node.names]))


def _import(lowering: _Lowering, node: Any) -> program.Statement:
    return program.Import(lowering.at(node), _aliases(lowering, node.names))


def _import_from(lowering: _Lowering, node: Any) -> program.Statement:
    module = _dotted(node.module) if node.module is not None else ""
    names = () if isinstance(node.names, cst.ImportStar) else _aliases(lowering, node.names)
    return program.ImportFrom(lowering.at(node), module, len(node.relative), names)


def _aliases(lowering: _Lowering, aliases: Iterable[cst.ImportAlias]) -> tuple[program.Alias, ...]:
    return tuple([program.Alias(NOWHERE, _dotted(alias.name), _asname(alias)) for alias in aliases])


def _asname(node: Any) -> str | None:
    named = node.asname.name if node.asname is not None else None
    return intern(named.value) if isinstance(named, cst.Name) else None


def _dotted(node: Any) -> str:
    return intern(f"{_dotted(node.value)}.{node.attr.value}" if isinstance(node, cst.Attribute) else node.value)


def _if(lowering: _Lowering, node: cst.If) -> program.Statement:
    test, body = lowering.expression(node.test), lowering.suite(node.body)
    orelse: Any = _if(lowering, node.orelse) if isinstance(node.orelse, cst.If) else lowering.orelse(node.orelse)
    return program.If(lowering.at(node), test, body, orelse)


def _for(lowering: _Lowering, node: cst.For) -> program.Statement:
    target, source = lowering.expression(node.target), lowering.expression(node.iter)
    return program.For(lowering.at(node), target, source, lowering.suite(node.body), lowering.orelse(node.orelse))


def _while(lowering: _Lowering, node: cst.While) -> program.Statement:
    test = lowering.expression(node.test)
    return program.While(lowering.at(node), test, lowering.suite(node.body), lowering.orelse(node.orelse))


def _with(lowering: _Lowering, node: cst.With) -> program.Statement:
    items = tuple(
        [
            program.WithItem(
                NOWHERE,
                lowering.expression(item.item),
                lowering.expression(item.asname.name) if item.asname is not None else None,
            )
            for item in node.items
        ]
    )
    return program.With(lowering.at(node), items, lowering.suite(node.body))


def _try(lowering: _Lowering, node: Any) -> program.Statement:
    """``except*`` catches what ``except`` does where a single exception is raised."""
    handlers = tuple(
        [
            program.ExceptHandler(
                NOWHERE, lowering.optional(handler.type), _asname_of(handler), lowering.suite(handler.body)
            )
            for handler in node.handlers
        ]
    )
    body, orelse, finalbody = lowering.suite(node.body), lowering.orelse(node.orelse), lowering.orelse(node.finalbody)
    return program.Try(lowering.at(node), body, handlers, orelse, finalbody)


def _asname_of(handler: Any) -> str | None:
    named = handler.name.name if handler.name is not None else None
    return intern(named.value) if isinstance(named, cst.Name) else None


def _type_alias(lowering: _Lowering, node: cst.TypeAlias) -> program.Statement:
    at = lowering.at(node)
    value = program.Refused(at, REFUSED[cst.TypeAlias])
    return program.Assign(at, (program.Name(at, intern(node.name.value)),), value)


# -- patterns ----------------------------------------------------------------------------------


def _match(lowering: _Lowering, node: cst.Match) -> program.Statement:
    cases = tuple(
        [
            program.MatchCase(
                NOWHERE,
                lowering.pattern(case.pattern),
                lowering.optional(case.guard),
                lowering.suite(case.body),
            )
            for case in node.cases
        ]
    )
    return program.Match(lowering.at(node), lowering.expression(node.subject), cases)


def _match_value(lowering: _Lowering, node: cst.MatchValue) -> program.Pattern:
    return program.MatchValue(NOWHERE, lowering.expression(node.value))


def _match_singleton(lowering: _Lowering, node: cst.MatchSingleton) -> program.Pattern:
    return program.MatchSingleton(NOWHERE, _KEYWORDS[node.value.value])


def _match_sequence(lowering: _Lowering, node: Any) -> program.Pattern:
    patterns = tuple(
        [lowering.pattern(part.value if isinstance(part, cst.MatchSequenceElement) else part) for part in node.patterns]
    )
    return program.MatchSequence(NOWHERE, patterns)


def _match_star(lowering: _Lowering, node: cst.MatchStar) -> program.Pattern:
    return program.MatchStar(NOWHERE, intern(node.name.value) if node.name is not None else None)


def _match_mapping(lowering: _Lowering, node: cst.MatchMapping) -> program.Pattern:
    keys = tuple([lowering.expression(element.key) for element in node.elements])
    patterns = tuple([lowering.pattern(element.pattern) for element in node.elements])
    rest = intern(node.rest.value) if node.rest is not None else None
    return program.MatchMapping(NOWHERE, keys, patterns, rest)


def _match_class(lowering: _Lowering, node: cst.MatchClass) -> program.Pattern:
    parts = [part.value for part in node.patterns] + [keyword.pattern for keyword in node.kwds]
    keywords = tuple([intern(keyword.key.value) for keyword in node.kwds])
    patterns = tuple([lowering.pattern(part) for part in parts])
    return program.MatchClass(NOWHERE, lowering.expression(node.cls), patterns, keywords)


def _match_as(lowering: _Lowering, node: cst.MatchAs) -> program.Pattern:
    pattern = lowering.pattern(node.pattern) if node.pattern is not None else None
    return program.MatchAs(NOWHERE, pattern, intern(node.name.value) if node.name is not None else None)


def _match_or(lowering: _Lowering, node: cst.MatchOr) -> program.Pattern:
    return program.MatchOr(NOWHERE, tuple([lowering.pattern(part.pattern) for part in node.patterns]))


EXPRESSIONS: dict[type, Any] = {
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
STATEMENTS: dict[type, Any] = {
    cst.Expr: _expr, cst.Assign: _assign, cst.AnnAssign: _annotated, cst.AugAssign: _augmented, cst.Del: _delete,
    cst.Return: _return, cst.Raise: _raise, cst.Assert: _assert, cst.Pass: _without_parts(program.Pass),
    cst.Break: _without_parts(program.Break), cst.Continue: _without_parts(program.Continue),
    cst.Global: _names(program.Global), cst.Nonlocal: _names(program.Nonlocal), cst.Import: _import,
    cst.ImportFrom: _import_from, cst.If: _if, cst.For: _for, cst.While: _while, cst.With: _with, cst.Try: _try,
    cst.TryStar: _try, cst.Match: _match, cst.FunctionDef: _function, cst.ClassDef: _class,
    cst.TypeAlias: _type_alias, **_known_as("LazyImport", _import), **_known_as("LazyImportFrom", _import_from),
}  # fmt: skip
PATTERNS: dict[type, Any] = {
    cst.MatchValue: _match_value, cst.MatchSingleton: _match_singleton, cst.MatchList: _match_sequence,
    cst.MatchTuple: _match_sequence, cst.MatchStar: _match_star, cst.MatchMapping: _match_mapping,
    cst.MatchClass: _match_class, cst.MatchAs: _match_as, cst.MatchOr: _match_or,
}  # fmt: skip
