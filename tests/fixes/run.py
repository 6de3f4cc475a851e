"""Every fix over mutated programs: the long run.

    python -m tests.fixes.run [--every 1] [--only unet.py] [--verbose]

Mutates every program of tests/mutations and applies every fix that is offered for what the mutation brought about,
and for the programs as they are. A fix is bad when its finding is still there, when it adds a finding, when a second
run changes something again, or when torch does not run the fixed program although no error is left in it, or gets
an output of another size from one that ran before. Prints counts by rule; the exit code is 1 if any fix is bad.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.differential.judge import Judge
from tests.fixes.harness import Bench, Mended
from tests.mutations.mutator import Mutant, mutants
from tests.mutations.originals import ORIGINALS, Original


def outcomes(
    original: Original, every: int, judge: Judge, folder: Path, offset: int = 0
) -> Iterator[tuple[Mutant | None, Mended]]:
    """The fixes of the program itself and of every n-th mutant."""
    bench = Bench(folder / original.file, original.expression, original.inputs)
    known = bench.look(original.source).findings
    for mutant in [None, *mutants(original.source)[offset % every :: every]]:
        text = mutant.source if mutant else original.source
        found = list(bench.mended(text, known if mutant else ()))
        for mended in found:
            yield mutant, mended if mended.wrong else replace(mended, wrong=judged(original, text, mended, judge))
        unsettled = bench.settles(text) if found else ""
        if unsettled:
            yield mutant, replace(found[0], wrong=unsettled)


def judged(original: Original, text: str, mended: Mended, judge: Judge) -> str:
    """What torch has against the fixed program."""
    before, after = (judge.judge(source, original.expression, original.input_lists) for source in (text, mended.text))
    if after["raises"]:
        return "" if mended.errors_left or after["reason"] != "shape" else _raised(after)
    return "" if before["raises"] or after["outputs"] == before["outputs"] else "another output"


def _raised(truth: dict[str, Any]) -> str:
    return f"torch: line {truth['line']} {truth['exception']}: {truth['message']}"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--every", type=int, default=1, help="only every n-th mutant")
    parser.add_argument("--only", default="", help="programs whose file name contains this")
    parser.add_argument("--verbose", action="store_true", help="print every bad fix")
    arguments = parser.parse_args()
    good, bad, started = Counter[str](), Counter[str](), time.perf_counter()
    with tempfile.TemporaryDirectory() as name, Judge() as judge:
        for original in (original for original in ORIGINALS if arguments.only in original.file):
            for mutant, mended in outcomes(original, arguments.every, judge, Path(name)):
                (bad if mended.wrong else good)[mended.finding.code] += 1
                if mended.wrong and arguments.verbose:
                    print(f"{original.file} {mutant or 'unchanged'} | {mended}", flush=True)
    for code in sorted({*good, *bad}):
        print(f"{code}: {good[code]} good, {bad[code]} bad")
    print(f"{good.total()} good, {bad.total()} bad; {time.perf_counter() - started:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
