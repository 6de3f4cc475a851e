"""RF502: a model could not be traced."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF502",
    name="trace-failed",
    level="information",
    confidence="certain",
    summary="A model could not be built or run, and the reason.",
    why="Nothing confirms what rf-lsp says of this model; the message is what the program or the framework gave as the reason.",
    how_to_fix="Most often an interpreter that lacks a module (`--python`), an input of another size (`--input`), or arguments"
    " that nobody gives (`TARGET::Net(3, 2)`).",
)

check = from_problems(RULE)

GOOD: tuple[Example, ...] = ()
BAD: tuple[Example, ...] = ()
