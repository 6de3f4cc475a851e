"""Every rule's own examples, run through the engine: the bad ones are reported where the carets stand, with
the words behind them; the good ones are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.rules.support.record import Example
from analyzers.rules.support.registry import MODULES
from tests.rules.examples import expected, reported


def examples(kind: str) -> list:
    return [
        pytest.param(code, example, id=f"{code}-{number}")
        for code, module in MODULES.items()
        for number, example in enumerate(getattr(module, kind))
    ]


NO_SOURCE = {"RF900", "RF501", "RF502"}
"""Rules that no source may bring about: an error of our own, and what only a trace tells (tests/rf_lsp/test_trace.py)."""


@pytest.mark.parametrize("code", sorted(MODULES.keys() - NO_SOURCE))
def test_every_rule_is_shown_to_speak_and_to_be_silent(code: str):
    """Each example goes through the engine below: a rule without a firing one may never say anything."""
    assert any(any(expected(example.source)) for example in MODULES[code].BAD), "no example that is reported"
    assert MODULES[code].GOOD, "no example that is not reported"


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
