"""Fields element by element against what torch measures: samples of random networks, and programs that once differed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.differential.judge import shared
from tests.differential.run import Summary, run_fields, with_fields
from tests.differential.static import static_inspect

HEADER = "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n\n\n"


@pytest.mark.parametrize("family", ["networks", "layouts"])
def test_random_networks_see_what_torch_sees(family: str, tmp_path: Path) -> None:
    summary = Summary()
    cases = list(run_fields(range(12), family, shared("first"), shared("second"), tmp_path, summary))
    wrong = [f"seed {case.seed}: {case.differences[0]}" for case in cases if case.differences]
    assert not wrong, "\n".join(wrong)
    assert summary.compared > 100


PHASES_AMONG_CHANNELS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.conv = nn.Conv2d(8, 4, 3)

    def forward(self, x):
        n, c, h, w = x.shape
        x = x.view(n, c, h // 2, 2, w // 2, 2).permute(0, 3, 5, 1, 2, 4).reshape(n, 4 * c, h // 2, w // 2)
        return self.conv(self.pool(x))
"""
HALVES_AS_ITEMS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(2, 4, 3, stride=2, padding=1)
        self.after = nn.Conv1d(4, 4, 3, padding=1)

    def forward(self, x):
        n, c, t = x.shape
        x = x.view(n, c, 2, t // 2).transpose(1, 2).reshape(2 * n, c, t // 2)
        return self.after(F.pad(self.conv(x), (2, 0)))
"""
EVEN_AND_ODD_IN_TURN = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.even = nn.Conv1d(2, 4, 3, padding=1)
        self.odd = nn.Conv1d(2, 4, 5, padding=2)
        self.after = nn.Conv1d(4, 4, 2)

    def forward(self, x):
        return self.after(torch.stack([self.even(x), self.odd(x)], dim=3).flatten(2, 3))
"""
IN_TURN_AND_SUMMED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.even = nn.Conv1d(2, 2, 3, padding=1)
        self.after = nn.Conv1d(2, 4, 3)

    def forward(self, x):
        return self.after(x + torch.stack([x, self.even(x)], dim=3).sum(3))
"""
HALVES_PUT_TOGETHER = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding=1)
        self.pool = nn.MaxPool2d(2, dilation=2)

    def forward(self, x):
        halves = torch.stack(self.conv(x).chunk(2, dim=2), dim=2)
        return self.pool(halves.flatten(2, 3))
"""
HALVES_AS_ITEMS_AND_BACK = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding=1)
        self.pool = nn.MaxPool2d(3, 2, 1)

    def forward(self, x):
        left, right = self.conv(x).chunk(2, dim=3)
        x = torch.stack((left, right), dim=1)
        return self.pool(x.permute(0, 2, 3, 1, 4).flatten(3))
"""
UNPOOLED_TO_A_LARGER_SIZE = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2d(2, return_indices=True)
        self.unpool = nn.MaxUnpool2d(2)
        self.conv = nn.Conv2d(2, 4, 3)

    def forward(self, x):
        pooled, where = self.pool(x)
        return self.conv(self.unpool(pooled, where, output_size=x.size()))
"""
GATED_HALVES_OF_FEATURES = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool1d(2)
        self.gate = nn.GLU(-1)

    def forward(self, x):
        return self.gate(self.pool(x).flatten(1))
"""
GROUPS_OF_FEATURES = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool1d(2)
        self.norm = nn.GroupNorm(6, 24)

    def forward(self, x):
        return self.norm(self.pool(x).flatten(1))
"""
COLUMNS_AS_CHANNELS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.each = nn.Conv2d(8, 16, 3, groups=8)
        self.pairs = nn.Conv2d(16, 8, 3, groups=4)

    def forward(self, x):
        return self.pairs(torch.sign(self.each(self.pool(x).permute(0, 3, 1, 2))))
