"""Arithmetic with sizes that nobody gives: scales leave shapes as they are, what is rounded is a size again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.models.analysed import HEADER, model_of, outputs_of

SCALED = """import math


class Net(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.scale = {}
        self.project = nn.Linear(dim, dim)

    def forward(self, x):
        return self.project(x) {}
"""
SIZED = """import math


class Net(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(3, {}, 1)

    def forward(self, x):
        return self.conv(x)
"""


@pytest.mark.parametrize(
    "scale", ["dim ** -0.5", "1 / math.sqrt(dim)", "-(dim / heads) ** 0.5 * 2", "float(dim) - 0.1"]
)
@pytest.mark.parametrize("use", ["* self.scale", "/ self.scale", "- (1 - self.scale)"])
def test_a_scale_leaves_the_shape_as_it_is(tmp_path: Path, scale: str, use: str):
    model = model_of(tmp_path, HEADER + SCALED.format(scale, use))
    assert (outputs_of(model), str(model.parameters), model.status) == (["Nxdim"], "dim·dim+dim", "complete")


@pytest.mark.parametrize(
    ("size", "told"),
    [
        ("int(c * 0.5)", "c/2"), ("int(c / 4)", "c/4"), ("int(0.75 * c)", "3·c/4"), ("math.floor(c / 2)", "c/2"),
        ("int(float(c))", "c"), ("int(c * 1.5 / 0.5)", None), ("int(c * 0.1)", None), ("int((c - 8) / 2)", None),
        ("int(c ** 0.5)", None), ("int(c * 0.5 * 3)", None), ("int(-(c * 0.5))", None),
    ],
)  # fmt: skip
def test_half_of_a_size_is_a_size(tmp_path: Path, size: str, told: str | None):
    model = model_of(tmp_path, HEADER + SIZED.format(size), inputs=("1x3x8x8",))
    assert outputs_of(model) == [f"1x{told or '?'}x8x8"]
    assert model.status == ("partial" if told is None else "complete")


def test_an_unknown_part_costs_nobody_knows_what(tmp_path):
    source = """from elsewhere import Strange


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3)
        self.strange = Strange(8)

    def forward(self, x):
        return self.strange(self.first(x))
"""
    model = model_of(tmp_path, HEADER + source)
    assert (model.parameters, model.macs) == (None, None)
    assert model.layers[0].per_call[0].macs == 30 * 30 * 8 * 27
