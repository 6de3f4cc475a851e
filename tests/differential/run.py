"""Random programs, static analysis against torch: the long run.

    python -m tests.differential.run --cases 3000 --seed 1 [--shrink] [--verbose] [--report OUT.json]
    python -m tests.differential.run --only SEED
    python -m tests.differential.run --cases 1000 --fields | --networks | --layouts

With ``--fields`` the receptive fields of the layers' results are compared as well, element by element, with what turns NaN
when a column of the input does; ``--networks`` writes networks over maps, ``--layouts`` such behind inputs that lie in
any order, and both compare fields. Prints every difference (with ``--shrink`` the smallest program that shows one of each group) and one
summary line. The exit code is 1 when there is a contradiction or more than 2 % are unknown.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.differential.compare import PLACES, UNKNOWN, Difference, compare
from tests.differential.fields import Fields, compare_axes, compare_fields
from tests.differential.judge import Judge
from tests.differential.shrink import shrink, tidied
from tests.differential.static import extractions, static_inspect

UNKNOWN_LIMIT = 0.02


@dataclass(slots=True)
class Case:
    """One program, judged by both sides."""

    seed: int
    source: str
    expression: str
    inputs: list[list[int]]
    truth: dict[str, Any]
    differences: list[Difference]
    compared: int = 0
    """Results whose field was compared, one for each axis."""

    @property
    def contradictions(self) -> list[Difference]:
        return [d for d in self.differences if d.kind != UNKNOWN and d.kind not in PLACES]

    @property
    def unknown(self) -> bool:
        return not self.contradictions and any(d.kind == UNKNOWN for d in self.differences)

    @property
    def misplaced(self) -> bool:
        return any(d.kind in PLACES for d in self.differences)


@dataclass(slots=True)
class Summary:
    """Counts of a run."""

    cases: int = 0
    raising: int = 0
    different: int = 0
    unknown: int = 0
    misplaced: int = 0
    quirks: int = 0
    compared: int = 0
    groups: Counter[str] = field(default_factory=Counter)
    names: set[str] = field(default_factory=set)

    def add(self, case: Case) -> None:
        self.cases += 1
        self.raising += case.truth["raises"]
        self.different += bool(case.contradictions)
        self.unknown += case.unknown
        self.misplaced += case.misplaced
        self.compared += case.compared
        self.groups.update({difference.group for difference in case.differences})
        self.names.update(re.findall(r"(?:nn|F|torch)\.\w+", case.source))

    @property
    def good(self) -> bool:
        return self.different == 0 and self.unknown <= UNKNOWN_LIMIT * self.cases

    def __str__(self) -> str:
        share = 100 * self.unknown / max(1, self.cases)
        return (
            f"{self.cases} programs, {self.raising} of them raise: {self.different} differ, "
            f"{self.unknown} unknown ({share:.1f} %), {self.misplaced} with a place that differs, "
            f"{self.quirks} where the meta device and the CPU disagree"
            + (f", {self.compared} fields compared" if self.compared else "")
        )


def run(seeds: Iterator[int] | range, judge: Judge, second: Judge, folder: Path, summary: Summary) -> Iterator[Case]:
    """Judge the programs of these seeds; where the meta device may be wrong, the CPU decides."""
    for answer in judge.generate(seeds):
        case = examined(answer, folder)
        if any(d.kind in QUIRKY for d in case.differences):
            summary.quirks += settled_on_cpu(case, second, folder)
        summary.add(case)
        yield case


def run_fields(
    seeds: Iterator[int] | range, family: str, judge: Judge, second: Judge, folder: Path, summary: Summary
) -> Iterator[Case]:
    """The same with their fields, of programs that run."""
    for answer in judge.generate(seeds, 0.0, family):
        case = with_fields(answer, second, folder)
        if any(d.kind in QUIRKY for d in case.differences):
            summary.quirks += settled_on_cpu(case, second, folder)
        summary.add(case)
        yield case


def with_fields(answer: dict[str, Any], judge: Judge, folder: Path) -> Case:
    """A program examined with its fields."""
    with extractions() as made:
        case = examined(answer, folder)
    if not made or case.contradictions:
        return case
    fields = Fields.of(max(made, key=lambda one: len(one.records)), len(answer["inputs"]))
    if answer.get("axes") is not None:
        case.differences += compare_axes(fields, answer["axes"])
    if not fields.spoken:
        return case
    found = judge.measure(answer, fields.requests())
    if "failure" in found:
        case.differences.append(Difference("not measured", found["failure"][:90], found["failure"]))
    for along in found.get("axes", []):
        case.compared += len(along["calls"])
        case.differences += compare_fields(fields, along)
    return case


QUIRKY = ("missed error", "false error", "wrong place", "not measured")


def settled_on_cpu(case: Case, judge: Judge, folder: Path) -> bool:
    """Whether the CPU raises otherwise than the meta device; then the case goes by the CPU, or, where it ends
    for the numbers it is given, undecided."""
    truth = judge.judge(case.source, case.expression, case.inputs, "cpu")
    if truth["raises"] and truth["reason"] == "values":
        case.differences = []
        return True
    if truth["raises"] and truth["reason"] != "shape":
        return False
    if all(truth.get(key) == case.truth.get(key) for key in ("raises", "line", "definition")):
        return False
    case.truth = truth
    case.differences = differences_of(case.source, case.expression, case.inputs, truth, folder)
    return True


def examined(answer: dict[str, Any], folder: Path) -> Case:
    source, expression, inputs, truth = (answer[key] for key in ("source", "expression", "inputs", "truth"))
    differences = differences_of(source, expression, inputs, truth, folder)
    return Case(answer["seed"], source, expression, inputs, truth, differences)


def differences_of(
    source: str, expression: str, inputs: list[list[int]], truth: dict[str, Any], folder: Path
) -> list[Difference]:
    path = folder / "program.py"
    path.write_text(source, encoding="utf-8")
    try:
        static = static_inspect(path, expression, inputs)
    except Exception as error:
        last = str(error).strip().split("\n")[-1]
        return [Difference("internal", f"{type(error).__name__} {last[:90]}", str(error))]
    return compare(truth, static)


def smallest(case: Case, group: str, judge: Judge, folder: Path) -> str:
    """The case's program, shrunk while a difference of the same sort remains."""
    wanted = next(d for d in case.differences if d.group == group)

    def still_differs(source: str) -> bool:
        truth = judge.judge(source, case.expression, case.inputs, case.truth["device"])
        if any(truth.get(key) != case.truth.get(key) for key in ("raises", "reason", "exception")):
            return False
        found = differences_of(source, case.expression, case.inputs, truth, folder)
        if not any(alike(difference, wanted) for difference in found):
            return False
        quirk = wanted.kind in QUIRKY and truth["device"] == "meta"
        return not quirk or judge.judge(source, case.expression, case.inputs, "cpu")["raises"] == truth["raises"]

    return shrink(case.source, still_differs) if still_differs(case.source) else tidied(case.source)


