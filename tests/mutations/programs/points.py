"""Point clouds: a learned rotation, shared layers, neighbourhood maxima, a label for every point."""

from itertools import pairwise

import torch
from torch import nn


def shared(*widths):
    """The same layers for every point."""
    layers = []
    for before, after in pairwise(widths):
        layers.extend([nn.Conv1d(before, after, 1), nn.BatchNorm1d(after), nn.ReLU()])
    return nn.Sequential(*layers)


class Rotation(nn.Module):
    def __init__(self, k=3, width=24):
        super().__init__()
        self.k = k
        self.points = shared(k, width, 2 * width)
        self.regress = nn.Linear(2 * width, k * k)

    def forward(self, x):
        summary = self.points(x).amax(dim=2)
        matrix = self.regress(summary).reshape(-1, self.k, self.k)
        return matrix + torch.eye(self.k)


def neighbours(x, k):
    """Positions of the k nearest points, by their features."""
    distance = torch.cdist(x.transpose(1, 2), x.transpose(1, 2))
    return distance.topk(k, dim=-1, largest=False).indices


class EdgeConv(nn.Module):
    def __init__(self, channels_in, channels_out, k=4):
        super().__init__()
        self.k = k
        self.mlp = nn.Sequential(nn.Conv2d(2 * channels_in, channels_out, 1), nn.LeakyReLU(0.2))

    def forward(self, x):
        b, c, n = x.shape
        index = neighbours(x, self.k).reshape(b, 1, n * self.k).expand(-1, c, -1)
        near = torch.gather(x, 2, index).view(b, c, n, self.k)
        centre = x.unsqueeze(3).expand(b, c, n, self.k)
        edges = torch.cat([near - centre, centre], dim=1)
        return self.mlp(edges).max(dim=3)[0]


class PointLabels(nn.Module):
    def __init__(self, labels=6):
        super().__init__()
        self.rotation = Rotation()
        self.edges = nn.ModuleList([EdgeConv(3, 16), EdgeConv(16, 32)])
        self.embed = shared(48, 64)
        self.classify = nn.Sequential(shared(64 + 48, 32), nn.Dropout(0.4), nn.Conv1d(32, labels, 1))

    def forward(self, cloud):
        x = torch.einsum("bij,bjn->bin", self.rotation(cloud), cloud)
        found = []
        for layer in self.edges:
            x = layer(x)
            found.append(x)
        local = torch.cat(found, dim=1)
        overall = self.embed(local).max(dim=2, keepdim=True).values
        both = torch.cat((local, overall.repeat(1, 1, local.size(2))), 1)
        return self.classify(both).permute(0, 2, 1)
