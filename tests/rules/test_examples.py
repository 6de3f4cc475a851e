"""Every rule's own examples, run through the engine: the bad ones are reported where the carets stand, with
the words behind them; the good ones are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from analyzers.facts import Finding
from analyzers.request import Request
from analyzers.rules.support.record import Example
from analyzers.rules.support.registry import MODULES
from analyzers.rules.support.report import check
from analyzers.rules.support.selection import levels
from analyzers.rules.support.settings import RuleSettings
from rf_lsp.engine import Engine, Project
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
    """What this rule says about an example, among all rules that run by default."""
    path = folder / "example.py"
    path.write_text(example.source.lstrip("\n"), encoding="utf-8")
    facts = Engine(Project(Settings(), str(folder))).facts(Request(str(path)))
    settings = replace(RuleSettings(**example.settings), levels={**levels(), **levels([code])})
    return [finding for finding in check(facts, settings) if finding.code == code]


def examples(kind: str) -> list:
    return [
        pytest.param(code, example, id=f"{code}-{number}")
        for code, module in MODULES.items()
        for number, example in enumerate(getattr(module, kind))
    ]


@pytest.mark.parametrize(("code", "example"), examples("BAD"))
def test_bad_examples_are_reported_where_the_carets_stand(code: str, example: Example, tmp_path: Path):
    wanted = list(expected(example.source.lstrip("\n")))
    found = reported(code, example, tmp_path)
    places = [(item.place.line, item.place.column, item.place.end_column) for item in found]
    assert places == [place[:3] for place in wanted], [item.message for item in found]
    for (*_, text), item in zip(wanted, found, strict=True):
        assert text in item.message


@pytest.mark.parametrize(("code", "example"), examples("GOOD"))
def test_good_examples_are_not_reported(code: str, example: Example, tmp_path: Path):
    assert reported(code, example, tmp_path) == []
