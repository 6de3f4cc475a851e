"""Unpadded convolutions on the way down; the skips are cropped to what comes up."""

import argparse
from itertools import pairwise

import torch
from torch import nn


def options(arguments=None):
    parser = argparse.ArgumentParser(description="segment cells")
    parser.add_argument("--classes", type=int, default=2)
    parser.add_argument("--width", type=int, default=12, help="channels of the first stage")
    parser.add_argument("--stages", default=3, type=int)
    parser.add_argument("--learned-upsampling", action="store_true")
    return parser.parse_args(arguments)


def cropped(skip, like):
    """The middle of the skip, as large as the map it is joined with."""
    top = (skip.size(2) - like.size(2)) // 2
    left = (skip.size(3) - like.size(3)) // 2
    return skip[:, :, top : top + like.size(2), left : left + like.size(3)]


class Stage(nn.Sequential):
    def __init__(self, channels_in, channels_out):
        super().__init__()
        self.add_module("first", nn.Conv2d(channels_in, channels_out, 3))
        self.add_module("norm", nn.BatchNorm2d(channels_out))
        self.add_module("act", nn.ELU(inplace=True))
        self.add_module("second", nn.Conv2d(channels_out, channels_out, 3))


class Join(nn.Module):
    def __init__(self, below, skip, learned):
        super().__init__()
        if learned:
            self.up = nn.ConvTranspose2d(below, skip, kernel_size=2, stride=2)
        else:
            self.up = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(below, skip, kernel_size=1))
        self.stage = Stage(2 * skip, skip)

    def forward(self, x, skip):
        x = self.up(x)
        return self.stage(torch.cat((cropped(skip, x), x), dim=1))


class CropUNet(nn.Module):
    def __init__(self, args):
        super().__init__()
        widths = [args.width << level for level in range(args.stages)]
        self.down = nn.ModuleList()
        for before, after in zip([1, *widths], widths):
            self.down.append(Stage(before, after))
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ModuleList(Join(b, a, args.learned_upsampling) for a, b in pairwise(widths))
        self.predict = nn.Conv2d(widths[0], args.classes, 1)

    def forward(self, x):
        skips = []
        for level, stage in enumerate(self.down):
            x = stage(self.pool(x) if level else x)
            skips.append(x)
        skips.pop()
        for join in reversed(self.up):
            x = join(x, skips.pop())
        return self.predict(x)


def main():
    args = options()
    model = CropUNet(args)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
    for _ in range(10):
        image, mask = torch.rand(1, 1, 92, 92), torch.zeros(1, 52, 52, dtype=torch.long)
        loss = nn.functional.cross_entropy(model(image), mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    main()
