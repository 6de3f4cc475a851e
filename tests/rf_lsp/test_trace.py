"""``rf-lsp trace``: models that torch confirms, models that it does not, and those that it cannot run."""

from __future__ import annotations

import importlib.util
import io
import json
import sys
from pathlib import Path

import pytest

from analyzers.tracing import interpreters
from analyzers.tracing.interpreters import Interpreter
from rf_lsp import trust
from tests.rf_lsp.conftest import Outcome

torch_needed = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")

NET = """\
import os

from torch import nn

WIDTH = 8 if os.environ.get("WIDER") else 4


class Net(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.conv = nn.Conv2d(3, WIDTH, 3, stride=2, padding=1)
        self.head = nn.Conv2d(WIDTH, n_classes, 3)

    def forward(self, x):
        return self.head(self.conv(self.conv.bias.new_zeros(x.shape) + x))
"""


@pytest.fixture(autouse=True)
def state_dir(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it is remembered which interpreters were agreed to."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv(trust.VARIABLE, str(folder))
    monkeypatch.delenv("WIDER", raising=False)
    return folder


@pytest.fixture
def trace(run, tmp_path: Path):
    """Trace net.py under the interpreter of the tests."""

    def command(source: str, *arguments: str, target: str = "net.py") -> Outcome:
        (tmp_path / "net.py").write_text(source)
        return run("trace", target, "--python", sys.executable, *arguments)

    return command


@torch_needed
def test_a_model_is_confirmed_with_its_fields(trace):
    outcome = trace(NET, "--format", "json")
    assert outcome.code == 0, outcome.out + outcome.err
    answer = json.loads(outcome.out)
    assert answer["schema"] == "rf-lsp.trace/1"
    [model] = answer["models"]
    assert (model["verdict"], model["framework"], model["device"]) == ("confirmed", "torch", "meta")
    assert model["placeholders"] == {"n_classes": 10}
    assert model["parameters"] == {"static": 482, "traced": 482}
    assert model["outputs"]["static"] == model["outputs"]["traced"] == [{"path": "", "shape": [2, 10, 110, 110]}]
    assert set(model["seconds"]) == {"import", "build", "forward", "fields"}
    head = model["layers"][-1]
    assert (head["name"], head["call"], head["verdict"]) == ("head", 1, "confirmed")
    assert head["traced"]["output_shape"] == [2, 10, 110, 110] and head["traced"]["parameters"] == 370
    field = head["traced"]["receptive_field"]
    assert (field["size"], field["start"], field["stride"], field["methods"]) == ([7, 7], [-1, -1], [2, 2], 2)
    assert model["erf"] is None and model["findings"] == [] and model["message"] is None


@torch_needed
def test_the_table_shows_both_numbers_where_they_differ(trace, monkeypatch):
    monkeypatch.setenv("WIDER", "1")
    outcome = trace(NET, "--no-fields")
    assert outcome.code == 1
    assert "Net · differs with torch " in outcome.out and ", 0 of 2 calls, " in outcome.out
    assert "4×112×112 ≠ 8×112×112" in outcome.out and "112 ≠ 224" in outcome.out
    assert "warning RF501 [trace-disagrees] `conv`: output 2×4×112×112, torch 2×8×112×112 (net.py:15:" in outcome.out


@torch_needed
def test_a_finding_names_both_places(trace, monkeypatch):
    monkeypatch.setenv("WIDER", "1")
    [model] = json.loads(trace(NET, "--no-fields", "--format", "json").out)["models"]
    finding = model["findings"][0]
    assert (finding["code"], finding["place"]["line"], finding["model"]) == ("RF501", 15, model["target"])
    assert [(one["message"], one["place"]["line"]) for one in finding["related"]] == [("conv is built here", 11)]


@torch_needed
def test_what_cannot_be_run_is_said_with_its_reason(trace):
    outcome = trace(NET.replace("n_classes, 3)", "n_classes, 3, groups=3)"), "--format", "json")
    [model] = json.loads(outcome.out)["models"]
    assert outcome.code == 1 and model["verdict"] == "failed" and model["layers"] == []
    assert model["message"].startswith("building the model fails: ValueError: in_channels must be divisible by groups")
    [finding] = [finding for finding in model["findings"] if finding["code"] == "RF502"]
    assert finding["severity"] == "information" and "could not be traced" in finding["message"]


@torch_needed
def test_findings_are_silenced_like_others(trace, monkeypatch):
    monkeypatch.setenv("WIDER", "1")
    outcome = trace("# rf: file-ignore[RF501]\n" + NET, "--no-fields")
    assert outcome.code == 1 and "RF501" not in outcome.out


@torch_needed
def test_the_expression_is_the_person_s(trace):
    outcome = trace(NET, "--no-fields", "--input", "1x3x32x32", "--format", "json", target="net.py::Net(n_classes=5)")
    [model] = json.loads(outcome.out)["models"]
    assert model["verdict"] == "confirmed" and model["placeholders"] == {}
    assert model["outputs"]["traced"] == [{"path": "", "shape": [1, 5, 14, 14]}]


@torch_needed
def test_a_notebook_is_traced_by_its_cells(run, tmp_path: Path):
    cells = [NET, "%matplotlib inline\nnet = Net(3)", "open('data.csv')"]
    content = [{"cell_type": "code", "source": text, "metadata": {}, "outputs": []} for text in cells]
    (tmp_path / "net.ipynb").write_text(
        json.dumps({"cells": content, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    )
    outcome = run("trace", "net.ipynb::net", "--python", sys.executable, "--no-fields", "--format", "json")
    [model] = json.loads(outcome.out)["models"]
    assert model["verdict"] == "confirmed", model
    assert any("needs the file data.csv" in note for note in model["notes"])


@torch_needed
def test_a_file_of_a_package_is_imported_as_one(run, tmp_path: Path):
    package = tmp_path / "src" / "nets"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "parts.py").write_text("from torch import nn\nclass Part(nn.Conv2d): pass\n")
    (package / "net.py").write_text("from .parts import Part\n\ndef build():\n    return Part(3, 4, 3)\n")
    outcome = run("trace", "src/nets/net.py::build()", "--input", "1x3x8x8", "--python", sys.executable, "--no-fields")
    assert outcome.code == 0, outcome.out + outcome.err


def test_an_interpreter_without_torch_is_said(run, tmp_path: Path):
    fake = tmp_path / "python"
    fake.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')
    fake.chmod(0o755)
    (tmp_path / "net.py").write_text(
        "from torch import nn\n\n# rf: input=1x3x8x8\nmodel = nn.Sequential(nn.Conv2d(3, 4, 3))\n"
    )
    outcome = run("trace", "net.py", "--python", str(fake), "--search-path", str(tmp_path))
    assert outcome.code in (1, 2)
    assert "cannot import torch" in outcome.out or "no Python environment" in outcome.err


def test_an_interpreter_of_the_project_is_agreed_to_first(run, tmp_path: Path, state_dir: Path, monkeypatch):
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    executable = tmp_path / ".venv" / "bin" / "python"
    executable.parent.mkdir(parents=True)
    mark = tmp_path / "started"
    executable.write_text(f"#!/bin/sh\ntouch {mark}\nexit 3\n")
    executable.chmod(0o755)
    (tmp_path / "net.py").write_text(
        "from torch import nn\n\n# rf: input=1x3x8x8\nmodel = nn.Sequential(nn.Conv2d(3, 4, 3))\n"
    )
    outcome = run("trace", "net.py")
    assert outcome.code == 2 and str(executable) in outcome.err and "--yes" in outcome.err
    assert not mark.exists()
    assert "ends the process (exit code 3)" in run("trace", "net.py", "--yes").out
    assert mark.exists()
    mark.unlink()
    run("trace", "net.py")
    assert mark.exists()


def test_interpreters_are_found_where_tools_keep_them(tmp_path: Path, monkeypatch):
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    project = tmp_path / "project"
    (project / "nets").mkdir(parents=True)
    (project / "pyproject.toml").write_text('[project]\nversion = "1"\nname = "my-net"\n')

    def make(prefix: Path) -> str:
        (prefix / "bin").mkdir(parents=True)
        (prefix / "bin" / "python").write_text("")
        return str(prefix / "bin" / "python")

    import base64
    import hashlib

    hashed = base64.urlsafe_b64encode(hashlib.sha256(str(project.resolve()).encode()).digest()).decode()[:8]
    of_poetry = make(tmp_path / "cache" / "pypoetry" / "virtualenvs" / f"my-net-{hashed}-py3.11")
    start = str(project / "nets")
    assert next(interpreters.found(start)) == Interpreter(of_poetry, "of poetry")
    of_pixi = make(project / ".pixi" / "envs" / "default")
    assert next(interpreters.found(start)).path == of_pixi and next(interpreters.found(start)).from_project
    of_project = make(project / ".venv")
    assert next(interpreters.found(start)).path == of_project
    active = make(tmp_path / "active")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "active"))
    assert next(interpreters.found(start)) == Interpreter(active, "active (VIRTUAL_ENV)")
    assert interpreters.choose(sys.executable, start) == Interpreter(sys.executable, "given by --python")
    assert interpreters.choose(None, start, of_project) == Interpreter(of_project, "named by the setting python", True)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
def test_an_interpreter_in_the_current_folder_may_be_the_project_s(monkeypatch, tmp_path: Path):
    python = tmp_path / "python3"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    for path, is_of_project in ((".", True), (str(tmp_path), False)):
        monkeypatch.setenv("PATH", path)
        found = [one for one in interpreters.found(str(tmp_path / "net.py")) if one.path == str(python)]
        assert [(one.origin, one.from_project) for one in found] == [("first in PATH", is_of_project)]
