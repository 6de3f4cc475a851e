"""Each fix over all its rule's examples, and over a sample of mutated programs: the finding goes, nothing comes,
and a second run changes nothing. The long run is tests/fixes/run.py."""

from __future__ import annotations

import pkgutil
from dataclasses import replace
from pathlib import Path

import pytest

import analyzers.fixes
from analyzers.rules.support.record import Example
from analyzers.rules.support.registry import MODULES, RULES
from analyzers.rules.support.selection import levels
from analyzers.rules.support.settings import RuleSettings
from tests.differential.judge import shared
from tests.fixes.harness import FixTester
from tests.fixes.run import Original, asking, outcomes
from tests.mutations.originals import ORIGINALS
from tests.mutations_keras.originals import ORIGINALS as KERAS_ORIGINALS

pytestmark = pytest.mark.slow

EVERY = 200
NAMED = {
    *("RF101", "RF104", "RF106", "RF107", "RF201", "RF202", "RF203", "RF301", "RF401", "RF404", "RF903"),
}
"""The rules whose table names a fix."""


def test_every_rule_that_names_a_fix_has_one() -> None:
    written = {entry.name for entry in pkgutil.iter_modules(analyzers.fixes.__path__) if not entry.ispkg}
    assert {code for code, rule in RULES.items() if rule.fixes != "none"} == NAMED
    assert {MODULES[code].__name__.rpartition(".")[2] for code in NAMED} == written


def bad_examples() -> list:
    return [
        pytest.param(code, example, id=f"{code}-{number}")
        for code in sorted(NAMED)
        for number, example in enumerate(MODULES[code].BAD)
    ]


@pytest.mark.parametrize(("code", "example"), bad_examples())
def test_the_examples_of_a_rule(code: str, example: Example, tmp_path: Path) -> None:
    settings = replace(RuleSettings(**example.settings), levels={**levels(), **levels([code])})
    tester = FixTester(tmp_path / "example.py", settings=settings)
    text = example.source.lstrip("\n")
    found = [tried for tried in tester.tried(text) if tried.finding.code == code]
    assert found, "no fix is offered"
    assert [str(tried) for tried in found if tried.wrong] == []
    assert tester.settles(text) == ""


@pytest.mark.parametrize("original", ORIGINALS, ids=lambda original: original.file)
def test_mutated_programs(original: Original, tmp_path: Path) -> None:
    """Torch runs what is tried, and gets the same shapes from what ran before."""
    wrong = [
        f"{mutant or 'unchanged'} | {tried}"
        for mutant, tried in outcomes(original, EVERY, asking(shared("first")), tmp_path, offset=7)
        if tried.wrong
    ]
    assert wrong == []


@pytest.mark.parametrize("original", KERAS_ORIGINALS[::3], ids=lambda original: original.file)
def test_mutated_keras_programs(original: Original, tmp_path: Path) -> None:
    """By the engine alone; Keras itself judges in the long run."""
    found = outcomes(original, 3 * EVERY, lambda *_: {"raises": False, "outputs": []}, tmp_path, offset=7)
    assert [f"{mutant or 'unchanged'} | {tried}" for mutant, tried in found if tried.wrong] == []
