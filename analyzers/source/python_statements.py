"""The statements and patterns of Python's own ``ast`` as those of a program."""

from __future__ import annotations

import ast
from sys import intern
from typing import Any

from analyzers.source import program
from analyzers.source.program import (
    NOWHERE,
    TYPE_ALIAS,
)
from analyzers.source.python_expressions import lowered_argument, lowered_parameters
from analyzers.source.python_lowering import OPERATORS, PythonLowering, known_as

# -- functions and classes ---------------------------------------------------------------------


def _function(to: PythonLowering, node: Any) -> Any:
    outside, to.holds_yield = to.holds_yield, False
    body = to.suite(node.body)
    is_generator, to.holds_yield = to.holds_yield, outside
    return program.FunctionDef(
        to.at(node),
        intern(node.name),
        lowered_parameters(to, node.args),
        body,
        to.expressions(node.decorator_list),
        to.optional(node.returns),
        ast.get_docstring(node),
        is_generator,
    )


def _class(to: PythonLowering, node: ast.ClassDef) -> Any:
    arguments = tuple([lowered_argument(to, part) for part in (*node.bases, *node.keywords)])
    decorators = to.expressions(node.decorator_list)
    return program.ClassDef(to.at(node), intern(node.name), arguments, to.suite(node.body), decorators)


# -- statements --------------------------------------------------------------------------------


def _expr(to: PythonLowering, node: ast.Expr) -> Any:
    return program.Expr(to.at(node), to.expression(node.value))


def _assign(to: PythonLowering, node: ast.Assign) -> Any:
    return program.Assign(to.at(node), to.expressions(node.targets), to.expression(node.value))


def _annotated(to: PythonLowering, node: ast.AnnAssign) -> Any:
    target, annotation = to.expression(node.target), to.expression(node.annotation)
    return program.AnnAssign(to.at(node), target, annotation, to.optional(node.value))


def _augmented(to: PythonLowering, node: ast.AugAssign) -> Any:
    target, value = to.expression(node.target), to.expression(node.value)
    return program.AugAssign(to.at(node), target, OPERATORS[type(node.op)], value)


def _delete(to: PythonLowering, node: ast.Delete) -> Any:
    """A tuple is deleted like what is in it."""
    only = node.targets[0] if len(node.targets) == 1 else None
    return program.Delete(to.at(node), to.expressions(only.elts if isinstance(only, ast.Tuple) else node.targets))


def _return(to: PythonLowering, node: ast.Return) -> Any:
    return program.Return(to.at(node), to.optional(node.value))


def _raise(to: PythonLowering, node: ast.Raise) -> Any:
    return program.Raise(to.at(node), to.optional(node.exc), to.optional(node.cause))


def _assert(to: PythonLowering, node: ast.Assert) -> Any:
    return program.Assert(to.at(node), to.expression(node.test), to.optional(node.msg))


def _without_parts(kind: Any) -> Any:
    return lambda to, node: kind(to.at(node))


def _names(kind: Any) -> Any:
    return lambda to, node: kind(to.at(node), tuple(map(intern, node.names)))


def _import(to: PythonLowering, node: ast.Import) -> Any:
    return program.Import(to.at(node), _aliases(node.names))


def _import_from(to: PythonLowering, node: ast.ImportFrom) -> Any:
    names = () if node.names[0].name == "*" else _aliases(node.names)
    return program.ImportFrom(to.at(node), intern(node.module or ""), node.level, names)


def _aliases(aliases: list[ast.alias]) -> tuple[program.Alias, ...]:
    return tuple([program.Alias(NOWHERE, intern(a.name), intern(a.asname) if a.asname else None) for a in aliases])


def _if(to: PythonLowering, node: ast.If) -> Any:
    """``elif`` and an ``if`` that is alone behind ``else:`` are the same nodes; the text tells them apart."""
    test, body = to.expression(node.test), to.suite(node.body)
    orelse: Any = to.suite(node.orelse)
    only = node.orelse[0] if len(node.orelse) == 1 else None
    if isinstance(only, ast.If) and to.lines[only.lineno - 1].startswith("elif", only.col_offset):
        orelse = orelse[0]
    return program.If(to.at(node), test, body, orelse)


def _for(to: PythonLowering, node: Any) -> Any:
    target, source = to.expression(node.target), to.expression(node.iter)
    return program.For(to.at(node), target, source, to.suite(node.body), to.suite(node.orelse))


