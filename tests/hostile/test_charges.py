"""What works on much at once spends steps by how much that is, whatever the machine is busy with."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.analysis import Analyzer
from analyzers.interpreter.budget import SMALL, Budget
from analyzers.request import Request, WorkspaceOptions
from analyzers.source.sources import Sources
from analyzers.tensors.dims import Expression, symbol

REPEATED = {
    "nested values that are hashed": ("kept = 1", "kept = frozenset([kept, i])"),
    "numbers that become a tensor": ("big = list(range(50_000))", "torch.tensor(big)"),
    "values given to what is not known": ("import strange", "strange.call([torch.zeros(3)] * 99_999)"),
    "texts in a text": ("long = 'ab,' * 30_000", "'%s' % ([long] * 900,)"),
    "items of a long list": ("big = list(range(50_000))", "big[-1]"),
    "exceptions": ("big = {}", "try: big['a']\n    except KeyError: pass"),
}


def steps_of(folder: Path, start: str, line: str, turns: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """What following a loop spends, up to the steps that a piece of code has."""
    spent = [0]
    refill = Budget.refill

    def counted(budget: Budget, steps: int) -> None:
        spent[0] += max(budget.granted - budget.left, 0)
        refill(budget, steps)

    monkeypatch.setattr(Budget, "refill", counted)
    path = folder / "net.py"
    path.write_text(
        f"import torch\nfrom torch import nn\n{start}\nfor i in range({turns}):\n    {line}\n"
        "net = nn.Sequential(nn.Linear(2, 2))\nlast = nn.Linear(3, 3)\n"
    )
    Analyzer(Sources(), WorkspaceOptions(roots=[str(folder)])).analyze(Request(str(path)))
    return spent[0]


@pytest.mark.parametrize("what", REPEATED)
def test_work_is_charged_by_its_size(what, tmp_path, monkeypatch):
    """A few hundred turns of a loop cost far more than the statements in it."""
    start, line = REPEATED[what]
    none = steps_of(tmp_path, start, line, 0, monkeypatch)
    assert steps_of(tmp_path, start, line, 300, monkeypatch) > none + 300 * 10


def test_a_division_within_divisions_ends():
    """The numerator holds the last division twice, so that what tells their places doubles with every turn."""
    height, width = symbol("H"), symbol("W")
    size: Expression = height
    for turn in range(200):
        size = (size * (width + 1)) // (height + turn)
    assert len(size.terms) <= SMALL and str(size)
