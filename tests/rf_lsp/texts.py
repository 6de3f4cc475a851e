"""Sources that the tests of several files read."""

from __future__ import annotations

SHARED = """\
from torch import nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return self.conv(self.conv(x))
"""
"""The module ``shared``, which others import their block from."""
