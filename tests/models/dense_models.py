"""Dense models of the kinds that people tile, small: encoders with skips, dilations, resizes, shuffles, one to three axes.

Each is a class ``Net`` behind :data:`HEAD`. What is summed is exact in double precision, for weights of whole numbers.
"""

from __future__ import annotations

HEAD = """
import torch
from torch import nn
from torch.nn import functional as F

def double(i, o, **kw):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.ReLU(), nn.Conv2d(o, o, 3, padding=1), nn.ReLU())
"""

UNET = """
# rf: input=1x2x32x48
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = double(2, 4), double(4, 4), double(4, 4)
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ConvTranspose2d(4, 4, 2, stride=2)
        self.d, self.e = double(8, 4), double(8, 2)
    def forward(self, x):
        a = self.a(x)
        b = self.b(self.pool(a))
        y = self.d(torch.cat([self.up(self.c(self.pool(b))), b], 1))
        return self.e(torch.cat([self.up(y), a], 1))
"""

PADDED = UNET.replace("self.up(self.c(self.pool(b)))", "F.interpolate(self.c(self.pool(b)), size=b.shape[2:])").replace(
    "self.up(y)", "F.interpolate(y, size=a.shape[2:])"
)


def network(layers: str, forward: str, shape: str = "1x2x32x48") -> str:
    """A class of some layers (lines) and what becomes of ``x``."""
    parts = [f"\n# rf: input={shape}\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()"]
    parts += [f"        {line.strip()}" for line in layers.strip().split("\n")]
    parts += ["    def forward(self, x):", *(f"        {line.strip()}" for line in forward.strip().split("\n"))]
    return "\n".join(parts) + "\n"


DILATED = network(
    "self.net = nn.Sequential(nn.Conv2d(2, 4, 3, padding=2, dilation=2), nn.Conv2d(4, 4, (5, 1), padding=(2, 0)))",
    "return self.net(x)",
    "1x2x40x40",
)

STRIDED = network(
    """self.down = nn.Conv2d(2, 4, 3, stride=2, padding=1)
    self.more = nn.Conv2d(4, 4, 3, stride=2, padding=1)
    self.up = nn.Upsample(scale_factor=2)
    self.last = nn.Conv2d(4, 2, 3, padding=1)""",
    """a = self.down(x)
    return self.last(self.up(self.up(self.more(a)) + a))""",
    "1x2x32x32",
)

UNPADDED = network(
    "self.net = nn.Sequential(nn.Conv2d(2, 4, 7), nn.MaxPool2d(3, stride=1), nn.Conv2d(4, 2, 3))",
    "return self.net(x)",
    "1x2x40x40",
)

BILINEAR = UNET.replace("nn.ConvTranspose2d(4, 4, 2, stride=2)", 'nn.Upsample(scale_factor=2, mode="bilinear")')

LINKED = network(
    """self.a, self.b = nn.Conv2d(2, 4, 3, stride=2, padding=1), nn.Conv2d(4, 4, 3, stride=2, padding=1)
    self.c, self.d = nn.ConvTranspose2d(4, 4, 4, 2, 1), nn.ConvTranspose2d(4, 2, 4, 2, 1)""",
    """a = self.a(x)
    return self.d(F.relu(self.c(F.relu(self.b(F.relu(a))))) + a)""",
)

PYRAMID = network(
    """self.a, self.b, self.c = double(2, 4), double(4, 4), double(4, 4)
    self.head = nn.Conv2d(4, 1, 3, padding=1)""",
    """a = self.a(x)
    b = self.b(F.max_pool2d(a, 2))
    c = self.c(F.max_pool2d(b, 2))
    return self.head(a + F.interpolate(b, scale_factor=2) + F.interpolate(c, scale_factor=4))""",
)

DENOISER = network(
    """self.first, self.last = nn.Conv2d(2, 4, 3, padding=1), nn.Conv2d(4, 2, 3, padding=1)
    self.middle = nn.Sequential(*[
        layer for _ in range(4) for layer in (nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4, eps=0), nn.ReLU())
    ])""",
    "return x - self.last(self.middle(F.relu(self.first(x))))",
    "1x2x24x24",
)

SHUFFLED = network(
    "self.a, self.b = nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)",
    "return F.pixel_shuffle(self.b(F.relu(self.a(F.pixel_unshuffle(x, 2)))), 2)",
)

PARALLEL = network(
    """self.rates = nn.ModuleList([nn.Conv2d(4, 2, 3, padding=r, dilation=r) for r in (1, 2, 5)])
    self.stem, self.head = nn.Conv2d(2, 4, 3, padding=1), nn.Conv2d(6, 1, 1)""",
    """x = F.relu(self.stem(x))
    return self.head(torch.cat([rate(x) for rate in self.rates], 1))""",
)

