"""One-token bugs in Keras programs: the long run.

    python -m tests.mutations_keras.run [--every 1] [--only unet.py] [--verbose]

Mutates every original, lets Keras judge the mutants, and counts how many of those that crash are
found on the line that raises or where the layer that raises is built. The exit code is 1 below the
bar (90 % found, nothing reported that runs).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.differential.compare import covers
from tests.differential.static import static_inspect
from tests.mutations.mutator import Mutant
from tests.mutations.run import Score, Verdict
from tests.mutations_keras.judge import Judge
from tests.mutations_keras.mutator import keras_mutants
from tests.mutations_keras.originals import ORIGINALS, Original


def verdicts(original: Original, every: int, judge: Judge, folder: Path, offset: int = 0) -> Iterator[Verdict]:
    """The original and every n-th of its mutants, judged."""
    chosen: list[Mutant | None] = [None, *keras_mutants(original.source)[offset % every :: every]]
    sources = [mutant.source if mutant else original.source for mutant in chosen]
    truths = judge.stream((source, original.expression, original.input_lists) for source in sources)
    for mutant, source, truth in zip(chosen, sources, truths, strict=True):
        yield verdict(original, mutant, source, truth, folder)


def verdict(original: Any, mutant: Mutant | None, source: str, truth: dict[str, Any], folder: Path) -> Verdict:
    path = folder / original.file
    path.write_text(source, encoding="utf-8")
    try:
        models = static_inspect(path, original.expression, original.static_inputs)["models"]
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
    lines = {*truth["lines"], truth["definition"]}
    return "found" if any(covers(error["place"], lines) for error in errors) else "misplaced"


def run(every: int, folder: Path, only: str = "") -> Iterator[Verdict]:
    with Judge() as judge:
        for original in ORIGINALS:
            if only in original.file:
                yield from verdicts(original, every, judge, folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--every", type=int, default=1, help="only every n-th mutant")
    parser.add_argument("--only", default="", help="originals whose file name contains this")
    parser.add_argument("--verbose", action="store_true", help="print what is missed, misplaced or false")
    arguments = parser.parse_args()
    total, started = Score(), time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        for found in run(arguments.every, Path(name), arguments.only):
            total.counts[found.kind] += 1
            if arguments.verbose and found.kind not in ("right", "found", "python"):
                print(found, flush=True)
    print(f"{total} ({time.perf_counter() - started:.0f} s)")
    return 0 if total.good else 1


if __name__ == "__main__":
    sys.exit(main())
