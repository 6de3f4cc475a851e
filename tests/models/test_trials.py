"""Where no size mends an error, the trials end where it comes up again, and the guess stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analyzers.analysis import Analyzer
from analyzers.interpreter.budget import Budget
from analyzers.models.runner import Runner
from analyzers.request import Request, WorkspaceOptions
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
    model = Analyzer(Sources(), WorkspaceOptions(roots=[str(tmp_path)])).analyze(Request(str(path))).models[0]
    assert [problem.rule for problem in model.problems] == ["channel-mismatch"]
    assert [str(size) for size in model.inputs[0].shape] == ["N", "3", "32", "32"]
    assert steps[0] < 4_500


BLOCK = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 7, stride=2, padding=3)
        self.side = nn.Conv2d(8, 8, {kernel})
        self.norm = nn.BatchNorm2d({channels})
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear({features}, 10)

    def forward(self, x):
        x = self.first(x)
        x = self.norm(x + self.side(x))
        self.size = x.shape[-1]
        return self.head(self.pool(x).flatten(1))
"""
RIGHT = {"kernel": 1, "channels": 8, "features": 8}


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"kernel": 3}, "broadcast-mismatch"),
        ({"channels": 9}, "channel-mismatch"),
        ({"features": 12}, "feature-size-mismatch"),
    ],
)
def test_what_no_size_mends_takes_one_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, int], rule: str
) -> None:
    """torch refuses each of these at every size from 28 pixels on; what is shown is the guess, not the trial."""
    runs = []
    once = Runner.forward
    monkeypatch.setattr(Runner, "forward", lambda *given: runs.append(1) or once(*given))
    path = tmp_path / "net.py"
    path.write_text(BLOCK.format(**{**RIGHT, **wrong}), encoding="utf-8")
    model = Analyzer(Sources(), WorkspaceOptions(roots=[str(tmp_path)])).analyze(Request(str(path))).models[0]
    assert [problem.rule for problem in model.problems] == [rule]
    assert model.inputs[0].shape[2:] == (224, 224)
    shapes = [layer.output_shape for layer in model.layers if layer.name == "first"]
    assert [shape and shape[2:] for shape in shapes] == [(112, 112)]
    assert len(runs) == 3