"""
NORMS_ONE_BEHIND_THE_OTHER = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.norms = nn.Sequential(nn.LayerNorm((2, 24)), nn.InstanceNorm1d(2))
        self.conv = nn.Conv1d(2, 4, 3, padding=1)
        self.last = nn.Conv1d(4, 4, 1, stride=3, padding=1)

    def forward(self, x):
        return self.last(self.conv(self.norms(x)))
"""
STEPS_TAKEN_APART = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.step = nn.Linear(3, 4)
        self.conv = nn.Conv1d(4, 4, 3, dilation=2)

    def forward(self, x):
        steps = [self.step(x[:, t]) for t in range(x.shape[1])]
        return self.conv(torch.stack(steps, 1).transpose(1, 2))
"""
ROWS_OF_TOKENS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mix = nn.Conv1d(12, 12, 1)
        self.up = nn.ConvTranspose2d(3, 4, 3, 2)

    def forward(self, x):
        h, w = x.shape[2:]
        x = self.mix(F.unfold(x, 2, padding=1))
        return self.up(F.fold(x, (h, w), 2, padding=1))
"""


@pytest.mark.parametrize(
    ("source", "shape", "axes"),
    [
        pytest.param(PHASES_AMONG_CHANNELS, [1, 2, 24, 20], {"2": "H", "3": "W"}, id="phases-among-channels"),
        pytest.param(HALVES_AS_ITEMS, [2, 2, 48], {"2": "T"}, id="halves-as-items"),
        pytest.param(EVEN_AND_ODD_IN_TURN, [1, 2, 24], {"2": "T"}, id="even-and-odd-in-turn"),
        pytest.param(IN_TURN_AND_SUMMED, [1, 2, 24], {"2": "T"}, id="in-turn-and-summed"),
        pytest.param(HALVES_PUT_TOGETHER, [1, 2, 24, 20], {"2": "H", "3": "W"}, id="halves-put-together"),
        pytest.param(HALVES_AS_ITEMS_AND_BACK, [1, 2, 12, 24], {"2": "H", "3": "W"}, id="halves-as-items-and-back"),
        pytest.param(UNPOOLED_TO_A_LARGER_SIZE, [1, 2, 13, 21], {"2": "H", "3": "W"}, id="unpooled-to-a-larger-size"),
        pytest.param(GATED_HALVES_OF_FEATURES, [2, 4, 24], {"2": "T"}, id="gated-halves-of-features"),
        pytest.param(GROUPS_OF_FEATURES, [2, 2, 24], {"2": "T"}, id="groups-of-features"),
        pytest.param(COLUMNS_AS_CHANNELS, [1, 9, 14, 16], {"2": "H", "3": "W"}, id="columns-as-channels"),
        pytest.param(NORMS_ONE_BEHIND_THE_OTHER, [2, 2, 24], {"2": "T"}, id="norms-one-behind-the-other"),
        pytest.param(STEPS_TAKEN_APART, [2, 20, 3], {"1": "T"}, id="steps-taken-apart"),
        pytest.param(ROWS_OF_TOKENS, [1, 3, 12, 14], {"2": "H", "3": "W"}, id="rows-of-tokens"),
    ],
)
def test_what_once_differed(source: str, shape: list[int], axes: dict[str, str], tmp_path: Path) -> None:
    judge = shared("first")
    program = {"seed": 0, "source": HEADER + source, "expression": "Net()", "inputs": [shape], "axes": axes}
    truth = judge.judge(program["source"], "Net()", [shape])  # type: ignore[arg-type]
    case = with_fields({**program, "truth": truth}, judge, tmp_path)
    assert not case.differences
    assert case.compared


def test_a_model_names_its_axes_after_the_layers_inside(tmp_path: Path) -> None:
    """The last layer moves over one axis of the two; what it hands on is what the model does, whose call began first."""
    path = tmp_path / "net.py"
    path.write_text(
        HEADER
        + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.along = nn.Conv1d(40, 8, 3)

    def forward(self, x):
        x = self.conv(x.permute(0, 3, 1, 2))
        return self.along(x.flatten(1, 2))
"""
    )
    (model,) = static_inspect(path, "Net()", [[1, 12, 16, 3]])["models"]
    assert [layer["receptive_field"]["axes"] for layer in model["layers"] if not layer.get("functional")] == [
        ["H", "W"]
    ] * 2
