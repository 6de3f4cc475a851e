"""rf-lsp from Python: the same as the JSON of the commands, typed, silent, and loaded when it is asked for."""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import re
import subprocess
import sys
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

import rf_lsp
from rf_lsp.api import shapes_of
from tests.rf_lsp.texts import SHARED
from tests.trees import ROOT

NET = """\
import torch
from torch import nn
from shared import Block


class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, stride=2)
        self.body = Block(width)
        self.up = nn.ConvTranspose2d(width, width, 4, stride=2)
        self.head = nn.Conv2d(9, 10, 1)

    def forward(self, x):
        x = self.up(self.body(self.stem(x)))
        return {"<b>": self.head(x), "flat": torch.flatten(x, 1)}


class Other(nn.Module):
    def forward(self, x):
        return x.view(2, 3)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shared.py").write_text(SHARED)
    (tmp_path / "net.py").write_text(NET)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def printed(run, *arguments: str) -> dict:
    return json.loads(run(*arguments, "--format", "json").out)


# the same as the commands -------------------------------------------------------------------------


def test_inspect_is_the_json_of_the_command(run, project):
    models = rf_lsp.inspect("net.py", "1x3x32x32")
    assert models.to_dict() == printed(run, "inspect", "net.py", "--input", "1x3x32x32")
    assert [model.name for model in models] == ["Net", "Other"]


def test_a_folder_and_several_targets(run, project):
    shape = (1, 3, 32, 32)
    assert rf_lsp.inspect(".", shape).to_dict() == printed(run, "inspect", ".", "--input", "1x3x32x32")
    two = rf_lsp.inspect(["net.py::Net(4)", Path("net.py::Net(5)")], [shape])
    assert [model.layer("stem").parameters for model in two] == [112, 140]


def test_a_notebook_is_told_by_cells(run, project):
    code = [{"cell_type": "code", "source": NET, "metadata": {}, "outputs": [], "execution_count": None}]
    Path("net.ipynb").write_text(json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    models = rf_lsp.inspect("net.ipynb", "1x3x32x32")
    assert models.to_dict() == printed(run, "inspect", "net.ipynb", "--input", "1x3x32x32")
    stem = models[0].layer("stem").definition
    assert stem is not None and str(stem).startswith("net.ipynb:cell 1:9:")


def test_check_is_the_json_of_the_command(run, project):
    (project / "pyproject.toml").write_text('[tool.rf-lsp]\ndefault-input = "1x3x32x32"\n')
    findings = rf_lsp.check()
    assert findings.to_dict() == printed(run, "check")
    found = next(finding for finding in findings if finding.code == "RF201")
    assert (found.name, found.severity, found.place.line) == ("channel-mismatch", "error", 16)
    assert [fix.is_safe for fix in found.fixes] == [False] and found.related[0].place.line == 12
    assert rf_lsp.check("net.py", select=["RF3"]) == [] and rf_lsp.check(ignore=["ALL"]) == []


def test_diff_is_the_json_of_the_command(run, project):
    (project / "old.py").write_text(NET.replace("width=8", "width=16").replace("Conv2d(9", "Conv2d(17"))
    changed = rf_lsp.diff("old.py::Net()", "net.py::Net()", inputs="1x3x32x32")
    arguments = ("diff", "old.py::Net()", "net.py::Net()", "--input", "1x3x32x32")
    assert changed.to_dict() == printed(run, *arguments)
    (model,) = changed.models
    assert changed and model.change == "changed"
    assert {what: (before, after) for what, before, after in model.changes}["parameters"] == ("7,060", "1,940")
    assert not rf_lsp.diff("net.py::Net()", "net.py::Net()", inputs="1x3x32x32")


def test_diff_with_a_revision(project):
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "as it was")
    (project / "shared.py").write_text(SHARED.replace("3, padding=1", "5, padding=2"))
    changed = rf_lsp.diff(base="HEAD", inputs={"x": (1, 3, 32, 32)})
    assert [item.place for item in changed.changes] == ["shared.py:7"]
    assert changed.to_records()[0]["model"].endswith("Net()")


# what comes back ----------------------------------------------------------------------------------


@pytest.fixture
def net(project) -> rf_lsp.ModelFact:
    return rf_lsp.inspect("net.py::Net()", (1, 3, 32, 32))[0]


def test_facts_are_typed_frozen_and_can_be_sent(net):
    conv = net.layer("body.conv")
    assert conv.calls == 2 and conv.output_shape == (1, 8, 15, 15) and len(conv.per_call) == 2
    fields = [call.receptive_field for call in conv.per_call]
    assert [field.size for field in fields if field] == [(7, 7), (11, 11)]
    (body,) = net.containers
    assert (body.name, body.type, body.parameters, body.output) == ("body", "shared.Block", 584, (1, 8, 15, 15))
    assert net.memory.parameters == 4 * 1940 and net.tiling is None
    up = net.layer("up").receptive_field
    assert up is not None and up.stride == (Fraction(1), Fraction(1))
    assert pickle.loads(pickle.dumps(net)) == net and len({net, pickle.loads(pickle.dumps(net))}) == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        net.name = "other"
    with pytest.raises(KeyError):
        net.layer("nothing")
    net.to_dict()["layers"].clear()
    assert net.to_dict()["layers"]


def test_a_dense_model_tells_which_sizes_it_takes(project):
    layers = "nn.Conv2d(3, 8, 4, stride=4), nn.ConvTranspose2d(8, 8, 4, stride=4), nn.Conv2d(8, 1, 3, padding=1)"
    (project / "dense.py").write_text(f"from torch import nn\nmodel = nn.Sequential({layers})\n")
    (model,) = rf_lsp.inspect("dense.py", (1, 3, 64, 64))
    assert model.tiling is not None and model.tiling.axes == ("H", "W")
    assert model.tiling.to_dict() == model.to_dict()["tiling"]
    assert model.tiling.halo is not None and all(isinstance(item, tuple) for item in model.tiling.halo)
    assert pickle.loads(pickle.dumps(model)) == model


def test_what_the_command_comes_to_say_is_in_the_dict(net, monkeypatch):
    from rf_lsp.output import serialize

    plain = serialize.model
    monkeypatch.setattr(serialize, "model", lambda *a: {**plain(*a), "novelty": [[1, 2]]})
    assert rf_lsp.inspect("net.py::Net()", (1, 3, 32, 32))[0].to_dict()["novelty"] == [[1, 2]]


def test_rows_for_a_data_frame(net):
    rows = net.to_records()
    assert [row["layer"] for row in rows[:4]] == ["stem", "body.conv", "body.conv", "up"]
    assert all(not isinstance(value, list | dict | tuple) for row in rows for value in row.values())
    assert sum(row["parameters"] for row in rows) == net.parameters
    assert rows[2] | {"call": 2, "size_H": 11, "stride_W": 2, "output_shape": "1x8x15x15"} == rows[2]
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(rf_lsp.inspect("net.py", (1, 3, 32, 32)).to_records())
    assert frame[frame.model == net.target].parameters.sum() == net.parameters


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.depth = 0
        self.feed(text)
        assert self.depth == 0

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.depth += tag != "br"
        assert all(name == "style" for name, _ in attrs)

    def handle_endtag(self, tag):
        self.depth -= 1


def test_notebooks_show_a_table_in_which_nothing_of_the_source_is_markup(project):
    path = project / "<script>alert(1)<"
    path.mkdir()
    (path / "net.py").write_text(NET.replace("from shared", "from torch import nn\nBlock = nn.Identity\n#"))
    models = rf_lsp.inspect(str(path / "net.py"), (1, 3, 32, 32))
    for text in (models._repr_html_(), models[0]._repr_html_(), rf_lsp.check(str(path))._repr_html_()):
        assert Tags(text).seen <= {"div", "p", "b", "br", "code", "table", "thead", "tbody", "tr", "th", "td"}
        assert "&lt;script&gt;" in text
    changed = rf_lsp.diff("net.py::Net(4)", "net.py::Net(5)", inputs="1x3x32x32")
    assert "table" in Tags(changed._repr_html_()).seen


def test_a_long_table_ends(project):
    (project / "long.py").write_text(
        "from torch import nn\nmodel = nn.Sequential(*[nn.Conv2d(3, 3, 1) for _ in range(600)])\n"
    )
    text = rf_lsp.inspect("long.py", (1, 3, 8, 8))[0]._repr_html_()
    assert text.count("Conv2d</td>") == 500 and "100 more rows" in text


# errors and silence -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "arguments"),
    [
        (lambda: rf_lsp.inspect("missing.py"), ("inspect", "missing.py")),
        (lambda: rf_lsp.inspect("net.py::Nothing()"), ("inspect", "net.py::Nothing()")),
        (lambda: rf_lsp.inspect("net.py", "1x3x"), ("inspect", "net.py", "--input", "1x3x")),
        (lambda: rf_lsp.inspect("empty.py"), ("inspect", "empty.py")),
        (lambda: rf_lsp.check("missing"), ("check", "missing")),
        (lambda: rf_lsp.check("binary.py"), ("check", "binary.py")),
        (lambda: rf_lsp.check(select=["RF999"]), ("check", "--select", "RF999")),
        (lambda: rf_lsp.check(search_paths=["nowhere"]), ("check", "--search-path", "nowhere")),
        (lambda: rf_lsp.check(shard="0/2"), ("check", "--shard", "0/2")),
        (lambda: rf_lsp.check(config="no.toml"), ("check", "--config", "no.toml")),
        (lambda: rf_lsp.diff("net.py", "missing.py"), ("diff", "net.py", "missing.py")),
        (lambda: rf_lsp.diff(base="no-such"), ("diff", "--base", "no-such")),
    ],
)
def test_an_error_is_the_sentence_of_the_command_line(run, project, ask, arguments):
    (project / "empty.py").write_text("import torch\n")
    (project / "binary.py").write_bytes(b"import torch\n\xff\xfe")
    subprocess.run(["git", "init", "-q"], check=True)
    with pytest.raises(rf_lsp.Error) as raised:
        ask()
    assert run(*arguments).err == f"rf-lsp: {raised.value}\n"


def test_where_no_model_is_found_it_says_what_is_missing(project):
    (project / "lacks.py").write_text("import nosuchlibrary\nmodel = nosuchlibrary.Net()\n")
    with pytest.raises(
        rf_lsp.Error, match=r"^no model found in lacks\.py; lacks\.py: nosuchlibrary (is )?not found in"
    ):
        rf_lsp.inspect("lacks.py")


def test_one_unreadable_file_of_a_folder_costs_no_other(project):
    (project / "binary.py").write_bytes(b"import torch\n\xff\xfe")
    (project / "broken.py").write_text("import torch\ndef f(:\n")
    findings = rf_lsp.check(inputs=(1, 3, 32, 32))
    assert any("binary.py is not UTF-8" in error for error in findings.errors)
    assert any("broken.py:2: cannot be parsed" in error for error in findings.errors)
    assert "RF201" in {finding.code for finding in findings}


def test_nothing_is_printed(project, capfd):
    (project / "broken.py").write_text("import torch\nfrom torch import nn\nm = nn.Conv2d(3, 4, 1)\ndef f(:\n")
    models = rf_lsp.inspect(["broken.py", "net.py"], (1, 3, 32, 32))
    assert models.notes and "cannot be parsed" in models.notes[0]
    rf_lsp.check()
    rf_lsp.diff("net.py", "broken.py")
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


@pytest.mark.parametrize(
    ("given", "shapes"),
    [
        (None, []),
        ((), []),
        ("x=1x3", [("x", (1, 3))]),
        ((1, 3), [(None, (1, 3))]),
        (["1x3", (1, 4)], [(None, (1, 3)), (None, (1, 4))]),
        ([[1, 3]], [(None, (1, 3))]),
        (("N", 3), [(None, ("N", 3))]),
        ({"a": (1, 3), "b": "1x4"}, [("a", (1, 3)), ("b", (1, 4))]),
    ],
)
def test_shapes_as_people_write_them(given, shapes):
    assert shapes_of(given) == shapes


# the package --------------------------------------------------------------------------------------


def test_importing_is_cheap():
    code = "import rf_lsp, sys; print(*[name for name in sys.modules if name.startswith(('rf_lsp', 'analyzers'))])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["rf_lsp"]


def test_what_is_offered_is_there_and_nothing_else():
    offered = {name for name in dir(rf_lsp) if not name.startswith("_")}
    assert {"inspect", "check", "diff", "Error", "ModelFact", "Finding"} <= offered
    assert all(getattr(rf_lsp, name) is not None for name in offered)
    with pytest.raises(AttributeError, match="has no attribute 'run'"):
        rf_lsp.run  # noqa: B018


def test_the_document_does_what_it_says(project):
    """Every block of docs/python.md runs, in one after the other."""
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), names)
    assert len(blocks) >= 4
