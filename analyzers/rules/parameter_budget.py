"""RF405: more parameters, multiplications or memory than the settings allow."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import FileFacts, Finding, ModelFact
from analyzers.rules.support.coverage import assumed
from analyzers.rules.support.memory import bytes_text, memory_of
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import ModelSettings, RuleSettings

RULE = Rule(
    code="RF405",
    name="parameter-budget",
    level="warning",
    confidence="certain",
    summary=(
        "A model has more parameters, multiplies more for one item, or takes more memory (input, outputs of all layers and "
        "parameters, with 32 bits for a number) than its settings entry allows. Of multiplications and memory nothing is said "
        "where the input's size is only assumed."
    ),
    why="The budget was set by you, for a device or a comparison.",
    how_to_fix="Use narrower or fewer layers, or raise the budget.",
    settings=("models.max-parameters", "models.max-macs", "models.max-memory"),
)


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    for model in facts.models:
        broken = "; ".join(_broken(model, settings.own_entry(model)))
        if broken and model.place is not None:
            yield RULE.finding(model.place, broken, model=model.target)


def _broken(model: ModelFact, budget: ModelSettings) -> Iterator[str]:
    """All budgets that are exceeded: one finding, for it is one place."""
    if _exceeds(model.parameters, budget.max_parameters):
        yield f"{model.parameters:,} parameters, {budget.max_parameters:,} are allowed"
    if assumed(model):
        return
    if _exceeds(model.macs, budget.max_macs):
        yield f"{model.macs:,} MACs, {budget.max_macs:,} are allowed"
    if budget.max_memory is not None:
        taken = memory_of(model).forward
        if taken is not None and taken > budget.max_memory:
            yield f"{bytes_text(taken)} of memory, {bytes_text(budget.max_memory)} are allowed"


def _exceeds(count: object, allowed: int | None) -> bool:
    return allowed is not None and isinstance(count, int) and count > allowed


SMALL = """
from torch import nn

# rf: input=1x8
model = nn.Linear(8, 4)
"""
GOOD: tuple[Example, ...] = (
    Example(SMALL, {"models": (ModelSettings("example.py::model", max_parameters=36, max_macs=32, max_memory=192),)}),
)
BAD: tuple[Example, ...] = (
    Example(
        SMALL + "#       ^^^^^^^^^^^^^^^ 36 parameters, 35 are allowed\n",
        {"models": (ModelSettings("example.py::model", max_parameters=35),)},
    ),
    Example(
        SMALL + "#       ^^^^^^^^^^^^^^^ 32 MACs, 31 are allowed; 192 bytes of memory, 191 bytes are allowed\n",
        {"models": (ModelSettings("example.py::model", max_macs=31, max_memory=191),)},
    ),
)
