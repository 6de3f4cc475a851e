"""Random programs, run by Python and by the interpreter.

``python -m tests.interpreter.test_python_random 5000`` runs more of them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

from .agreement import Outcome, outcome_of
from .random_programs import program

pytestmark = pytest.mark.slow

PROGRAMS_IN_SUITE = 300


def compared(folder: Path, seeds: range) -> Outcome:
    """The outcomes of many programs together; lines name the seed."""
    total = Outcome()
    for seed in seeds:
        outcome = outcome_of(program(seed), folder)
        total.compared += outcome.compared
        total.different += [f"seed {seed}: {line}" for line in outcome.different]
        total.unknown += [f"seed {seed}: {line}" for line in outcome.unknown]
    return total


def test_random_programs(tmp_path):
    outcome = compared(tmp_path, range(PROGRAMS_IN_SUITE))
    assert outcome.different == []
    assert len(outcome.unknown) <= 0.02 * outcome.compared, outcome.unknown
    assert outcome.compared > 5 * PROGRAMS_IN_SUITE


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        found = compared(Path(name), range(int(sys.argv[1])))
    print(*found.different, *found.unknown, sep="\n")
    print(f"{found.compared} values, {len(found.different)} different, {len(found.unknown)} unknown")
