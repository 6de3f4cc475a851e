"""What stands above a model."""

from __future__ import annotations

from pathlib import Path

from rf_lsp.server.views.lenses import lenses
from tests.server.shown import analysed

STACKS = """\
from torch import nn


class Stack(nn.Module):
    def __init__(self, width, block):
        super().__init__()
        self.body = nn.Sequential(block(3, width, 3), block(width, 2 * width, 3))
        self.head = nn.Linear(2 * width, 10)

    def forward(self, x):
        return self.head(self.body(x).mean((2, 3)))


def small():
    return Stack(8, nn.Conv2d)


def large():
    return Stack(16, nn.Conv2d)
"""


def shown(folder: Path, source: str) -> dict[int, str]:
    """Line → text, from 1."""
    found = lenses(analysed(folder, source), str(folder / "net.py"))
    return {lens.place.line + 1: lens.text for lens in found}


def test_a_class_that_needs_arguments_speaks_of_what_is_built_of_it(tmp_path: Path) -> None:
    """torch counts 1,562 and 5,418 parameters."""
    found = lenses(analysed(tmp_path, STACKS), str(tmp_path / "net.py"))
    texts = {lens.place.line + 1: lens.text.removeprefix("~ ") for lens in found}
    assert texts[4] == "Stack (small, 1 more) · 3×224×224 → 10 · 1.6 k params · 66.4 MMACs · RF 5 covers 2 % of 224"
    assert texts[14] == texts[4].replace("Stack (small, 1 more)", "small") and "5.4 k params" in texts[18]
    assert found[0].target == found[1].target == "small()"


def test_where_nothing_is_known_it_says_why(tmp_path: Path) -> None:
    source = "from torch import nn\nfrom missing import Body\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    source += "        self.body = Body()\n\n    def forward(self, x):\n        return self.body(x)\n"
    (text,) = shown(tmp_path, source).values()
    assert text.endswith("not known: the module missing is not found") and "?" not in text and "params" not in text
