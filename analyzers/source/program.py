"""What a block of source says, as the interpreter runs it: a small program without whitespace.

The kinds of nodes are those of Python's own grammar and are called as its ``ast`` calls them, with fewer forms:
literals are values, operators their names in the ``operator`` module, names of keywords and attributes plain
strings, an ``await`` what it waits for. Nodes are never changed once they are made, and compare by identity.
"""

from __future__ import annotations

import marshal
from typing import Any

COLUMN_BITS = 24
"""A text has less than 2²⁴ characters, so that lines and columns fit into these bits."""
_COLUMN = (1 << COLUMN_BITS) - 1
NOWHERE = -1
MAXIMUM_LITERAL = 100_000
"""Characters of a literal whose value is kept."""
TOO_LONG = "a literal that is too long"
UNPACKED = "unpacking in a comprehension is not interpreted"
TEMPLATE = "a template string is not interpreted"
TYPE_ALIAS = "a type alias is not interpreted"
"""Why there is a :class:`Refused` in place of a value."""

Span = tuple[int, int, int, int]


def packed(span: Span) -> int:
    """Zero-based (line, column, end line, end column) in one number."""
    line, column, end_line, end_column = span
    return joined(line << COLUMN_BITS | column, end_line << COLUMN_BITS | end_column)


def joined(start: int, end: int) -> int:
    """Start and end, each ``line << COLUMN_BITS | column``, in one number."""
    return start << 2 * COLUMN_BITS | end


class Node:
    """``at`` is where it stands in the text of its block (see :func:`packed`); :data:`NOWHERE` for code in a string, and
    for what is neither an expression nor a statement."""

    __slots__ = ("at",)

    at: int

    @property
    def span(self) -> Span:
        """Zero-based (line, column, end line, end column) in the text of the block.

        Raises:
            KeyError: the node stands nowhere.
        """
        at = self.at
        if at < 0:
            raise KeyError(self)
        start, end = at >> 2 * COLUMN_BITS, at
        return (
            start >> COLUMN_BITS,
            start & _COLUMN,
            end >> COLUMN_BITS & _COLUMN,
            end & _COLUMN,
        )


class Expression(Node):
    __slots__ = ()


class Statement(Node):
    __slots__ = ()


class Pattern(Node):
    __slots__ = ()


Suite = tuple[Statement, ...]


# -- expressions -------------------------------------------------------------------------------


class Constant(Expression):
    """A number, string, bytes, True, False, None or ``...``."""

    __slots__ = ("value",)

    def __init__(self, at: int, value: Any) -> None:
        self.at, self.value = at, value


class Name(Expression):
    __slots__ = ("id",)

    def __init__(self, at: int, id: str) -> None:
        self.at, self.id = at, id


class FormattedString(Expression):
    """An f-string, with the strings around it: texts and values."""

    __slots__ = ("parts",)

    def __init__(self, at: int, parts: tuple[str | FormattedValue, ...]) -> None:
        self.at, self.parts = at, parts


class FormattedValue(Node):
    """``{value!conversion:spec}``; the text that ``{value=}`` puts in front is part of the text before it."""

    __slots__ = ("conversion", "spec", "value")

    def __init__(
        self, at: int, value: Expression, conversion: str | None, spec: tuple[str | FormattedValue, ...]
    ) -> None:
        self.at, self.value, self.conversion, self.spec = at, value, conversion, spec


class Tuple(Expression):
    __slots__ = ("elements",)

    def __init__(self, at: int, elements: tuple[Expression, ...]) -> None:
        self.at, self.elements = at, elements


class List(Expression):
    __slots__ = ("elements",)

    def __init__(self, at: int, elements: tuple[Expression, ...]) -> None:
        self.at, self.elements = at, elements


class Set(Expression):
    __slots__ = ("elements",)

    def __init__(self, at: int, elements: tuple[Expression, ...]) -> None:
        self.at, self.elements = at, elements


class Dict(Expression):
    """A key that is None stands before ``**value``."""

    __slots__ = ("keys", "values")

    def __init__(self, at: int, keys: tuple[Expression | None, ...], values: tuple[Expression, ...]) -> None:
        self.at, self.keys, self.values = at, keys, values


