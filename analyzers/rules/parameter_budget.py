"""RF405: more parameters than the settings allow."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import FileFacts, Finding
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import ModelSettings, RuleSettings

RULE = Rule(
    code="RF405",
    name="parameter-budget",
    level="warning",
    confidence="certain",
    summary="A model has more parameters than max-parameters of its settings entry.",
    why="The budget was set by you, for a device or a comparison.",
    how_to_fix="Use narrower or fewer layers, or raise max-parameters.",
    settings=("models.max-parameters",),
)


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    for model in facts.models:
        allowed = settings.of_model(model).max_parameters
        if allowed is None or model.place is None or not isinstance(model.parameters, int):
            continue
        if model.parameters > allowed:
            message = f"{model.parameters:,} parameters, {allowed:,} are allowed"
            yield RULE.finding(model.place, message, model=model.target)


SMALL = """
from torch import nn

# rf: input=1x8
model = nn.Linear(8, 4)
"""
GOOD: tuple[Example, ...] = (Example(SMALL, {"models": (ModelSettings("example.py::model", max_parameters=36),)}),)
BAD: tuple[Example, ...] = (
    Example(
        SMALL + "#       ^^^^^^^^^^^^^^^ 36 parameters, 35 are allowed\n",
        {"models": (ModelSettings("example.py::model", max_parameters=35),)},
    ),
)
