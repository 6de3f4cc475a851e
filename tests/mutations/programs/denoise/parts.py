"""Parts of a U-shaped network that takes a time step."""

import math

import torch
import torch.nn as nn


class TimeEmbedding(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim
        self.mlp = nn.Sequential(nn.Linear(dim, dim * 4), nn.SiLU(), nn.Linear(dim * 4, dim))

    def forward(self, t):
        half = self.dim // 2
        steps = torch.exp(torch.arange(half, device=t.device) * -(math.log(10000.0) / (half - 1)))
        angles = t[:, None] * steps[None, :]
        return self.mlp(torch.cat((angles.sin(), angles.cos()), dim=-1))


class ResBlock(nn.Module):
    def __init__(self, cin, cout, time_dim, groups=4):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, cin)
        self.conv1 = nn.Conv2d(cin, cout, 3, padding=1)
        self.time = nn.Linear(time_dim, cout)
        self.norm2 = nn.GroupNorm(groups, cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1)
        self.skip = nn.Conv2d(cin, cout, 1) if cin != cout else nn.Identity()

    def forward(self, x, t):
        h = self.conv1(torch.nn.functional.silu(self.norm1(x)))
        h = h + self.time(t)[:, :, None, None]
        h = self.conv2(torch.nn.functional.silu(self.norm2(h)))
        return h + self.skip(x)


class Down(nn.Module):
    def __init__(self, cin, cout, time_dim):
        super().__init__()
        self.block = ResBlock(cin, cout, time_dim)
        self.pool = nn.Conv2d(cout, cout, 4, stride=2, padding=1)

    def forward(self, x, t):
        x = self.block(x, t)
        return self.pool(x), x


class Up(nn.Module):
    def __init__(self, cin, cout, time_dim):
        super().__init__()
        self.up = nn.ConvTranspose2d(cin, cout, 2, stride=2)
        self.block = ResBlock(cout * 2, cout, time_dim)

    def forward(self, x, skip, t):
        x = self.up(x)
        return self.block(torch.cat([x, skip], dim=1), t)
