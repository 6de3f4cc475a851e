"""What rf-lsp says of the models of libraries, held against what was recorded of them:

    python -m tests.truth.libraries.compare [--python EXE] [--only NAME] [--report FILE] [LIBRARY ...]

A model is complete where its total, its outputs and every layer are given and right; wrong, where a number was given that is another one.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.differential.compare import UNKNOWN, Difference, compare_running
from tests.differential.static import json_of
from tests.truth.libraries.record import KEYS, LIBRARIES, programs_of, recorded


@dataclass
class Outcome:
    """``state``: ``complete``, ``partial``, ``wrong`` or ``false error``."""

    library: str
    name: str
    state: str
    seconds: float
    differences: list[Difference] = field(default_factory=list)
    unknowns: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        first = self.unknowns[0] if self.unknowns else ""
        kinds = [d for d in self.differences if d.kind != UNKNOWN] or self.differences
        said = "" if self.state == "complete" else f"  {kinds[0] if kinds else ''}  {first}"
        return f"{self.state:11s} {self.seconds:5.1f} s  {self.library} · {self.name}{said[:400]}"


def truth_of(numbers: dict[str, Any]) -> dict[str, Any]:
    """Recorded numbers as :mod:`tests.differential.compare` takes them: without places, which are the library's own."""
    unplaced = {"definition": None, "call": None}
    layers = [dict(zip(KEYS, layer, strict=True)) | unplaced for layer in numbers["layers"]]
    for layer in layers:
        layer["tensor"] = layer["shape"] is not None
    outputs = [{"path": path, "shape": shape} for path, shape in numbers["outputs"]]
    return {**numbers, "layers": layers, "outputs": outputs}


def outcome(library: str, name: str, source: str, truth: dict[str, Any], python: str, folder: Path) -> Outcome:
    path = folder / "program.py"
    path.write_text(source, encoding="utf-8")
    started = time.process_time()
    said = json_of(["inspect", f"{path}::model", "--format", "json", "--python", python])["models"][0]
    seconds = time.process_time() - started
    errors = [finding for finding in said["findings"] if finding["severity"] == "error"]
    differences = compare_running(truth_of(truth), said, errors)
    unknowns = [
        f"{Path(u['place']['file']).name}:{u['place']['line']} {u['reason']}" if u.get("place") else u["reason"]
        for u in said["unknowns"]
    ]
    return Outcome(library, name, state_of(differences, said), seconds, differences, unknowns)


def state_of(differences: list[Difference], said: dict[str, Any]) -> str:
    kinds = {difference.kind for difference in differences}
    if "false error" in kinds or any(kind == "internal" for kind in kinds):
        return "false error"
    if kinds - {UNKNOWN}:
        return "wrong"
    return "complete" if not kinds and said["status"] == "complete" else "partial"


def outcomes(libraries: list[str], python: str, only: str = "") -> list[Outcome]:
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for library in libraries:
            facts = recorded(library)["models"]
            for name, source in programs_of(library).items():
                if name in facts and only in name:
                    found.append(outcome(library, name, source, facts[name], python, Path(folder)))
                    print(found[-1], flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("libraries", nargs="*", metavar="LIBRARY")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--only", default="")
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    found = outcomes(options.libraries or LIBRARIES, options.python, options.only)
    states = [each.state for each in found]
    print(", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states)), f"of {len(found)}")
    if options.report:
        rows = [{**vars(each), "differences": [str(d) for d in each.differences]} for each in found]
        options.report.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