class Starred(Expression):
    """``*value`` among elements, targets and subscripts."""

    __slots__ = ("value",)

    def __init__(self, at: int, value: Expression) -> None:
        self.at, self.value = at, value


class BinOp(Expression):
    __slots__ = ("left", "operator", "right")

    def __init__(self, at: int, left: Expression, operator: str, right: Expression) -> None:
        self.at, self.left, self.operator, self.right = at, left, operator, right


class UnaryOp(Expression):
    """The operator is ``neg``, ``pos``, ``invert`` or ``not``."""

    __slots__ = ("operand", "operator")

    def __init__(self, at: int, operator: str, operand: Expression) -> None:
        self.at, self.operator, self.operand = at, operator, operand


class BoolOp(Expression):
    """``left and right``, ``left or right``."""

    __slots__ = ("is_and", "left", "right")

    def __init__(self, at: int, left: Expression, is_and: bool, right: Expression) -> None:
        self.at, self.left, self.is_and, self.right = at, left, is_and, right


class Compare(Expression):
    """``left < first <= second …``; the operators are ``eq``, ``lt`` …, ``is``, ``is not``, ``in``, ``not in``."""

    __slots__ = ("comparators", "left", "operators")

    def __init__(
        self, at: int, left: Expression, operators: tuple[str, ...], comparators: tuple[Expression, ...]
    ) -> None:
        self.at, self.left, self.operators, self.comparators = at, left, operators, comparators


class IfExp(Expression):
    __slots__ = ("body", "orelse", "test")

    def __init__(self, at: int, test: Expression, body: Expression, orelse: Expression) -> None:
        self.at, self.test, self.body, self.orelse = at, test, body, orelse


class Lambda(Expression):
    __slots__ = ("body", "parameters")

    def __init__(self, at: int, parameters: Parameters, body: Expression) -> None:
        self.at, self.parameters, self.body = at, parameters, body


class Attribute(Expression):
    __slots__ = ("attr", "value")

    def __init__(self, at: int, value: Expression, attr: str) -> None:
        self.at, self.value, self.attr = at, value, attr


class Subscript(Expression):
    """``value[key]``; several keys are a Tuple, in which slices may stand."""

    __slots__ = ("key", "value")

    def __init__(self, at: int, value: Expression, key: Expression) -> None:
        self.at, self.value, self.key = at, value, key


class Slice(Expression):
    __slots__ = ("lower", "step", "upper")

    def __init__(self, at: int, lower: Expression | None, upper: Expression | None, step: Expression | None) -> None:
        self.at, self.lower, self.upper, self.step = at, lower, upper, step


class Call(Expression):
    __slots__ = ("args", "func")

    def __init__(self, at: int, func: Expression, args: tuple[Argument, ...]) -> None:
        self.at, self.func, self.args = at, func, args


class Argument(Node):
    """``value``, ``keyword=value``, or what is spread: ``star`` is "", "*" or "**"."""

    __slots__ = ("keyword", "star", "value")

    def __init__(self, at: int, value: Expression, keyword: str | None, star: str) -> None:
        self.at, self.value, self.keyword, self.star = at, value, keyword, star


class ListComp(Expression):
    __slots__ = ("element", "source")

    def __init__(self, at: int, element: Expression, source: ComprehensionFor) -> None:
        self.at, self.element, self.source = at, element, source


class SetComp(Expression):
    __slots__ = ("element", "source")

    def __init__(self, at: int, element: Expression, source: ComprehensionFor) -> None:
        self.at, self.element, self.source = at, element, source


class GeneratorExp(Expression):
    __slots__ = ("element", "source")

    def __init__(self, at: int, element: Expression, source: ComprehensionFor) -> None:
        self.at, self.element, self.source = at, element, source


class DictComp(Expression):
    __slots__ = ("key", "source", "value")

    def __init__(self, at: int, key: Expression, value: Expression, source: ComprehensionFor) -> None:
        self.at, self.key, self.value, self.source = at, key, value, source


