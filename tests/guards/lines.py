"""What is counted: each function gives the tallies of one kind of guard, a line for every style and form."""

from __future__ import annotations

import gzip
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.differential import run as differential
from tests.differential.compare import Difference, compare
from tests.differential.judge import Judge
from tests.differential.static import static_inspect
from tests.fixes.run import JUDGES, PROGRAMS
from tests.guards.cases import cases
from tests.guards.tally import Tally, merged
from tests.mutations.forms import FORMS
from tests.mutations.originals import CALLED_ONCE
from tests.mutations.run import Verdict, judged, settled, verdicts
from tests.shared import COMMAND, shared_folder
from tests.truth.record import FACTS

EVERY = {"torch": 24, "keras": 12}
"""Every how-manieth mutant is judged."""
EVERY_MODEL = {"torchvision": 9, "keras_applications": 7}
"""Every how-manieth model of a pack is compared."""
GENERATED = 100
"""How many random programs are judged."""


def slips(framework: str) -> list[Tally]:
    """Every program of cases.md and each of its slips, as a script and as a notebook."""
    if missing := not_installed(framework):
        return [Tally(f"slips · {framework}", skipped=missing)]
    with JUDGES[framework]() as judge, tempfile.TemporaryDirectory() as folder:
        return slip_tallies(framework, judge, Path(folder))


def slip_tallies(framework: str, judge: Judge, folder: Path) -> list[Tally]:
    found = []
    for _, program, mutants in cases(framework):
        for verdict in judged(program, [None, *mutants], judge, folder, ("script", "notebook")):
            if verdict.truth["raises"] == (verdict.mutant is None) or verdict.kind == "python":
                verdict.kind = "unfit"
            found.append(tally_of("slips", framework, verdict))
    return list(merged(found).values())


def mutants(framework: str, part: int, parts: int) -> list[Tally]:
    """Every n-th mutant of some of the programs, in every form."""
    if missing := not_installed(framework):
        return [Tally(f"mutants · {framework}", skipped=missing)]
    with JUDGES[framework]() as judge, JUDGES[framework]() as second, tempfile.TemporaryDirectory() as folder:
        found = [
            tally_of("mutants", framework, settled(verdict, second))
            for original in PROGRAMS[framework][part::parts]
            for verdict in verdicts(original, EVERY[framework], judge, Path(folder), forms=tuple(FORMS))
        ]
    return list(merged(found).values())


COUNTED = {
    "found": "found",
    "related": "found",
    "missed": "missed",
    "misplaced": "misplaced",
    "right": "silent",
    "false error": "false",
    "internal": "internal",
    "unfit": "unfit",
}
"""What a verdict counts as; a program that raises for a reason of its own counts as nothing."""


def tally_of(kind: str, framework: str, verdict: Verdict) -> Tally:
    tally = Tally(f"{kind} · {framework} · {verdict.original.style} · {verdict.form}")
    counted = COUNTED.get(verdict.kind)
    if counted is None:
        return tally
    tally.add(counted)
    if counted == "silent":
        tally.add("complete", verdict.said.complete)
    elif counted != "found":
        tally.open[f"{counted}: {verdict.original.file}, {verdict.mutant or 'unchanged'}"] = str(verdict)
    return tally


def recorded_models() -> list[Tally]:
    """What torch made of the programs of tests/mutations."""
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    tally = Tally("truth · torch · programs")
    for original in CALLED_ONCE:
        static = static_inspect(original.folder / original.file, original.expression, original.input_lists)
        count_differences(tally, original.file, compare(facts[original.file], static))
    return [tally]


def generated_programs() -> list[Tally]:
    """Random programs, judged by torch."""
    tally = Tally("generated · torch")
    if missing := not_installed("torch"):
        return [Tally(tally.name, skipped=missing)]
    with Judge() as judge, Judge() as second, tempfile.TemporaryDirectory() as folder:
        cases = differential.run(range(GENERATED), judge, second, Path(folder), differential.Summary())
        for case in cases:
            count_differences(tally, f"seed {case.seed}", case.differences)
    return [tally]


def count_differences(tally: Tally, name: str, differences: Sequence[Difference]) -> None:
    kinds = {difference.kind for difference in differences}
    counted = next((short for kind, short in KINDS.items() if kind in kinds), "wrong") if kinds else "complete"
    tally.add(counted)
    if counted != "complete":
        tally.open[f"{counted}: {name}"] = "; ".join(map(str, differences))


KINDS = {"internal": "internal", "false error": "false", "missed error": "missed", "wrong place": "misplaced"}


def pack(name: str, package: str) -> list[Tally]:
    """Every n-th model of a shared pack."""
    tally = Tally(f"truth · {name}")
    script, models = shared_folder("truth") / "compare.py", shared_folder("truth") / f"{name}.json.gz"
    if not (script.exists() and models.exists()):
        return [Tally(tally.name, skipped=f"no {models}")]
    if importlib.util.find_spec(package) is None:
        return [Tally(tally.name, skipped=f"{package} is not installed")]
    for result in compared(script, models, EVERY_MODEL[name]):
        count_model(tally, result)
    return [tally]


def compared(script: Path, models: Path, every: int) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        sample, report = Path(folder) / "sample.json.gz", Path(folder) / "report.json"
        chosen = json.loads(gzip.decompress(models.read_bytes()))[::every]
        sample.write_bytes(gzip.compress(json.dumps(chosen).encode()))
        run_script(script, str(sample), "--report", str(report))
        return json.loads(report.read_text(encoding="utf-8"))


def count_model(tally: Tally, result: dict[str, Any]) -> None:
    wrong = [*result["wrong"], *result["rf_wrong"]]
    tally.add("complete", bool(result.get("complete")))
    tally.add("wrong", bool(wrong))
    tally.add("false", bool(result["findings"]))
    tally.add("layers", result["right"])
    tally.add("fields", result["rf_right"])
    if wrong or result["findings"] or not result.get("complete"):
        tally.open[result["id"]] = "; ".join([result["error"], *wrong, *result["findings"], *result["missing"]])


def shared_cases() -> list[Tally]:
    """The shared small programs, each with what must be said about it."""
    tally = Tally("shared cases")
    script = shared_folder("cases") / "run.py"
    if not script.exists():
        return [Tally(tally.name, skipped=f"no {script}")]
    *failing, summary = run_script(script, "--jobs", "1").strip().split("\n")
    tally.add("held", int(summary.split()[2]))
    tally.open = {line.split(":")[0]: line for line in failing}
    tally.add("open", len(tally.open))
    return [tally]


def run_script(script: Path, *arguments: str) -> str:
    command = [sys.executable, str(script), *arguments, "--rf-lsp", COMMAND]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def not_installed(framework: str) -> str:
    needed = ("torch", "keras") if framework == "keras" else ("torch",)
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    return f"{' and '.join(missing)} not installed" if missing else ""


Task = tuple[Callable[..., list[Tally]], tuple[Any, ...]]
TASKS: list[Task] = [
    (shared_cases, ()),
    *((pack, models) for models in (("torchvision", "torchvision"), ("keras_applications", "keras"))),
    *((mutants, (framework, part, 3)) for framework in JUDGES for part in range(3)),
    (generated_programs, ()),
    (recorded_models, ()),
    *((slips, (framework,)) for framework in JUDGES),
]
"""What two processes share out among them, the longest first."""
