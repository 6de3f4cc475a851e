"""Squeeze-and-excitation gates inside a small residual trunk."""

# %%
import torch
from torch import nn


# %%
class SEBlock(nn.Module):
    def __init__(self, channels, reduction=4):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channels, channels // reduction, bias=False),
            nn.ReLU(inplace=True),
            nn.Linear(channels // reduction, channels, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.pool(x).view(b, c)
        y = self.fc(y).view(b, c, 1, 1)
        return x * y.expand_as(x)


# %%
class SEResidual(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            SEBlock(out_channels),
        )
        self.shortcut = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride)

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


# %%
class SENet(nn.Module):
    def __init__(self, widths=(16, 32, 64), depth=2, classes=5):
        super().__init__()
        self.stem = nn.Conv2d(3, widths[0], 3, padding=1)
        blocks = []
        previous = widths[0]
        for index, width in enumerate(widths):
            for repeat in range(depth):
                stride = 2 if index > 0 and repeat == 0 else 1
                blocks.append(SEResidual(previous, width, stride))
                previous = width
        self.blocks = nn.Sequential(*blocks)
        self.norm = nn.GroupNorm(8, 64)
        self.out = nn.Linear(64, classes)

    def forward(self, x):
        x = self.norm(self.blocks(self.stem(x)))
        return self.out(x.flatten(2).mean(-1))
