"""Write anew what torch makes of the models of libraries:

    python -m tests.truth.libraries.record [--python EXE] [LIBRARY ...]

``EXE`` is the interpreter that has the libraries installed (default: this one). The numbers come from torch alone; nothing of rf-lsp
takes part. One file a library in ``facts``: its version and torch's, and of each program of ``<library>.md`` the total of parameters,
the outputs' shapes and the layers in order of first call, each as ``KEYS`` says.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tests.differential.judge import ROOT, Judge
from tests.literate import cases_of

KEYS = ("name", "type", "shape", "parameters", "all_parameters", "calls")
"""What is recorded of a layer, in order: parameters of its own, and with those of what is in it."""
HERE = Path(__file__).parent
FACTS = HERE / "facts"
LIBRARIES = sorted(path.stem for path in HERE.glob("*.md"))


class LibraryJudge(Judge):
    worker = "tests.truth.libraries.worker"


def programs_of(library: str) -> dict[str, str]:
    """The name of each model → the program that builds and calls it."""
    return {name: blocks["python"] for name, blocks in cases_of(HERE / f"{library}.md").items()}


def recorded(library: str) -> dict[str, Any]:
    return json.loads((FACTS / f"{library}.json").read_text(encoding="utf-8"))


def record(library: str, python: str) -> None:
    programs = programs_of(library)
    requests = [{"source": source, "package": library} for source in programs.values()]
    lines, version = [], ""
    with LibraryJudge(python) as judge:
        for name, facts in zip(programs, judge.stream(requests), strict=True):
            version = facts["version"]
            if "failure" in facts:
                print(f"{library} · {name} does not run: {facts['failure']}\n{facts['trace']}", file=sys.stderr)
            else:
                lines.append(f"{json.dumps(name)}: {json.dumps(numbers(facts))}")
    head = f'{{"package": {json.dumps(library)}, "version": {json.dumps(version)}, "models": {{\n'
    FACTS.mkdir(exist_ok=True)
    (FACTS / f"{library}.json").write_text(head + ",\n".join(lines) + "\n}}\n", encoding="utf-8")
    print(f"{library} {version}: {len(lines)} of {len(programs)} programs run")


def numbers(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "parameters": facts["parameters"],
        "trainable": facts["trainable"],
        "outputs": [[output["path"], output["shape"]] for output in facts["outputs"]],
        "layers": [[layer[key] for key in KEYS] for layer in facts["layers"]],
        "strangers": facts["strangers"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("libraries", nargs="*", metavar="LIBRARY")
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    for library in options.libraries or LIBRARIES:
        record(library, options.python)


if __name__ == "__main__":
    assert ROOT.is_dir()
    main()
