"""A VGG built from a table of widths, for CIFAR-sized images."""

# %%
import torch
from torch import nn

# %%
CONFIGS = {
    "small": [16, "M", 32, 32, "M", 64, 64, "M"],
    "large": [16, 16, "M", 32, 32, "M", 64, 64, 64, "M", 128, 128, "M"],
}


# %%
def make_layers(config, in_channels=3, batch_norm=True):
    layers = []
    for item in config:
        if item == "M":
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
        else:
            conv = nn.Conv2d(in_channels, item, kernel_size=3, padding=1)
            if batch_norm:
                layers += [conv, nn.BatchNorm2d(item), nn.ReLU(inplace=True)]
            else:
                layers += [conv, nn.ReLU(inplace=True)]
            in_channels = item
    return nn.Sequential(*layers)


# %%
class VGG(nn.Module):
    def __init__(self, config="large", num_classes=10, dropout=0.5):
        super().__init__()
        self.features = make_layers(CONFIGS[config])
        self.avgpool = nn.AdaptiveAvgPool2d((2, 2))
        self.classifier = nn.Sequential(
            nn.Linear(128 * 2 * 2, 256),
            nn.ReLU(True),
            nn.Dropout(dropout),
            nn.Linear(256, 64),
            nn.ReLU(True),
            nn.Linear(64, num_classes),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)
        x = self.avgpool(x)
        x = torch.flatten(x, 1)
        return self.classifier(x)
