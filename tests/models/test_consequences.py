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


HEADS = """# rf: input=2x40x64
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.out = nn.Linear(64, 64), nn.Linear(64, 16), nn.Linear(64, 5)

    def forward(self, x):
        q = self.q(x).view(2, 40, 8, 8).transpose(1, 2)
        k = self.k(x).view(2, 40, 2, 8).transpose(1, 2)
        a = {attended}
        return self.out(a.transpose(1, 2).reshape(2, 40, 64))
"""


@pytest.mark.parametrize(
    "attended", ["F.scaled_dot_product_attention(q, k, k)", "(q @ k.transpose(-2, -1)).softmax(-1) @ q"]
)
def test_heads_that_do_not_go_together_keep_their_dims(tmp_path: Path, attended: str):
    """torch refuses eight heads and two; what would come out has four dims all the same."""
    (problem,) = model_of(tmp_path, HEADER + HEADS.format(attended=attended)).problems
    assert problem.rule == "broadcast-mismatch" and "2×8×40×8 and 2×2×" in problem.message


TURNED = """# rf: input=2x40x8
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.out = nn.Linear(16, 8), nn.Linear(16, 8), nn.Linear(8, 3)

    def forward(self, x):
        a, b = x.chunk(2, -1)
        c, s = torch.zeros(40, 8), torch.ones(40, 8)
        x = {wrong}
        return self.out(x)
"""


@pytest.mark.parametrize(
    "wrong",
    [
        "torch.cat((a * c - b * s, a * s + b * c), -1)",
        "self.first(x) + self.second(x)",
    ],
    ids=["operands of one line", "layers of one tensor"],
)
def test_one_mistake_is_told_once(tmp_path: Path, wrong: str):
    assert len(model_of(tmp_path, HEADER + TURNED.format(wrong=wrong)).problems) == 1


def test_a_constant_that_is_cut_by_an_open_length_keeps_its_dims(tmp_path: Path):
    """torch gives 2×40×8 for 2×40 tokens."""
    source = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 8)
        self.register_buffer("place", torch.zeros(1, 128, 8))

    def forward(self, tokens):
        return self.embed(tokens) + self.place[:, :tokens.shape[1]]
"""
    model = model_of(tmp_path, HEADER + source)
    assert [str(size) for size in model.outputs[0].shape or ()] == ["N", "T", "8"]
