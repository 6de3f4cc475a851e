"""The fixes by what they offer: titles, and the edited lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rf_lsp.editing import Texts
from tests.fixes.harness import FixTester
from tests.fixes.test_fixes import START, sequential

KERAS = "import keras\nfrom keras import layers\n\nmodel = keras.Sequential([\n    keras.Input(shape={}),\n{}\n])\n"
MERGE = (
    START.replace("import torch\n", "import torch\nfrom torch.nn import functional as F\n")
    + "# rf: input=1x3x32x32\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.pad = nn.{}\n        self.conv = nn.Conv2d(3, 3, 5{})\n\n"
    "    def forward(self, x):\n        {}\n"
)


def keras(shape: str, *lines: str) -> str:
    return KERAS.format(shape, "\n".join(f"    layers.{line}," for line in lines))


def offered(folder: Path, code: str, text: str) -> dict[str, list[str]]:
    """Title → the lines that the fix changes, as they are afterwards."""
    tester = FixTester(folder / "net.py")
    checked = tester.look(text)
    found = {}
    for finding in checked.findings:
        for fix in tester.fixer.fixes(checked, finding) if finding.code == code else ():
            new = Texts((text,)).edited(fix.edits).module
            found[fix.title] = [line.strip() for line in new.split("\n") if line not in text.split("\n")]
    return found


# -- RF101 -----------------------------------------------------------------------------------------


def test_a_field_that_is_too_small_has_three_ways_out(tmp_path: Path) -> None:
    convs = [f"nn.Conv2d({n}, 8, 3, padding=1)," for n in (3, 8, 8, 8)]
    text = sequential("1x3x15x15", *convs, "nn.AdaptiveAvgPool2d(1),", "nn.Flatten(),", "nn.Linear(8, 10),")
    found = offered(tmp_path, "RF101", text)
    expected = {
        "Dilate `3` by 4: RF 9 → 15 · 2.1 k params as before · 437.5 kMACs as before": [
            "nn.Conv2d(8, 8, 3, padding=4, dilation=4),"
        ],
        "Give `3` a kernel of 9: RF 9 → 15 · 2.1 k → 6.7 k params · 437.5 k → 1.5 MMACs": [
            "nn.Conv2d(8, 8, 9, padding=4),"
        ],
        "Give `0` a stride of 2: RF 9 → 15 · 2.1 k params as before · 437.5 k → 124.5 kMACs": [
            "nn.Conv2d(3, 8, 3, padding=1, stride=2),"
        ],
    }
    assert {**found, **expected} == found


def test_no_stride_where_the_output_would_shrink(tmp_path: Path) -> None:
    text = sequential("1x3x15x15", *[f"nn.Conv2d({n}, 8, 3, padding=1)," for n in (3, 8, 8, 8)])
    found = offered(tmp_path, "RF101", text)
    assert found and not [title for title in found if "stride" in title]


def test_keras_names_and_padding(tmp_path: Path) -> None:
    convs = ['Conv2D(8, 3, padding="same")'] * 4
    text = keras("(15, 15, 3)", *convs, "GlobalAveragePooling2D()", "Dense(10)")
    found = {title.partition(":")[0]: lines for title, lines in offered(tmp_path, "RF101", text).items()}
    assert found["Dilate `conv2d_3` by 4"] == ['layers.Conv2D(8, 3, padding="same", dilation_rate=4),']
    assert found["Give `conv2d` a stride of 2"] == ['layers.Conv2D(8, 3, padding="same", strides=2),']
    assert found["Give `conv2d_3` a kernel of 9"] == ['layers.Conv2D(8, 9, padding="same"),']


UNET = """import torch
from torch import nn


class Double(nn.Module):
    def __init__(self, inputs, outputs, middle=None):
        super().__init__()
        middle = middle or outputs
        self.net = nn.Sequential(
            nn.Conv2d(inputs, middle, kernel_size=3, padding=1), nn.ReLU(),
            nn.Conv2d(middle, outputs, kernel_size=3, padding=1), nn.ReLU(),
        )

    def forward(self, x):
        return self.net(x)


