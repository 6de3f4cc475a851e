"""A file is imported as its package would be, and its model built as the static analysis built it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.tracing.conftest import PATIENT, Asking

PARTS = "from torch import nn\n\n\ndef conv(width):\n    return nn.Conv2d(3, width, 3)\n"
NET = """
from torch import nn
from {parts} import conv


class Net(nn.Sequential):
    def __init__(self):
        super().__init__(conv(8))
"""


def traced(asking: Asking, path: Path, *folders: Path) -> dict[str, Any]:
    given = [{"name": "x", "shape": [1, 3, 8, 8], "dtype": "float32", "batched": True}]
    named = [str(folder) for folder in folders]
    return asking(path, PATIENT, expression="Net()", inputs=given, order=["x"], folders=named)


def written(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(
    "marked", [(), ("project/nets/__init__.py",), ("project/__init__.py", "project/nets/__init__.py")]
)
@pytest.mark.parametrize(("file", "parts"), [("nets__net", ".parts"), ("nets__deep__net", "..parts")])
def test_relative_imports_lead_to_the_package(asking, tmp_path: Path, marked: tuple[str, ...], file: str, parts: str):
    root = written(tmp_path / "project", nets__parts=PARTS, **{file: NET.format(parts=parts)})
    for name in marked:
        (tmp_path / name).touch()
    answer = traced(asking, root / (file.replace("__", "/") + ".py"))
    assert answer.get("outputs") == [{"path": "", "shape": [1, 8, 6, 6]}], answer["failure"]


def test_a_folder_that_is_called_like_a_library(asking, tmp_path: Path):
    root = written(tmp_path, json__parts=PARTS, json__net=NET.format(parts=".parts"))
    assert "failure" not in traced(asking, root / "json" / "net.py")


def test_folders_of_one_project_are_not_those_of_the_next(asking, tmp_path: Path):
    first = written(tmp_path / "first", nets__parts=PARTS, nets__net=NET.format(parts="nets.parts"))
    assert "failure" not in traced(asking, first / "nets" / "net.py", first)
    second = written(tmp_path / "second", nets__own=PARTS, nets__net=NET.format(parts="nets.own"), nets____init__="")
    assert "failure" not in traced(asking, second / "nets" / "net.py", second)


CONFIGURED = """
from dataclasses import dataclass

from torch import nn


@dataclass
class Config:
    width: int = 4


class Net(nn.Sequential):
    def __init__(self, config):
        super().__init__(nn.Conv2d(3, config.width, 3))


net = Net(Config(width=6))
"""


@pytest.mark.parametrize(("class_", "width"), [(None, 5), ({"named": "Config", "file": None}, 7)])
def test_objects_are_made_as_they_are(ask, class_: Any, width: int):
    given = {"config": {"object": {"width": width}, "class": class_}}
    answer = ask(CONFIGURED, "Net()", [1, 3, 8, 8], arguments=[], keywords=given)
    assert answer.get("outputs") == [{"path": "", "shape": [1, width, 6, 6]}], answer["failure"]


def test_what_the_program_makes_needs_no_arguments(ask):
    said = "rf-lsp cannot hand on how it built it: config is a generator"
    assert "failure" not in ask(CONFIGURED, "net", [1, 3, 8, 8], unsayable=said)
    assert ask(CONFIGURED, "Net()", [1, 3, 8, 8], unsayable=said)["failure"] == said


MADE_AS_CALLED = """
import torch
from torch import nn


class Block(torch.jit.ScriptModule):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    @torch.jit.script_method
    def forward(self, x):
        return self.conv(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def forward(self, x):
        x = nn.ReLU()(self.block(x))
        return nn.ReLU()(nn.MaxPool2d(2)(x))
"""


def test_every_call_has_a_name_of_its_own(ask):
    answer = ask(MADE_AS_CALLED, "Net()", [1, 3, 8, 8])
    assert [(one["name"], one["call"], one["output_shape"][2:]) for one in answer["layers"]] == [
        ("block.conv", 1, [6, 6]), ("ReLU", 1, [6, 6]), ("MaxPool2d", 1, [3, 3]), ("ReLU", 2, [3, 3])
    ]  # fmt: skip


def test_what_nobody_looks_at_is_nothing(ask):
    source = CONFIGURED.replace("nn.Sequential", "nn.Module") + (
        "\n    def forward(self, x, marks, *, mode):\n        return x if marks is None and mode is None else None\n"
    )
    source = source.replace("super().__init__(nn.Conv2d(3, config.width, 3))", "super().__init__()").replace(
        "net = Net(Config(width=6))", ""
    )
    head, _, tail = source.partition("\n\n\n\n")
    answer = ask(head + tail, "Net(3)", [1, 3, 8, 8])
    assert answer.get("outputs") == [{"path": "", "shape": [1, 3, 8, 8]}], answer.get("failure")


PARAMETRIZED = """
from torch import nn
from torch.nn.utils import parametrize


class Double(nn.Module):
    def forward(self, x):
        return 2 * x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        parametrize.register_parametrization(self.conv, "weight", Double())

    def forward(self, x):
        return self.conv(x)
"""


def test_a_layer_whose_weights_are_computed_is_one(ask):
    answer = ask(PARAMETRIZED, "Net()", [1, 3, 8, 8])
    assert [(one["name"], one["parameters"]) for one in answer["layers"]] == [("conv", 112)]
