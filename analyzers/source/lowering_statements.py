"""libcst's statements and patterns as those of a program."""

from __future__ import annotations

from collections.abc import Iterable
from sys import intern
from typing import Any

import libcst as cst

from analyzers.source import program
from analyzers.source.lowering_expressions import KEYWORDS, lowered_arguments, lowered_parameters
from analyzers.source.lowering_state import AUGMENTED, REFUSED, Lowering, known_as
from analyzers.source.program import NOWHERE

# -- functions and classes ---------------------------------------------------------------------


def _function(lowering: Lowering, node: cst.FunctionDef) -> program.Statement:
    outside, lowering.holds_yield = lowering.holds_yield, False
    body = lowering.suite(node.body)
    is_generator, lowering.holds_yield = lowering.holds_yield, outside
    return program.FunctionDef(
        lowering.at(node),
        intern(node.name.value),
        lowered_parameters(lowering, node.params),
        body,
        tuple([lowering.expression(decorator.decorator) for decorator in node.decorators]),
        lowering.annotation(node.returns),
        node.get_docstring(),
        is_generator,
    )


def _class(lowering: Lowering, node: cst.ClassDef) -> program.Statement:
    return program.ClassDef(
        lowering.at(node),
        intern(node.name.value),
        lowered_arguments(lowering, (*node.bases, *node.keywords)),
        lowering.suite(node.body),
        tuple([lowering.expression(decorator.decorator) for decorator in node.decorators]),
    )


# -- statements --------------------------------------------------------------------------------


def _expr(lowering: Lowering, node: cst.Expr) -> program.Statement:
    return program.Expr(lowering.at(node), lowering.expression(node.value))


def _assign(lowering: Lowering, node: cst.Assign) -> program.Statement:
    targets = tuple([lowering.expression(target.target) for target in node.targets])
    return program.Assign(lowering.at(node), targets, lowering.expression(node.value))


def _annotated(lowering: Lowering, node: cst.AnnAssign) -> program.Statement:
    target, annotation = lowering.expression(node.target), lowering.expression(node.annotation.annotation)
    return program.AnnAssign(lowering.at(node), target, annotation, lowering.optional(node.value))


def _augmented(lowering: Lowering, node: cst.AugAssign) -> program.Statement:
    target, value = lowering.expression(node.target), lowering.expression(node.value)
    return program.AugAssign(lowering.at(node), target, AUGMENTED[type(node.operator)], value)


def _delete(lowering: Lowering, node: cst.Del) -> program.Statement:
    target = lowering.expression(node.target)
    targets = target.elements if isinstance(target, program.Tuple) else (target,)
    return program.Delete(lowering.at(node), targets)


def _return(lowering: Lowering, node: cst.Return) -> program.Statement:
    return program.Return(lowering.at(node), lowering.optional(node.value))


def _raise(lowering: Lowering, node: cst.Raise) -> program.Statement:
    cause = lowering.expression(node.cause.item) if node.cause is not None else None
    return program.Raise(lowering.at(node), lowering.optional(node.exc), cause)


def _assert(lowering: Lowering, node: cst.Assert) -> program.Statement:
    return program.Assert(lowering.at(node), lowering.expression(node.test), lowering.optional(node.msg))


def _without_parts(kind: Any) -> Any:
    return lambda lowering, node: kind(lowering.at(node))


def _names(kind: Any) -> Any:
    return lambda lowering, node: kind(lowering.at(node), tuple([intern(item.name.value) for item in node.names]))


def _import(lowering: Lowering, node: Any) -> program.Statement:
    return program.Import(lowering.at(node), _aliases(lowering, node.names))


def _import_from(lowering: Lowering, node: Any) -> program.Statement:
    module = _dotted(node.module) if node.module is not None else ""
    names = () if isinstance(node.names, cst.ImportStar) else _aliases(lowering, node.names)
    return program.ImportFrom(lowering.at(node), module, len(node.relative), names)


def _aliases(lowering: Lowering, aliases: Iterable[cst.ImportAlias]) -> tuple[program.Alias, ...]:
    return tuple([program.Alias(NOWHERE, _dotted(alias.name), _asname(alias)) for alias in aliases])


def _asname(node: Any) -> str | None:
    named = node.asname.name if node.asname is not None else None
    return intern(named.value) if isinstance(named, cst.Name) else None


def _dotted(node: Any) -> str:
    return intern(f"{_dotted(node.value)}.{node.attr.value}" if isinstance(node, cst.Attribute) else node.value)


def _if(lowering: Lowering, node: cst.If) -> program.Statement:
    test, body = lowering.expression(node.test), lowering.suite(node.body)
    orelse: Any = _if(lowering, node.orelse) if isinstance(node.orelse, cst.If) else lowering.orelse(node.orelse)
    return program.If(lowering.at(node), test, body, orelse)


