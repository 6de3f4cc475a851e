"""One mistake, one finding: what only follows from it is not reported again."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.facts import Finding
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


def errors_of(folder: Path, source: str) -> list[str]:
    return [f"{finding.code} {finding.message}" for finding in findings_of(folder, source)]


def findings_of(folder: Path, source: str) -> list[Finding]:
    path = folder / "net.py"
    path.write_text("import torch\nfrom torch import nn\n" + source)
    facts = Engine(ProjectSettings(Settings(), str(folder))).facts(Request(str(path)))
    return [finding for finding in check(facts, RuleSettings()) if finding.code != "RF403"]


WITHOUT_FLATTEN = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d({channels}, 32, 3), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.MaxPool2d(2))
        self.fc1 = nn.Linear({features}, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        return self.fc2(self.fc1(self.features(x)).relu()).softmax(-1)
"""


@pytest.mark.parametrize("call", ["", "Net()(torch.rand(4, 3, 32, 32))\n"])
def test_a_flatten_that_is_missing_is_said_to_be(tmp_path: Path, call: str) -> None:
    """Whether the size is given or follows from the layer; nothing else comes of it."""
    source = WITHOUT_FLATTEN.format(channels=3, features="64 * 6 * 6") + call
    assert errors_of(tmp_path, source) == ["RF202 fc1 expects 2304 features, gets 64×6×6 = 2304: flatten it first"]


def test_a_flatten_that_is_missing_before_a_layer_of_another_size(tmp_path: Path) -> None:
    source = WITHOUT_FLATTEN.format(channels=3, features="64 * 5 * 5") + "Net()(torch.rand(4, 3, 32, 32))\n"
    assert errors_of(tmp_path, source) == ["RF202 fc1 expects 1600 features, gets 64×6×6 = 2304 when flattened"]


@pytest.mark.parametrize(
    ("layer", "shape", "said"),
    [
        (
            "nn.Linear(784, 10)",
            (64, 1, 28, 28),
            "layer 0 (Linear) expects 784 features, gets 1×28×28 = 784: flatten it first",
        ),
        (
            "nn.Linear(784, 10)",
            (64, 28, 28),
            "layer 0 (Linear) expects 784 features, gets 28×28 = 784: flatten it first",
        ),
        ("nn.Linear(784, 10)", (28, 28), "layer 0 (Linear) expects 784 features, gets 28×28 = 784: flatten it first"),
        ("nn.Linear(16, 10)", (2, 8), "layer 0 (Linear) expects 16 features, gets 8"),
        ("nn.Linear(784, 10)", (64, 28), "layer 0 (Linear) expects 784 features, gets 28"),
        ("nn.Linear(64, 10)", (2, 10, 32), "layer 0 (Linear) expects 64 features, gets 32"),
    ],
)
def test_only_what_a_flatten_would_mend_lacks_one(
    tmp_path: Path, layer: str, shape: tuple[int, ...], said: str
) -> None:
    source = f"model = nn.Sequential({layer}, nn.ReLU())\nmodel(torch.rand{shape})\n"
    assert errors_of(tmp_path, source) == [f"RF202 {said}"]


def test_nothing_is_said_of_fields_after_an_error(tmp_path: Path) -> None:
    """What lies behind a layer that does not fit is only what it declares."""
    layers = "nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d({}), nn.Conv2d(8, 2, 3, stride=5)"
    source = f"# rf: input=1x1x64x64\nmodel = nn.Sequential({layers})\n"
    assert {finding.code for finding in findings_of(tmp_path, source.format(8))} >= {"RF101", "RF105"}
    found = {finding.code for finding in findings_of(tmp_path, source.format(4))}
    assert "RF201" in found
    assert not any(code.startswith("RF1") for code in found)


SKIPS = """def block(a, b):
    return nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.ReLU())
class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.e1, self.e2, self.e3, self.e4, self.b = block(1, 8), block(8, 16), block(16, 32), block(32, 64), block(64, 128)
        self.u4, self.d4 = nn.ConvTranspose2d(128, 64, 2, 2), block(128, 64)
        self.u3, self.d3 = nn.ConvTranspose2d(64, 32, 2, 2), block(64, 32)
        self.u2, self.d2 = nn.ConvTranspose2d(32, 16, 2, 2), block(32, 16)
        self.u1, self.d1 = nn.ConvTranspose2d(16, 8, 2, 2), block(16, 8)
        self.pool = nn.MaxPool2d(2)
    def forward(self, x):
        e1 = self.e1(x)
        e2 = self.e2(self.pool(e1))
        e3 = self.e3(self.pool(e2))
        e4 = self.e4(self.pool(e3))
        b = self.b(self.pool(e4))
        x = self.d4(torch.cat([self.u4(b), e4], 1))
        x = self.d3(torch.cat([self.u3(x), e3], 1))
        x = self.d2(torch.cat([self.u2(x), e2], 1))
        return self.d1(torch.cat([self.u1(x), e1], 1))
net = UNet()
net(torch.rand(1, 1, 127, 127))
"""


def test_one_input_that_is_too_odd_for_all_skips(tmp_path: Path) -> None:
    """Behind the first the sizes are only what one of the branches has."""
    assert [message[:5] for message in errors_of(tmp_path, SKIPS) if message[:3] != "RF1"] == ["RF205"]


WIDE = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 63, 3, padding=1)
        self.a = nn.Conv2d(64, 8, 1)
        self.b = nn.Conv2d(64, 8, 3, padding=1)
        self.c = nn.Conv2d(64, 8, 5, padding=2)
        self.d = nn.Conv2d(40, 8, 5, padding=2)
    def forward(self, x):
        x = torch.relu(self.stem(x))
        y = torch.cat([self.a(x), self.b(x), self.c(x)], 1)
        return self.d(y)
net = Net()
net(torch.rand(1, 3, 32, 32))
"""


def test_one_layer_that_fits_none_of_those_behind_it(tmp_path: Path) -> None:
    """What disagrees for another reason is told as well."""
    assert errors_of(tmp_path, WIDE) == [
        "RF201 a expects 64 input channels, gets 63",
        "RF201 d expects 40 input channels, gets 24",
    ]


def test_one_number_that_a_constructor_hands_to_several_layers(tmp_path: Path) -> None:
    source = """
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        middle = width / 4
        self.conv1 = nn.Conv2d(width, middle, 1)
        self.norm = nn.BatchNorm2d(middle)
        self.conv2 = nn.Conv2d(middle, width, 1)

    def forward(self, x):
        return self.conv2(self.norm(self.conv1(x)))


Block(64)(torch.rand(1, 64, 8, 8))
"""
    assert errors_of(tmp_path, source) == ["RF303 Conv2d takes whole numbers as sizes, gets 16.0"]
