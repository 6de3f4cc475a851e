"""A small conformer that labels every frame of a spectrogram."""

import torch
from layers import ConvModule, FeedForward, FrameAttention
from torch import nn


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.first = FeedForward(dim)
        self.attention = FrameAttention(dim, heads)
        self.conv = ConvModule(dim)
        self.second = FeedForward(dim, mult=2)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        x = x + 0.5 * self.first(x)
        x = x + self.attention(x)
        x = x + self.conv(x)
        return self.norm(x + 0.5 * self.second(x))


class Conformer(nn.Module):
    def __init__(self, mels=40, dim=48, depth=2, heads=4, labels=29):
        super().__init__()
        self.subsample = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, stride=2, padding=1), nn.ReLU()
        )
        self.project = nn.Linear(8 * (mels // 4), dim)
        self.blocks = nn.ModuleList(Block(dim, heads) for _ in range(depth))
        self.out = nn.Linear(dim, labels)

    def forward(self, spectrogram):
        x = self.subsample(spectrogram.unsqueeze(1))
        b, c, f, t = x.shape
        x = x.permute(0, 3, 1, 2).reshape(b, t, c * f)
        x = self.project(x)
        for block in self.blocks:
            x = block(x)
        return torch.log_softmax(self.out(x), dim=-1)
