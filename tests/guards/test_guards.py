"""The guards themselves, and the quickest of them: every style's slips, held against what was recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.differential.judge import Judge, shared
from tests.fixes.run import PROGRAMS
from tests.guards.__main__ import report
from tests.guards.cases import cases
from tests.guards.lines import not_installed, slip_tallies
from tests.guards.tally import NEVER, Recorded, Tally, better, load, merged, record, worse
from tests.mutations.forms import forms_of
from tests.mutations_keras.judge import shared as shared_keras

STYLES = {"list", "add chain", "builder", "functional", "subclassed"}


def judge_of(framework: str) -> Judge:
    return shared_keras() if framework == "keras" else shared("first")


@pytest.mark.parametrize("framework", PROGRAMS)
def test_no_style_is_worse_than_recorded(framework: str, tmp_path: Path) -> None:
    if missing := not_installed(framework):
        pytest.skip(missing)
    recorded = load()
    tallies = slip_tallies(framework, judge_of(framework), tmp_path)
    fallen = {tally.name: worse(tally, recorded.get(tally.name)) for tally in tallies}
    assert {name: what for name, what in fallen.items() if what} == {}


@pytest.mark.parametrize("framework", PROGRAMS)
def test_every_style_is_guarded(framework: str) -> None:
    """By slips that somebody thought of, and by a program that is mutated, in every form."""
    assert {case.program.style for case in cases(framework)} == STYLES
    assert all(len(case.slips) >= 3 for case in cases(framework))
    notebooks = {program.style for program in PROGRAMS[framework] if "notebook" in forms_of(program)}
    assert notebooks == STYLES


def test_nothing_that_must_never_be_is_recorded() -> None:
    assert load() and not any(line.counts.get(key) for line in load().values() for key in NEVER)


RECORDED = Recorded({"found": 3, "missed": 1, "silent": 2}, ["missed: net.py, line 3"])


@pytest.mark.parametrize(
    ("counts", "fallen", "risen"),
    [
        ({"found": 3, "missed": 1, "silent": 2}, [], []),
        ({"found": 2, "missed": 2, "silent": 2}, ["found 3 → 2", "missed 1 → 2"], []),
        ({"found": 4, "silent": 2}, [], ["missed 1 → 0", "found 3 → 4"]),
        ({"found": 3, "missed": 1, "silent": 1, "false": 1}, ["1 false", "silent 2 → 1"], []),
        ({"found": 2, "missed": 1, "misplaced": 1, "silent": 2}, ["found 3 → 2", "misplaced 0 → 1"], []),
    ],
)
def test_counts_against_the_recorded_ones(counts: dict[str, int], fallen: list[str], risen: list[str]) -> None:
    tally = Tally("slips", counts)
    assert worse(tally, RECORDED) == fallen
    assert better(tally, RECORDED) == risen


def test_a_false_error_is_never_recorded_away() -> None:
    assert worse(Tally("slips", {"false": 1}), Recorded({"false": 1}, [])) == ["1 false"]


def test_a_line_that_nobody_recorded_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert not report({"new": Tally("new", {"found": 1})}, {}, verbose=False)
    assert "found 1|-  WORSE: not recorded" in capsys.readouterr().out


def test_the_report_names_what_is_newly_open(capsys: pytest.CaptureFixture[str]) -> None:
    old, new = "missed: net.py, line 3", "missed: net.py, line 9"
    tally = Tally("slips", {"found": 2, "missed": 2, "silent": 2}, {old: "the old one", new: "the\n new one"})
    assert not report({"slips": tally}, {"slips": RECORDED}, verbose=False)
    out = capsys.readouterr().out
    assert "found 2|3" in out and "the new one" in out and "the old one" not in out


def test_what_is_skipped_says_why_and_fails_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert report({"truth": Tally("truth", skipped="no pack")}, {"truth": RECORDED}, verbose=False)
    assert "skipped: no pack" in capsys.readouterr().out


def test_parts_of_a_line_are_added() -> None:
    parts = [Tally("a", {"found": 1}, {"x": "X"}), Tally("b", {"found": 5}), Tally("a", {"found": 2, "missed": 1})]
    found = merged(parts)
    assert found["a"].counts == {"found": 3, "missed": 1}
    assert found["a"].open == {"x": "X"}


def test_recording_keeps_what_was_skipped(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    lines = {name: {"counts": {"found": 1}, "open": []} for name in ("slips · keras · list", "gone", "slips · torch")}
    path.write_text(json.dumps(lines))
    counted = {
        "slips · keras": Tally("slips · keras", skipped="no Keras"),
        "new": Tally("new", {"found": 2}, {"z": "Z"}),
    }
    record(counted, all_lines=False, path=path)
    assert set(load(path)) == {*lines, "new"}
    record(counted, all_lines=True, path=path)
    assert set(load(path)) == {"slips · keras · list", "new"}
    assert load(path)["new"] == Recorded({"found": 2}, ["z"])
