"""Whole programs, each run by torch: the same layers, shapes, parameters and errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.differential.compare import PLACES, compare
from tests.differential.judge import shared
from tests.differential.static import static_inspect
from tests.literate import cases_of

HEADER = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n"
CASES = cases_of(Path(__file__).with_name("programs.md"))


@pytest.mark.parametrize("title", CASES)
def test_as_torch(title: str, tmp_path: Path) -> None:
    ((info, text),) = CASES[title].items()
    _, expression, *shapes = info.split()
    inputs = [list(map(int, shape.split("x"))) for shape in shapes]
    truth = shared().judge(HEADER + text, expression, inputs, "cpu")
    path = tmp_path / "program.py"
    path.write_text(HEADER + text, encoding="utf-8")
    static = static_inspect(path, expression, inputs)
    wrong = [found for found in compare(truth, static) if found.kind not in PLACES]  # Which of two branches is chance.
    assert not wrong, "\n".join(map(str, wrong))
    assert truth["raises"] or static["models"][0]["status"] == "complete", static["models"][0]["unknowns"]
