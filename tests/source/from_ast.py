"""Python's own ``ast`` as programs: a second way from text to program, against which the lowering is held."""

from __future__ import annotations

import ast
import re
import sys
from typing import Any

from analyzers.source import program
from analyzers.source.program import NOWHERE, packed

OPERATORS = {
    "Add": "add", "Sub": "sub", "Mult": "mul", "Div": "truediv", "FloorDiv": "floordiv", "Mod": "mod", "Pow": "pow",
    "MatMult": "matmul", "BitAnd": "and", "BitOr": "or", "BitXor": "xor", "LShift": "lshift", "RShift": "rshift",
    "Eq": "eq", "NotEq": "ne", "Lt": "lt", "LtE": "le", "Gt": "gt", "GtE": "ge", "Is": "is", "IsNot": "is not",
    "In": "in", "NotIn": "not in", "USub": "neg", "UAdd": "pos", "Invert": "invert", "Not": "not",
}  # fmt: skip


def program_of(text: str) -> program.Suite:
    return _FromAst(text).suite(ast.parse(text).body)


class _FromAst:
    """``NOWHERE`` for what has no place in ``ast``."""

    def __init__(self, text: str) -> None:
        self.lines = [line.encode() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
        self.generators: list[bool] = [False]
        self.is_misplaced = False

    def at(self, node: Any) -> int:
        if not hasattr(node, "lineno") or self.is_misplaced:
            return NOWHERE
        ends = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
        (line, column), (end_line, end_column) = (
            (line - 1, len(self.lines[line - 1][:column].decode())) for line, column in ends
        )
        return packed((line, column, end_line, end_column))

    def suite(self, nodes: list[Any]) -> program.Suite:
        return tuple(self.made(node) for node in nodes)

    def made(self, node: Any) -> Any:
        """The program of a node, of a list, or of nothing."""
        if node is None or isinstance(node, str):
            return node
        if isinstance(node, list):
            return self.suite(node)
        special = getattr(self, f"of_{type(node).__name__}", None)
        if special is not None:
            return special(node)
        kind = getattr(program, type(node).__name__)
        return kind(self.at(node), *(self.made(getattr(node, field)) for field in program.FIELDS[kind][1:]))

    # -- expressions -------------------------------------------------------------------------------

    def of_Constant(self, node: ast.Constant) -> program.Node:
        return program.Constant(self.at(node), node.value)

    def of_MatchSingleton(self, node: ast.MatchSingleton) -> program.Node:
        return program.MatchSingleton(self.at(node), node.value)

    def of_Tuple(self, node: Any) -> program.Node:
        return getattr(program, type(node).__name__)(self.at(node), self.suite(node.elts))

    of_List = of_Set = of_Tuple

    def of_BinOp(self, node: ast.BinOp) -> program.Node:
        operator = OPERATORS[type(node.op).__name__]
        return program.BinOp(self.at(node), self.made(node.left), operator, self.made(node.right))

    def of_UnaryOp(self, node: ast.UnaryOp) -> program.Node:
        """A negative number is a constant."""
        operator, operand = OPERATORS[type(node.op).__name__], self.made(node.operand)
        number = isinstance(operand, program.Constant) and type(operand.value) in (int, float, complex)
        if operator == "neg" and number:
            return program.Constant(self.at(node), -operand.value)
        return program.UnaryOp(self.at(node), operator, operand)

    def of_BoolOp(self, node: ast.BoolOp) -> program.Node:
        """``ast`` has one node for ``a and b and c``, from the start of the first to the end of the last."""
        left = self.made(node.values[0])
        for value in node.values[1:]:
            at = self.at(node) if value is node.values[-1] else NOWHERE
            left = program.BoolOp(at, left, isinstance(node.op, ast.And), self.made(value))
        return left

    def _ends(self, node: Any) -> tuple[Any, ...]:
        return ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))

    def of_Compare(self, node: ast.Compare) -> program.Node:
        operators = tuple(OPERATORS[type(op).__name__] for op in node.ops)
        return program.Compare(self.at(node), self.made(node.left), operators, self.suite(node.comparators))

    def of_Subscript(self, node: ast.Subscript) -> program.Node:
        return program.Subscript(self.at(node), self.made(node.value), self.made(node.slice))

    def of_Call(self, node: ast.Call) -> program.Node:
        """Arguments are in the order they stand; a keyword may stand before ``*args``."""
        arguments = [(self._ends(part), self._argument(part)) for part in (*node.args, *node.keywords)]
        ordered = tuple(argument for _, argument in sorted(arguments, key=lambda pair: pair[0]))
        return program.Call(self.at(node), self.made(node.func), ordered)

    def _argument(self, node: Any) -> program.Argument:
        if isinstance(node, ast.keyword):
            return program.Argument(self.at(node), self.made(node.value), node.arg, "" if node.arg else "**")
        star = isinstance(node, ast.Starred)
        return program.Argument(NOWHERE, self.made(node.value if star else node), None, "*" if star else "")

    def of_ListComp(self, node: Any) -> program.Node:
        kind = getattr(program, type(node).__name__)
        return kind(self.at(node), self.made(node.elt), self._source(node.generators))

    of_SetComp = of_GeneratorExp = of_ListComp

    def of_DictComp(self, node: ast.DictComp) -> program.Node:
        source = self._source(node.generators)
        return program.DictComp(self.at(node), self.made(node.key), self.made(node.value), source)

    def _source(self, generators: list[ast.comprehension]) -> Any:
        if not generators:
            return None
        first, *others = generators
        target, source, conditions = self.made(first.target), self.made(first.iter), self.suite(first.ifs)
        return program.ComprehensionFor(NOWHERE, target, source, conditions, self._source(others))

    def of_NamedExpr(self, node: ast.NamedExpr) -> program.Node:
        assert isinstance(node.target, ast.Name)
        return program.NamedExpr(self.at(node), node.target.id, self.made(node.value))

    def of_Await(self, node: ast.Await) -> program.Node:
        return self.made(node.value)

    def of_Yield(self, node: Any) -> program.Node:
        self.generators[-1] = True
        return getattr(program, type(node).__name__)(self.at(node), self.made(node.value))

    of_YieldFrom = of_Yield

    def of_JoinedStr(self, node: ast.JoinedStr) -> program.Node:
        """What is in it has its true place from Python 3.12 on."""
        at, outside = self.at(node), self.is_misplaced
        self.is_misplaced |= sys.version_info < (3, 12)
        pieces = self._pieces(node)
        self.is_misplaced = outside
        return program.FormattedString(at, pieces)

    def _pieces(self, node: ast.JoinedStr) -> tuple[Any, ...]:
        return tuple(part.value if isinstance(part, ast.Constant) else self.made(part) for part in node.values)

    def of_FormattedValue(self, node: ast.FormattedValue) -> program.Node:
        """``ast`` puts the label of ``{x=}`` into the text before it."""
        conversion = chr(node.conversion) if node.conversion > 0 else None
        spec = self._pieces(node.format_spec) if isinstance(node.format_spec, ast.JoinedStr) else ()
        return program.FormattedValue(NOWHERE, self.made(node.value), conversion, spec, None)

    def of_Lambda(self, node: ast.Lambda) -> program.Node:
        self.generators.append(False)
        body = self.made(node.body)
        self.generators.pop()
        return program.Lambda(self.at(node), self.made(node.args), body)

    # -- functions and classes ---------------------------------------------------------------------

    def of_arguments(self, node: ast.arguments) -> program.Parameters:
        positional = [*node.posonlyargs, *node.args]
        defaults = [None] * (len(positional) - len(node.defaults)) + list(node.defaults)
        made = [self._parameter(*pair) for pair in zip(positional, defaults, strict=True)]
        keyword_only = tuple(self._parameter(*pair) for pair in zip(node.kwonlyargs, node.kw_defaults, strict=True))
        rest = node.vararg.arg if node.vararg else None
        keywords = node.kwarg.arg if node.kwarg else None
        count = len(node.posonlyargs)
        return program.Parameters(NOWHERE, tuple(made[:count]), tuple(made[count:]), rest, keyword_only, keywords)

    def _parameter(self, node: ast.arg, default: ast.expr | None) -> program.Parameter:
        return program.Parameter(NOWHERE, node.arg, self.made(node.annotation), self.made(default))

    def of_FunctionDef(self, node: Any) -> program.Node:
        self.generators.append(False)
        body = self.suite(node.body)
        is_generator = self.generators.pop()
        parameters, decorators, returns = map(self.made, (node.args, node.decorator_list, node.returns))
        docstring = ast.get_docstring(node)
        return program.FunctionDef(
            self.at(node), node.name, parameters, body, decorators, returns, docstring, is_generator
        )

    of_AsyncFunctionDef = of_FunctionDef

    def of_ClassDef(self, node: ast.ClassDef) -> program.Node:
        arguments = tuple(self._argument(part) for part in (*node.bases, *node.keywords))
        return program.ClassDef(
            self.at(node), node.name, arguments, self.suite(node.body), self.made(node.decorator_list)
        )

    # -- statements --------------------------------------------------------------------------------

    def of_AugAssign(self, node: ast.AugAssign) -> program.Node:
        operator = OPERATORS[type(node.op).__name__]
        return program.AugAssign(self.at(node), self.made(node.target), operator, self.made(node.value))

    def of_Delete(self, node: ast.Delete) -> program.Node:
        """A tuple is deleted like what is in it."""
        only = node.targets[0] if len(node.targets) == 1 else None
        return program.Delete(self.at(node), self.suite(only.elts if isinstance(only, ast.Tuple) else node.targets))

    def of_Raise(self, node: ast.Raise) -> program.Node:
        return program.Raise(self.at(node), self.made(node.exc), self.made(node.cause))

    def of_Assert(self, node: ast.Assert) -> program.Node:
        return program.Assert(self.at(node), self.made(node.test), self.made(node.msg))

    def of_alias(self, node: ast.alias) -> program.Node:
        return program.Alias(self.at(node), node.name, node.asname)

    def of_ImportFrom(self, node: ast.ImportFrom) -> program.Node:
        names = () if node.names[0].name == "*" else self.suite(node.names)
        return program.ImportFrom(self.at(node), node.module or "", node.level, names)

    def of_If(self, node: ast.If, is_elif: bool = False) -> program.Node:
        """``ast`` has the same nodes for ``elif`` and for an ``if`` that is alone behind ``else:``; the columns tell."""
        orelse: Any = self.suite(node.orelse)
        only = node.orelse[0] if len(node.orelse) == 1 else None
        if isinstance(only, ast.If) and self.lines[only.lineno - 1][only.col_offset :].startswith(b"elif"):
            orelse = orelse[0]
        return program.If(self.at(node), self.made(node.test), self.suite(node.body), orelse)

    def of_For(self, node: Any) -> program.Node:
        parts = node.target, node.iter, node.body, node.orelse
        return program.For(self.at(node), *map(self.made, parts))

    of_AsyncFor = of_For

    def of_With(self, node: Any) -> program.Node:
        return program.With(self.at(node), self.suite(node.items), self.suite(node.body))

    of_AsyncWith = of_With

    def of_withitem(self, node: ast.withitem) -> program.Node:
        return program.WithItem(NOWHERE, self.made(node.context_expr), self.made(node.optional_vars))

    def of_Try(self, node: Any) -> program.Node:
        parts = node.body, node.handlers, node.orelse, node.finalbody
        return program.Try(self.at(node), *map(self.suite, parts))

    of_TryStar = of_Try

    # -- patterns ----------------------------------------------------------------------------------

    def of_match_case(self, node: ast.match_case) -> program.Node:
        return program.MatchCase(NOWHERE, self.made(node.pattern), self.made(node.guard), self.suite(node.body))

    def of_MatchStar(self, node: ast.MatchStar) -> program.Node:
        """To libcst the comma behind it is its own."""
        return program.MatchStar(NOWHERE, node.name)

    def of_MatchClass(self, node: ast.MatchClass) -> program.Node:
        patterns = self.suite([*node.patterns, *node.kwd_patterns])
        return program.MatchClass(self.at(node), self.made(node.cls), patterns, tuple(node.kwd_attrs))


