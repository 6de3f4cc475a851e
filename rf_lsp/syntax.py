"""Syntax errors anywhere in a file: the engine itself only parses the blocks that models need."""

from __future__ import annotations

import ast
import warnings

from analyzers.facts import Place
from analyzers.source.module import SourceModule

LARGEST = 300_000
"""Characters; of a larger file only what the engine parses is told."""


def broken_blocks(module: SourceModule) -> list[tuple[Place, str]]:
    """The first syntax error of a Python file, or of each cell of a notebook.

    Python's own parser looks first, for it is quick; the engine's has the last word, for it may know newer
    syntax.
    """
    return [found for line, text in module.parts() if (found := _broken(module, line, text))]


def _broken(module: SourceModule, first_line: int, text: str) -> tuple[Place, str] | None:
    error = _syntax_error(module, text)
    block = module.block_at(first_line + max((error.lineno or 1) - 1, 0)) if error else None
    if error is None or block is None:
        return None
    block.tree()
    return (_place(module.path, error, first_line), error.msg) if block.errors else None


def _syntax_error(module: SourceModule, text: str) -> SyntaxError | None:
    """A text that was found well-formed is not parsed again in the next process."""
    if len(text) > LARGEST or module.store.is_well_formed(text):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):
        return None
    module.store.note_well_formed(text)
    return None


def _place(path: str, error: SyntaxError, first_line: int) -> Place:
    line, column = max((error.lineno or 1) - 1, 0), max((error.offset or 1) - 1, 0)
    last, end = max((error.end_lineno or 0) - 1, line), (error.end_offset or 0) - 1
    end = end if (last, end) > (line, column) else column + 1
    return Place(path, first_line + line, column, first_line + last, end)
