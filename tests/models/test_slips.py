"""Slips of which nothing says the input, in programs that would run without them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from analyzers.facts import Finding
from analyzers.request import Request
from analyzers.rules.support.report import check
from analyzers.rules.support.settings import RuleSettings
from rf_lsp.engine import Engine, ProjectSettings
from rf_lsp.settings import Settings


def findings(source: str, folder: Path) -> list[Finding]:
    """What is said of a file but for notes."""
    path = folder / "net.py"
    path.write_text("import torch\nfrom torch import nn\n\n" + dedent(source))
    facts = Engine(ProjectSettings(Settings(), str(folder))).facts(Request(str(path)))
    return [finding for finding in check(facts, RuleSettings()) if finding.severity in ("error", "warning")]


def said(source: str, folder: Path) -> list[tuple[str, str]]:
    return [(finding.severity, finding.code) for finding in findings(source, folder)]


FORWARD = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, padding=1)
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        b = x.shape[0]
        y = self.conv(x)
        n, c, h, w = y.shape
        {}
"""


@pytest.mark.parametrize(
    "line",
    [
        "return torch.cat(y, dim=1)",
        "return torch.cat((y, b), dim=1)",
        "return y.view(b, y, -1)",
        "return y.reshape(b, x, h)",
        "return self.fc(h)",
        "return torch.arange(y)",
        "return y + len(y.sum())",
    ],
)
def test_what_a_layer_made_is_a_tensor_and_a_size_is_a_number(line: str, tmp_path: Path) -> None:
    assert said(FORWARD.format(line), tmp_path)[0][0] == "error"


@pytest.mark.parametrize("line", ["return torch.cat(x, dim=1)", "return torch.stack(x)"])
def test_an_input_that_no_layer_took_need_not_be_a_tensor(line: str, tmp_path: Path) -> None:
    source = f"class Net(nn.Module):\n    def forward(self, x):\n        {line}\n"
    assert said(source, tmp_path) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("return y.view(b, h // 4, 4, w // 4, 4, c).view(b, h // 4, w // 4, 16, c // 2)", [("error", "RF206")]),
        ("return y.view(b, c, h * w, 2)", [("error", "RF206")]),
        ("return y.view(b, h // 4, 4, w // 4, 4, c)", []),
        ("return y.view(-1, c, h * w)", []),
    ],
)
def test_a_reshape_is_judged_without_the_sizes_that_both_shapes_have(
    line: str, expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert said(FORWARD.format(line), tmp_path) == expected


POOLED = """
class Squeeze(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels * 2, 3)
        self.pool = nn.AdaptiveAvgPool2d(1)

    def forward(self, x):
        y = self.conv(x)
        b, c, _, _ = y.shape
        return y * self.pool(y).view({}).view(b, c, 1, 1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(Squeeze(3), Squeeze(6))

    def forward(self, x):
        return self.blocks(x)
"""


def test_no_batch_fits(tmp_path: Path) -> None:
    """The first block would want a batch of 6, the second one of 12."""
    assert said(POOLED.format("b, c"), tmp_path) == []
    assert said(POOLED.format("c, c"), tmp_path) == [("warning", "RF206")]


def test_a_batch_that_is_written_down_fits(tmp_path: Path) -> None:
    assert said(FORWARD.format("return y.view(32, c, h * w)"), tmp_path) == []


SIMILARITY = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(20, 8)

    def forward(self, x):
        z = self.embed(x)
        n = z.shape[0]
        sim = torch.matmul(z, z.t())
        upper = torch.diag(sim, 1 - n)
        return upper.reshape({}, 1)
"""


def test_what_depends_on_the_batch_is_tried_with_batches(tmp_path: Path) -> None:
    assert said(SIMILARITY.format(1), tmp_path) == []


RESNET = """
class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, channels_in, channels, stride=1, shortcut=None):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, padding={padding})
        self.conv2 = nn.Conv2d({second}, channels, 3, padding=1)
        self.shortcut = shortcut

    def forward(self, x):
        y = self.conv2(torch.relu(self.conv1(x)))
        return y + (x if self.shortcut is None else self.shortcut(x))


class ResNet(nn.Module):
    def __init__(self, block, layers, classes=10):
        super().__init__()
        self.channels = 16
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.layer1 = self._make(block, 16, layers[0])
        self.layer2 = self._make(block, 32, layers[1], 2)
        self.fc = nn.Linear({features} * block.expansion, classes)

    def _make(self, block, channels, count, stride=1):
        shortcut = None
        if stride != 1 or self.channels != channels * block.expansion:
            shortcut = nn.Conv2d(self.channels, channels * block.expansion, 1, stride)
        made = [block(self.channels, channels, stride, shortcut)]
        self.channels = channels * block.expansion
        for _ in range(1, count):
            made.append(block(self.channels, channels))
        return nn.Sequential(*made)

    def forward(self, x):
        x = self.layer2(self.layer1(self.stem(x)))
        return self.fc(x.mean(dim=(2, 3)))
