"""Four hundred random programs with fixed seeds: the same shapes, parameters and errors as torch."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.differential.judge import shared
from tests.differential.run import UNKNOWN_LIMIT, Case, Summary, run

CHUNK = 40
CHUNKS = 10


@pytest.fixture(scope="module")
def totals() -> Summary:
    return Summary()


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_nothing_contradicts_torch(chunk: int, totals: Summary, tmp_path: Path) -> None:
    seeds = range(chunk * CHUNK, (chunk + 1) * CHUNK)
    cases = run(seeds, shared("first"), shared("second"), tmp_path, totals)
    wrong = [told(case) for case in cases if case.contradictions]
    assert not wrong, "\n".join(wrong)


def test_little_is_unknown(totals: Summary) -> None:
    assert totals.unknown <= UNKNOWN_LIMIT * max(1, totals.cases), str(totals)


def test_invalid_programs_are_among_them(totals: Summary) -> None:
    assert totals.cases == 0 or 0.15 < totals.raising / totals.cases < 0.45, str(totals)


def test_they_reach_most_of_the_framework(totals: Summary) -> None:
    assert totals.cases == 0 or len(totals.names) > 200, sorted(totals.names)


def told(case: Case) -> str:
    first = case.contradictions[0]
    return f"seed {case.seed} (python -m tests.differential.run --only {case.seed}): {first}"
