"""A perceptron of any depth: a function collects the layers and returns the model."""

# %%
from torch import nn


# %%
def perceptron(sizes, classes=4, normalise=True):
    layers = [nn.Flatten()]
    for i in range(len(sizes) - 1):
        before, after = sizes[i], sizes[i + 1]
        layers.append(nn.Linear(before, after))
        if normalise:
            layers.append(nn.LayerNorm(after))
        layers.append(nn.GELU())
    layers.append(nn.Linear(sizes[-1], classes))
    return nn.Sequential(*layers)


# %%
model = perceptron([3 * 8 * 8, 48, 32])
