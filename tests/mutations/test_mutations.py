"""A sample of the one-token bugs: found where they bite, and nothing reported that runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.differential.judge import shared
from tests.mutations.mutator import mutants
from tests.mutations.originals import ORIGINALS, PACKAGES, Original
from tests.mutations.run import FOUND_BAR, Score, settled, verdicts

EVERY = 50


@pytest.fixture(scope="module")
def score() -> Score:
    return Score()


@pytest.mark.parametrize("original", (*ORIGINALS, *PACKAGES), ids=lambda original: original.file)
def test_no_false_error(original: Original, score: Score, tmp_path: Path) -> None:
    wrong = []
    for verdict in verdicts(original, EVERY, shared("first"), tmp_path):
        verdict = settled(verdict, shared("second"))
        score.counts[verdict.kind] += 1
        unfit = verdict.mutant is None and verdict.kind != "right"
        if unfit or verdict.kind in ("false error", "internal"):
            wrong.append(str(verdict))
    assert not wrong, "\n".join(wrong)


def test_crashing_mutants_are_found(score: Score) -> None:
    assert score.crashing == 0 or score.share >= FOUND_BAR, str(score)


def test_a_mutant_differs_in_one_place() -> None:
    source = "import torch.nn as nn\nlayer = nn.Conv2d(3, 8, kernel_size=5)\n"
    found = {(mutant.before, mutant.after) for mutant in mutants(source)}
    assert {("3", "4"), ("8", "16"), ("5", "2")} <= found
    assert all(len(mutant.source.split("\n")) == 3 for mutant in mutants(source))
