"""RF211: the output differs from what is declared."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF211",
    name="output-contract",
    level="error",
    confidence="certain",
    summary="A model's output differs from its annotated or declared shape.",
    why=(
        "The code runs, but whoever relies on the annotation gets something else; a checker at run "
        "time (jaxtyping) raises."
    ),
    how_to_fix="Correct the annotation, or the layers.",
)

check = from_problems(RULE)

GOOD: tuple[Example, ...] = ()
BAD: tuple[Example, ...] = ()
