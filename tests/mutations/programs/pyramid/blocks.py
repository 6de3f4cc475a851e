"""Building blocks that other files put together."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class ConvNormAct(nn.Module):
    def __init__(self, channels_in, channels_out, kernel_size=3, stride=1, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(
            channels_in, channels_out, kernel_size, stride, padding=kernel_size // 2, groups=groups, bias=False
        )
        self.norm = nn.BatchNorm2d(channels_out)

    def forward(self, x):
        return F.silu(self.norm(self.conv(x)))


class Gate(nn.Module):
    def __init__(self, channels, reduction=4):
        super().__init__()
        hidden = channels // reduction
        self.squeeze = nn.Linear(channels, hidden)
        self.expand = nn.Linear(hidden, channels)

    def forward(self, x):
        weights = x.mean(dim=(2, 3))
        weights = torch.sigmoid(self.expand(F.relu(self.squeeze(weights))))
        return x * weights[:, :, None, None]


class Residual(nn.Module):
    def __init__(self, channels_in, channels_out, stride=1):
        super().__init__()
        width = channels_out // 2
        self.reduce = ConvNormAct(channels_in, width, 1)
        self.spatial = ConvNormAct(width, width, 3, stride, groups=2)
        self.project = nn.Conv2d(width, channels_out, 1)
        self.gate = Gate(channels_out)
        self.shortcut = None
        if stride != 1 or channels_in != channels_out:
            self.shortcut = nn.Conv2d(channels_in, channels_out, 1, stride=stride)

    def forward(self, x):
        y = self.gate(self.project(self.spatial(self.reduce(x))))
        if self.shortcut is not None:
            x = self.shortcut(x)
        return F.relu(x + y)