FACTORED = network(
    """self.wide, self.high = nn.Conv2d(2, 4, (1, 7), padding=(0, 3)), nn.Conv2d(4, 4, (5, 1), padding=(2, 0))
    self.last = nn.Conv2d(4, 2, (3, 3), padding=1, dilation=1)""",
    "return self.last(F.relu(self.high(F.relu(self.wide(x)))))",
)

AVERAGED = network(
    "self.a, self.b, self.up = double(2, 4), double(4, 4), nn.ConvTranspose2d(4, 4, 4, stride=2, padding=1)",
    "return self.up(self.b(F.avg_pool2d(self.a(x), 2)))",
)

SEPARABLE = network(
    """self.deep = nn.Conv2d(2, 2, 5, padding=2, groups=2)
    self.point, self.down = nn.Conv2d(2, 4, 1), nn.Conv2d(4, 4, 3, stride=2, padding=1, groups=4)
    self.up = nn.Upsample(scale_factor=2)""",
    "return self.up(self.down(F.relu6(self.point(self.deep(x)))))",
)

CONCATENATED = network(
    "self.layers = nn.ModuleList([nn.Conv2d(2 + 2 * n, 2, 3, padding=1) for n in range(4)])",
    """for layer in self.layers: x = torch.cat([x, F.relu(layer(x))], 1)
    return x""",
)

STACKED = network(
    """self.a, self.b = double(2, 2), double(2, 2)
    self.c, self.d = double(2, 2), double(2, 2)""",
    """x = x + F.interpolate(self.b(F.max_pool2d(self.a(x), 2)), scale_factor=2)
    return x + F.interpolate(self.d(F.max_pool2d(self.c(x), 2)), scale_factor=2)""",
)

REPLICATED = network(
    """self.a = nn.Conv2d(2, 4, 5, padding=2, padding_mode="replicate")
    self.b = nn.Conv2d(4, 2, 3, padding=1, padding_mode="zeros")""",
    "return self.b(F.relu(self.a(x)))",
)

CAUSAL = network(
    "self.layers = nn.ModuleList([nn.Conv1d(2, 2, 3, dilation=2 ** n) for n in range(4)])",
    """a = F.relu(self.layers[0](F.pad(x, (2, 0))))
    b = F.relu(self.layers[1](F.pad(a, (4, 0)))) + a
    return self.layers[3](F.pad(F.relu(self.layers[2](F.pad(b, (8, 0)))), (16, 0)))""",
    "1x2x64",
)

WAVE = network(
    """self.a, self.b = nn.Conv1d(2, 4, 15, padding=7), nn.Conv1d(4, 4, 15, padding=7)
    self.c, self.up = nn.Conv1d(8, 2, 5, padding=2), nn.ConvTranspose1d(4, 4, 2, stride=2)""",
    """a = F.relu(self.a(x))
    return self.c(torch.cat([a, self.up(self.b(F.max_pool1d(a, 2)))], 1))""",
    "1x2x64",
)

VOLUME = network(
    """self.a, self.b = nn.Conv3d(2, 2, 3, padding=1), nn.Conv3d(2, 2, 3, padding=1)
    self.up, self.c = nn.ConvTranspose3d(2, 2, 2, stride=2), nn.Conv3d(4, 1, (1, 3, 3), padding=(0, 1, 1))""",
    """a = F.relu(self.a(x))
    return self.c(torch.cat([a, self.up(F.relu(self.b(F.max_pool3d(a, 2))))], 1))""",
    "1x2x12x16x16",
)

OVERLAPPING = network(
    """self.pool, self.b = nn.MaxPool2d(3, stride=2, padding=1), double(2, 4)
    self.up = nn.ConvTranspose2d(4, 2, 3, stride=2, padding=1, output_padding=1)""",
    "return x + self.up(self.b(self.pool(x)))",
)

MODELS = {
    "unet": UNET,
    "padded": PADDED,
    "dilated": DILATED,
    "strided": STRIDED,
    "unpadded": UNPADDED,
    "bilinear": BILINEAR,
    "linked": LINKED,
    "pyramid": PYRAMID,
    "denoiser": DENOISER,
    "shuffled": SHUFFLED,
    "parallel": PARALLEL,
    "factored": FACTORED,
    "averaged": AVERAGED,
    "separable": SEPARABLE,
    "concatenated": CONCATENATED,
    "stacked": STACKED,
    "replicated": REPLICATED,
    "causal": CAUSAL,
    "wave": WAVE,
    "volume": VOLUME,
    "overlapping": OVERLAPPING,
}
TILED = [name for name in MODELS if name != "padded"]
"""Those whose layers follow a grid that does not depend on the input's size."""
