"""The smallest program that still shows the same difference, by leaving things out."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

StillDiffers = Callable[[str], bool]


def shrink(source: str, still_differs: StillDiffers, rounds: int = 6) -> str:
    """Leave out statements, list elements and arguments for as long as the difference stays."""
    for _ in range(rounds):
        smaller = one_round(source, still_differs)
        if smaller == source:
            break
        source = smaller
    return tidied(source)


def one_round(source: str, still_differs: StillDiffers) -> str:
    """Try every removal once, the large ones first."""
    tried: set[str] = set()
    progress = True
    while progress:
        progress = False
        for candidate in candidates(source):
            if candidate in tried:
                continue
            tried.add(candidate)
            if parses(candidate) and still_differs(candidate):
                source, progress = candidate, True
                break
    return source


def candidates(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    spans = [(start, end, text) for node in ast.walk(tree) for start, end, text in removals(node)]
    starts = [0]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    offsets = [(starts[a[0] - 1] + a[1], starts[b[0] - 1] + b[1], text) for a, b, text in spans]
    for first, last, text in sorted(offsets, key=lambda span: span[0] - span[1]):
        yield source[:first] + text + source[last:]


Span = tuple[tuple[int, int], tuple[int, int], str]


def removals(node: ast.AST) -> Iterator[Span]:
    for field in ("body", "orelse", "finalbody"):
        statements = getattr(node, field, None)
        if isinstance(statements, list):
            yield from statement_removals(statements, isinstance(node, ast.Module) or field == "orelse")
    if isinstance(node, ast.List | ast.Tuple):
        yield from element_removals(node.elts)
    elif isinstance(node, ast.Call):
        yield from element_removals([*node.args, *node.keywords])
    if isinstance(node, ast.If | ast.For | ast.While | ast.With | ast.Try):
        yield from unwrapped(node)


def statement_removals(statements: list[ast.stmt], may_be_empty: bool) -> Iterator[Span]:
    for statement in statements:
        start = (statement.lineno, statement.col_offset)
        decorated = getattr(statement, "decorator_list", None)
        if decorated:
            start = (decorated[0].lineno, statement.col_offset)
        text = "" if may_be_empty and len(statements) > 1 else "pass"
        if not isinstance(statement, ast.Pass):
            yield start, (statement.end_lineno or 0, statement.end_col_offset or 0), text


def element_removals(elements: list[ast.expr | ast.keyword]) -> Iterator[Span]:  # type: ignore[type-arg]
    for index, element in enumerate(elements):
        if index:
            before = elements[index - 1]
            yield (
                (before.end_lineno or 0, before.end_col_offset or 0),
                (
                    element.end_lineno or 0,
                    element.end_col_offset or 0,
                ),
                "",
            )
        elif len(elements) > 1:
            after = elements[1]
            yield (element.lineno, element.col_offset), (after.lineno, after.col_offset), ""


def unwrapped(node: ast.If | ast.For | ast.While | ast.With | ast.Try) -> Iterator[Span]:
    """The body in place of the statement around it, for one-line bodies."""
    if len(node.body) == 1 and "\n" not in ast.unparse(node.body[0]):
        text = ast.unparse(node.body[0])
        yield (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0), text


def parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True


def tidied(source: str) -> str:
    """Without blank lines, and without every ``pass`` that need not be there."""
    lines = [line for line in source.split("\n") if line.strip()]
    for index in reversed(range(len(lines))):
        rest = [*lines[:index], *lines[index + 1 :]]
        if lines[index].strip() == "pass" and parses("\n".join(rest)):
            lines = rest
    return "\n".join(lines) + "\n"
