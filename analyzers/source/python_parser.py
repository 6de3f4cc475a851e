"""Programs by way of Python's own parser, which reads a text eight times as fast as libcst.

It serves what the running Python understands; what that refuses – newer syntax, code that is being typed – libcst
reads (``lowering``). Both make the same program of the same text, but for the parentheses of tuples and generators
and, before Python 3.12, for what is inside an f-string, which stands where the f-string does; tests hold one against
the other.
"""

from __future__ import annotations

import ast
import warnings

from analyzers.source import python_expressions, python_statements
from analyzers.source.program import (
    Suite,
)
from analyzers.source.python_lowering import MAKERS, PythonLowering

MAKERS.update(python_expressions.HANDLED)
MAKERS.update(python_statements.HANDLED)


def program_of(text: str) -> Suite | None:
    """The program of a block's text; None where Python's parser does not take it."""
    try:
        if "\\" not in text:
            return PythonLowering(text).suite(ast.parse(text).body)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Escapes that Python does not know are not ours to warn of.
            return PythonLowering(text).suite(ast.parse(text).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
