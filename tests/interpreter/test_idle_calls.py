"""Calls that leave nothing behind are not followed again; everything is as if they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analyzers.frameworks import torch as _torch
from analyzers.imports.resolver import ImportResolver
from analyzers.interpreter import idle_calls
from analyzers.interpreter.framework import all_parameters, walk
from analyzers.interpreter.machine import Machine
from analyzers.interpreter.modules import Modules
from analyzers.source.sources import Sources

assert _torch

TEXT = """
import math
from torch import nn

def init(m, name):
    if isinstance(m, nn.Linear):
        nn.init.normal_(m.weight, 0, math.sqrt(2 / m.weight.size(0)))
        if m.bias is not None and "head" not in name:
            nn.init.zeros_(m.bias)
    elif isinstance(m, nn.LayerNorm):
        nn.init.ones_(m.weight)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Sequential(nn.Linear(4, 4, i % 3 > 0), nn.LayerNorm(4)) for i in range(30)])
        self.head = nn.Linear(4, 2)
        for name, m in self.named_modules():
            init(m, name)

model = Net()
"""


def _built(path: Path) -> tuple[Machine, Any]:
    path.write_text(TEXT, encoding="utf-8")
    machine = Machine(Modules(ImportResolver(Sources(), [str(path.parent)], [], [])))
    return machine, machine.modules.load(str(path)).look_up("model")


def test_costs_the_same_steps_and_reads_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    followed: list[Any] = []
    keep = idle_calls._keep
    monkeypatch.setattr(idle_calls, "_keep", lambda *args: followed.append(args) or keep(*args))
    machine, model = _built(tmp_path / "net.py")
    monkeypatch.setattr(idle_calls, "_is_plain_moment", lambda *_: False)
    other, same = _built(tmp_path / "net.py")
    assert machine.budget.left == other.budget.left
    assert len(followed) < 12, "of 92 layers"
    names = [name for name, m in walk(model) if id(m) in machine.recorder.read]
    assert names == [name for name, m in walk(same) if id(m) in other.recorder.read]
    assert len(names) == 61
    assert len(list(all_parameters(walk(model)))) == len(list(all_parameters(walk(same))))
