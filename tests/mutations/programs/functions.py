"""A network written with functions alone, its weights kept as parameters, in the cells of a notebook."""

# %%
import torch
import torch.nn.functional as F
from torch import nn


# %%
def weights(*shape):
    return nn.Parameter(torch.empty(*shape))


# %%
class Plain(nn.Module):
    def __init__(self, channels=12, classes=6):
        super().__init__()
        self.kernel1 = weights(channels, 3, 5, 5)
        self.kernel2 = weights(channels * 2, channels, 3, 3)
        self.bias2 = weights(channels * 2)
        self.fc = weights(classes, channels * 2 * 3 * 3)

    def forward(self, x):
        x = F.relu(F.conv2d(x, self.kernel1, stride=2, padding=2))
        x = F.max_pool2d(x, 2)
        x = F.relu(F.conv2d(x, self.kernel2, self.bias2))
        x = F.avg_pool2d(x, kernel_size=2)
        x = torch.flatten(x, 1)
        return F.linear(F.dropout(x, 0.5, self.training), self.fc)