class Down(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.net = nn.Sequential(nn.MaxPool2d(2), Double(inputs, outputs))

    def forward(self, x):
        return self.net(x)


# rf: input=1x1x64x64
class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.one = Double(1, 2), Down(2, 4)
        self.two = Down(4, 4)
        self.grow = nn.Upsample(scale_factor=2)
        self.three, self.last = Double(8, 2), Double(4, 1)

    def forward(self, x):
        a = self.first(x)
        b = self.one(a)
        x = self.three(torch.cat([b, self.grow(self.two(b))], 1))
        return self.last(torch.cat([a, self.grow(x)], 1))
"""


def test_the_deepest_stages_of_a_unet_are_dilated_through_its_blocks(tmp_path: Path) -> None:
    found = offered(tmp_path, "RF101", UNET)
    block = [
        "def __init__(self, inputs, outputs, middle=None, dilation=1):",
        "nn.Conv2d(inputs, middle, kernel_size=3, padding=dilation, dilation=dilation), nn.ReLU(),",
        "nn.Conv2d(middle, outputs, kernel_size=3, padding=dilation, dilation=dilation), nn.ReLU(),",
        "def __init__(self, inputs, outputs, dilation=1):",
        "self.net = nn.Sequential(nn.MaxPool2d(2), Double(inputs, outputs, dilation=dilation))",
    ]
    same = "809 params as before · 884.7 kMACs as before"
    assert found == {
        f"Dilate `two` by 3: RF 44 → 76 · {same}": [*block, "self.two = Down(4, 4, dilation=3)"],
        f"Dilate `one`, `two` by 2, 4: RF 44 → 100 · {same}": [
            *block,
            "self.first, self.one = Double(1, 2), Down(2, 4, dilation=2)",
            "self.two = Down(4, 4, dilation=4)",
        ],
    }


def test_torch_sees_what_the_titles_of_fixes_say(tmp_path: Path) -> None:
    """Which rows of the input a gradient reaches, with positive weights and averages instead of maxima."""
    torch = pytest.importorskip("torch")
    tester = FixTester(tmp_path / "net.py")
    checked = tester.look(UNET)
    (finding,) = (finding for finding in checked.findings if finding.code == "RF101")
    for fix in tester.fixer.fixes(checked, finding):
        names: dict[str, Any] = {}
        exec(Texts((UNET,)).edited(fix.edits).module.replace("MaxPool2d", "AvgPool2d"), names)
        net, x = names["UNet"]().double(), torch.rand(1, 1, 192, 192, dtype=torch.double, requires_grad=True)
        for weights in net.parameters():
            weights.data.abs_()
        (reached,) = torch.autograd.grad(net(x)[0, 0, 96, 96], x)
        rows = reached[0, 0].abs().sum(1).nonzero().flatten()
        assert f"RF 44 → {int(rows[-1] - rows[0] + 1)} ·" in fix.title


# -- other rules in Keras --------------------------------------------------------------------------


def test_keras_checkerboard(tmp_path: Path) -> None:
    text = keras("(16, 16, 8)", 'Conv2DTranspose(8, 3, strides=2, padding="same")')
    found = {title.partition(": RF")[0]: lines for title, lines in offered(tmp_path, "RF106", text).items()}
    assert found["Set kernel_size to 4, a multiple of the stride 2"] == [
        'layers.Conv2DTranspose(8, 4, strides=2, padding="same"),'
    ]


def test_keras_dilations(tmp_path: Path) -> None:
    text = keras("(64, 64, 3)", *['Conv2D(8, 3, padding="same", dilation_rate=2)'] * 3)
    assert offered(tmp_path, "RF104", text) == {
        "Dilate by 1, 2, 5: RF 13 → 17 · 1.4 k params as before · 5.6 MMACs as before": [
            f'layers.Conv2D(8, 3, padding="same", dilation_rate={rate}),' for rate in (1, 5)
        ]
    }


def test_keras_empty_output(tmp_path: Path) -> None:
    for line in ("Conv2D(8, 7)", 'MaxPooling2D(8, padding="valid")'):
        (lines,) = offered(tmp_path, "RF203", keras("(4, 4, 1)", line)).values()
        assert lines == [f"layers.{line},".replace(', padding="valid"', "").replace("),", ', padding="same"),')]


@pytest.mark.parametrize(("activation", "count"), [("", 1), (', activation="linear"', 1), (', activation="relu"', 0)])
def test_keras_redundant_bias(tmp_path: Path, activation: str, count: int) -> None:
    """An activation between the sum and the norm makes the bias count."""
    text = keras("(16, 16, 3)", f"Conv2D(8, 3{activation})", "BatchNormalization()")
    assert len(offered(tmp_path, "RF404", text)) == count


# -- RF106 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("8, 4, 3, stride=2, padding=1, output_padding=1", "8, 4, 3, stride=1, padding=1"),
        ("8, 4, 3, 2, 1, 1, bias=False", "8, 4, 3, 1, 1, bias=False"),
        ("8, 4, kernel_size=6, stride=4, padding=1", "8, 4, kernel_size=7, stride=1, padding=3"),
    ],
)
def test_resizing_instead_of_transposing(tmp_path: Path, before: str, after: str) -> None:
    found = offered(tmp_path, "RF106", sequential("1x8x16x16", f"nn.ConvTranspose2d({before}),  # up"))
    (lines,) = (lines for title, lines in found.items() if title.startswith("Resize"))
    scale = 4 if "4," in before.replace("8, 4,", "") else 2
    assert lines == [f"nn.Sequential(nn.Upsample(scale_factor={scale}), nn.Conv2d({after})),  # up"]


# -- RF107 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pad", "padding", "line", "wanted"),
    [
        ("Identity()", "", "return x + self.conv(F.pad(x, (0, 4, 0, 4)))", "(0, 4, 0, 4) (2, 2, 2, 2)"),
        ("ZeroPad2d([0, 4, 0, 4])", "", "return x + self.conv(self.pad(x))", "[0, 4, 0, 4] [2, 2, 2, 2]"),
        ("Identity()", "", "return x[:, :, :28, :28] + self.conv(x)", ":28, :28 2:30, 2:30"),
        ("Identity()", "", "return x[..., :-4, :-4] + self.conv(x)", ":-4, :-4 2:-2, 2:-2"),
        ("Identity()", ", padding=4", "return x + self.conv(x)[:, :, 4:, 4:]", "4:, 4: 2:-2, 2:-2"),
    ],
)
def test_branches_meet_in_the_middle(tmp_path: Path, pad: str, padding: str, line: str, wanted: str) -> None:
    text = MERGE.format(pad, padding, line)
    half = len(wanted.split()) // 2
    old, new = " ".join(wanted.split()[:half]), " ".join(wanted.split()[half:])
    (lines,) = [lines for title, lines in offered(tmp_path, "RF107", text).items() if "evenly" in title]
    assert lines == [changed.strip().replace(old, new) for changed in text.split("\n") if old in changed]


def test_causal_branches_are_left_alone(tmp_path: Path) -> None:
    text = MERGE.format("Identity()", ", padding=4", "return x + self.conv(x)[:, :, :-4, :-4]").replace("2d", "1d")
    text = text.replace("[:, :, :-4, :-4]", "[:, :, :-4]").replace("1x3x32x32", "1x3x32")
    assert offered(tmp_path, "RF107", text) == {}


# -- RF301, RF401 ----------------------------------------------------------------------------------


def test_all_wrong_names_of_a_call_at_once(tmp_path: Path) -> None:
    found = offered(tmp_path, "RF301", sequential("1x3x32x32", "nn.Conv2d(3, 8, kernel=3, strides=2, pad=1),"))
    assert found == {
        "Rename kernel to kernel_size, strides to stride, pad to padding": [
            "nn.Conv2d(3, 8, kernel_size=3, stride=2, padding=1),"
        ]
    }


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)", "nn.ModuleList((nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)))"),
        ("(nn.Conv2d(3, 3, 1),)", "nn.ModuleList((nn.Conv2d(3, 3, 1),))"),
        ("[nn.Conv2d(3, 3, 1)] * 2", "nn.ModuleList([nn.Conv2d(3, 3, 1)] * 2)"),
        ("list(nn.Conv2d(3, 3, 1) for _ in range(2))", "nn.ModuleList(list(nn.Conv2d(3, 3, 1) for _ in range(2)))"),
        ("[[nn.Conv2d(3, 3, 1)]]", None),
    ],
)
def test_layers_kept_in_other_displays(tmp_path: Path, value: str, wanted: str | None) -> None:
    text = (
        START + "# rf: input=1x3x32x32\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        self.all = {value}\n\n    def forward(self, x):\n"
        "        for layer in self.all:\n            x = layer(x) if isinstance(layer, nn.Module) else layer[0](x)\n"
        "        return x\n"
    )
    found = offered(tmp_path, "RF401", text)
    assert found == ({"Use nn.ModuleList": [f"self.all = {wanted}"]} if wanted else {})


def test_the_unet_that_the_comparison_counts(tmp_path: Path) -> None:
    """The fields are those that a gradient reaches in torch, the parameters torch's own."""
    text = Path(__file__).with_name("unet.py").read_text(encoding="utf-8")
    (model,) = FixTester(tmp_path / "net.py").look(text).facts.models
    assert model.field is not None
    assert (model.field.size_min, model.field.size) == ((92, 92), (100, 100))
    assert (model.parameters, model.macs) == (121_186, 587_726_848)
    assert list(offered(tmp_path, "RF101", text)) == [
        "Dilate `down2`, `down3` by 3, 6: RF 92…100 → 284…292 · 121.2 k params as before · 587.7 MMACs as before",
        "Dilate `down1`, `down2`, `down3` by 2, 4, 6: RF 92…100 → 308…316 · 121.2 k params as before · 587.7 MMACs as before",
    ]
