"""A fix goes where the literal stands: in the call of a layer, of a function, of the program's own constructors on the
way to the layer's; or it is not offered. What is offered is run by torch or Keras."""

from __future__ import annotations

from pathlib import Path

import pytest

from rf_lsp.editing import Texts
from tests.differential.judge import shared
from tests.fixes.harness import FixTester
from tests.fixes.test_fixes import START, sequential
from tests.mutations_keras.judge import HAS_KERAS
from tests.mutations_keras.judge import shared as shared_keras

SUBCLASS = (
    START + "class Conv(nn.Conv2d):\n    def __init__(self, {}):\n        super().__init__({})\n\n\n"
    "# rf: input=1x3x32x32\nmodel = nn.Sequential(\n    Conv({}),\n    nn.BatchNorm2d(8),\n)\n"
)
FUNCTIONAL = (
    START.replace("from torch import nn\n", "from torch import nn\nfrom torch.nn import functional as F\n")
    + "# rf: input=1x8x4x4\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.weight = nn.Parameter(torch.zeros(8, 8, 7, 7))\n\n"
    "    def forward(self, x):\n        return {}\n\n\nmodel = Net()\n"
)


def lines_of(folder: Path, code: str, text: str, shape: list[int], judge: str = "torch") -> dict[str, list[str]]:
    """Title → the lines that a fix changes, as they are afterwards; the framework runs what comes of it."""
    tester = FixTester(folder / "net.py")
    checked = tester.look(text)
    found = {}
    for finding in checked.findings:
        for fix in tester.fixer.fixes(checked, finding) if finding.code == code else ():
            new = Texts((text,)).edited(fix.edits).module
            found[fix.title.partition(": RF")[0]] = [
                line.strip() for line in new.split("\n") if line not in text.split("\n")
            ]
            truth = (shared() if judge == "torch" else shared_keras()).judge(new, "model", [shape])
            assert not truth["raises"], f"{fix.title}: {truth}"
    return found


# -- constructors of the program -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("takes", "passes", "call", "wanted"),
    [
        ("i, o, k, bias=True", "i, o, k, bias=bias", "3, 8, 3", "Conv(3, 8, 3, bias=False),"),
        ("i, o, k, bias=True", "i, o, k, bias=bias", "3, 8, 3, True", "Conv(3, 8, 3, False),"),
        ("i, o, k, with_bias=True", "i, o, k, bias=with_bias", "3, 8, k=3", "Conv(3, 8, k=3, with_bias=False),"),
        ("i, o, *, b=True", "i, o, 3, 1, 0, 1, 1, b", "3, 8, b=True", "Conv(3, 8, b=False),"),
        ("*args, **kwargs", "*args, **kwargs", "3, 8, 3", "Conv(3, 8, 3, bias=False),"),
        ("*args, **kwargs", "*args, **kwargs", "3, 8, 3, bias=True", "Conv(3, 8, 3, bias=False),"),
        ("*args, **kwargs", "*args, **kwargs", "3, 8, 3, 1, 0, 1, 1, True", "Conv(3, 8, 3, 1, 0, 1, 1, False),"),
        ("i, *args", "i, *args", "3, 8, 3, 1, 0, 1, 1, True", "Conv(3, 8, 3, 1, 0, 1, 1, False),"),
        ("scale, *args", "*args", "2, 3, 8, 3, 1, 0, 1, 1, True", "Conv(2, 3, 8, 3, 1, 0, 1, 1, False),"),
        ("i, o, **options", "i, o, kernel_size=3, **options", "3, 8", "Conv(3, 8, bias=False),"),
        ("i, o, k", "i, o, k, bias=True", "3, 8, 3", "super().__init__(i, o, k, bias=False)"),
        ("i, o, k", "i, o, k", "3, 8, 3", "super().__init__(i, o, k, bias=False)"),
        ("i, o, *args", "i, o, *args", "3, 8, 3", None),
        ("i, o, k, norm=None", "i, o, k, bias=norm is None", "3, 8, 3", None),
        ("i, o, k, bias=1", "i, o, k, bias=bool(bias)", "3, 8, 3, 1", None),
    ],
)
def test_constructors_that_pass_arguments_on(
    takes: str, passes: str, call: str, wanted: str | None, tmp_path: Path
) -> None:
    text = SUBCLASS.format(takes, passes, call)
    found = lines_of(tmp_path, "RF404", text, [1, 3, 32, 32])
    assert list(found.values()) == ([[wanted]] if wanted else [])


