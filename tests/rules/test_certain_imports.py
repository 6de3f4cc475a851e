"""A name that a file of the user's does not have cannot be imported from it; what may be there is not told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from rf_lsp.cli import main

PARTS = """
from torch import nn

class Down(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.conv(x)
"""
MODEL = """
from torch import nn
from .parts import {name}

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = {name}()
    def forward(self, x):
        return self.down(x)

net = Net()
"""
GUARDED = """
from torch import nn
try:
    from .parts import Up
except ImportError:
    Up = None
net = Up() if Up else nn.Conv2d(3, 8, 3)
"""
SET = """
from torch import nn
from . import parts
parts.Up = parts.Down
from .parts import Up
net = Up()
"""


def project(folder: Path, parts: str, model: str) -> Path:
    for name, text in {
        "pyproject.toml": "",
        "nets/__init__.py": "",
        "nets/parts.py": parts,
        "nets/model.py": model,
    }.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def runs(folder: Path) -> bool | None:
    """Whether Python imports it; None where it lacks torch."""
    if find_spec("torch") is None:
        return None
    done = subprocess.run([sys.executable, "-c", "import nets.model"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0 or "ImportError: cannot import name" in done.stderr, done.stderr
    return done.returncode == 0


@pytest.fixture
def told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[str], list[str]]:
    """What a check of a path in the project says of imports."""

    def imports(path: str) -> list[str]:
        monkeypatch.chdir(tmp_path)
        main(["check", path, "--no-cache", "--format", "json"])
        found = json.loads(capsys.readouterr().out)["findings"]
        return [finding["message"] for finding in found if finding["code"] == "RF304"]

    return imports


def test_a_name_that_is_not_there(tmp_path: Path, told):
    folder = project(tmp_path, PARTS, MODEL.format(name="Downer"))
    assert runs(folder) in (False, None)
    said = [".parts has no Downer to import; did you mean Down?"]
    assert told(".") == said == told("nets/parts.py")


@pytest.mark.parametrize(
    ("parts", "model"),
    [
        (PARTS, MODEL.format(name="Down")),
        (PARTS, GUARDED),
        (PARTS, SET),
        (f"{PARTS}\nif Down:\n    Up = Down\n", MODEL.format(name="Up")),
        (f"{PARTS}\ndef __getattr__(name):\n    return Down\n", MODEL.format(name="Up")),
        (f"{PARTS}\nglobals()['Up'] = Down\n", MODEL.format(name="Up")),
        ("from .model import *\n" + PARTS, MODEL.format(name="Down")),
    ],
    ids=["it is there", "guarded", "set before", "in a condition", "module getattr", "globals", "star"],
)
def test_what_can_be_imported(tmp_path: Path, told, parts: str, model: str):
    folder = project(tmp_path, parts, model)
    if "import *" not in parts:
        assert runs(folder) in (True, None)
    assert told(".") == []
