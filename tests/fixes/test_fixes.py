"""Fixes as before and after: what is proposed holds, changes only what it must, and a second look finds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.request import Request
from rf_lsp.editing import Texts, applied, diff
from rf_lsp.engine import Engine, project_settings_for, rule_settings, settings_for
from rf_lsp.fixing import Checked, Fixer, is_fixed_safely

START = "import torch\nfrom torch import nn\n\n\n"
SEQUENTIAL = START + "# rf: input={}\nmodel = nn.Sequential(\n{}\n)\n"
LISTED = """\
# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Conv2d(3, 3, 3, padding=1) for _ in range(3)]  # all of them

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
"""


def sequential(shape: str, *lines: str) -> str:
    return SEQUENTIAL.format(shape, "\n".join(f"    {line}" for line in lines))


CASES = {
    "RF104": (
        sequential("1x3x64x64", *[f"nn.Conv2d({n}, 8, 3, padding=2, dilation=2)," for n in (3, 8, 8)]),
        sequential(
            "1x3x64x64",
            "nn.Conv2d(3, 8, 3, padding=1, dilation=1),",
            "nn.Conv2d(8, 8, 3, padding=2, dilation=2),",
            "nn.Conv2d(8, 8, 3, padding=5, dilation=5),",
        ),
    ),
    "RF106": (
        sequential("1x8x16x16", "nn.ConvTranspose2d(8, 8, 3, stride=2, padding=1, output_padding=1),"),
        sequential("1x8x16x16", "nn.ConvTranspose2d(8, 8, 4, stride=2, padding=1, output_padding=0),"),
    ),
    "RF201": (
        sequential("1x3x32x32", "nn.Conv2d(3, 128, 3),", "nn.Conv2d( 64 , 64, 3),  # half"),
        sequential("1x3x32x32", "nn.Conv2d(3, 128, 3),", "nn.Conv2d( 128 , 64, 3),  # half"),
    ),
    "RF202": (
        sequential("1x3x32x32", "nn.Conv2d(3, 8, 3),", "nn.Flatten(),", "nn.Linear(8 * 31 * 31, 10),"),
        sequential("1x3x32x32", "nn.Conv2d(3, 8, 3),", "nn.Flatten(),", "nn.Linear(7200, 10),"),
    ),
    "RF203": (
        sequential("1x8x4x4", "nn.Conv2d(8, 8, 7),"),
        sequential("1x8x4x4", "nn.Conv2d(8, 8, 7, padding=2),"),
    ),
    "RF301": (
        sequential("1x3x32x32", "nn.Conv2d(3, 8, filter_size=3),"),
        sequential("1x3x32x32", "nn.Conv2d(3, 8, kernel_size=3),"),
    ),
    "RF401": (
        START + LISTED,
        START + LISTED.replace("[nn.Conv2d", "nn.ModuleList([nn.Conv2d").replace("range(3)]", "range(3)])"),
    ),
    "RF404": (
        sequential("1x3x32x32", "nn.Conv2d(", "    3, 8, 3,  # RGB", "),", "nn.BatchNorm2d(8),"),
        sequential("1x3x32x32", "nn.Conv2d(", "    3, 8, 3, bias=False,  # RGB", "),", "nn.BatchNorm2d(8),"),
    ),
    "RF903": (
        sequential("1x3x32x32", "nn.Conv2d(3, 8, 3),  # rf: ignore[RF201]"),
        sequential("1x3x32x32", "nn.Conv2d(3, 8, 3),"),
    ),
}


def fixer_for(folder: Path) -> Fixer:
    path = str(folder / "net.py")
    engine = Engine(project_settings_for(settings_for(path), path))
    return Fixer(engine, rule_settings(engine.project), Request(path))


def codes(checked: Checked) -> list[str]:
    return [finding.code for finding in checked.findings]


@pytest.mark.parametrize("code", CASES)
def test_fix(code: str, tmp_path: Path) -> None:
    before, after = CASES[code]
    fixer = fixer_for(tmp_path)
    checked = fixer.look(Texts((before,)))
    finding = next(finding for finding in checked.findings if finding.code == code)
    fix = fixer.fixes(checked, finding)[0]
    assert applied(before, fix.edits) == after
    again = fixer.look(Texts((after,)))
    assert code not in codes(again)


def test_a_number_that_other_models_share_is_left_alone(tmp_path: Path) -> None:
    """One line builds both blocks: fixing one breaks the other."""
    text = START + (
        "class Block(nn.Module):\n    def __init__(self, inputs):\n        super().__init__()\n"
        "        self.conv = nn.Conv2d(16, 32, 3, padding=1)\n\n"
        "    def forward(self, x):\n        return self.conv(x)\n\n\n"
        "# rf: input=1x16x8x8\nmodel = nn.Sequential(Block(16), Block(32))\n"
    )
    fixer = fixer_for(tmp_path)
    checked = fixer.look(Texts((text,)))
    mismatch = next(finding for finding in checked.findings if finding.code == "RF201")
    assert fixer.fixes(checked, mismatch) == []


def test_fix_all_is_safe_and_ends(tmp_path: Path) -> None:
    text = CASES["RF301"][0] + "x = 1  # rf: ignore[RF202]\n"
    fixed, done = fixer_for(tmp_path).fix_all(Texts((text,)), is_fixed_safely)
    assert fixed.module == CASES["RF301"][1] + "x = 1\n"
    assert {finding.code for finding, _ in done} == {"RF301", "RF903"}
    assert fixer_for(tmp_path).fix_all(fixed, is_fixed_safely) == (fixed, [])


def test_diff() -> None:
    assert diff("a.py", Texts(("x\r\ny",)), Texts(("x\r\nz\n",))) == (
        "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n x\r\n-y\n\\ No newline at end of file\n+z\n"
    )
