"""One-token bugs: the long run.

    python -m tests.mutations.run [--every 1] [--only unet.py] [--form notebook] [--doubt] [--verbose]

Mutates every original, lets the framework judge the mutants, and counts how many of those that crash are
found on the line that raises or where the layer that raises is built. Each is judged in the forms that are asked for
(``tests/mutations/forms.py``), if the program has them. Prints a summary; the exit code is 1 below the bar (90 % found,
nothing reported that runs).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.differential.compare import covers
from tests.differential.judge import Answer, Judge, Request
from tests.mutations.forms import FORMS, Said, forms_of
from tests.mutations.mutator import Mutant
from tests.mutations.originals import ORIGINALS, PACKAGES, Original
from tests.mutations.otherwise import asked, runs_otherwise

FOUND_BAR = 0.9


@dataclass(slots=True)
class Verdict:
    """One mutant: what the framework did, what was reported, and what that makes it."""

    original: Original
    mutant: Mutant | None
    truth: Answer
    form: str
    said: Said
    kind: str

    @property
    def errors(self) -> list[dict[str, Any]]:
        return self.said.errors

    def __str__(self) -> str:
        said = "; ".join(
            f"line {e['place']['line']} {e['code']} {e['message']}" for e in (*self.errors, *self.said.warnings)
        )
        truth = self.truth
        raised = (f"line {truth['line']} {truth['exception']}: {truth['message']}") if truth["raises"] else "runs"
        program = f"{self.original.file} as {self.form}, {self.mutant or 'unchanged'}"
        return f"{self.kind}: {program} | truth: {raised} | said: {said or '-'}"


@dataclass(slots=True)
class Score:
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def crashing(self) -> int:
        return sum(self.counts[kind] for kind in ("found", "related", "misplaced", "missed"))

    @property
    def share(self) -> float:
        return (self.counts["found"] + self.counts["related"]) / max(1, self.crashing)

    @property
    def good(self) -> bool:
        return self.share >= FOUND_BAR and not self.counts["false error"] and not self.counts["internal"]

    def __str__(self) -> str:
        counts = self.counts
        return (
            f"{self.crashing} crash, {counts['found'] + counts['related']} found ({100 * self.share:.1f} %), "
            f"{counts['misplaced']} on another line, {counts['missed']} missed; "
            f"{counts['open']} run with another input, {counts['overstated']} of these with an error all the same; "
            f"{counts['right']} run, "
            f"{counts['false error']} of them with a false error; {counts['python']} raise otherwise; "
            f"{counts['internal']} internal errors"
        )


def verdicts(
    original: Original, every: int, judge: Judge, folder: Path, offset: int = 0, forms: Sequence[str] = ("target",)
) -> Iterator[Verdict]:
    """The original and every n-th of its mutants, judged in each of the forms that it has."""
    chosen = [None, *original.mutants()[offset % every :: every]]
    return judged(original, chosen, judge, folder, forms)


def judged(
    original: Original, chosen: Sequence[Mutant | None], judge: Judge, folder: Path, forms: Sequence[str]
) -> Iterator[Verdict]:
    possible = [form for form in forms if form in forms_of(original)]
    requests = [request(judge, original, mutant) for mutant in chosen] if possible else []
    for mutant, truth in zip(chosen, judge.stream(requests)):
        for form in possible:
            yield verdict(judge, original, mutant, truth, form, folder)


def request(judge: Judge, original: Original, mutant: Mutant | None, device: str | None = None) -> Request:
    source = mutant.source if mutant else original.source
    return asked(judge, original, source, original.expression, original.input_lists, device)


def verdict(judge: Judge, original: Original, mutant: Mutant | None, truth: Answer, form: str, folder: Path) -> Verdict:
    try:
        said = FORMS[form](original, mutant.source if mutant else original.source, folder)
    except Exception as error:
        finding = {"place": {"line": 0}, "code": type(error).__name__, "message": str(error)[-300:]}
        return Verdict(original, mutant, truth, form, Said([finding], False), "internal")
    return Verdict(original, mutant, truth, form, said, kind_of(judge, truth, said))


def kind_of(judge: Judge, truth: Answer, said: Said) -> str:
    if any(error["code"] in ("RF900", "RF902") for error in said.errors):
        return "internal"
    if not truth["raises"]:
        return "false error" if said.errors else "right"
    if truth["reason"] != "shape":
        return "python"
    told = [*said.errors, *said.warnings]
    if not told:
        return "missed"
    lines = judge.lines(truth) | (set() if judge.innermost else {said.call})
    if any(covers(error["place"], lines) for error in told):
        return "found"
    related = [other["place"] for error in told for other in error.get("related", ())]
    return "related" if any(covers(place, lines) for place in related) else "misplaced"


def settled(found: Verdict, judge: Judge, folder: Path | None = None, kinds: Sequence[str] = ("missed",)) -> Verdict:
    """Contradictions are looked at again on the judge's other device, if it has one; where nobody says the input, what
    is of one of the ``kinds`` is no slip if the program runs with another."""
    if judge.other_device and found.kind in ("missed", "related", "misplaced", "false error"):
        found.truth = judge.ask(request(judge, found.original, found.mutant, judge.other_device))
        found.kind = kind_of(judge, found.truth, found.said)
    if folder is not None and found.form == "found" and found.mutant and found.kind in kinds:
        if runs_otherwise(judge, found.original, found.mutant.source, folder / found.original.main):
            found.kind = "open" if found.kind == "missed" else "overstated"
    return found


def run(
    judging: type[Judge],
    originals: Sequence[Original],
    every: int,
    folder: Path,
    forms: Sequence[str],
    kinds: Sequence[str] = ("missed",),
) -> Iterator[Verdict]:
    with judging() as judge, judging() as second:
        for original in originals:
            for found in verdicts(original, every, judge, folder, forms=forms):
                yield settled(found, second, folder, kinds)


def main(about: str, judging: type[Judge], originals: Sequence[Original]) -> int:
    """The command: reads its arguments, prints what does not fit and a summary, returns the exit code."""
    parser = argparse.ArgumentParser(description=about.split("\n\n")[0])
    parser.add_argument("--every", type=int, default=1, help="only every n-th mutant")
    parser.add_argument("--only", default="", help="originals whose file name contains this")
    parser.add_argument(
        "--form", choices=FORMS, nargs="+", default=["target"], help="how programs are put before rf-lsp"
    )
    parser.add_argument("--verbose", action="store_true", help="print what is missed, misplaced or false")
    parser.add_argument(
        "--doubt", action="store_true", help="of slips that are found, too, try whether another input fits"
    )
    arguments = parser.parse_args()
    total, started = Score(), time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        chosen = [original for original in originals if arguments.only in original.file]
        kinds = ("missed", *(("found", "related", "misplaced") if arguments.doubt else ()))
        for found in run(judging, chosen, arguments.every, Path(name), arguments.form, kinds):
            total.counts[found.kind] += 1
            if arguments.verbose and found.kind not in ("found", "right", "python", "open"):
                print(found, flush=True)
    print(f"\n{total}; {time.perf_counter() - started:.0f} s")
    return 0 if total.good else 1


if __name__ == "__main__":
    sys.exit(main(__doc__ or "", Judge, (*ORIGINALS, *PACKAGES)))
