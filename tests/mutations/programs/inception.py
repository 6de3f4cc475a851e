"""Inception modules: four branches joined along the channels."""
# ruff: noqa: UP006, UP035, UP045 (written as people write)

from typing import List, Optional

import torch
import torch.nn.functional as F
from torch import nn


class BasicConv(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, **kwargs) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, bias=False, **kwargs)
        self.bn = nn.BatchNorm2d(out_channels, eps=0.001)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.bn(self.conv(x)), inplace=True)


class Inception(nn.Module):
    def __init__(self, inp: int, c1: int, c3: List[int], c5: List[int], pool: Optional[int] = 8) -> None:
        super().__init__()
        self.branch1 = BasicConv(inp, c1, kernel_size=1)
        self.branch2 = nn.Sequential(
            BasicConv(inp, c3[0], kernel_size=1), BasicConv(c3[0], c3[1], kernel_size=3, padding=1)
        )
        self.branch3 = nn.Sequential(
            BasicConv(inp, c5[0], kernel_size=1), BasicConv(c5[0], c5[1], kernel_size=5, padding=2)
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(kernel_size=3, stride=1, padding=1, ceil_mode=True),
            BasicConv(inp, pool, kernel_size=1),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        outputs = [self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)]
        return torch.cat(outputs, 1)


class Net(nn.Module):
    def __init__(self, classes: int = 20) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            BasicConv(3, 16, kernel_size=7, stride=2, padding=3),
            nn.MaxPool2d(3, stride=2, ceil_mode=True),
        )
        self.inception1 = Inception(16, 8, [8, 16], [4, 8])
        self.inception2 = Inception(40, 16, [16, 24], [4, 12], pool=12)
        self.reduce = nn.MaxPool2d(2, 2)
        self.inception3 = Inception(64, 32, [16, 32], [8, 16], pool=16)
        self.head = nn.Linear(96, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        x = self.inception2(self.inception1(x))
        x = self.inception3(self.reduce(x))
        x = x.mean(dim=[2, 3])
        return self.head(x)
