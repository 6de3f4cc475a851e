"""`rf-lsp diff`: what a change does to the models of a repository, of two folders, of two files."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rf_lsp.comparison.looking import Side

PARTS = """
from torch import nn


class Block(nn.Module):
    def __init__(self, i, o, stride=2):
        super().__init__()
        self.conv = nn.Conv2d(i, o, 3, stride=stride, padding=1)
        self.norm = nn.BatchNorm2d(o)

    def forward(self, x):
        return self.norm(self.conv(x)).relu()
"""
NETS = """
from torch import nn
from parts import Block


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = Block(3, 16)
        self.b = Block(16, 32)
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        return self.fc(self.b(self.a(x)).mean((2, 3)))


# rf: input=1x3x32x32
class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = Block(3, 16)
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        return self.fc(self.a(x).mean((2, 3)))
"""
OTHER = "from torch import nn\n\n# rf: input=1x3x32x32\nmodel = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())\n"


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name, text in (("parts.py", PARTS), ("nets.py", NETS), ("other.py", OTHER)):
        (tmp_path / name).write_text(text)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


@pytest.fixture
def diff(run):
    def of(*arguments: str) -> dict[str, Any]:
        outcome = run("diff", *arguments, "--format", "json")
        assert outcome.code == 0, outcome.err
        return json.loads(outcome.out)

    return of


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def targets(data: dict[str, Any]) -> dict[str, str]:
    return {model["target"]: model["change"] for model in data["models"]}


def test_nothing_is_told_of_nothing(repository, diff):
    assert diff("--base", "HEAD")["models"] == []
    edit(repository / "nets.py", "\n\n# rf", "\n# a remark\n\n\n# rf")
    data = diff("--base", "HEAD")
    assert data["models"] == [] and data["findings"] == {"new": [], "fixed": []}


def test_a_change_of_a_block_is_told_once_with_the_models_it_reaches(repository, diff):
    edit(repository / "parts.py", "stride=2", "stride=1")
    data = diff("--base", "HEAD")
    assert targets(data) == {"nets.py::Net()": "changed", "nets.py::Small()": "changed", "parts.py::Block()": "changed"}
    (change,) = data["changes"]
    assert (change["place"], change["what"]) == ("parts.py:8", "conv (Conv2d): stride 2 → 1")
    assert change["models"] == list(targets(data))
    net = data["models"][0]
    # 3·9·16·32² + 16·9·32·32² + 320: what a stride of 1 leaves of 32×32
    assert (net["old"]["macs"], net["new"]["macs"]) == (405_824, 5_161_280)
    assert (net["old"]["parameters"], net["new"]["parameters"]) == (5_514, 5_514)
    assert (net["old"]["receptive_field"]["size"], net["new"]["receptive_field"]["size"]) == ([7, 7], [5, 5])
    layers = {item["name"]: item for item in net["layers"]["changed"]}
    assert layers["a.conv"]["changes"]["stride"] == {"old": "2", "new": "1"} and layers["a.conv"]["own"]
    assert not layers["b.norm"]["own"]


def test_a_change_that_means_other_numbers_in_each_place_is_told_once(repository, diff):
    edit(repository / "parts.py", "padding=1)", "padding=1, bias=False)")
    data = diff("--base", "HEAD", "nets.py")
    assert [(change["what"], len(change["models"])) for change in data["changes"]] == [
        ("conv (Conv2d): bias True → False", 2)
    ]
    edit(repository / "parts.py", "nn.Conv2d(i, o,", "nn.Conv2d(i, 2 * o,")
    edit(repository / "parts.py", "BatchNorm2d(o)", "BatchNorm2d(2 * o)")
    data = diff("--base", "HEAD", "nets.py")
    told = [change["what"] for change in data["changes"]]
    assert "conv (Conv2d): out_channels 16 → 32, 32 → 64; bias True → False" in told


def test_neither_work_tree_nor_index_is_touched(repository, diff):
    edit(repository / "parts.py", "stride=2", "stride=1")
    git(repository, "add", "parts.py")
    edit(repository / "nets.py", "16, 32", "16, 24")
    before = {path: path.stat().st_mtime_ns for path in repository.rglob("*") if path.is_file()}
    status = git(repository, "status", "--porcelain")
    diff("--base", "HEAD")
    after = {path: path.stat().st_mtime_ns for path in repository.rglob("*") if path.is_file()}
    changed = {path.relative_to(repository).as_posix() for path in after if before.get(path) != after[path]}
    assert {path for path in changed if not path.startswith(".git/index")} == set()
    assert git(repository, "status", "--porcelain") == status


def test_renamed_files_and_models_are_followed(repository, diff):
    git(repository, "mv", "other.py", "elsewhere.py")
    assert diff("--base", "HEAD")["models"] == [], "a name alone is no number"
    edit(repository / "elsewhere.py", "8, 3)", "8, 5)")
    edit(repository / "nets.py", "class Small", "class Tiny")
    edit(repository / "nets.py", "nn.Linear(16, 10)", "nn.Linear(16, 12)")
    data = diff("--base", "HEAD")
    found = [(model["target"], model.get("old_target"), model["change"]) for model in data["models"]]
    assert found == [
        ("elsewhere.py::model", "other.py::model", "changed"),
        ("nets.py::Tiny()", "nets.py::Small()", "changed"),
    ]


def test_a_model_that_moves_to_another_file_is_followed(repository, diff):
    text = (repository / "nets.py").read_text()
    head, _, small = text.partition("\n\n# rf: input=1x3x32x32\nclass Small")
    (repository / "nets.py").write_text(head)
    (repository / "small.py").write_text(
        "from torch import nn\nfrom parts import Block\n\n# rf: input=1x3x32x32\nclass Small"
        + small.replace("16, 10", "16, 11")
    )
    data = diff("--base", "HEAD")
    assert [(m["target"], m["old_target"]) for m in data["models"]] == [("small.py::Small()", "nets.py::Small()")]


def test_added_and_removed(repository, diff):
    (repository / "other.py").unlink()
    (repository / "new.py").write_text(
        "import keras\n\nmodel = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4)])\n"
    )
    data = diff("--base", "HEAD")
    assert targets(data) == {"new.py::model": "added", "other.py::model": "removed"}
    added, removed = data["models"]
    assert added["old"] is None and added["new"]["parameters"] == 36
    assert removed["new"] is None and removed["old"]["parameters"] == 224


def test_layers_added_removed_and_renamed(repository, diff):
    edit(repository / "nets.py", "        self.fc = nn.Linear(32, 10)\n", "        self.head = nn.Linear(32, 10)\n        self.drop = nn.Dropout(0.5)\n")  # fmt: skip
    edit(repository / "nets.py", "self.fc(self.b(self.a(x))", "self.head(self.drop(self.b(self.a(x)))")
    (net,) = diff("--base", "HEAD")["models"]
    assert [layer["name"] for layer in net["layers"]["added"]] == ["drop"] and net["layers"]["removed"] == []
    (changed,) = [layer for layer in net["layers"]["changed"] if layer["own"]]
    assert (changed["name"], changed["old_name"]) == ("head", "fc")


def test_findings_new_and_fixed(repository, diff):
    edit(repository / "nets.py", "nn.Linear(16, 10)", "nn.Linear(15, 10)")
    (small,) = diff("--base", "HEAD")["models"]
    assert [(f["code"], f["place"]["file"]) for f in small["findings"]["new"]] == [("RF202", "nets.py")]
    git(repository, "commit", "-qam", "broken")
    edit(repository / "nets.py", "nn.Linear(15, 10)", "nn.Linear(16, 10)")
    (small,) = diff("--base", "HEAD")["models"]
    assert [f["code"] for f in small["findings"]["fixed"]] == ["RF202"]
    assert all(f["severity"] == "information" for f in small["findings"]["new"]), "what the error hid"


def test_a_file_that_cannot_be_read_is_no_removed_model(repository, run):
    (repository / "other.py").write_bytes(b"import torch\nx = '\xe9'\n")
    outcome = run("diff", "--base", "HEAD")
    assert "models: " not in outcome.out and "other.py is not UTF-8" in outcome.err


def test_changed_data_reaches_models_that_read_it(repository, diff):
    (repository / "config.yaml").write_text("width: 8\n")
    (repository / "other.py").write_text("import yaml\nfrom torch import nn\n\nwith open('config.yaml') as file:\n    config = yaml.safe_load(file)\n\n# rf: input=1x3x32x32\nmodel = nn.Sequential(nn.Conv2d(3, config['width'], 3), nn.ReLU())\n")  # fmt: skip
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "data")
    (repository / "config.yaml").write_text("width: 16\n")
    (change,) = diff("--base", "HEAD")["models"]
    assert (change["old"]["parameters"], change["new"]["parameters"]) == (224, 448)


def test_what_no_model_reads_is_not_looked_at(repository, run, monkeypatch):
    (repository / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\n')
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "project")
    (repository / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "2"\n')
    (repository / "notes.txt").write_text("new\n")
    looked: list[str | None] = []
    original = Side.look
    monkeypatch.setattr(Side, "look", lambda self, path: looked.append(path) or original(self, path))
    run("diff", "--base", "HEAD")
    assert looked == []
    (repository / "pyproject.toml").write_text('[tool.rf-lsp]\ndefault-input = "1x3x64x64"\n')
    run("diff", "--base", "HEAD")
    assert set(looked) == {"nets.py", "other.py", "parts.py"}


def test_paths_choose_and_main_may_have_moved_on(repository, diff, run):
    git(repository, "checkout", "-qb", "feature")
    edit(repository / "other.py", "8, 3)", "8, 5)")
    git(repository, "commit", "-qam", "mine")
    git(repository, "checkout", "-q", "main")
    edit(repository / "nets.py", "16, 32", "16, 24")
    git(repository, "commit", "-qam", "theirs")
    git(repository, "checkout", "-q", "feature")
    assert targets(diff("--base", "main...")) == {"other.py::model": "changed"}
    assert "nets.py::Net()" in targets(diff("--base", "main"))
    assert targets(diff("--base", "main", "other.py")) == {"other.py::model": "changed"}


def test_two_folders_and_two_files(repository, diff, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "parts.py").write_text(
            PARTS.replace("stride=2", f"stride={len(name) - 2 if name == 'one' else 2}")
        )
        (tmp_path / name / "nets.py").write_text(NETS)
    data = diff("one", "two")
    assert (data["base"], data["head"]) == ("one", "two")
    assert list(targets(data)) == ["nets.py::Net()", "nets.py::Small()", "parts.py::Block()"]
    (model,) = diff("one/nets.py::Net()", "two/nets.py::Small()")["models"]
    assert (model["target"], model["old_target"]) == ("nets.py::Small()", "nets.py::Net()")


@pytest.mark.parametrize(
    ("condition", "code", "sentence"),
    [
        ("macs>+10%", 1, "macs>+10%: nets.py::Net() goes from 405,824 to 5,161,280"),
        ("macs>+2000%", 0, ""),
        ("macs>5000000", 1, "nets.py::Net() has 5,161,280"),
        ("parameters>+0", 0, ""),
        ("memory>+10%", 1, "memory>+10%: nets.py::Net()"),
        ("coverage-drop", 1, "coverage-drop: nets.py::Net()"),
        ("output-change", 0, ""),
        ("new-errors,model-removed", 0, ""),
    ],
)
def test_fail_on(repository, run, condition, code, sentence):
    edit(repository / "parts.py", "stride=2", "stride=1")
    outcome = run("diff", "--base", "HEAD", "nets.py", "--fail-on", condition)
    assert outcome.code == code and sentence in outcome.err


def test_markdown_is_a_comment_for_a_review(repository, run):
    edit(repository / "parts.py", "stride=2", "stride=1")
    edit(repository / "nets.py", "nn.Linear(16, 10)", "nn.Linear(15, 10)")
    out = run("diff", "--base", "HEAD", "--format", "markdown").out
    assert "| `nets.py::Net()` | MACs | 405,824 | 5,161,280 (+1171.8 %) |" in out
    assert "- `parts.py:8` conv (Conv2d): stride 2 → 1 – in `Net()`, `Small()`, `Block()`" in out
    assert "`nets.py:26` fc expects 15 features, gets 16" in out
    assert "RF101" not in out, "what is only worth knowing is not for a review"


def test_a_change_of_next_to_nothing_is_not_told_as_none(repository, run):
    edit(repository / "nets.py", "nn.Linear(16, 10)", "nn.Linear(16, 100_000)")
    git(repository, "commit", "-qam", "many classes")
    edit(repository / "nets.py", "100_000)", "100_001)")
    out = run("diff", "--base", "HEAD", "--format", "markdown").out
    assert "(less than 0.1 %)" in out and "0.0 %" not in out


def test_numbers_are_told_as_they_can_be_read(repository, run):
    edit(repository / "other.py", "3, 8, 3)", "3, 8, 3, bias=False)")
    # 4 bytes each of 3·32², twice 8·30² and 27·8 numbers, and of 8 of the bias
    assert "memory                70,784 bytes → 70,752 bytes" in run("diff", "--base", "HEAD", "other.py").out
    edit(repository / "other.py", "1x3x32x32", "1x3x40x32")
    assert "input                 1×3×32×32 → 1×3×40×32" in run("diff", "--base", "HEAD", "other.py").out


def test_table(repository, run):
    edit(repository / "parts.py", "stride=2", "stride=1")
    out = run("diff", "--base", "HEAD", "nets.py").out
    assert "~ nets.py::Net()" in out and "MACs             405,824 → 5,161,280" in out
    assert out.endswith("models: 2 changed (HEAD → work tree)\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "give OLD and NEW, or --base REV"),
        (("--base", "nowhere"), "there is no revision 'nowhere'"),
        (("--base=--output=x",), "there is no revision"),
        (("--base", "HEAD", "missing.py"), "no such file or folder"),
        (("--base", "HEAD", "other.py", ".."), "outside of the repository"),
        (("other.py", "missing.py"), "missing.py: no such file or folder"),
        (("other.py", "nets.py", "--fail-on", "parameters>10%"), "--fail-on: 'parameters>10%' is none of"),
        (("other.py", "nets.py", "--format", "xml"), "unknown format 'xml'; diff writes json, markdown, table"),
    ],
)
def test_bad_input_is_one_sentence(repository, run, arguments, sentence):
    outcome = run("diff", *arguments)
    assert outcome.code == 2 and sentence in outcome.err and "Traceback" not in outcome.err


def test_a_revision_that_a_shallow_clone_lacks(repository, run, monkeypatch):
    git(repository, "commit", "-q", "--allow-empty", "-m", "second")
    git(repository, "clone", "-q", "--depth", "1", repository.as_uri(), "clone")
    monkeypatch.chdir(repository / "clone")
    outcome = run("diff", "--base", "HEAD~1")
    assert outcome.code == 2 and "no revision 'HEAD~1' (the clone is shallow" in outcome.err


def test_submodules_are_compared_with_what_the_commit_has_of_them(repository, diff, tmp_path_factory):
    library = tmp_path_factory.mktemp("library")
    (library / "net.py").write_text(OTHER)
    git(library, "init", "-q", "-b", "main")
    git(library, "add", "-A")
    git(library, "commit", "-qm", "library")
    git(repository, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "library")
    git(repository, "commit", "-qm", "with the library")
    assert diff("--base", "HEAD")["models"] == []
    assert targets(diff("--base", "HEAD~1")) == {"library/net.py::model": "added"}
    edit(repository / "library" / "net.py", "3, 8, 3", "3, 9, 3")
    assert targets(diff("--base", "HEAD")) == {"library/net.py::model": "changed"}


def test_no_repository(run, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", os.fspath(tmp_path.parent))
    (tmp_path / "net.py").write_text(OTHER)
    outcome = run("diff", "--base", "HEAD")
    assert outcome.code == 2 and "is in no git repository" in outcome.err


def test_a_note_alone_changes_no_model(run, tmp_path):
    """A bias before a norm is only worth knowing: numbers and errors of the model are what they were."""
    old = PARTS + "\n\n# rf: input=1x3x32x32\nmodel = Block(3, 8)\n"
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a/net.py").write_text(old)
    (tmp_path / "b/net.py").write_text(old.replace("padding=1)", "padding=1)  # rf: ignore[RF404]"))
    data = json.loads(run("diff", str(tmp_path / "a"), str(tmp_path / "b"), "--format", "json").out)
    assert data["models"] == [] and [finding["code"] for finding in data["findings"]["fixed"]] == ["RF404"]


def test_layers_that_no_attribute_names_belong_together(run, tmp_path):
    """Layers that a forward makes on its way: those of both sides are the same ones."""
    net = OTHER.replace("nn.ReLU()", "Twice()").replace(
        "\n\n",
        "\n\nclass Twice(nn.Module):\n    def forward(self, x):\n        return nn.ReLU()(nn.ReLU()(x) + 1)\n\n\n",
    )
    for name, text in (("a", net), ("b", f"{net}\n# done\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "net.py").write_text(text)
    assert json.loads(run("diff", str(tmp_path / "a"), str(tmp_path / "b"), "--format", "json").out)["models"] == []
