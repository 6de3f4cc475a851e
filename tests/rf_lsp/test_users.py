"""A block's file is checked in the models that are built of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rf_lsp.cli import main
from rf_lsp.users import MOST_USERS

IMPORTS = """\
import torch
from torch import nn
"""

PARTS = (
    IMPORTS
    + """

class Twice(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU(),
        )

    def forward(self, x):
        return self.body(x)


class Up(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.up = nn.ConvTranspose2d(inputs, inputs // 2, 2, stride=2)
        self.twice = Twice(inputs, outputs)

    def forward(self, x, skip):
        return self.twice(torch.cat([skip, self.up(x)], 1))
"""
)

MODEL = """\
import torch
from torch import nn

from .parts import Twice, Up


class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.top = Twice(3, 16)
        self.bottom = Twice(16, 32)
        self.pool = nn.MaxPool2d(2)
        self.up = Up(32, 16)
        self.head = nn.Conv2d(16, classes, 1)

    def forward(self, x):
        top = self.top(x)
        return self.head(self.up(self.bottom(self.pool(top)), top))
"""

TRAIN = "import torch\n\nfrom net import Net\n\nnet = Net(2)\nnet(torch.rand(1, 3, 64, 64))\n"

SLIPS = {
    "two channels too many": ("nn.BatchNorm2d(outputs)", "nn.BatchNorm2d(outputs + 2)"),
    "the wrong name": ("nn.Conv2d(outputs, outputs, 3", "nn.Conv2d(inputs, outputs, 3"),
    "what goes up keeps its channels": ("inputs // 2, 2, stride", "inputs, 2, stride"),
    "twice as large": ("2, stride=2)", "4, stride=4)"),
    "other outputs": ("self.twice = Twice(inputs, outputs)", "self.twice = Twice(inputs, inputs)"),
    "the other axis": ("self.up(x)], 1)", "self.up(x)], 2)"),
}
"""Each makes torch raise in ``TRAIN``."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    package = tmp_path / "net"
    package.mkdir()
    files = {"__init__.py": "from .model import Net\n", "parts.py": PARTS, "model.py": MODEL}
    for name, text in files.items():
        (package / name).write_text(text)
    (tmp_path / "train.py").write_text(TRAIN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict]]:
    code = main(["check", "--no-cache", "--jobs", "1", "--format", "json", *arguments])
    return code, json.loads(capsys.readouterr().out)["findings"]


def errors(found: list[dict]) -> list[tuple[str, str, int]]:
    return [
        (one["code"], Path(one["place"]["file"]).name, one["place"]["line"])
        for one in found
        if one["severity"] == "error"
    ]


def test_parts_that_fit(project: Path, capsys):
    assert checked(capsys, "net/parts.py") == (0, [])


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_a_part_is_found_where_the_part_is_checked(project: Path, capsys, slip: str):
    part = project / "net" / "parts.py"
    part.write_text(PARTS.replace(*SLIPS[slip]))
    code, found = checked(capsys, "net/parts.py")
    assert code == 1 and errors(found) == errors(checked(capsys, ".")[1])
    (error,) = (one for one in found if one["severity"] == "error")
    places = [error["place"], *(one["place"] for one in error["related"])]
    assert {Path(place["file"]).name for place in places} >= {"parts.py"}
    assert Path(error["place"]["file"]).name != "parts.py" or "found in the model" in error["related"][-1]["message"]


ODD = ("nn.ConvTranspose2d(inputs, inputs // 2, 2, stride=2)", "nn.ConvTranspose2d(inputs, inputs // 2, 3, stride=2)")
"""Fits some sizes, and not those of ``TRAIN``."""


@pytest.mark.parametrize("is_main", [False, True])
def test_a_slip_that_only_the_input_of_the_program_shows(project: Path, capsys, is_main: bool):
    text = 'if __name__ == "__main__":\n    net = Net(2)\n    net('
    (project / "train.py").write_text(TRAIN.replace("net = Net(2)\nnet(", text) if is_main else TRAIN)
    (project / "net" / "parts.py").write_text(PARTS.replace(*ODD))
    code, found = checked(capsys, "net/parts.py")
    assert code == 1 and errors(found) == [("RF205", "parts.py", found[0]["place"]["line"])]
    assert found[0]["related"][-1]["place"]["file"] == "train.py"
    assert errors(checked(capsys, ".")[1]) == errors(found)


def test_what_a_constructor_no_longer_takes_is_found_where_it_is_written(project: Path, capsys):
    wanted = PARTS.replace(
        "class Up(nn.Module):\n    def __init__(self, inputs,",
        "class Up(nn.Module):\n    def __init__(self, scale, inputs,",
    )
    (project / "net" / "parts.py").write_text(wanted)
    code, (error,) = checked(capsys, "net/parts.py")
    assert (code, error["code"], Path(error["place"]["file"]).name) == (1, "RF302", "model.py")
    (related,) = error["related"]
    assert related["message"] == "what it takes is written here" and related["place"]["file"] == "net/parts.py"


MISSPELT = PARTS.replace("def forward(self, x):", "def forwrad(self, x):", 1)


def test_one_misspelt_forward_is_one_finding_of_a_model(project: Path, capsys):
    (project / "net" / "parts.py").write_text(MISSPELT)
    places = errors(checked(capsys, "net/model.py")[1])
    assert [(code, file) for code, file, _ in places] == [("RF407", "model.py")]


NORM_OF_OTHER_RANK = """
class Scale(nn.Module):
    def __init__(self, channels=16):
        super().__init__()
        self.squeeze = nn.Conv2d(channels, channels, 1)
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, x):
        return self.norm(self.squeeze(x))
"""


def test_what_a_block_alone_shows_too_is_told_with_the_model(project: Path, capsys):
    (project / "net" / "blocks.py").write_text(IMPORTS + NORM_OF_OTHER_RANK)
    model = MODEL.replace("import Twice, Up", "import Twice, Up\nfrom .blocks import Scale")
    model = model.replace("        self.pool", "        self.scale = Scale(16)\n        self.pool")
    model = model.replace("self.head(", "self.head(self.scale(", 1).replace(", top))", ", top)))")
    (project / "net" / "model.py").write_text(model)
    alone = checked(capsys, "net/blocks.py")[1]
    (error,) = (one for one in alone if one["code"] == "RF207")
    assert error["message"] == "scale.norm expects 2D or 3D input, gets 4D"
    assert error["related"][-1]["message"] == "found in the model Net"
    assert error in checked(capsys, ".")[1], "of the block's file, which comes first, and the model's, the model's"


@pytest.mark.parametrize("slip", SLIPS)
def test_the_slips_are_slips(tmp_path: Path, slip: str):
    torch = pytest.importorskip("torch")
    names: dict = {}
    exec(PARTS.replace(*SLIPS[slip]) + MODEL.replace("from .parts import Twice, Up", ""), names)
    with pytest.raises((RuntimeError, ValueError)):
        names["Net"](2)(torch.rand(1, 3, 64, 64))


def test_a_file_that_nobody_uses(project: Path, capsys):
    (project / "alone.py").write_text("import torch\n")
    assert checked(capsys, "alone.py") == (0, [])


def test_other_errors_of_a_user_are_its_own(project: Path, capsys):
    """Only what the checked file has a part in."""
    with (project / "train.py").open("a") as file:
        file.write("torch.cat([torch.zeros(2, 3), torch.zeros(3, 4)], 1)\n")
    assert checked(capsys, "net/parts.py") == (0, [])
    assert [name for _, name, _ in errors(checked(capsys, "train.py")[1])] == ["train.py"]


def test_of_many_users_some_are_looked_at_and_it_is_said(project: Path, capsys):
    for number in range(MOST_USERS + 5):
        (project / f"train{number}.py").write_text(TRAIN)
    main(["check", "--no-cache", "--jobs", "1", "net/parts.py"])
    assert f"{MOST_USERS + 7} files use those that are checked; the nearest {MOST_USERS}" in capsys.readouterr().err


def test_of_a_folder_its_own_files_are_looked_at(project: Path, capsys):
    (project / "net" / "parts.py").write_text(PARTS.replace(*SLIPS["other outputs"]))
    (project / "net" / "model.py").write_text("from .parts import Twice, Up\n")
    assert checked(capsys, "net") == (0, [])


def test_where_nothing_marks_a_project_the_files_beside_are_looked_at(project: Path, capsys):
    """A file in somebody's home folder is no reason to read all of it."""
    (project / ".git").rmdir()
    (project / "net" / "parts.py").write_text(PARTS.replace(*SLIPS["other outputs"]))
    assert errors(checked(capsys, "net/parts.py")[1]) == [("RF201", "model.py", 18)]
    lone = project / "lone"
    (lone / "deep").mkdir(parents=True)
    (lone / "block.py").write_text(PARTS.replace(*SLIPS["other outputs"]))
    (lone / "deep" / "use.py").write_text(MODEL.replace(".parts", "block"))
    assert checked(capsys, "lone/block.py") == (0, [])
