"""Where no size mends an error, the trials end where it comes up again, and the guess stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analyzers.analysis import Analyzer, Options, Request
from analyzers.interpreter.budget import Budget
from analyzers.source.sources import Sources

NET = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.wrong = nn.Conv2d(16, 8, 3, padding=1)
        self.rest = nn.Sequential(*[nn.Conv2d(8, 8, 3, padding=1) for _ in range(60)])
        self.head = nn.Linear(8 * 32 * 32, 10)

    def forward(self, x):
        x = self.wrong(self.first(x))
        return self.head(self.rest(x).flatten(1))
"""


def test_an_error_at_every_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """torch refuses 8 channels where 16 are expected at any size; at 32 pixels that is all it refuses."""
    steps = [0]
    spend = Budget.spend

    def counted(budget: Any, count: int = 1) -> None:
        steps[0] += count
        spend(budget, count)

    monkeypatch.setattr(Budget, "spend", counted)
    path = tmp_path / "net.py"
    path.write_text(NET, encoding="utf-8")
    model = Analyzer(Sources(), Options(roots=[str(tmp_path)])).analyze(Request(str(path))).models[0]
    assert [problem.rule for problem in model.problems] == ["channel-mismatch"]
    assert [str(size) for size in model.inputs[0].shape] == ["N", "3", "32", "32"]
    assert steps[0] < 4_500
