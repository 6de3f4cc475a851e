"""Digits in a notebook, the layers in one list."""

# %%
import torch
from torch import nn

# %%
classes = 10
hidden = 64

# %%
model = nn.Sequential(
    nn.Conv2d(1, 8, kernel_size=5, padding=2),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 3),
    nn.BatchNorm2d(16),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(16 * 6 * 6, hidden),
    nn.ReLU(),
    nn.Linear(hidden, classes),
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
