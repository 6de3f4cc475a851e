"""One mistake, one finding: what only follows from it is not reported again."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.request import Request
from analyzers.rules.support.report import check
from analyzers.rules.support.settings import RuleSettings
from rf_lsp.engine import Engine, ProjectSettings
from rf_lsp.settings import Settings

SEQUENTIAL = "from torch import nn\n\n# rf: input={}\nmodel = nn.Sequential(\n    {},\n)\n"


@pytest.mark.parametrize(
    ("shape", "layers"),
    [
        ("1x3x32x32", "nn.Conv2d(3, 64, 3), nn.BatchNorm2d(32), nn.Conv2d(64, 8, 3)"),
        ("1x3x32x32", "nn.Conv2d(3, 64, 3), nn.GroupNorm(4, 32), nn.Conv2d(64, 8, 3)"),
        ("1x3x32x32", "nn.Conv2d(3, 64, 3), nn.BatchNorm2d(32), nn.Conv2d(32, 8, 3)"),
        ("1x10x64", "nn.LayerNorm(32), nn.Linear(64, 10)"),
        ("1x10x64", "nn.LayerNorm(32), nn.Linear(32, 10)"),
        ("1x3x32x32", "nn.Conv2d(3, 64, 3), nn.Conv2d(32, 48, 3), nn.BatchNorm2d(48), nn.Conv2d(48, 8, 3)"),
    ],
)
def test_a_layer_of_the_wrong_size(shape: str, layers: str, tmp_path: Path) -> None:
    """Torch stops at the layer that disagrees with what it gets; what comes behind may fit either of the two."""
    path = tmp_path / "net.py"
    path.write_text(SEQUENTIAL.format(shape, layers))
    facts = Engine(ProjectSettings(Settings(), str(tmp_path))).facts(Request(str(path)))
    errors = [finding for finding in check(facts, RuleSettings()) if finding.severity == "error"]
    assert len(errors) == 1, [finding.message for finding in errors]


CLASS = """from torch import nn
import torch


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 64, 3)
        self.norm = nn.BatchNorm2d({norm})
        self.fc = nn.Linear(100, 10)

    def forward(self, x):
        return self.fc(torch.flatten(self.norm(self.conv(x)), 1))


net = Net()
net(torch.randn(1, 3, 8, 8))
"""


def test_a_size_that_is_not_known_is_not_told(tmp_path: Path) -> None:
    """Behind the wrong norm the map has 64 or 32 channels: the flatten's size is not one number."""
    path = tmp_path / "net.py"
    path.write_text(CLASS.format(norm=32))
    facts = Engine(ProjectSettings(Settings(), str(tmp_path))).facts(Request(str(path)))
    assert {finding.code for finding in check(facts, RuleSettings()) if finding.severity == "error"} == {"RF201"}


def test_a_class_and_its_instance_are_told_once(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(CLASS.format(norm=64).replace("100, 10", "64 * 6 * 6, 10"))
    facts = Engine(ProjectSettings(Settings(), str(tmp_path))).facts(Request(str(path)))
    found = [finding.place.line for finding in check(facts, RuleSettings()) if finding.code == "RF101"]
    assert (len(facts.models), len(found)) == (2, 1)
