"""A sample of the one-token bugs in Keras programs: found where they bite, and nothing reported that runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutations.run import Score, verdicts
from tests.mutations_keras.judge import HAS_KERAS, NO_KERAS, shared
from tests.mutations_keras.mutator import keras_mutants
from tests.mutations_keras.originals import ORIGINALS, Original

EVERY = 25

pytestmark = pytest.mark.skipif(not HAS_KERAS, reason=NO_KERAS)


@pytest.fixture(scope="module")
def score() -> Score:
    return Score()


@pytest.mark.parametrize("original", ORIGINALS, ids=lambda original: original.file)
def test_no_false_error(original: Original, score: Score, tmp_path: Path) -> None:
    wrong = []
    for verdict in verdicts(original, EVERY, shared(), tmp_path):
        score.counts[verdict.kind] += 1
        unchanged = verdict.mutant is None
        if verdict.kind in ("false error", "internal") or (unchanged and verdict.kind != "right"):
            wrong.append(str(verdict))
    assert not wrong, "\n".join(wrong)


def test_crashing_mutants_are_found(score: Score) -> None:
    assert score.share >= 0.9, str(score)


def test_a_renamed_keyword_is_a_mutant() -> None:
    source = "from keras import layers\nlayer = layers.Conv2D(8, kernel_size=5)\n"
    found = {(mutant.before, mutant.after) for mutant in keras_mutants(source)}
    assert {("8", "16"), ("5", "2"), ("kernel_size", "filter_size")} <= found