def _while(to: PythonLowering, node: ast.While) -> Any:
    return program.While(to.at(node), to.expression(node.test), to.suite(node.body), to.suite(node.orelse))


def _with(to: PythonLowering, node: Any) -> Any:
    items = [
        program.WithItem(NOWHERE, to.expression(item.context_expr), to.optional(item.optional_vars))
        for item in node.items
    ]
    return program.With(to.at(node), tuple(items), to.suite(node.body))


def _try(to: PythonLowering, node: Any) -> Any:
    """``except*`` catches what ``except`` does where a single exception is raised."""
    handlers = [
        program.ExceptHandler(
            NOWHERE, to.optional(handler.type), intern(handler.name) if handler.name else None, to.suite(handler.body)
        )
        for handler in node.handlers
    ]
    body, orelse, last = map(to.suite, (node.body, node.orelse, node.finalbody))
    return program.Try(to.at(node), body, tuple(handlers), orelse, last)


def _type_alias(to: PythonLowering, node: Any) -> Any:
    at = to.at(node)
    return program.Assign(at, (program.Name(at, intern(node.name.id)),), program.Refused(at, TYPE_ALIAS))


# -- patterns ----------------------------------------------------------------------------------


def _match(to: PythonLowering, node: ast.Match) -> Any:
    cases = [
        program.MatchCase(NOWHERE, to.expression(case.pattern), to.optional(case.guard), to.suite(case.body))
        for case in node.cases
    ]
    return program.Match(to.at(node), to.expression(node.subject), tuple(cases))


def _match_value(to: PythonLowering, node: ast.MatchValue) -> Any:
    return program.MatchValue(NOWHERE, to.expression(node.value))


def _match_singleton(to: PythonLowering, node: ast.MatchSingleton) -> Any:
    return program.MatchSingleton(NOWHERE, node.value)


def _match_sequence(to: PythonLowering, node: ast.MatchSequence) -> Any:
    return program.MatchSequence(NOWHERE, to.expressions(node.patterns))


def _match_star(to: PythonLowering, node: ast.MatchStar) -> Any:
    return program.MatchStar(NOWHERE, intern(node.name) if node.name else None)


def _match_mapping(to: PythonLowering, node: ast.MatchMapping) -> Any:
    rest = intern(node.rest) if node.rest else None
    return program.MatchMapping(NOWHERE, to.expressions(node.keys), to.expressions(node.patterns), rest)


def _match_class(to: PythonLowering, node: ast.MatchClass) -> Any:
    patterns = to.expressions((*node.patterns, *node.kwd_patterns))
    return program.MatchClass(NOWHERE, to.expression(node.cls), patterns, tuple(map(intern, node.kwd_attrs)))


def _match_as(to: PythonLowering, node: ast.MatchAs) -> Any:
    return program.MatchAs(NOWHERE, to.optional(node.pattern), intern(node.name) if node.name else None)


def _match_or(to: PythonLowering, node: ast.MatchOr) -> Any:
    return program.MatchOr(NOWHERE, to.expressions(node.patterns))


HANDLED: dict[type, Any] = {
    ast.FunctionDef: _function, ast.AsyncFunctionDef: _function, ast.ClassDef: _class, ast.Expr: _expr,
    ast.Assign: _assign, ast.AnnAssign: _annotated, ast.AugAssign: _augmented, ast.Delete: _delete,
    ast.Return: _return, ast.Raise: _raise, ast.Assert: _assert, ast.Pass: _without_parts(program.Pass),
    ast.Break: _without_parts(program.Break), ast.Continue: _without_parts(program.Continue),
    ast.Global: _names(program.Global), ast.Nonlocal: _names(program.Nonlocal), ast.Import: _import,
    ast.ImportFrom: _import_from, ast.If: _if, ast.For: _for, ast.AsyncFor: _for, ast.While: _while,
    ast.With: _with, ast.AsyncWith: _with, ast.Try: _try, **known_as("TryStar", _try),
    **known_as("TypeAlias", _type_alias),
    ast.Match: _match, ast.MatchValue: _match_value, ast.MatchSingleton: _match_singleton,
    ast.MatchSequence: _match_sequence, ast.MatchStar: _match_star, ast.MatchMapping: _match_mapping,
    ast.MatchClass: _match_class, ast.MatchAs: _match_as, ast.MatchOr: _match_or,
}  # fmt: skip