class ComprehensionFor(Node):
    """``for target in iter if condition …``, and what stands to the right of it."""

    __slots__ = ("conditions", "inner", "iter", "target")

    def __init__(
        self,
        at: int,
        target: Expression,
        iter: Expression,
        conditions: tuple[Expression, ...],
        inner: ComprehensionFor | None,
    ) -> None:
        self.at, self.target, self.iter, self.conditions, self.inner = at, target, iter, conditions, inner


class NamedExpr(Expression):
    """``name := value``."""

    __slots__ = ("name", "value")

    def __init__(self, at: int, name: str, value: Expression) -> None:
        self.at, self.name, self.value = at, name, value


class Yield(Expression):
    __slots__ = ("value",)

    def __init__(self, at: int, value: Expression | None) -> None:
        self.at, self.value = at, value


class YieldFrom(Expression):
    __slots__ = ("value",)

    def __init__(self, at: int, value: Expression) -> None:
        self.at, self.value = at, value


class Refused(Expression):
    """An expression whose value nobody knows, and why."""

    __slots__ = ("reason",)

    def __init__(self, at: int, reason: str) -> None:
        self.at, self.reason = at, reason


# -- functions ---------------------------------------------------------------------------------


class Parameter(Node):
    __slots__ = ("annotation", "default", "name")

    def __init__(self, at: int, name: str, annotation: Expression | None, default: Expression | None) -> None:
        self.at, self.name, self.annotation, self.default = at, name, annotation, default


class Parameters(Node):
    """``positional`` stand behind those that are positional only; ``rest`` and ``keywords`` are the names of ``*`` and
    ``**``."""

    __slots__ = ("keyword_only", "keywords", "positional", "positional_only", "rest")

    def __init__(
        self,
        at: int,
        positional_only: tuple[Parameter, ...],
        positional: tuple[Parameter, ...],
        rest: str | None,
        keyword_only: tuple[Parameter, ...],
        keywords: str | None,
    ) -> None:
        self.at, self.positional_only, self.positional = at, positional_only, positional
        self.rest, self.keyword_only, self.keywords = rest, keyword_only, keywords

    @property
    def named(self) -> tuple[Parameter, ...]:
        """All but ``*rest`` and ``**keywords``."""
        return (*self.positional_only, *self.positional, *self.keyword_only)


class FunctionDef(Statement):
    """``body`` is made of what is kept of it when somebody asks: most functions of a library are never called."""

    __slots__ = ("_body", "decorators", "docstring", "is_generator", "name", "parameters", "returns")

    def __init__(
        self,
        at: int,
        name: str,
        parameters: Parameters,
        body: Suite | bytes,
        decorators: tuple[Expression, ...],
        returns: Expression | None,
        docstring: str | None,
        is_generator: bool,
    ) -> None:
        self.at, self.name, self.parameters, self._body = at, name, parameters, body
        self.decorators, self.returns, self.docstring = decorators, returns, docstring
        self.is_generator = is_generator

    @property
    def body(self) -> Suite:
        body = self._body
        if isinstance(body, bytes):
            body = self._body = made_of(marshal.loads(body))
        return body


class ClassDef(Statement):
    __slots__ = ("arguments", "body", "decorators", "name")

    def __init__(
        self, at: int, name: str, arguments: tuple[Argument, ...], body: Suite, decorators: tuple[Expression, ...]
    ) -> None:
        self.at, self.name, self.arguments, self.body, self.decorators = at, name, arguments, body, decorators


# -- statements --------------------------------------------------------------------------------


class Expr(Statement):
    __slots__ = ("value",)

    def __init__(self, at: int, value: Expression) -> None:
        self.at, self.value = at, value


class Assign(Statement):
    __slots__ = ("targets", "value")

    def __init__(self, at: int, targets: tuple[Expression, ...], value: Expression) -> None:
        self.at, self.targets, self.value = at, targets, value


class AnnAssign(Statement):
    __slots__ = ("annotation", "target", "value")

    def __init__(self, at: int, target: Expression, annotation: Expression, value: Expression | None) -> None:
        self.at, self.target, self.annotation, self.value = at, target, annotation, value


class AugAssign(Statement):
    __slots__ = ("operator", "target", "value")

    def __init__(self, at: int, target: Expression, operator: str, value: Expression) -> None:
        self.at, self.target, self.operator, self.value = at, target, operator, value


