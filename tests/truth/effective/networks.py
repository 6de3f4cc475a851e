"""Networks of kinds that torchvision has not, whose effective fields are measured; read by rf-lsp, run by torch alone."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F


def convolution(inside: int, outside: int, kernel: int = 3, dilation: int = 1) -> nn.Sequential:
    padding = dilation * (kernel - 1) // 2
    return nn.Sequential(
        nn.Conv2d(inside, outside, kernel, padding=padding, dilation=dilation, bias=False),
        nn.BatchNorm2d(outside),
        nn.ReLU(inplace=True),
    )


class Dilated(nn.Module):
    """A context network: the resolution of the input, and dilations that double."""

    def __init__(self, channels: int = 24) -> None:
        super().__init__()
        self.stem = convolution(3, channels)
        self.context = nn.Sequential(*[convolution(channels, channels, dilation=d) for d in (1, 2, 4, 8, 16)])
        self.head = nn.Conv2d(channels, 5, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.context(self.stem(x)))


class UNet(nn.Module):
    """Four poolings, and as many steps up: by transposed convolutions or by interpolation."""

    def __init__(self, bilinear: bool, width: int = 16) -> None:
        super().__init__()
        sizes = [width * 2**level for level in range(5)]
        self.bilinear = bilinear
        self.down = nn.ModuleList([self._double(i, o) for i, o in zip([3, *sizes], sizes)])
        self.pool = nn.MaxPool2d(2)
        pairs = list(zip(sizes[:0:-1], sizes[-2::-1]))
        if bilinear:
            self.up = nn.ModuleList([nn.Conv2d(i, o, 1) for i, o in pairs])
        else:
            self.up = nn.ModuleList([nn.ConvTranspose2d(i, o, 2, stride=2) for i, o in pairs])
        self.join = nn.ModuleList([self._double(2 * o, o) for _, o in pairs])
        self.head = nn.Conv2d(width, 2, 1)

    @staticmethod
    def _double(inside: int, outside: int) -> nn.Sequential:
        return nn.Sequential(convolution(inside, outside), convolution(outside, outside))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skips = []
        for level, block in enumerate(self.down):
            x = block(x if level == 0 else self.pool(x))
            skips.append(x)
        for up, join, skip in zip(self.up, self.join, skips[-2::-1]):
            x = up(x)
            if self.bilinear:
                x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            x = join(torch.cat([skip, x], dim=1))
        return self.head(x)


class Attention(nn.Module):
    """Self-attention over all positions of a map, added to it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.attention = nn.MultiheadAttention(channels, 4, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = self.norm(x.flatten(2).transpose(1, 2))
        mixed, _ = self.attention(tokens, tokens, tokens, need_weights=False)
        return x + mixed.transpose(1, 2).reshape(x.shape)


class Hybrid(nn.Module):
    """Convolutions in residual blocks, attention between them at the coarsest resolution."""

    def __init__(self, channels: int = 48) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, channels, 7, stride=4, padding=3), nn.BatchNorm2d(channels), nn.ReLU(inplace=True)
        )
        self.first = nn.Sequential(Residual(channels), Residual(channels))
        self.shrink = nn.Conv2d(channels, channels, 2, stride=2)
        self.second = nn.Sequential(Residual(channels), Residual(channels))
        self.attention = Attention(channels)
        self.third = Residual(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.third(self.attention(self.second(self.shrink(self.first(self.stem(x))))))


class Residual(nn.Module):
    """Two convolutions beside an identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(x + y)


class Temporal(nn.Module):
    """A temporal convolutional network (Bai et al. 2018): causal, dilated, residual, without norms."""

    class Block(nn.Module):
        def __init__(self, inside: int, outside: int, dilation: int, kernel: int = 5) -> None:
            super().__init__()
            self.padding = (kernel - 1) * dilation
            self.conv1 = nn.Conv1d(inside, outside, kernel, dilation=dilation)
            self.conv2 = nn.Conv1d(outside, outside, kernel, dilation=dilation)
            self.downsample = nn.Conv1d(inside, outside, 1) if inside != outside else nn.Identity()
            self.relu = nn.ReLU()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = self.relu(self.conv1(F.pad(x, (self.padding, 0))))
            y = self.relu(self.conv2(F.pad(y, (self.padding, 0))))
            return self.relu(y + self.downsample(x))

    def __init__(self, width: int = 32, levels: int = 6) -> None:
        super().__init__()
        self.blocks = nn.Sequential(
            *[self.Block(8 if level == 0 else width, width, 2**level) for level in range(levels)]
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.blocks(x)


class Volume(nn.Module):
    """Three dimensions, of which the first is sampled more coarsely."""

    def __init__(self, width: int = 12) -> None:
        super().__init__()
        sizes = [1, width, width * 2, width * 3]
        stages = []
        for level, (inside, outside) in enumerate(pairwise(sizes)):
            stages += [
                nn.Conv3d(inside, outside, (1, 3, 3) if level == 0 else 3, padding=(0 if level == 0 else 1, 1, 1)),
                nn.BatchNorm3d(outside),
                nn.ReLU(inplace=True),
                nn.Conv3d(outside, outside, 3, padding=1),
                nn.BatchNorm3d(outside),
                nn.ReLU(inplace=True),
                nn.MaxPool3d((1, 2, 2) if level == 0 else 2),
            ]
        self.stages = nn.Sequential(*stages)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.stages(x)


class Spectrogram(nn.Module):
    """Kernels and strides that differ between frequency and time, average pooling."""

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, width, (5, 11), stride=(1, 2), padding=(2, 5)),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.AvgPool2d((2, 1)),
            nn.Conv2d(width, width, (1, 9), padding=(0, 4)),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, (7, 1), padding=(3, 0)),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.AvgPool2d((2, 2)),
            nn.Conv2d(width, width, (3, 5), padding=(1, 2)),
            nn.BatchNorm2d(width),
            nn.ReLU(),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)
