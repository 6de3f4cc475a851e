"""Sub-pixel super-resolution with grouped and recursive residual convolutions."""

import torch
import torch.nn as nn
import torch.nn.init as init


class Residual(nn.Module):
    def __init__(self, width, groups=4):
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding="same", groups=groups)
        self.conv2 = nn.Conv2d(width, width, 1)
        self.act = nn.LeakyReLU(0.1)

    def forward(self, x):
        return x + self.conv2(self.act(self.conv1(x)))


class SuperResolution(nn.Module):
    def __init__(self, upscale_factor=3, width=24, blocks=3):
        super().__init__()
        self.head = nn.Conv2d(1, width, (5, 5), (1, 1), (2, 2))
        for index in range(blocks):
            setattr(self, f"block{index}", Residual(width))
        self.blocks = blocks
        self.fuse = nn.Conv2d(24 * 4, 24, 1)
        self.tail = nn.Conv2d(24, upscale_factor**2, (3, 3), (1, 1), (1, 1))
        self.pixel_shuffle = nn.PixelShuffle(upscale_factor)
        self._initialize_weights()

    def forward(self, x):
        feature = self.head(x)
        stages = [feature]
        for index in range(self.blocks):
            feature = getattr(self, f"block{index}")(feature)
            stages.append(feature)
        feature = self.fuse(torch.cat(stages, 1))
        base = nn.functional.interpolate(x, scale_factor=3, mode="bicubic", align_corners=False)
        return self.pixel_shuffle(self.tail(feature)) + base

    def _initialize_weights(self):
        init.orthogonal_(self.head.weight, init.calculate_gain("relu"))
        init.orthogonal_(self.tail.weight)
