"""Fields by influence: published chains, and what is told apart."""

from __future__ import annotations

import pytest

HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"


def measured(ask, source: str, shape: list[int], period: int, reach: int, dims: tuple[int, ...] = (2,)):
    """(field, global, methods) of the last call."""
    axes = [
        {
            "input": "x",
            "name": f"D{dim}",
            "dim": dim,
            "extent": shape[dim],
            "period": period,
            "reach": reach,
            "others": [{"dim": other, "extent": shape[other]} for other in dims if other != dim],
        }
        for dim in dims
    ]
    answer = ask(HEAD + source, "net", shape, fields={"axes": axes, "seconds": 100})
    assert "failure" not in answer, answer
    return [
        (axis["calls"][-1]["field"], axis["calls"][-1]["global"], axis["calls"][-1].get("methods"))
        for axis in answer["fields"]
    ]


@pytest.mark.parametrize(
    ("layers", "period", "size", "start", "stride", "density"),
    [
        ("nn.Conv2d(3, 4, 3, padding=1)", 1, 3, -1, [1, 1], 1.0),
        ("nn.Conv2d(3, 4, 3, stride=2), nn.Conv2d(4, 4, 3)", 2, 7, 0, [2, 1], 1.0),
        ("nn.Conv2d(3, 4, 3, dilation=2), nn.Conv2d(4, 4, 3, dilation=2)", 1, 9, 0, [1, 1], 5 / 9),
        (
            "nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Conv2d(4, 4, 3), nn.MaxPool2d(2), nn.Conv2d(4, 4, 3)",
            2,
            10,
            0,
            [2, 1],
            1.0,
        ),
        (
            "nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ConvTranspose2d(4, 4, 2, stride=2)",
            1,
            3,
            -1,
            [1, 2],
            1.0,
        ),
    ],
)
def test_chains(ask, layers: str, period: int, size: int, start: int, stride: list[int], density: float):
    for field, is_global, methods in measured(
        ask, f"net = nn.Sequential({layers})", [1, 3, 32, 32], period, size, (2, 3)
    ):
        assert (field["size"], field["start"], field["stride"], field["density"]) == (size, start, stride, density)
        assert not is_global and methods == 2


def test_a_strip_that_is_too_short_is_made_longer(ask):
    source = "net = nn.Sequential(*[nn.Conv1d(4, 4, 7, dilation=2**i, padding=3 * 2**i) for i in range(5)])"
    [(field, _, _)] = measured(ask, source, [1, 4, 16], 1, 3)
    assert (field["size"], field["start"]) == (187, -93)


def test_a_gate_is_global_and_the_map_stays_local(ask):
    source = """
class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.gate, self.last = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 3)
    def forward(self, x):
        x = self.conv(x)
        return self.last(x * self.gate(x.mean((2, 3), keepdim=True)).sigmoid())
net = Gated()
"""
    [(field, is_global, _)] = measured(ask, source, [1, 3, 32, 32], 1, 5)
    assert field["size"] == 5 and is_global


def test_windows_repeat_after_several_strides(ask):
    source = """
class Windows(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch, self.last = nn.Conv1d(3, 4, 4, 4), nn.Conv1d(4, 4, 3, padding=1)
    def forward(self, x):
        x = self.patch(x)
        B, C, L = x.shape
        x = x.view(B, C, L // 7, 7)
        return self.last((x + x.mean(3, keepdim=True)).view(B, C, L))
net = Windows()
"""
    [(field, is_global, _)] = measured(ask, source, [1, 3, 112], 4, 56)
    assert (field["size"], field["size_min"], is_global) == (56, 28, False)


def test_what_depends_on_the_size_of_the_input_is_not_measured(ask):
    source = "net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(5))"
    [(field, is_global, _)] = measured(ask, source, [1, 3, 32, 32], 1, 10)
    assert field is None and not is_global
