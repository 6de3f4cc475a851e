"""Two towers and a cross network over dense features; the model is built in main()."""

from collections import OrderedDict

import torch
from torch import nn


class CrossLayer(nn.Module):
    def __init__(self, dim, rank=4):
        super().__init__()
        self.u = nn.Parameter(torch.randn(dim, rank))
        self.v = nn.Parameter(torch.randn(rank, dim))
        self.b = nn.Parameter(torch.zeros(dim))

    def forward(self, x0, xl):
        return x0 * (torch.matmul(torch.matmul(xl, self.u), self.v) + self.b) + xl


class Tower(nn.Module):
    def __init__(self, sizes, out_dim, dropout=0.1):
        super().__init__()
        layers = []
        for i in range(1, len(sizes)):
            a, b = sizes[i - 1], sizes[i]
            layers.append((f"fc{i}", nn.Linear(a, b)))
            layers.append((f"norm{i}", nn.LayerNorm(b)))
            layers.append((f"act{i}", nn.PReLU(b)))
        self.net = nn.Sequential(OrderedDict(layers))
        self.out = nn.Linear(sizes[-1], out_dim)
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        return self.out(self.drop(self.net(x)))


class Recommender(nn.Module):
    def __init__(self, user_dim, item_dim, hidden=(32, 24), embed=16, n_cross=2):
        super().__init__()
        self.user = Tower([user_dim, *hidden], embed)
        self.item = Tower([item_dim, *hidden], embed)
        self.cross = nn.ModuleList([CrossLayer(embed * 2) for _ in range(n_cross)])
        self.bilinear = nn.Bilinear(embed, embed, 3)
        self.final = nn.Linear(embed * 2 + 3 + 1, 1)

    def forward(self, user, items):
        b, n, d = items.shape
        u = self.user(user).unsqueeze(1).expand(-1, n, -1)
        v = self.item(items.reshape(b * n, d)).view(b, n, -1)
        x0 = x = torch.cat([u, v], dim=-1)
        for layer in self.cross:
            x = layer(x0, x)
        dot = torch.einsum("bnd,bnd->bn", u, v)
        pair = self.bilinear(u.contiguous(), v)
        logits = self.final(torch.cat([x, pair, dot.unsqueeze(-1)], dim=2))
        return logits.squeeze(-1)


def main(user_dim=10, item_dim=14):
    model = Recommender(user_dim=user_dim, item_dim=item_dim, embed=12)
    total = sum(p.numel() for p in model.parameters() if p.requires_grad)
    print(f"{total:,} parameters")
    return model


if __name__ == "__main__":
    main()
