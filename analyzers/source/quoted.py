"""Code that stands in a string: what ``eval`` and ``exec`` are given, annotations in quotes."""

from __future__ import annotations

from functools import lru_cache

from analyzers.source.program import NOWHERE, Expr, Expression, Statement, Suite


@lru_cache(maxsize=256)
def expression_of(text: str) -> Expression | None:
    """The expression that a text is, its nodes standing nowhere; None where it is none."""
    from analyzers.source import blocks
    from analyzers.source.lowering import lowered

    found = blocks.split(text.strip() + "\n")
    parsed = found[0].parsed if len(found) == 1 else None
    if parsed is None or parsed.tree is None or parsed.errors:
        return None
    statements = lowered(parsed.tree, lambda node: NOWHERE)
    statement = statements[0] if len(statements) == 1 else None
    return statement.value if isinstance(statement, Expr) else None


@lru_cache(maxsize=256)
def statements_of(text: str, at: int) -> Suite | None:
    """The statements that a text is, all of them standing where ``at`` says; None where the text is no code."""
    from analyzers.source import blocks
    from analyzers.source.lowering import lowered

    found: list[Statement] = []
    for block in blocks.split(text + "\n"):
        if block.kind == "comment":
            continue
        parsed = block.parsed
        if parsed.tree is None or parsed.errors:
            return None
        found += lowered(parsed.tree, lambda node: at)
    return tuple(found)
