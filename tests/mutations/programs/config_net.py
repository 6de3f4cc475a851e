"""A convnet from a config dictionary, as in many competition repositories."""

import torch
from torch import nn

CONFIG = {
    "in_channels": 1,
    "stem": {"channels": 16, "kernel": 5, "stride": 2},
    "stages": [
        {"channels": 32, "blocks": 2, "stride": 2},
        {"channels": 64, "blocks": 1, "stride": 2},
    ],
    "head": {"hidden": [128, 64], "classes": 7, "dropout": 0.2},
    "activation": "silu",
}

ACTIVATIONS = {"relu": nn.ReLU, "silu": nn.SiLU, "gelu": nn.GELU}


def conv_bn_act(cin, cout, kernel_size=3, stride=1, groups=1, act="relu"):
    return nn.Sequential(
        nn.Conv2d(cin, cout, kernel_size, stride, padding=(kernel_size - 1) // 2, groups=groups, bias=False),
        nn.BatchNorm2d(cout),
        ACTIVATIONS[act](),
    )


class SeparableBlock(nn.Module):
    def __init__(self, cin, cout, stride=1, expansion=2, act="relu"):
        super().__init__()
        hidden = cin * expansion
        self.expand = conv_bn_act(cin, hidden, 1, act=act)
        self.depthwise = conv_bn_act(hidden, hidden, 3, stride, groups=hidden, act=act)
        self.project = nn.Conv2d(hidden, cout, 1)
        self.use_residual = stride == 1 and cin == cout

    def forward(self, x):
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.use_residual else y


class ConfigNet(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        act = cfg["activation"]
        stem = cfg["stem"]
        self.stem = conv_bn_act(cfg["in_channels"], stem["channels"], stem["kernel"], stem["stride"], act=act)
        stages, cin = [], stem["channels"]
        for stage in cfg["stages"]:
            for index in range(stage["blocks"]):
                stride = stage["stride"] if index == 0 else 1
                stages.append(SeparableBlock(cin, stage["channels"], stride=stride, act=act))
                cin = stage["channels"]
        self.stages = nn.Sequential(*stages)
        self.pool = nn.AdaptiveAvgPool2d((2, 2))
        dims = [cin * 4, *cfg["head"]["hidden"]]
        layers = []
        for i in range(len(dims) - 1):
            a, b = dims[i], dims[i + 1]
            layers += [nn.Linear(a, b), nn.BatchNorm1d(b), ACTIVATIONS[act](), nn.Dropout(cfg["head"]["dropout"])]
        layers.append(nn.Linear(dims[-1], cfg["head"]["classes"]))
        self.head = nn.Sequential(*layers)

    def forward(self, x):
        x = self.stages(self.stem(x))
        x = torch.flatten(self.pool(x), start_dim=1)
        return self.head(x)


def create_model(**overrides):
    return ConfigNet({**CONFIG, **overrides})
