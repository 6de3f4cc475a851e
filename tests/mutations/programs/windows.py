"""Attention in shifted windows, written with view and permute only; halves the map in between."""

import torch
from torch import nn


def split_windows(x, size):
    b, h, w, c = x.shape
    x = x.view(b, h // size, size, w // size, size, c).permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, size * size, c)


def join_windows(windows, size, height, width):
    down, across = height // size, width // size
    x = windows.view(-1, down, across, size, size, windows.shape[-1])
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, height, width, windows.shape[-1])


class Attention(nn.Module):
    def __init__(self, width, heads, tokens):
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, width * 2, bias=False)
        self.bias = nn.Parameter(torch.zeros(heads, tokens, tokens))
        self.out = nn.Linear(width, width)

    def forward(self, x):
        n, t, c = x.shape
        q = self.query(x).view(n, t, self.heads, c // self.heads).transpose(1, 2)
        k, v = self.key_value(x).view(n, t, 2, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        weights = torch.softmax(torch.matmul(q, k.transpose(2, 3)) * self.scale + self.bias, dim=-1)
        return self.out(torch.matmul(weights, v).transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, width, heads, size, shift=0):
        super().__init__()
        self.size, self.shift = size, shift
        self.before = nn.LayerNorm(width)
        self.attention = Attention(width, heads, size * size)
        self.mlp = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.GELU(), nn.Linear(3 * width, width)
        )

    def forward(self, x):
        _, h, w, _ = x.shape
        y = torch.roll(self.before(x), (-self.shift, -self.shift), dims=(1, 2))
        y = join_windows(self.attention(split_windows(y, self.size)), self.size, h, w)
        x = x + torch.roll(y, (self.shift, self.shift), dims=(1, 2))
        return x + self.mlp(x)


class Halve(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.reduce = nn.Linear(4 * width, 2 * width, bias=False)

    def forward(self, x):
        corners = [x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]
        return self.reduce(torch.cat(corners, dim=-1))


class WindowNet(nn.Module):
    def __init__(self, width=16, heads=(2, 4), size=4, classes=9):
        super().__init__()
        self.patches = nn.Conv2d(3, width, kernel_size=2, stride=2)
        self.first = nn.Sequential(Block(width, heads[0], size), Block(width, heads[0], size, shift=2))
        self.halve = Halve(width)
        self.second = Block(2 * width, heads[1], size)
        self.norm = nn.LayerNorm(2 * width)
        self.head = nn.Linear(2 * width, classes)

    def forward(self, image):
        x = self.patches(image).permute(0, 2, 3, 1)
        x = self.second(self.halve(self.first(x)))
        return self.head(self.norm(x).mean(dim=(1, 2)))
