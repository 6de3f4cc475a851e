"""Sessions with the real process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.client import LspClient

NET = """\
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return torch.relu(self.norm(self.conv(x)))


# rf: input=1x3x64x64
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 7, stride=2, padding=3)
        self.one = Block(16, 32, 2)
        self.two = Block(32, 64, 2)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        x = self.stem(x)
        x = self.one(x)
        x = self.two(x)
        return self.head(x.mean((2, 3)))
"""
CONV, STEM, HEAD, NET_LINE = 7, 18, 21, 15
"""Lines of NET."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LspClient]:
    """One session with VS Code's capabilities for tests that leave it as they found it."""
    folder = tmp_path_factory.mktemp("workspace")
    (folder / "pyproject.toml").write_text("[project]\nname = 'example'\n")
    with LspClient(folder) as client:
        yield client


@pytest.fixture
def client(shared: LspClient) -> Iterator[LspClient]:
    """The shared session; files that a test leaves open in it are closed."""
    before = set(shared.opened)
    yield shared
    for uri in shared.opened - before:
        shared.close(uri)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'example'\n")
    return tmp_path