def alike(one: Difference, two: Difference) -> bool:
    """Of one kind and about the same rule, layer or exception."""
    return one.kind == two.kind and one.key.split()[:2] == two.key.split()[:2]


FAMILIES = {
    "fields": "random programs with the fields of their layers",
    "networks": "random networks over maps, with their fields",
    "layouts": "such networks behind inputs laid out in any way",
}
WRITTEN_AS = {"fields": "programs"}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--cases", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0, help="the first seed; the others follow it")
    parser.add_argument("--only", type=int, help="one seed: print its program and both accounts")
    parser.add_argument("--shrink", action="store_true", help="print the smallest program of each group")
    parser.add_argument("--verbose", action="store_true", help="print every difference")
    parser.add_argument("--report", type=Path)
    families = parser.add_mutually_exclusive_group()
    for family, words in FAMILIES.items():
        families.add_argument(f"--{family}", dest="family", action="store_const", const=family, help=words)
    arguments = parser.parse_args()
    with Judge() as judge, Judge() as second, tempfile.TemporaryDirectory() as name:
        if arguments.only is not None:
            return show(arguments.only, arguments.family, judge, second, Path(name))
        return long_run(arguments, judge, second, Path(name))


def long_run(arguments: argparse.Namespace, judge: Judge, second: Judge, folder: Path) -> int:
    summary, started = Summary(), time.perf_counter()
    examples: dict[str, list[Case]] = defaultdict(list)
    seeds = range(arguments.seed, arguments.seed + arguments.cases)
    cases = run(seeds, judge, second, folder, summary)
    if arguments.family:
        cases = run_fields(seeds, WRITTEN_AS.get(arguments.family, arguments.family), judge, second, folder, summary)
    for case in cases:
        for difference in case.differences:
            examples[difference.group].append(case)
            if arguments.verbose:
                print(f"seed {case.seed}: {difference}", flush=True)
    for group, count in summary.groups.most_common():
        case = min(examples[group], key=lambda case: len(case.source))
        detail = next(d for d in case.differences if d.group == group)
        print(f"\n{count:5d} x {group}\n        seed {case.seed}: {detail.detail}", flush=True)
        if arguments.shrink and detail.kind not in PLACES:
            print(indented(smallest(case, group, second, folder)), flush=True)
    print(f"\n{summary}; {time.perf_counter() - started:.0f} s")
    if arguments.report:
        arguments.report.write_text(json.dumps({"summary": str(summary), "groups": summary.groups}, indent=1))
    return 0 if summary.good else 1


def show(seed: int, family: str | None, judge: Judge, second: Judge, folder: Path) -> int:
    written = WRITTEN_AS.get(family or "", family or "programs")
    answer = next(judge.generate([seed], 0.0 if family else 0.3, written))
    print(answer["source"], f"\n# {answer['expression']} {answer['inputs']}")
    print(json.dumps(answer["truth"], indent=1))
    case = with_fields(answer, second, folder) if family else examined(answer, folder)
    for difference in case.differences:
        print(difference)
    return 0


def indented(text: str) -> str:
    header = ("import ", "from ")
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith(header)]
    return "\n".join("            " + line for line in lines)


if __name__ == "__main__":
    sys.exit(main())
