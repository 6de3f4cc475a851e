"""Trace models with ``rf-lsp trace`` itself, and fail on a difference.

    python -m tests.truth.confirm                      our own originals, and torchvision's models where installed
    python -m tests.truth.confirm resnet vit           those of which a part of the name is given
    python -m tests.truth.confirm --shapes             without receptive fields

A failure whose reason is the framework's own (a module that is not installed) is listed, and is none of ours.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.mutations.originals import CALLED_ONCE, FOLDER
from tests.shared import COMMAND

TIMEOUT = 600


def targets() -> Iterator[tuple[str, str, list[str]]]:
    """(name, TARGET, inputs)."""
    for original in CALLED_ONCE:
        inputs = ["x".join(map(str, shape)) for shape in original.input_lists]
        yield original.file, f"{FOLDER / original.file}::{original.expression}", inputs
    folder = installed("torchvision")
    for file in sorted((folder / "models").glob("*.py")) if folder else ():
        yield from of_torchvision(file)


def of_torchvision(file: Path) -> Iterator[tuple[str, str, list[str]]]:
    """The functions that are registered as models."""
    lines = file.read_text(encoding="utf-8").splitlines()
    for at, line in enumerate(lines):
        if line.startswith("@register_model"):
            made = next((name for name in lines[at:] if name.startswith("def ")), "")
            name = made.removeprefix("def ").partition("(")[0]
            size = 299 if name == "inception_v3" else 224
            yield name, f"{file}::{name}()", [f"1x3x{size}x{size}"]


def installed(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def trace(target: str, inputs: list[str], options: list[str]) -> dict[str, Any]:
    """The first model of the answer; a verdict ``broken`` where there is none."""
    given = [word for text in inputs for word in ("--input", text)]
    command = [*shlex.split(COMMAND), "trace", target, *given, "--python", sys.executable, "--format", "json", *options]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "RF_LSP_STATE_DIR": folder}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=TIMEOUT, check=False)
    try:
        return json.loads(done.stdout)["models"][0]
    except (ValueError, LookupError):
        return {"verdict": "broken", "message": done.stderr.strip()[-300:], "layers": [], "findings": []}


def line_of(name: str, model: dict[str, Any]) -> str:
    layers = model["layers"]
    fields = sum((layer["traced"] or {}).get("receptive_field") is not None for layer in layers)
    words = f"{len(layers)} calls, {fields} fields" if layers else model["message"]
    found = [finding["message"] for finding in model["findings"] if finding["code"] == "RF501"]
    return "\n    ".join([f"{model['verdict']:10} {name}: {words}", *found])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help="parts of names")
    parser.add_argument("--shapes", action="store_true")
    given = parser.parse_args()
    options = ["--timeout", str(TIMEOUT // 2), *(["--no-fields"] if given.shapes else [])]
    verdicts: dict[str, int] = {}
    for name, target, inputs in targets():
        if given.parts and not any(part in name for part in given.parts):
            continue
        model = trace(target, inputs, options)
        verdicts[model["verdict"]] = verdicts.get(model["verdict"], 0) + 1
        print(line_of(name, model), flush=True)
    print(", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()) or "nothing fits")
    return 1 if verdicts.keys() & {"differs", "broken"} or not verdicts else 0


if __name__ == "__main__":
    raise SystemExit(main())
