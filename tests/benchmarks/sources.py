"""The source files that are measured, and the commands that measure the others' side."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLI = f"import sys; sys.path[0] = {str(ROOT)!r}; from rf_lsp.cli import main; raise SystemExit(main())"
TORCHINFO = """
import torch
library = torch.library.Library("torchvision", "DEF")
for name in {missing}:
    library.define(name + "(Tensor a) -> Tensor")
import torchvision, torchinfo
model = torchvision.models.resnet50(weights=None)
print(torchinfo.summary(model, (1, 3, 224, 224), verbose=0))
"""


def torchinfo_summary() -> list[str]:
    """The command that builds ResNet-50 and prints its summary.

    A torchvision whose compiled part is for another torch lacks operators that ResNet does not need;
    they are declared, so that it can be imported.
    """
    missing: list[str] = []
    while len(missing) < 20:
        command = [sys.executable, "-c", TORCHINFO.format(missing=missing)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = re.search(r"operator torchvision::(\w+) does not exist", done.stderr)
        if found is None:
            return command
        missing.append(found[1])
    raise RuntimeError("torchvision cannot be imported")


def installed(package: str) -> Path | None:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def torchvision_resnet() -> Path | None:
    folder = installed("torchvision")
    return folder / "models" / "resnet.py" if folder else None


def rf_lsp(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """One command in a process of its own."""
    command = [sys.executable, "-c", CLI, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


def seconds(command: list[str], times: int = 3) -> float:
    """The fastest of a few runs of a whole process."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        best = min(best, time.perf_counter() - start)
    return best
