"""Syntax errors anywhere in a file: the engine itself only parses the blocks that models need."""

from __future__ import annotations

import ast
import warnings

from analyzers.facts import Place


def broken_blocks(path: str, text: str) -> list[tuple[Place, str]]:
    """The first syntax error of a Python file; none for a notebook, and none where only this Python's own
    parser is too old for the source."""
    if path.endswith(".ipynb"):
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return [] if _libcst_accepts(text) else [(_place(path, error), error.msg)]
    except (ValueError, RecursionError, MemoryError):
        return []
    return []


def _libcst_accepts(text: str) -> bool:
    import libcst

    try:
        libcst.parse_module(text)
    except Exception:  # of whatever kind: it does not accept the text
        return False
    return True


def _place(path: str, error: SyntaxError) -> Place:
    line, column = max((error.lineno or 1) - 1, 0), max((error.offset or 1) - 1, 0)
    last, end = max((error.end_lineno or 0) - 1, line), (error.end_offset or 0) - 1
    return Place(path, line, column, last, end if (last, end) > (line, column) else column + 1)
