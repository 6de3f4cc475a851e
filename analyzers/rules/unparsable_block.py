"""RF902: a part of the file that is not Python (off by default)."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import FileFacts, Finding
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import RuleSettings

RULE = Rule(
    code="RF902",
    name="unparsable-block",
    level="off",
    confidence="certain",
    summary="A block of the file cannot be parsed; the rest of the file is analysed without it.",
    why="In an editor the Python language server says it already; on the command line a note does.",
    how_to_fix="Correct the syntax.",
)


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    for place, text in facts.broken_blocks:
        yield RULE.finding(place, f"cannot be parsed: {text}")


GOOD = (Example("import torch\n"),)
BAD = (
    Example(
        """
import torch

x = = 1
#   ^ cannot be parsed
"""
    ),
)
