"""Boxes at two scales: anchors in a buffer, heads per level, offsets turned into corners."""

import math

import torch
import torch.nn.functional as F
from torch import nn

SETTINGS = {
    "classes": 3,
    "levels": [{"channels": 16, "depth": 1}, {"channels": 32, "depth": 2}, {"channels": 48, "depth": 1}],
    "anchors": ((12, 16), (24, 20), (40, 48)),
    "neck": 24,
}


class ConvNormAct(nn.Sequential):
    def __init__(self, before, after, size=3, stride=1):
        super().__init__(
            nn.Conv2d(before, after, size, stride, padding=size // 2, bias=False),
            nn.GroupNorm(num_groups=8, num_channels=after),
            nn.Hardswish(),
        )


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.body = nn.Sequential(ConvNormAct(channels, channels // 2, 1), ConvNormAct(channels // 2, channels))

    def forward(self, x):
        return x + self.body(x)


class Head(nn.Module):
    def __init__(self, channels, anchors, classes):
        super().__init__()
        self.outputs = 4 + 1 + classes
        self.register_buffer("anchors", torch.tensor(anchors, dtype=torch.float32))
        self.score = nn.Conv2d(channels, len(anchors) * self.outputs, kernel_size=1)
        prior = -math.log((1 - 0.01) / 0.01)
        nn.init.constant_(self.score.bias, prior)

    def forward(self, x, stride):
        n, _, h, w = x.shape
        raw = self.score(x).view(n, len(self.anchors), self.outputs, h, w).permute(0, 3, 4, 1, 2)
        offset, size, rest = torch.split(raw, [2, 2, self.outputs - 4], dim=-1)
        rows, columns = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        cell = torch.stack((columns, rows), dim=-1).view(1, h, w, 1, 2)
        centre = (torch.sigmoid(offset) + cell) * stride
        half = size.exp() * self.anchors / 2
        boxes = torch.cat((centre - half, centre + half, rest.sigmoid()), dim=-1)
        return boxes.reshape(n, -1, self.outputs)


class Detector(nn.Module):
    strides = (8, 16)

    def __init__(self, settings=SETTINGS):
        super().__init__()
        before = 8
        self.stem = ConvNormAct(3, before, size=5, stride=2)
        self.levels = nn.ModuleList()
        for level in settings["levels"]:
            blocks = [Residual(level["channels"]) for _ in range(level["depth"])]
            self.levels.append(nn.Sequential(ConvNormAct(before, level["channels"], stride=2), *blocks))
            before = level["channels"]
        used = [level["channels"] for level in settings["levels"][-2:]]
        self.lateral = nn.ModuleList(nn.Conv2d(c, settings["neck"], 1) for c in used)
        self.smooth = ConvNormAct(settings["neck"] * 2, settings["neck"])
        self.head = Head(settings["neck"], settings["anchors"], settings["classes"])

    def forward(self, image):
        maps = [self.stem(image)]
        for level in self.levels:
            maps.append(level(maps[-1]))
        fine, coarse = [layer(m) for layer, m in zip(self.lateral, maps[2:])]
        lifted = F.interpolate(coarse, size=fine.shape[2:], mode="nearest")
        fine = self.smooth(torch.cat([fine, lifted], dim=1))
        boxes = [self.head(x, stride) for x, stride in zip((fine, coarse), self.strides)]
        return torch.cat(boxes, dim=1)


def build(**changes):
    return Detector({**SETTINGS, **changes})
