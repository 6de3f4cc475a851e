"""SimCLR-like pretraining with a projection head and a similarity matrix."""

import torch
import torch.nn.functional as F
from torch import nn


class SmallBackbone(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, width, 3, stride=2, padding=1),
            nn.GroupNorm(4, width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, width * 2, 3, stride=2, padding=1),
            nn.GroupNorm(8, width * 2),
            nn.ReLU(inplace=True),
            nn.AdaptiveAvgPool2d(1),
        )
        self.out_dim = width * 2

    def forward(self, x):
        return self.features(x).squeeze(-1).squeeze(-1)


class SimCLR(nn.Module):
    def __init__(self, projection_dim=24, temperature=0.5):
        super().__init__()
        self.encoder = SmallBackbone()
        n_features = self.encoder.out_dim
        self.projector = nn.Sequential(
            nn.Linear(n_features, n_features, bias=False),
            nn.ReLU(),
            nn.Linear(n_features, projection_dim, bias=False),
        )
        self.temperature = temperature

    def embed(self, x):
        return F.normalize(self.projector(self.encoder(x)), dim=1)

    def forward(self, x_i, x_j):
        z_i, z_j = self.embed(x_i), self.embed(x_j)
        n = z_i.shape[0]
        z = torch.cat((z_i, z_j), dim=0)
        sim = F.cosine_similarity(z.unsqueeze(1), z.unsqueeze(0), dim=2) / self.temperature
        sim_i_j = torch.diag(sim, n)
        sim_j_i = torch.diag(sim, -n)
        positives = torch.cat((sim_i_j, sim_j_i), dim=0).reshape(2 * n, 1)
        mask = ~torch.eye(2 * n, dtype=torch.bool)
        logits = torch.cat((positives, sim.masked_fill(~mask, -1e9)), dim=1)
        return z_i, z_j, logits
