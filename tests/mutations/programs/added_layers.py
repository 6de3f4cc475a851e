"""Sounds in a notebook: layers added to a model one by one, over several cells."""

# %%
import torch.nn as nn

# %%
net = nn.Sequential()

# %% the features
net.add_module("conv1", nn.Conv1d(2, 12, 9, stride=4))
net.add_module("norm1", nn.BatchNorm1d(12))
net.add_module("act1", nn.ReLU())
for index, width in enumerate([16, 24]):
    before = 12 if index == 0 else 16
    net.add_module(f"conv{index + 2}", nn.Conv1d(before, width, kernel_size=5, stride=2))
    net.add_module(f"act{index + 2}", nn.ReLU())

# %% the classifier
net.append(nn.AdaptiveAvgPool1d(4))
net.append(nn.Flatten(start_dim=1))
net.append(nn.Linear(24 * 4, 30))
net.append(nn.Tanh())
net.append(nn.Linear(30, 6))
