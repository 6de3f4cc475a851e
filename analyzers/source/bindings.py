"""Which names a function binds, and whether some text may set an attribute or bind a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from analyzers.source import program


def bound_in(function: program.FunctionDef | program.Lambda) -> frozenset[str]:
    """The names that a function binds: parameters, targets, imports, definitions, captures."""
    parameters = function.parameters
    own = [p.name for p in program.children(parameters) if isinstance(p, program.Parameter)]
    own += [name for field in program.FIELDS[program.Parameters] if isinstance(name := getattr(parameters, field), str)]
    return frozenset((*own, *_bound_by(function.body)))


def _bound_by(node: Any) -> Iterator[str]:
    waiting: list[Any] = [node]
    while waiting:
        node = waiting.pop()
        yield from _bound_right_here(node)
        if not isinstance(node, (program.FunctionDef, program.ClassDef, program.Lambda)):
            waiting += program.children(node)


def _bound_right_here(node: Any) -> Iterator[str]:
    if isinstance(node, (program.FunctionDef, program.ClassDef)):
        yield node.name
    elif isinstance(node, (program.Global, program.Nonlocal)):
        yield from node.names
    elif isinstance(node, program.Alias):
        yield node.asname or node.name.split(".")[0]
    elif isinstance(node, program.ImportFrom) and not node.names:
        yield "*"
    elif isinstance(node, (program.NamedExpr, program.ExceptHandler, program.MatchAs, program.MatchStar)):
        if node.name is not None:
            yield node.name
    else:
        yield from _targets(node)


def _targets(node: Any) -> Iterator[str]:
    """The names among what a statement, a loop or a ``with`` assigns to."""
    targets = list(getattr(node, "targets", ()))
    target = getattr(node, "target", None)
    waiting = [*targets, *([target] if isinstance(target, program.Node) else [])]
    while waiting:
        part = waiting.pop()
        if isinstance(part, program.Name):
            yield part.id
        elif isinstance(part, (program.Tuple, program.List)):
            waiting += part.elements
        elif isinstance(part, program.Starred):
            waiting.append(part.value)


def sets_attribute(text: str, name: str) -> bool:
    """Whether a text may give an object an attribute of that name: by assignment, or by its name in a string."""
    word = re.escape(name)
    alone = rf"\.{word}\s*(?:(?::[^=\n]+)?=(?!=)|[-+*/]=)|[\"']{word}[\"']|\b(?:as|for)\s[^\n:]*\.{word}\b"
    among_others = rf"^[ \t(]*[\w.,*\[\] \t]*\.{word}\s*,[\w.,*\[\]() \t]*=(?!=)"
    return re.search(f"{alone}|{among_others}", text, re.MULTILINE) is not None


@lru_cache(maxsize=256)
def binds_dynamically(text: str, name: str) -> bool:
    """Whether a module's text may bind the name in a way that its blocks do not show."""
    word = re.escape(name)
    found = re.search(rf"\b(?:exec|globals|vars|locals)\s*\(|^\s*[%!]|\bglobal\b[^\n]*\b{word}\b", text, re.MULTILINE)
    return found is not None or re.search(rf"\b{word}\s*:=|\bbuiltins\b", text) is not None