class Delete(Statement):
    __slots__ = ("targets",)

    def __init__(self, at: int, targets: tuple[Expression, ...]) -> None:
        self.at, self.targets = at, targets


class Return(Statement):
    __slots__ = ("value",)

    def __init__(self, at: int, value: Expression | None) -> None:
        self.at, self.value = at, value


class Raise(Statement):
    __slots__ = ("cause", "exception")

    def __init__(self, at: int, exception: Expression | None, cause: Expression | None) -> None:
        self.at, self.exception, self.cause = at, exception, cause


class Assert(Statement):
    __slots__ = ("message", "test")

    def __init__(self, at: int, test: Expression, message: Expression | None) -> None:
        self.at, self.test, self.message = at, test, message


class Global(Statement):
    __slots__ = ("names",)

    def __init__(self, at: int, names: tuple[str, ...]) -> None:
        self.at, self.names = at, names


class Nonlocal(Statement):
    __slots__ = ("names",)

    def __init__(self, at: int, names: tuple[str, ...]) -> None:
        self.at, self.names = at, names


class Pass(Statement):
    __slots__ = ()

    def __init__(self, at: int) -> None:
        self.at = at


class Break(Statement):
    __slots__ = ()

    def __init__(self, at: int) -> None:
        self.at = at


class Continue(Statement):
    __slots__ = ()

    def __init__(self, at: int) -> None:
        self.at = at


class Alias(Node):
    """``name as asname``; the name may be dotted."""

    __slots__ = ("asname", "name")

    def __init__(self, at: int, name: str, asname: str | None) -> None:
        self.at, self.name, self.asname = at, name, asname


class Import(Statement):
    __slots__ = ("names",)

    def __init__(self, at: int, names: tuple[Alias, ...]) -> None:
        self.at, self.names = at, names


class ImportFrom(Statement):
    """``level`` counts the dots before ``module``; no names stand for ``*``."""

    __slots__ = ("level", "module", "names")

    def __init__(self, at: int, module: str, level: int, names: tuple[Alias, ...]) -> None:
        self.at, self.module, self.level, self.names = at, module, level, names


class If(Statement):
    """What follows is another If for an ``elif``, else a suite, which may be empty."""

    __slots__ = ("body", "orelse", "test")

    def __init__(self, at: int, test: Expression, body: Suite, orelse: If | Suite) -> None:
        self.at, self.test, self.body, self.orelse = at, test, body, orelse


class For(Statement):
    __slots__ = ("body", "iter", "orelse", "target")

    def __init__(self, at: int, target: Expression, iter: Expression, body: Suite, orelse: Suite) -> None:
        self.at, self.target, self.iter, self.body, self.orelse = at, target, iter, body, orelse


class While(Statement):
    __slots__ = ("body", "orelse", "test")

    def __init__(self, at: int, test: Expression, body: Suite, orelse: Suite) -> None:
        self.at, self.test, self.body, self.orelse = at, test, body, orelse


class WithItem(Node):
    __slots__ = ("context", "target")

    def __init__(self, at: int, context: Expression, target: Expression | None) -> None:
        self.at, self.context, self.target = at, context, target


class With(Statement):
    __slots__ = ("body", "items")

    def __init__(self, at: int, items: tuple[WithItem, ...], body: Suite) -> None:
        self.at, self.items, self.body = at, items, body


class ExceptHandler(Node):
    __slots__ = ("body", "name", "type")

    def __init__(self, at: int, type: Expression | None, name: str | None, body: Suite) -> None:
        self.at, self.type, self.name, self.body = at, type, name, body


class Try(Statement):
    __slots__ = ("body", "finalbody", "handlers", "orelse")

    def __init__(
        self, at: int, body: Suite, handlers: tuple[ExceptHandler, ...], orelse: Suite, finalbody: Suite
    ) -> None:
        self.at, self.body, self.handlers, self.orelse, self.finalbody = at, body, handlers, orelse, finalbody


# -- patterns ----------------------------------------------------------------------------------


class MatchCase(Node):
    __slots__ = ("body", "guard", "pattern")

    def __init__(self, at: int, pattern: Pattern, guard: Expression | None, body: Suite) -> None:
        self.at, self.pattern, self.guard, self.body = at, pattern, guard, body


