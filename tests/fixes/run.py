"""Every fix over mutated programs: the long run.

    python -m tests.fixes.run [torch|keras] [--every 1] [--only unet.py] [--verbose]

Mutates every program of tests/mutations or tests/mutations_keras and applies every fix that is offered for what the
mutation brought about, and for the programs as they are. A fix is bad when its finding is still there, when it adds a
finding, when a second run changes something again, or when the framework does not run the fixed program although no
error is left in it, or gets an output of another size from one that ran before. Prints counts by rule; the exit code
is 1 if any fix is bad.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.differential.judge import Judge
from tests.fixes.harness import FixTester, TriedFix
from tests.mutations.mutator import Mutant
from tests.mutations.originals import ORIGINALS, Original
from tests.mutations_keras.judge import Judge as KerasJudge
from tests.mutations_keras.originals import ORIGINALS as KERAS_ORIGINALS

Ask = Callable[[Original, str], dict[str, Any]]
"""What the framework makes of an original's program with another source."""
JUDGES = {"torch": Judge, "keras": KerasJudge}
PROGRAMS = {"torch": ORIGINALS, "keras": KERAS_ORIGINALS}


def asking(judge: Judge) -> Ask:
    return lambda original, source: judge.judge(source, original.expression, original.input_lists)


def outcomes(
    original: Original, every: int, ask: Ask, folder: Path, offset: int = 0
) -> Iterator[tuple[Mutant | None, TriedFix]]:
    """The fixes of the program itself and of every n-th mutant."""
    tester = FixTester(folder / original.file, original.expression, original.static_inputs)
    known = tester.look(original.source).findings
    for mutant in [None, *original.mutants()[offset % every :: every]]:
        text = mutant.source if mutant else original.source
        found = list(tester.tried(text, known if mutant else ()))
        for tried in found:
            yield mutant, tried if tried.wrong else replace(tried, wrong=judged(original, text, tried, ask))
        unsettled = tester.settles(text) if found else ""
        if unsettled:
            yield mutant, replace(found[0], wrong=unsettled)


def judged(original: Original, text: str, tried: TriedFix, ask: Ask) -> str:
    """What the framework has against the fixed program."""
    before, after = (ask(original, source) for source in (text, tried.text))
    if after["raises"]:
        return "" if tried.errors_left or after["reason"] != "shape" else _raised(after)
    return "" if before["raises"] or after["outputs"] == before["outputs"] else "another output"


def _raised(truth: dict[str, Any]) -> str:
    return f"line {truth.get('line')} {truth['exception']}: {truth['message']}"


def run(framework: str, every: int, only: str, folder: Path) -> Iterator[tuple[str, Mutant | None, TriedFix]]:
    with JUDGES[framework]() as judge:
        for original in PROGRAMS[framework]:
            if only in original.file:
                found = outcomes(original, every, asking(judge), folder)
                yield from ((original.file, *outcome) for outcome in found)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("framework", nargs="?", choices=JUDGES, default="torch")
    parser.add_argument("--every", type=int, default=1, help="only every n-th mutant")
    parser.add_argument("--only", default="", help="programs whose file name contains this")
    parser.add_argument("--verbose", action="store_true", help="print every bad fix")
    arguments = parser.parse_args()
    good, bad, started = Counter[str](), Counter[str](), time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        for file, mutant, tried in run(arguments.framework, arguments.every, arguments.only, Path(name)):
            (bad if tried.wrong else good)[tried.finding.code] += 1
            if tried.wrong and arguments.verbose:
                print(f"{file} {mutant or 'unchanged'} | {tried}", flush=True)
    for code in sorted({*good, *bad}):
        print(f"{code}: {good[code]} good, {bad[code]} bad")
    print(f"{good.total()} good, {bad.total()} bad; {time.perf_counter() - started:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
