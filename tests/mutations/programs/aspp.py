"""A segmentation head: atrous pyramid, pooled context, low-level skip."""

import torch
from torch import nn
from torch.nn import functional as F


class ASPPConv(nn.Sequential):
    def __init__(self, in_channels, out_channels, dilation):
        super().__init__(
            nn.Conv2d(in_channels, out_channels, 3, padding=dilation, dilation=dilation, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
        )


class ASPPPooling(nn.Sequential):
    def __init__(self, in_channels, out_channels):
        super().__init__(nn.AdaptiveAvgPool2d(1), nn.Conv2d(in_channels, out_channels, 1, bias=False), nn.ReLU())

    def forward(self, x):
        size = x.shape[-2:]
        for mod in self:
            x = mod(x)
        return F.interpolate(x, size=size, mode="bilinear", align_corners=False)


class ASPP(nn.Module):
    def __init__(self, in_channels, atrous_rates, out_channels=32):
        super().__init__()
        modules = [nn.Sequential(nn.Conv2d(in_channels, out_channels, 1), nn.ReLU())]
        for rate in tuple(atrous_rates):
            modules.append(ASPPConv(in_channels, out_channels, rate))
        modules.append(ASPPPooling(in_channels, out_channels))
        self.convs = nn.ModuleList(modules)
        self.project = nn.Sequential(
            nn.Conv2d(len(self.convs) * out_channels, out_channels, 1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            nn.Dropout(0.5),
        )

    def forward(self, x):
        results = []
        for conv in self.convs:
            results.append(conv(x))
        return self.project(torch.cat(results, dim=1))


class Segmenter(nn.Module):
    def __init__(self, classes=21):
        super().__init__()
        self.low = nn.Sequential(nn.Conv2d(3, 24, 3, stride=2, padding=1), nn.ReLU())
        self.high = nn.Sequential(
            nn.Conv2d(24, 48, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(48, 64, 3, padding=2, dilation=2)
        )
        self.aspp = ASPP(64, [6, 12, 18])
        self.reduce = nn.Conv2d(24, 16, kernel_size=1)
        self.last = nn.Sequential(nn.Conv2d(32 + 16, 32, 3, padding=1), nn.Conv2d(32, classes, 1))

    def forward(self, x):
        height, width = x.shape[-2:]
        low = self.low(x)
        out = self.aspp(self.high(low))
        out = F.interpolate(out, low.shape[2:], mode="bilinear", align_corners=False)
        out = self.last(torch.cat([out, self.reduce(low)], dim=1))
        out = F.interpolate(out, size=(height, width), mode="bilinear", align_corners=False)
        return {"out": out}