@pytest.mark.parametrize(
    ("definition", "call", "wanted"),
    [
        ("class Conv(nn.Conv2d):\n    pass", "Conv(3, 8, 3)", "Conv(3, 8, 3, bias=False),"),
        (
            "class Base(nn.Conv2d):\n    def __init__(self, o, bias):\n        super().__init__(3, o, 3, bias=bias)\n\n\n"
            "class Conv(Base):\n    def __init__(self, o, with_bias=True):\n        super().__init__(o, with_bias)",
            "Conv(8)",
            "Conv(8, with_bias=False),",
        ),
        ("def conv(*args):\n    return nn.Conv2d(*args)", "conv(3, 8, 3)", None),
        ("conv = partial(nn.Conv2d, 3)", "conv(8, 3, 1, 0, 1, 1, True)", None),
        ("conv = partial(nn.Conv2d, kernel_size=3, bias=True)", "conv(3, 8)", "conv(3, 8, bias=False),"),
    ],
)
def test_other_ways_to_a_constructor(definition: str, call: str, wanted: str | None, tmp_path: Path) -> None:
    text = sequential("1x3x32x32", f"{call},", "nn.BatchNorm2d(8),").replace(
        START, f"from functools import partial\n{START}{definition}\n\n\n"
    )
    found = lines_of(tmp_path, "RF404", text, [1, 3, 32, 32])
    assert list(found.values()) == ([[wanted]] if wanted else [])


def test_a_number_that_builds_other_layers_is_not_for_one_of_them(tmp_path: Path) -> None:
    """Dilating the last convolution alone is not possible where all of them get theirs from one line."""
    text = START + (
        "class Conv(nn.Conv2d):\n    def __init__(self, i, o):\n        super().__init__(i, o, 3, padding=1)\n\n\n"
        "# rf: input=1x3x15x15\nmodel = nn.Sequential(\n    Conv(3, 8),\n    Conv(8, 8),\n    Conv(8, 8),\n    Conv(8, 8),\n)\n"
    )
    assert lines_of(tmp_path, "RF101", text, [1, 3, 15, 15]) == {}


# -- lazy and transposed layers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "shape", "layers", "wanted"),
    [
        ("RF404", "1x3x32x32", ["nn.LazyConv2d(8, 3, 1, 0, 1, 1, True),", "nn.BatchNorm2d(8),"], "nn.LazyConv2d(8, 3, 1, 0, 1, 1, False),"),
        ("RF404", "1x3x32x32", ["nn.ConvTranspose2d(3, 8, 4, 2, 1, 0, 1, True),", "nn.BatchNorm2d(8),"], "nn.ConvTranspose2d(3, 8, 4, 2, 1, 0, 1, False),"),
        ("RF404", "1x3x32x32", ["nn.LazyConvTranspose2d(8, 4, 2, 1, 0, 1, True),", "nn.BatchNorm2d(8),"], "nn.LazyConvTranspose2d(8, 4, 2, 1, 0, 1, False),"),
        ("RF203", "1x8x4x4", ["nn.LazyConv2d(8, 7, 1, 1),"], "nn.LazyConv2d(8, 7, 1, 2),"),
        ("RF203", "1x8x4x4", ["nn.Unfold(7, 1, 1, 2),"], "nn.Unfold(7, 1, 2, 2),"),
        ("RF203", "1x8x4x4", ["nn.Unfold(7),"], "nn.Unfold(7, padding=2),"),
        ("RF203", "1x8x4x4", ["nn.MaxPool2d(8, 8, 1),"], "nn.MaxPool2d(8, 8, 2),"),
        ("RF203", "1x8x4x4", ["nn.AvgPool2d(8, 8, 1, False),"], "nn.AvgPool2d(8, 8, 2, False),"),
        ("RF203", "1x8x4x4", ["nn.LPPool2d(2, 8),"], None),
    ],
)  # fmt: skip
def test_lazy_transposed_and_pooling_layers(
    code: str, shape: str, layers: list[str], wanted: str | None, tmp_path: Path
) -> None:
    found = lines_of(tmp_path, code, sequential(shape, *layers), [int(size) for size in shape.split("x")])
    assert list(found.values()) == ([[wanted]] if wanted else [])


def test_dilations_of_lazy_layers(tmp_path: Path) -> None:
    text = sequential("1x3x64x64", *["nn.LazyConv2d(8, 3, 1, 2, 2),"] * 3)
    found = lines_of(tmp_path, "RF104", text, [1, 3, 64, 64])
    assert found == {"Dilate by 1, 2, 5": ["nn.LazyConv2d(8, 3, 1, 1, 1),", "nn.LazyConv2d(8, 3, 1, 5, 5),"]}