class Match(Statement):
    __slots__ = ("cases", "subject")

    def __init__(self, at: int, subject: Expression, cases: tuple[MatchCase, ...]) -> None:
        self.at, self.subject, self.cases = at, subject, cases


class MatchValue(Pattern):
    __slots__ = ("value",)

    def __init__(self, at: int, value: Expression) -> None:
        self.at, self.value = at, value


class MatchSingleton(Pattern):
    """``True``, ``False`` or ``None``."""

    __slots__ = ("value",)

    def __init__(self, at: int, value: Any) -> None:
        self.at, self.value = at, value


class MatchSequence(Pattern):
    __slots__ = ("patterns",)

    def __init__(self, at: int, patterns: tuple[Pattern, ...]) -> None:
        self.at, self.patterns = at, patterns


class MatchMapping(Pattern):
    __slots__ = ("keys", "patterns", "rest")

    def __init__(self, at: int, keys: tuple[Expression, ...], patterns: tuple[Pattern, ...], rest: str | None) -> None:
        self.at, self.keys, self.patterns, self.rest = at, keys, patterns, rest


class MatchClass(Pattern):
    """``keywords`` name the last of the patterns."""

    __slots__ = ("cls", "keywords", "patterns")

    def __init__(self, at: int, cls: Expression, patterns: tuple[Pattern, ...], keywords: tuple[str, ...]) -> None:
        self.at, self.cls, self.patterns, self.keywords = at, cls, patterns, keywords


class MatchStar(Pattern):
    __slots__ = ("name",)

    def __init__(self, at: int, name: str | None) -> None:
        self.at, self.name = at, name


class MatchAs(Pattern):
    """``pattern as name``, ``name``, and ``_``, which has neither."""

    __slots__ = ("name", "pattern")

    def __init__(self, at: int, pattern: Pattern | None, name: str | None) -> None:
        self.at, self.pattern, self.name = at, pattern, name


class MatchOr(Pattern):
    __slots__ = ("patterns",)

    def __init__(self, at: int, patterns: tuple[Pattern, ...]) -> None:
        self.at, self.patterns = at, patterns


# -- all of them -------------------------------------------------------------------------------

KINDS: tuple[type[Node], ...] = tuple(
    kind for kind in list(globals().values()) if isinstance(kind, type) and "__init__" in vars(kind)
)
"""Every kind of node; the place in this tuple stands for it in what is kept on disk."""

FIELDS: dict[type[Node], tuple[str, ...]] = {
    kind: kind.__init__.__code__.co_varnames[1 : kind.__init__.__code__.co_argcount] for kind in KINDS
}
"""Kind → the attributes that make it, in order."""


def children(node: Any) -> list[Node]:
    """The nodes right below one, or in a suite, in the order they stand."""
    parts = node if isinstance(node, tuple) else [getattr(node, name) for name in FIELDS[type(node)]]
    found: list[Node] = []
    for part in parts:
        if isinstance(part, Node):
            found.append(part)
        elif isinstance(part, tuple):
            found += [item for item in part if isinstance(item, Node)]
    return found


# -- as plain data -----------------------------------------------------------------------------

_NUMBERS: dict[type, int] = {kind: number for number, kind in enumerate(KINDS)}


def plain(part: Any) -> Any:
    """Nodes as tuples that begin with the number of their kind, tuples of nodes as lists; all of it can be marshalled."""
    number = _NUMBERS.get(type(part))
    if number is None:
        return [plain(item) for item in part] if type(part) is tuple else part
    values = [plain(getattr(part, name)) for name in FIELDS[type(part)]]
    if type(part) is FunctionDef:
        values[3] = marshal.dumps(values[3])
    return (number, *values)


def made_of(data: Any) -> Any:
    """What :func:`plain` was given."""
    kind = type(data)
    if kind is tuple:
        number, *values = data
        return KINDS[number](*[value if type(value) not in _NESTED else made_of(value) for value in values])
    if kind is list:
        return tuple([made_of(item) for item in data])
    return data


_NESTED = frozenset((tuple, list))
