"""What stands behind each line: the value of the whole line, of that call. Shapes are judged by torch, fields follow
from kernels and strides; Keras' are what Keras 3.15 prints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rf_lsp.server.views.hints import HintOptions, tooltip
from tests.models.test_expressions import lines_of
from tests.models.torch_values import Values
from tests.server.shown import analysed, hints_of, with_hints, without_hints


@pytest.fixture(scope="module")
def torch_values() -> Iterator[Values]:
    with Values() as values:
        yield values


TUTORIAL = """\
import torch
import torch.nn as nn
import torch.nn.functional as F


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)  «6×28×28 · RF 5»
        self.pool = nn.MaxPool2d(2, 2)  «6…16 ch · RF 6…16»
        self.conv2 = nn.Conv2d(6, 16, 5)  «16×10×10 · RF 14»
        self.fc1 = nn.Linear(16 * 5 * 5, 120)  «120 · global»
        self.fc2 = nn.Linear(120, 84)  «84 · global»
        self.fc3 = nn.Linear(84, 10)  «10 · global»

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))  «6×14×14 · RF 6»
        x = self.pool(F.relu(self.conv2(x)))  «16×5×5 · RF 16»
        x = torch.flatten(x, 1)  # all dims but the batch  «400 · RF 16»
        x = F.relu(self.fc1(x))  «120 · global»
        x = F.relu(self.fc2(x))  «84 · global»
        x = self.fc3(x)  «10 · global»
        return x  «10 · global»
"""

LOOPS = """\
import torch
from torch import nn


# rf: input=2x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [3, 8, 16]
        self.stages = nn.ModuleList(nn.Conv2d(a, b, 3, 2, 1) for a, b in zip(widths, widths[1:]))  «8…16 ch · RF 3…7»
        self.same = nn.Conv2d(16, 16, 3, padding=1)  «16×8×8 · RF 15…31»
        self.act = nn.ReLU()  «8…16 ch · RF 3…7»

    def forward(self, x):
        features = []
        for stage in self.stages:
            x = self.act(stage(x))  «8…16 ch · RF 3…7»
            features.append(x.mean((2, 3))«8…16 · global»)
        for _ in range(3):
            x = self.same(x)  «16×8×8 · RF 15…31»
        x += features[-1][:, :, None, None]  «16×8×8 · RF 31 + global»
        return torch.cat([*features, x.mean((2, 3))], dim=1)  «40 · global»
"""

FORMS = """\
import torch
from torch import nn


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3, padding=1)  «8×32×32 · RF 3»
        self.b = nn.Conv2d(3, 4, 1)  «4×32×32 · RF 1»
        self.head = nn.Linear(12, 10)  «2 shapes · RF 5 + global»
        self.block = nn.Sequential(
            nn.Conv2d(12, 12, 3),  «12×30×30 · RF 5»
            nn.ReLU(),  «12×30×30 · RF 5»
        )  «12×30×30 · RF 5»

    def merged(self, x):
        return torch.cat([
            self.a(x),  «8×32×32 · RF 3»
            self.b(x).relu(),  «4×32×32 · RF 1»
        ], 1)  «12×32×32 · RF 3»

    def forward(self, x):
        y = self.merged(
            x,
        )  «12×32×32 · RF 3»
        z = (
            self.block(y)  «12×30×30 · RF 5»
            .flatten(2)  «12×900 · RF 5»
            .transpose(1, 2)  «900×12 · RF 5»
        )
        p, q = x.split([1, 2], 1)«1×32×32, 2×32×32 · RF 1»; half = y[:, :6]  «6×32×32 · RF 3»
        first, second = y.chunk(2, dim=1)  «2 of 6×32×32 · RF 3»
        if self.b(x)«4×32×32 · RF 1».shape[1] == 4:
            gate: torch.Tensor = y.mean((2, 3))  «12 · global»
        batch, channels = y.shape[:2]
        tokens = self.head(z)  «900×10 · RF 5»
        scale = torch.ones(12, 12)  «12×12»
        return {
            "out": self.head(gate),  «10 · global»
            "tokens": tokens,
        }, first  «10, 900×10, 6×32×32»
"""


SEQUENCES = """\
import torch
from torch import nn


# rf: input=35x2x20
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(20, 32)  «35×32»
        self.scale = nn.Parameter(torch.ones(32, 1))
        self.head = nn.Linear(32, 5)  «5»

    def forward(self, x):
        y, (h, c) = self.lstm(x)  «35×32, 1×32, 1×32»
        rows = y.transpose(0, 1)  «35×32»
        weight = self.scale.t()  «1×32»
        last = y[-1] * weight  «32»
        return self.head(last)  «5»
"""
"""Time comes first, the batch second; a parameter has no batch."""

PROGRAMS = (
    (TUTORIAL, [1, 3, 32, 32]),
    (LOOPS, [2, 3, 32, 32]),
    (FORMS, [1, 3, 32, 32]),
    (SEQUENCES, [35, 2, 20]),
)
NAMES = ("tutorial", "loops", "forms", "sequences")


@pytest.mark.parametrize(("text", "shape"), PROGRAMS, ids=NAMES)
def test_every_line_has_its_own_value(text: str, shape: list[int], tmp_path: Path) -> None:
    assert with_hints(tmp_path, text) == text


@pytest.mark.parametrize(("text", "shape"), PROGRAMS, ids=NAMES)
def test_the_values_are_torchs(text: str, shape: list[int], torch_values: Values, tmp_path: Path) -> None:
    source = without_hints(text)
    truth = torch_values.of(source, "Net()", [shape])
    found = lines_of(analysed(tmp_path, source)[0])
    assert {line: found.get(line) for line in truth} == truth


UNKNOWN = """\
from torch import nn
from elsewhere import Mystery, flag


# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3)  «8×30×30 · RF 3»
        self.b = Mystery(8)
        self.c = nn.Conv2d(8, 8, 3)  «?»

    def forward(self, x):
        size = flag.size
        y = self.c(self.b(self.a(x)))  «?»
        y = y.relu() + 1  «?»
        rows, channels = y.shape[0], y.size(1)
        sizes = y.shape
        z = self.a(x) if flag else x  «?»
        return self.a(x), y  «8×30×30, ?»
"""


def test_a_value_that_is_not_known(tmp_path: Path) -> None:
    assert with_hints(tmp_path, UNKNOWN) == UNKNOWN
    texts = {hint.line: tooltip(hint) for hint in hints_of(tmp_path, without_hints(UNKNOWN))}
    assert "not known: the module elsewhere is not found (line 2)" in texts[15]
    assert "it depends on a condition that is not known" in texts[18]
    assert "`c` (Conv2d) in Net: ? · not known: the module elsewhere is not found" in texts[10]


CONTEXTS = """\
from torch import nn


class Block(nn.Module):
    def __init__(self, channels, stride):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels * 2, 3, stride, 1)  «16…64 ch · RF 3…9»

    def forward(self, x):
        y = self.conv(x).relu()  «16…64 ch · RF 3…9»
        return y  «16…64 ch · RF 3…9»


# rf: input=1x8x16x16
model = nn.Sequential(Block(8, 1), Block(16, 2), Block(32, 1))  «64×8×8 · RF 9»
"""


def test_contexts_are_ranges(tmp_path: Path) -> None:
    assert with_hints(tmp_path, CONTEXTS) == CONTEXTS
    hint = next(hint for hint in hints_of(tmp_path, without_hints(CONTEXTS)) if hint.line == 9)
    assert hint.contexts == 3
    assert "`1` in model: 1×32×8×8 · RF 5" in tooltip(hint)


KERAS = """\
import keras
from keras import layers, ops


def down(x, filters):
    skip = layers.Conv2D(filters, 3, padding="same")(x)  «16…32 ch · RF 3…8»
    return layers.MaxPooling2D()(skip), skip  «2 of 16…32 ch»


inputs = keras.Input((32, 32, 3))  «32×32×3 · RF 1»
x, first = down(inputs, 16)  «16×16×16, 32×32×16»
x, second = down(x, 32)  «8×8×32, 16×16×32»
shared = layers.Conv2D(32, 3, padding="same")  «8…16×8…16×32 · RF 18…22»
x = shared(x)  «8×8×32 · RF 18»
x = shared(layers.UpSampling2D()(x)) + second  «16×16×32 · RF 22»
x = layers.GlobalAveragePooling2D()(
    x
)  «32 · global»
model = keras.Model(inputs, layers.Dense(10)(x)«10 · global»)


# rf: input=1x32x32x3
class Sub(keras.Model):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(8, 3)  «30×30×8 · RF 3»
        self.pool = layers.MaxPooling2D(2)  «7…15×7…15×8 · RF 4…6»
        self.flatten = layers.Flatten()  «392 · RF 6»

    def call(self, inputs):
        x = self.pool(ops.relu(self.conv(inputs)))  «15×15×8 · RF 4»
        x = self.pool(x)  «7×7×8 · RF 6»
        return self.flatten(x)  «392 · RF 6»
"""


def test_keras(tmp_path: Path) -> None:
    assert with_hints(tmp_path, KERAS) == KERAS


def test_hints_behind_each_call(tmp_path: Path) -> None:
    shown = with_hints(tmp_path, TUTORIAL, HintOptions(at_line_end=False)).split("\n")
    assert shown[17] == "        x = self.pool(F.relu(self.conv1(x)«6×28×28 · RF 5»))  «6×14×14 · RF 6»"
    assert shown[18] == "        x = self.pool(F.relu(self.conv2(x)«16×10×10 · RF 14»))  «16×5×5 · RF 16»"
    assert shown[19] == "        x = torch.flatten(x, 1)«400 · RF 16»  # all dims but the batch"


def test_parameters_are_those_of_the_layer_called(tmp_path: Path) -> None:
    shown = with_hints(tmp_path, TUTORIAL, HintOptions(parameters=True)).split("\n")
    assert shown[22].endswith("self.fc3(x)  «10 · global · 850»")
    assert shown[17].endswith("  «6×14×14 · RF 6»")


def test_tooltips_name_the_call_and_what_is_called_inside(tmp_path: Path) -> None:
    texts = {hint.line: tooltip(hint).split("  \n") for hint in hints_of(tmp_path, without_hints(TUTORIAL))}
    assert texts[18] == [
        "`pool` (MaxPool2d) in Net, call 2 of 2: 1×16×5×5 · RF 16",
        "`conv2` (Conv2d) in Net: 1×16×10×10 · RF 14",
    ]
    assert texts[20] == ["Net: 1×120 · global", "`fc1` (Linear) in Net: 1×120 · global"]
    assert len(texts[10]) == 2
