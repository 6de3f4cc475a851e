"""A feature pyramid with a head for each level."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from blocks import ConvNormAct, Residual


class Pyramid(nn.Module):
    def __init__(self, widths=(16, 32, 64), depth=24, classes=5):
        super().__init__()
        self.stem = ConvNormAct(3, 16, 5, stride=2)
        self.stages = nn.ModuleList()
        channels = 16
        for width in widths:
            self.stages.append(nn.Sequential(Residual(channels, width, stride=2), Residual(width, width)))
            channels = width
        self.lateral = nn.ModuleList([nn.Conv2d(width, depth, 1) for width in widths])
        self.smooth = ConvNormAct(depth, depth)
        self.head = nn.Linear(3 * depth, classes)

    def forward(self, image):
        x = self.stem(image)
        maps = []
        for stage, lateral in zip(self.stages, self.lateral):
            x = stage(x)
            maps.append(lateral(x))
        top = maps[-1]
        pooled = [self.smooth(top).mean(dim=(2, 3))]
        for below in reversed(maps[:-1]):
            top = below + F.interpolate(top, size=below.shape[-2:], mode="nearest")
            pooled.append(self.smooth(top).mean(dim=(2, 3)))
        return self.head(torch.cat(pooled, dim=1))


def build_model(classes=5):
    return Pyramid(classes=classes)