def _for(lowering: Lowering, node: cst.For) -> program.Statement:
    target, source = lowering.expression(node.target), lowering.expression(node.iter)
    return program.For(lowering.at(node), target, source, lowering.suite(node.body), lowering.orelse(node.orelse))


def _while(lowering: Lowering, node: cst.While) -> program.Statement:
    test = lowering.expression(node.test)
    return program.While(lowering.at(node), test, lowering.suite(node.body), lowering.orelse(node.orelse))


def _with(lowering: Lowering, node: cst.With) -> program.Statement:
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


def _try(lowering: Lowering, node: Any) -> program.Statement:
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


def _type_alias(lowering: Lowering, node: cst.TypeAlias) -> program.Statement:
    at = lowering.at(node)
    value = program.Refused(at, REFUSED[cst.TypeAlias])
    return program.Assign(at, (program.Name(at, intern(node.name.value)),), value)


# -- patterns ----------------------------------------------------------------------------------


def _match(lowering: Lowering, node: cst.Match) -> program.Statement:
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


def _match_value(lowering: Lowering, node: cst.MatchValue) -> program.Pattern:
    return program.MatchValue(NOWHERE, lowering.expression(node.value))


def _match_singleton(lowering: Lowering, node: cst.MatchSingleton) -> program.Pattern:
    return program.MatchSingleton(NOWHERE, KEYWORDS[node.value.value])


def _match_sequence(lowering: Lowering, node: Any) -> program.Pattern:
    patterns = tuple(
        [lowering.pattern(part.value if isinstance(part, cst.MatchSequenceElement) else part) for part in node.patterns]
    )
    return program.MatchSequence(NOWHERE, patterns)


def _match_star(lowering: Lowering, node: cst.MatchStar) -> program.Pattern:
    return program.MatchStar(NOWHERE, intern(node.name.value) if node.name is not None else None)


def _match_mapping(lowering: Lowering, node: cst.MatchMapping) -> program.Pattern:
    keys = tuple([lowering.expression(element.key) for element in node.elements])
    patterns = tuple([lowering.pattern(element.pattern) for element in node.elements])
    rest = intern(node.rest.value) if node.rest is not None else None
    return program.MatchMapping(NOWHERE, keys, patterns, rest)


def _match_class(lowering: Lowering, node: cst.MatchClass) -> program.Pattern:
    parts = [part.value for part in node.patterns] + [keyword.pattern for keyword in node.kwds]
    keywords = tuple([intern(keyword.key.value) for keyword in node.kwds])
    patterns = tuple([lowering.pattern(part) for part in parts])
    return program.MatchClass(NOWHERE, lowering.expression(node.cls), patterns, keywords)


def _match_as(lowering: Lowering, node: cst.MatchAs) -> program.Pattern:
    pattern = lowering.pattern(node.pattern) if node.pattern is not None else None
    return program.MatchAs(NOWHERE, pattern, intern(node.name.value) if node.name is not None else None)


def _match_or(lowering: Lowering, node: cst.MatchOr) -> program.Pattern:
    return program.MatchOr(NOWHERE, tuple([lowering.pattern(part.pattern) for part in node.patterns]))


HANDLED: dict[type, Any] = {
    cst.Expr: _expr, cst.Assign: _assign, cst.AnnAssign: _annotated, cst.AugAssign: _augmented, cst.Del: _delete,
    cst.Return: _return, cst.Raise: _raise, cst.Assert: _assert, cst.Pass: _without_parts(program.Pass),
    cst.Break: _without_parts(program.Break), cst.Continue: _without_parts(program.Continue),
    cst.Global: _names(program.Global), cst.Nonlocal: _names(program.Nonlocal), cst.Import: _import,
    cst.ImportFrom: _import_from, cst.If: _if, cst.For: _for, cst.While: _while, cst.With: _with, cst.Try: _try,
    cst.TryStar: _try, cst.Match: _match, cst.FunctionDef: _function, cst.ClassDef: _class,
    cst.TypeAlias: _type_alias, **known_as("LazyImport", _import), **known_as("LazyImportFrom", _import_from),
}  # fmt: skip
HANDLED_PATTERNS: dict[type, Any] = {
    cst.MatchValue: _match_value, cst.MatchSingleton: _match_singleton, cst.MatchList: _match_sequence,
    cst.MatchTuple: _match_sequence, cst.MatchStar: _match_star, cst.MatchMapping: _match_mapping,
    cst.MatchClass: _match_class, cst.MatchAs: _match_as, cst.MatchOr: _match_or,
}  # fmt: skip
