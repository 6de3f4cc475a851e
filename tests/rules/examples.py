"""The rules' own examples: what their carets ask for, and what a rule says about one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from analyzers.facts import Finding
from analyzers.request import Request
from analyzers.rules.support.record import Example
from analyzers.rules.support.report import check
from analyzers.rules.support.selection import levels
from analyzers.rules.support.settings import RuleSettings
from rf_lsp.engine import Engine, ProjectSettings
from rf_lsp.settings import Settings

CARETS = re.compile(r"#\s*(?P<carets>\^+) ?(?P<text>.*)")
Expected = tuple[int, int, int, str]


def expected(source: str) -> Iterator[Expected]:
    """(line, first column, end column, text in the message), zero-based."""
    for number, line in enumerate(source.splitlines()):
        match = CARETS.fullmatch(line)
        if match:
            yield number - 1, match.start("carets"), match.end("carets"), match["text"]


def reported(code: str, example: Example, folder: Path) -> list[Finding]:
    """What this rule says about an example, among all rules that run by default. Its settings name it ``example.py``."""
    path = folder / "example.py"
    path.write_text(example.source.lstrip("\n"), encoding="utf-8")
    facts = Engine(ProjectSettings(Settings(), str(folder))).facts(Request(str(path)))
    settings = RuleSettings(**example.settings)
    models = tuple(replace(entry, target=str(folder / entry.target)) for entry in settings.models)
    settings = replace(settings, models=models, levels={**levels(), **levels([code])})
    return [finding for finding in check(facts, settings) if finding.code == code]
