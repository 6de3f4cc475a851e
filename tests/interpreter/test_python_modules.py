"""Imports across files: relative, star, circular, lazy, conditional, re-exported."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.literate import cases_of

from .agreement import outcome_of

CASES = cases_of(Path(__file__).with_name("programs") / "modules.md")


@pytest.mark.parametrize("title", CASES)
def test_as_python(title, tmp_path):
    files = {info.partition(" ")[2]: text for info, text in CASES[title].items()}
    outcome = outcome_of(files.pop(""), tmp_path, files)
    assert outcome.compared
    assert outcome.different + outcome.unknown == []
