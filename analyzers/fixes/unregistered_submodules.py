"""RF401: the list or dict of layers becomes a ModuleList or ModuleDict."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from analyzers.facts import Edit, Fix, Place
from analyzers.fixes.support.calls import nodes_in
from analyzers.fixes.support.context import FixContext
from analyzers.source.blocks import Block
from analyzers.source.lexical import split_lines
from analyzers.source.module import SourceModule


def propose(context: FixContext) -> Iterator[Fix]:
    place = context.finding.place
    module, problem = context.module(place.file), context.problem
    value = _assigned(module, place) if module is not None else None
    kind = problem.data.get("container") if problem is not None else None
    if module is None or value is None or not isinstance(kind, str):
        return
    block, node = value
    prefix = _spelling(module)
    if prefix is None:
        return
    at = Place(place.file, *block.tree_span(node))
    around = _with_parentheses(module, at) if isinstance(node, cst.Tuple) else at
    opening, closing = ("(", ")") if around is not None else ("((", "))")
    span = around or at
    start = Place(at.file, span.line, span.column, span.line, span.column)
    end = Place(at.file, span.end_line, span.end_column, span.end_line, span.end_column)
    yield Fix(f"Use {prefix}.{kind}", (Edit(start, f"{prefix}.{kind}{opening}"), Edit(end, closing)))


def _with_parentheses(module: SourceModule, at: Place) -> Place | None:
    """A tuple's place with the parentheses right around it, if there are any."""
    lines = split_lines(module.text)
    before, behind = lines[at.line][: at.column], lines[at.end_line][at.end_column :]
    if not before.endswith("(") or not behind.startswith(")"):
        return None
    return Place(at.file, at.line, at.column - 1, at.end_line, at.end_column + 1)


def _assigned(module: SourceModule, place: Place) -> tuple[Block, cst.BaseExpression] | None:
    """The value that the one statement on the lines of a place assigns."""
    lines = Place(place.file, place.line, 0, place.end_line, 1_000_000)
    found = nodes_in(module, lines, cst.Assign, cst.AnnAssign)
    if found is None:
        return None
    block, nodes = found
    values = [node.value for node in nodes if node.value is not None]
    return (block, values[0]) if len(values) == 1 else None


def _spelling(module: SourceModule) -> str | None:
    """How the file names ``torch.nn``."""
    if module.binders("nn"):
        return "nn"
    return "torch.nn" if module.binders("torch") else None