@pytest.mark.parametrize(
    ("call", "kernels", "resized"),
    [
        ("nn.LazyConvTranspose2d(4, 3, 2, 1, 1)", "nn.LazyConvTranspose2d(4, 4, 2, 1, 0)", "nn.LazyConv2d(4, 3, 1, 1)"),
        ("nn.ConvTranspose2d(8, 4, 3, 2, 1, 1, 2)", "nn.ConvTranspose2d(8, 4, 4, 2, 1, 0, 2)", None),
        ("nn.ConvTranspose2d(8, 4, 3, 2, 1, 1, bias=False)", "nn.ConvTranspose2d(8, 4, 4, 2, 1, 0, bias=False)", "nn.Conv2d(8, 4, 3, 1, 1, bias=False)"),
    ],
)  # fmt: skip
def test_transposed_layers(call: str, kernels: str, resized: str | None, tmp_path: Path) -> None:
    found = lines_of(tmp_path, "RF106", sequential("1x8x16x16", f"{call},"), [1, 8, 16, 16])
    assert found["Set kernel_size to 4, a multiple of the stride 2"] == [f"{kernels},"]
    plain = [lines for title, lines in found.items() if title.startswith("Resize")]
    assert plain == ([[f"nn.Sequential(nn.Upsample(scale_factor=2), {resized}),"]] if resized else [])


# -- functions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "wanted"),
    [
        ("F.max_pool2d(x, 8, 2, 1)", "F.max_pool2d(x, 8, 2, 2)"),
        ("F.max_pool2d(x, 8)", "F.max_pool2d(x, 8, padding=2)"),
        ("F.avg_pool2d(x, 8, padding=1)", "F.avg_pool2d(x, 8, padding=2)"),
        ("F.conv2d(x, self.weight, None, 1, 1)", "F.conv2d(x, self.weight, None, 1, 2)"),
        ("F.conv2d(x, self.weight)", "F.conv2d(x, self.weight, padding=2)"),
        ("F.unfold(x, 7, 1, 1)", "F.unfold(x, 7, 1, 2)"),
    ],
)
def test_functions(call: str, wanted: str, tmp_path: Path) -> None:
    found = lines_of(tmp_path, "RF203", FUNCTIONAL.format(call), [1, 8, 4, 4])
    assert list(found.values()) == [[f"return {wanted}"]]


def test_the_channels_of_a_convolution_of_the_program(tmp_path: Path) -> None:
    """The number is where the module's own constructor is called."""
    text = START.replace("from torch import nn\n", "from torch import nn\nfrom torch.nn import functional as F\n") + (
        "class Conv(nn.Module):\n    def __init__(self, out_channels, in_channels):\n        super().__init__()\n"
        "        self.weight = nn.Parameter(torch.zeros(out_channels, in_channels, 3, 3))\n\n"
        "    def forward(self, x):\n        return F.conv2d(x, self.weight)\n\n\n"
        "# rf: input=1x3x32x32\nmodel = nn.Sequential(\n    Conv(16, 3),\n    Conv(8, 12),\n)\n"
    )
    assert lines_of(tmp_path, "RF201", text, [1, 3, 32, 32]) == {"Set in_channels to 16": ["Conv(8, 16),"]}


# -- Keras -------------------------------------------------------------------------------------------


@pytest.mark.skipif(not HAS_KERAS, reason="there is no Keras here that can judge")
@pytest.mark.parametrize(
    ("code", "shape", "layers", "wanted"),
    [
        ("RF203", "(4, 4, 8)", ["DepthwiseConv2D(7, 1, 'valid')"], "layers.DepthwiseConv2D(7, 1, \"same\"),"),
        ("RF203", "(4, 4, 8)", ["SeparableConv2D(8, 7)"], "layers.SeparableConv2D(8, 7, padding=\"same\"),"),
        ("RF203", "(4, 4, 8)", ["AveragePooling2D(8, 1, 'valid')"], "layers.AveragePooling2D(8, 1, \"same\"),"),
        ("RF404", "(16, 16, 8)", ["DepthwiseConv2D(3)", "BatchNormalization()"], "layers.DepthwiseConv2D(3, use_bias=False),"),
        ("RF404", "(16, 16, 8)", ["Conv2DTranspose(8, 4, 2, 'same', None, None, 1, None, True)", "BatchNormalization()"], "layers.Conv2DTranspose(8, 4, 2, 'same', None, None, 1, None, False),"),
        ("RF404", "(16, 16, 8)", ["SeparableConv2D(8, 3)", "BatchNormalization()"], "layers.SeparableConv2D(8, 3, use_bias=False),"),
    ],
)  # fmt: skip
def test_keras_layers(code: str, shape: str, layers: list[str], wanted: str, tmp_path: Path) -> None:
    lines = "\n".join(f"    layers.{layer}," for layer in layers)
    text = f"import keras\nfrom keras import layers\n\nmodel = keras.Sequential([\n    keras.Input(shape={shape}),\n{lines}\n])\n"
    sizes = [1, *(int(size) for size in shape.strip("()").split(","))]
    assert list(lines_of(tmp_path, code, text, sizes, "keras").values()) == [[wanted]]
