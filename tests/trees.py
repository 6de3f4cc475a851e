"""The project's own sources as trees: each file is parsed and walked through once for all tests that look at them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
ENGINE = sorted((ROOT / "analyzers").rglob("*.py"))
FRONT = sorted((ROOT / "rf_lsp").rglob("*.py"))

Kind = TypeVar("Kind", bound=ast.AST)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _by_kind(path: Path) -> dict[type[ast.AST], list[ast.AST]]:
    nodes: dict[type[ast.AST], list[ast.AST]] = {}
    for node in ast.walk(tree_of(path)):
        nodes.setdefault(type(node), []).append(node)
    return nodes


def nodes(path: Path, kind: type[Kind]) -> list[Kind]:
    """All nodes of a kind in a file, at any depth."""
    return _by_kind(path).get(kind, [])  # pyright: ignore[reportReturnType]


def called(call: ast.Call) -> str:
    """The dotted name of what a call calls; empty where it is no name."""
    parts = []
    function = call.func
    while isinstance(function, ast.Attribute):
        parts.append(function.attr)
        function = function.value
    return ".".join([function.id, *reversed(parts)]) if isinstance(function, ast.Name) else ""


@cache
def _checked_only(path: Path) -> frozenset[int]:
    """What stands under ``if TYPE_CHECKING:``."""
    branches = [node for node in nodes(path, ast.If) if "TYPE_CHECKING" in ast.unparse(node.test)]
    return frozenset(id(inner) for branch in branches for inner in ast.walk(branch))


def imports(path: Path, at_run_time: bool = False) -> Iterator[str]:
    """The dotted names a file imports; with ``at_run_time`` not those under ``if TYPE_CHECKING:``."""
    hidden = _checked_only(path) if at_run_time else frozenset()
    for node in nodes(path, ast.Import):
        if id(node) not in hidden:
            yield from (alias.name for alias in node.names)
    for node in nodes(path, ast.ImportFrom):
        if id(node) not in hidden:
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
