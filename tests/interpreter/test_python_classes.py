"""Classes: inheritance, descriptors, dataclasses, named tuples, enumerations, metaclasses, operators."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.literate import cases_of

from .agreement import outcome_of

CASES = cases_of(Path(__file__).with_name("programs") / "classes.md")


@pytest.mark.parametrize("title", CASES)
def test_as_python(title, tmp_path):
    outcome = outcome_of(CASES[title]["python"], tmp_path)
    assert outcome.compared
    assert outcome.different + outcome.unknown == []
