"""RF501: what the source says and what the framework did are two numbers."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF501",
    name="trace-disagrees",
    level="warning",
    confidence="certain",
    summary="A traced model has another shape, number of parameters or receptive field than its source says.",
    why="`rf-lsp trace` runs the model as the source says that it is built; where the two differ, what is shown beside the"
    " code is wrong, or the program did something else than it says (a library of another version, a branch on data).",
    how_to_fix="Trust the traced number. If the source is as it should be, it is a bug of rf-lsp: report it with both numbers.",
)

check = from_problems(RULE)

GOOD: tuple[Example, ...] = ()
BAD: tuple[Example, ...] = ()