PARENTHESISED = (program.Tuple, program.GeneratorExp, program.MatchSequence)
"""To ``ast`` the parentheses around these are theirs; to libcst parentheses never belong to what is in them."""
_OPENING = re.compile(r"(?:[(\s\\]|#.*)*")


class Comparison:
    """Of a program with the one that ``ast`` says of the same text."""

    def __init__(self, text: str) -> None:
        self.lines = re.split("\r\n|\n|\r", text)
        self.found: list[str] = []

    def compare(self, ours: Any, theirs: Any, path: str = "") -> None:
        if type(ours) is not type(theirs) or (isinstance(ours, tuple) and len(ours) != len(theirs)):
            self.found.append(f"{path}: {shown(ours)} instead of {shown(theirs)}")
        elif isinstance(ours, tuple):
            for index, (our, their) in enumerate(zip(ours, theirs, strict=True)):
                self.compare(our, their, f"{path}[{index}]")
        elif isinstance(ours, program.Node):
            self._nodes(ours, theirs, f"{path}.{type(ours).__name__}")
        elif repr(ours) != repr(theirs):
            self.found.append(f"{path}: {ours!r} instead of {theirs!r}")

    def _nodes(self, ours: program.Node, theirs: program.Node, path: str) -> None:
        if theirs.at not in (NOWHERE, ours.at) and not self._is_within_parentheses(ours, theirs):
            self.found.append(f"{path}: at {ours.span} instead of {theirs.span}")
        for field in program.FIELDS[type(ours)][1:]:
            our, their = getattr(ours, field), getattr(theirs, field)
            if field in ("parts", "spec"):
                our, their = _texts_joined(our), _texts_joined(their)
            if field == "key" and isinstance(our, program.Tuple) and our.at == ours.at:
                their.at = NOWHERE  # several keys are where their subscript is
            if field != "label":  # part of the text before it, to ast
                self.compare(our, their, f"{path}.{field}")

    def _is_within_parentheses(self, ours: program.Node, theirs: program.Node) -> bool:
        if not isinstance(ours, PARENTHESISED):
            return False
        line, column, *_ = ours.span
        outer_line, outer_column, *_ = theirs.span
        before = "\n".join(self.lines[outer_line : line + 1])
        cut = len(before) - len(self.lines[line]) + column
        return before[outer_column] in "([" and _OPENING.fullmatch(before[outer_column:cut]) is not None


def _texts_joined(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Texts that stand behind each other as one, with the labels of values; without empty ones."""
    joined: list[Any] = [""]
    for part in parts:
        text = part if isinstance(part, str) else part.label or ""
        joined[-1] += text
        if not isinstance(part, str):
            joined += [part, ""]
    return tuple(part for part in joined if part != "")


def differences(ours: program.Suite, text: str) -> list[str]:
    """Where a program is not what ``ast`` says of its text; places are compared where ``ast`` has one."""
    comparison = Comparison(text)
    comparison.compare(ours, program_of(text))
    return comparison.found


def shown(part: Any) -> str:
    """A program on one line."""
    if isinstance(part, program.Node):
        values = [f"{name}={shown(getattr(part, name))}" for name in program.FIELDS[type(part)][1:]]
        return f"{type(part).__name__}({', '.join(values)})"
    return f"({', '.join(map(shown, part))})" if isinstance(part, tuple) else repr(part)