"""
RIGHT = {"padding": 1, "second": "channels", "features": 32}


@pytest.mark.parametrize(
    ("slip", "expected"),
    [
        ({}, []),
        ({"padding": 0}, [("error", "RF204")]),
        ({"second": "channels_in"}, [("error", "RF201")]),
        ({"features": 33}, [("error", "RF202")]),
    ],
)
def test_a_block_is_built_as_the_model_that_takes_it_builds_it(
    slip: dict[str, object], expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert said(RESNET.format(**{**RIGHT, **slip}), tmp_path) == expected


def test_another_class_of_the_file_may_be_meant(tmp_path: Path) -> None:
    other = RESNET.partition("class ResNet")[0].format(**RIGHT).replace("BasicBlock", "Plain")
    assert said(RESNET.format(**{**RIGHT, "padding": 0}) + other, tmp_path) == []


def test_a_number_of_channels_is_no_number_of_repetitions(tmp_path: Path) -> None:
    source = RESNET.format(**RIGHT).replace("self.stem = nn.Conv2d(3, 16", "self.stem = nn.Conv2d(3, layers[0]")
    assert said(source, tmp_path) == []


SEQUENCES = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(30, 64)
        self.attention = nn.MultiheadAttention(64, 4, batch_first=True)

    def forward(self, x):
        x = self.embed(x)
        x, _ = self.attention(x, x, x)
        return x.permute(0, 2, 0)
"""


def test_of_several_ranks_that_go_wrong_the_one_that_comes_furthest_is_told(tmp_path: Path) -> None:
    (finding,) = findings(SEQUENCES, tmp_path)
    assert "permute" in finding.message


def test_what_says_the_shape_of_the_input_is_told_too(tmp_path: Path) -> None:
    source = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(2, 8, 3)
            self.conv2 = nn.Conv2d(11, 8, 3, padding=1)

        def forward(self, x):
            y = self.conv1(x)
            return self.conv2(torch.cat([nn.functional.pad(y, (1, 1, 1, 1)), x], dim=1))
    """
    (finding,) = findings(source, tmp_path)
    assert finding.code == "RF201"
    assert "the shape of the input x is what this takes" in [said for said, _ in finding.related]
    assert "its input comes from cat" in [said for said, _ in finding.related]


def test_a_vector_is_not_taken_for_a_picture_for_good(tmp_path: Path) -> None:
    """A time step gets two dims more; the first linear layer takes 64 features, which might be 8×8."""
    source = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.mlp = nn.Linear(64, 64)
            self.time = nn.Linear(64, 16)
            self.stem = nn.Conv2d(1, 16, 3, padding=1)
            self.norm = nn.GroupNorm(4, 16)

        def forward(self, x, t):
            angles = t[:, None] * torch.arange(32)[None, :]
            t = self.mlp(torch.cat((angles.sin(), angles.cos()), dim=-1))
            x = self.stem(x) + self.time(t)[:, :, None, None]
            return self.norm(x)
    """
    assert said(source, tmp_path) == []


def test_a_list_that_holds_itself_ends(tmp_path: Path) -> None:
    source = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 3, 3, padding=1)

        def forward(self, x):
            maps = [x]
            for _ in range(4):
                x = self.conv(x)
                maps.append(maps)
            return torch.cat(maps, dim=1)
    """
    assert said(source, tmp_path) == [("error", "RF303")]


@pytest.mark.parametrize(
    "line", ["return [y] + h", "return (1, 2) * [h]", "h[0] = 3", "return {'relu': y}[{}]", "return round([c])"]
)
def test_plain_values_that_never_go_together(line: str, tmp_path: Path) -> None:
    source = FORWARD.format(line).replace("n, c, h, w = y.shape", "n, c, h, w = 1, 2, 3, 4")
    assert said(source, tmp_path) == [("error", "RF304")]


def test_nothing_has_no_features(tmp_path: Path) -> None:
    """A map without channels is no reason to stumble."""
    source = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 0, 3)
            self.fc = nn.Linear(400, 10)

        def forward(self, x):
            return self.fc(torch.flatten(self.conv(x), 1))
    """
    assert "RF900" not in [code for _, code in said(source, tmp_path)]


def test_the_sides_of_a_film_are_solved(tmp_path: Path) -> None:
    """Three sizes with one product: those of which the pictures are square come first."""
    source = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv3d(3, 8, 3, padding=1)
            self.pool = nn.AvgPool3d(2, padding=(0, 1, 1))
            self.fc = nn.Linear(8 * 2 * 5 * 5, 4)

        def forward(self, x):
            x = self.pool(self.conv(x))
            return self.fc(x.view(-1, 8 * 2 * 5 * 5))
    """
    path = tmp_path / "net.py"
    path.write_text("from torch import nn\n\n" + dedent(source))
    (model,) = Engine(ProjectSettings(Settings(), str(tmp_path))).facts(Request(str(path))).models
    (given,) = model.inputs
    assert given.shape[1:] == (3, 4, 8, 8) and model.status == "complete"
