"""One-token bugs: the long run.

    python -m tests.mutations.run [--every 1] [--only unet.py] [--verbose] [--missed]

Mutates every original, lets torch judge the mutants, and counts how many of those that crash are
found on the line that raises or where the layer that raises is built. Prints a summary; the exit
code is 1 below the bar (90 % found, nothing reported that runs).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.differential.compare import covers
from tests.differential.judge import Judge
from tests.differential.static import static_inspect
from tests.mutations.mutator import Mutant, mutants
from tests.mutations.originals import ORIGINALS, Original

FOUND_BAR = 0.9


@dataclass(slots=True)
class Verdict:
    """One mutant: what torch did, what was reported, and what that makes it."""

    original: Original
    mutant: Mutant | None
    truth: dict[str, Any]
    errors: list[dict[str, Any]]
    kind: str

    def __str__(self) -> str:
        said = "; ".join(f"line {e['place']['line']} {e['code']} {e['message']}" for e in self.errors)
        truth = self.truth
        raised = (f"line {truth['line']} {truth['exception']}: {truth['message']}") if truth["raises"] else "runs"
        return f"{self.kind}: {self.original.file} {self.mutant or 'unchanged'} | torch: {raised} | said: {said or '-'}"


@dataclass(slots=True)
class Score:
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def crashing(self) -> int:
        return sum(self.counts[kind] for kind in ("found", "misplaced", "missed"))

    @property
    def share(self) -> float:
        return self.counts["found"] / max(1, self.crashing)

    @property
    def good(self) -> bool:
        return self.share >= FOUND_BAR and not self.counts["false error"] and not self.counts["internal"]

    def __str__(self) -> str:
        counts = self.counts
        return (
            f"{self.crashing} crash, {counts['found']} found ({100 * self.share:.1f} %), "
            f"{counts['misplaced']} on another line, {counts['missed']} missed; {counts['right']} run, "
            f"{counts['false error']} of them with a false error; {counts['python']} raise otherwise; "
            f"{counts['internal']} internal errors"
        )


def verdicts(original: Original, every: int, judge: Judge, folder: Path, offset: int = 0) -> Iterator[Verdict]:
    """The original and every n-th of its mutants, judged."""
    chosen: list[Mutant | None] = [None, *mutants(original.source)[offset % every :: every]]
    requests = [request(original, mutant) for mutant in chosen]
    for mutant, truth in zip(chosen, judge.stream(requests), strict=True):
        source = mutant.source if mutant else original.source
        yield verdict(original, mutant, source, truth, folder)


def request(original: Original, mutant: Mutant | None, device: str | None = None) -> dict[str, Any]:
    source = mutant.source if mutant else original.source
    return {
        "do": "judge",
        "source": source,
        "expression": original.expression,
        "inputs": original.input_lists,
        "device": device,
    }


def verdict(original: Original, mutant: Mutant | None, source: str, truth: dict[str, Any], folder: Path) -> Verdict:
    path = folder / original.file
    path.write_text(source, encoding="utf-8")
    try:
        models = static_inspect(path, original.expression, original.input_lists)["models"]
    except Exception as error:
        finding = {"place": {"line": 0}, "code": type(error).__name__, "message": str(error)[-300:]}
        return Verdict(original, mutant, truth, [finding], "internal")
    errors = [f for model in models for f in model["findings"] if f["severity"] == "error"]
    return Verdict(original, mutant, truth, errors, kind_of(truth, errors))


def kind_of(truth: dict[str, Any], errors: list[dict[str, Any]]) -> str:
    if any(error["code"] in ("RF900", "RF902") for error in errors):
        return "internal"
    if not truth["raises"]:
        return "false error" if errors else "right"
    if truth["reason"] != "shape":
        return "python"
    if not errors:
        return "missed"
    lines = {truth["line"], truth["definition"]}
    return "found" if any(covers(error["place"], lines) for error in errors) else "misplaced"


def settled(found: Verdict, judge: Judge) -> Verdict:
    """Contradictions are looked at again on the CPU, which the meta device does not always follow."""
    if found.kind in ("missed", "misplaced", "false error"):
        found.truth = judge.ask(request(found.original, found.mutant, "cpu"))
        found.kind = kind_of(found.truth, found.errors)
    return found


def run(originals: Iterable[Original], every: int, folder: Path, offset: int = 0) -> Iterator[Verdict]:
    with Judge() as judge, Judge() as second:
        for original in originals:
            for found in verdicts(original, every, judge, folder, offset):
                yield settled(found, second)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--every", type=int, default=1, help="only every n-th mutant")
    parser.add_argument("--only", default="", help="originals whose file name contains this")
    parser.add_argument("--verbose", action="store_true", help="print what is missed, misplaced or false")
    arguments = parser.parse_args()
    total, started = Score(), time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        chosen = [original for original in ORIGINALS if arguments.only in original.file]
        for found in run(chosen, arguments.every, Path(name)):
            total.counts[found.kind] += 1
            if arguments.verbose and found.kind not in ("found", "right", "python"):
                print(found, flush=True)
    print(f"\n{total}; {time.perf_counter() - started:.0f} s")
    return 0 if total.good else 1


if __name__ == "__main__":
    sys.exit(main())
