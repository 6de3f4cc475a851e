"""RF900: rf-lsp itself failed on this file."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF900",
    name="internal-error",
    level="error",
    confidence="certain",
    summary="The analysis of this file stopped with an internal error.",
    why="It is a bug of rf-lsp, not of your code; the other files are not affected.",
    how_to_fix="Report it with the output of RF_LSP_DEBUG=1 rf-lsp check FILE.",
)

check = from_problems(RULE)

GOOD: tuple[Example, ...] = ()
BAD: tuple[Example, ...] = ()
