"""A Siamese network: one tower for both images, their features compared."""

# %%
import torch
from torch import nn


# %%
class Tower(nn.Module):
    def __init__(self, embedding=48):
        super().__init__()
        self.block1 = self.block(1, 16, kernel=5)
        self.block2 = self.block(16, 32)
        self.block3 = self.block(32, 48, pool=False)
        self.embed = nn.Linear(48 * 3 * 3, embedding)

    @staticmethod
    def block(inp, out, kernel=3, pool=True):
        layers = [
            nn.ReflectionPad2d(1),
            nn.Conv2d(inp, out, kernel_size=kernel),
            nn.InstanceNorm2d(out, affine=True),
            nn.ReLU(),
        ]
        if pool:
            layers.append(nn.MaxPool2d(2))
        return nn.Sequential(*layers)

    def forward(self, x):
        x = self.block3(self.block2(self.block1(x)))
        x = nn.functional.avg_pool2d(x, 3, stride=2, padding=1)
        return self.embed(x.flatten(1))


# %%
class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.tower = Tower()
        self.combine = nn.Bilinear(48, 48, 8)
        self.score = nn.Sequential(nn.LayerNorm(8 + 48), nn.Linear(8 + 48, 16), nn.PReLU(16), nn.Linear(16, 1))

    def forward(self, left, right):
        left, right = self.tower(left), self.tower(right)
        distance = torch.abs(left - right)
        both = self.combine(left, right)
        return self.score(torch.hstack([distance, both])).squeeze(-1)
