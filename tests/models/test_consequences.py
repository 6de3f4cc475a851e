"""Branches that do not fit are told once: what comes of them fits nothing behind them either."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.models.analysed import HEADER, model_of

NET = """class Block(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, 3, padding=1)

    def forward(self, x):
        return {merge}


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = Block(3, 16)
        self.two = Block({width}, 32)
        self.last = nn.Linear({features}, 10)

    def forward(self, x):
        return self.last(self.two(self.one(x)).flatten(1))
"""


@pytest.mark.parametrize(
    "merge", ["x + self.conv(x)", "x.mul(self.conv(x))", "torch.cat([x, self.conv(x)[:, :, 1:]], 1)"]
)
def test_what_is_behind_is_a_consequence(tmp_path: Path, merge: str):
    (problem,) = model_of(tmp_path, HEADER + NET.format(merge=merge, width=16, features=7)).problems
    assert problem.rule in ("broadcast-mismatch", "concat-mismatch")


def test_what_is_not_behind_is_another_error(tmp_path: Path):
    source = HEADER + NET.format(merge="self.conv(x)", width=17, features=7)
    found = [problem.rule for problem in model_of(tmp_path, source).problems]
    assert found == ["channel-mismatch", "feature-size-mismatch"]


def test_keras_too(tmp_path: Path):
    source = """import keras
from keras import layers

inputs = keras.Input((32, 32, 3))
one = layers.Conv2D(8, 3, padding="same")(inputs)
two = layers.Conv2D(16, 3, padding="same")(one)
x = layers.Add()([one, two])
x = layers.Conv2D(16, 3, padding="same")(x)
x = layers.Concatenate()([x, layers.MaxPooling2D()(x)])
model = keras.Model(inputs, layers.Add()([x, two]))
"""
    (problem,) = model_of(tmp_path, source).problems
    assert problem.rule == "broadcast-mismatch"
