"""Programs as people write them, of which nothing is to be said: pyramids, crops, attention, parts that are used in other
ways than by a call."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.request import Request
from analyzers.rules.support.report import check
from analyzers.rules.support.settings import RuleSettings
from rf_lsp.engine import Engine, ProjectSettings
from rf_lsp.settings import Settings
from tests.differential.judge import NO_TORCH

HEADER = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\nfrom torch.utils.checkpoint import checkpoint\n"

POOLED_PYRAMID = """
class PPM(nn.Module):
    def __init__(self, c, bins=(1, 2, 3, 6)):
        super().__init__()
        self.stages = nn.ModuleList([nn.Sequential(nn.AdaptiveAvgPool2d(b), nn.Conv2d(c, c // 4, 1, bias=False), nn.BatchNorm2d(c // 4), nn.ReLU()) for b in bins])
    def forward(self, x):
        size = x.shape[2:]
        return torch.cat([x] + [F.interpolate(s(x), size=size, mode="bilinear", align_corners=True) for s in self.stages], 1)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU())
        self.ppm = PPM(32)
        self.head = nn.Conv2d(64, 5, 3, padding=1)
    def forward(self, x):
        return F.interpolate(self.head(self.ppm(self.body(x))), size=x.shape[2:], mode="bilinear", align_corners=True)
net = Net()
net(torch.rand(2, 3, 96, 96))
"""

CROPPED_SKIPS = """
class D(nn.Sequential):
    def __init__(self, a, b):
        super().__init__(nn.Conv2d(a, b, 3), nn.ReLU(), nn.Conv2d(b, b, 3), nn.ReLU())
class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = D(1, 8), D(8, 16), D(16, 32)
        self.u1, self.d1 = nn.ConvTranspose2d(32, 16, 2, 2), D(32, 16)
        self.u2, self.d2 = nn.ConvTranspose2d(16, 8, 2, 2), D(16, 8)
        self.out = nn.Conv2d(8, 2, 1)
    def crop(self, skip, x):
        dh, dw = skip.shape[2] - x.shape[2], skip.shape[3] - x.shape[3]
        return skip[:, :, dh // 2: dh // 2 + x.shape[2], dw // 2: dw // 2 + x.shape[3]]
    def forward(self, x):
        a = self.a(x)
        b = self.b(F.max_pool2d(a, 2))
        c = self.c(F.max_pool2d(b, 2))
        x = self.u1(c)
        x = self.d1(torch.cat([self.crop(b, x), x], 1))
        x = self.u2(x)
        x = self.d2(torch.cat([self.crop(a, x), x], 1))
        return self.out(x)
net = UNet()
net(torch.rand(1, 1, 92, 92))
class PadUNet(UNet):
    def crop(self, skip, x):
        return skip
    def forward(self, x):
        a = self.a(x)
        b = self.b(F.max_pool2d(a, 2))
        c = self.c(F.max_pool2d(b, 2))
        x = self.u1(c)
        dy, dx = b.size(2) - x.size(2), b.size(3) - x.size(3)
        x = F.pad(x, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])
        x = self.d1(torch.cat([b, x], 1))
        x = self.u2(x)
        dy, dx = a.size(2) - x.size(2), a.size(3) - x.size(3)
        x = F.pad(x, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])
        return self.out(self.d2(torch.cat([a, x], 1)))
net2 = PadUNet()
net2(torch.rand(1, 1, 101, 107))
"""

FEATURE_PYRAMID = """
def cbr(a, b, s=1, k=3):
    return nn.Sequential(nn.Conv2d(a, b, k, s, k // 2, bias=False), nn.BatchNorm2d(b), nn.ReLU(inplace=True))
class FPN(nn.Module):
    def __init__(self, mode="nearest", align=None):
        super().__init__()
        self.mode, self.align = mode, align
        self.c2, self.c3, self.c4, self.c5 = cbr(3, 16, 4, 7), cbr(16, 32, 2), cbr(32, 64, 2), cbr(64, 128, 2)
        self.l = nn.ModuleList([nn.Conv2d(c, 32, 1) for c in (16, 32, 64, 128)])
        self.s = nn.ModuleList([nn.Conv2d(32, 32, 3, padding=1) for _ in range(4)])
    def up(self, x, y):
        return F.interpolate(x, size=y.shape[-2:], mode=self.mode, align_corners=self.align) + y
    def forward(self, x):
        c2 = self.c2(x)
        c3 = self.c3(c2)
        c4 = self.c4(c3)
        c5 = self.c5(c4)
        p5 = self.l[3](c5)
        p4 = self.up(p5, self.l[2](c4))
        p3 = self.up(p4, self.l[1](c3))
        p2 = self.up(p3, self.l[0](c2))
        return [s(p) for s, p in zip(self.s, (p2, p3, p4, p5))]
a = FPN()
a(torch.rand(1, 3, 128, 128))
b = FPN("bilinear", True)
b(torch.rand(1, 3, 128, 128))
c = FPN("bilinear", False)
c(torch.rand(1, 3, 130, 100))
"""

NORMALISED_FIRST = """
class PreAct(nn.Module):
    def __init__(self, a, b, s):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(a), nn.Conv2d(a, b, 3, s, 1, bias=False)
        self.bn2, self.conv2 = nn.BatchNorm2d(b), nn.Conv2d(b, b, 3, 1, 1, bias=False)
        self.relu = nn.ReLU()
        if s != 1 or a != b:
            self.shortcut = nn.Conv2d(a, b, 1, s, bias=False)
    def forward(self, x):
        out = self.relu(self.bn1(x))
        shortcut = self.shortcut(x) if hasattr(self, "shortcut") else x
        out = self.conv1(out)
        out = self.conv2(self.relu(self.bn2(out)))
        return out + shortcut
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, 1, 1)
        self.body = nn.Sequential(PreAct(16, 16, 1), PreAct(16, 32, 2), PreAct(32, 64, 2))
        self.fc = nn.Linear(64, 10)
    def forward(self, x):
        return self.fc(F.adaptive_avg_pool2d(F.relu(self.body(self.stem(x))), 1).flatten(1))
net = Net()
net(torch.rand(1, 3, 32, 32))
"""

USED_IN_OTHER_WAYS = """
class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
    def forward(self, x):
        return self.fc(x)
    def other(self, x):
        return self.fc(x)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = Head()
        self.c = nn.ModuleDict({"x": nn.Linear(8, 8), "y": nn.Linear(8, 8)})
        self.d = nn.ParameterDict({"x": torch.zeros(8), "y": torch.zeros(8)})
        self.e = nn.ParameterList([torch.zeros(8) for _ in range(3)])
        for i in range(2):
            setattr(self, f"f{i}", nn.Linear(8, 8))
        self.g = nn.Embedding(8, 8)
        self.h = nn.Linear(8, 8)
        self.i = nn.Linear(8, 8)
        self.aux = nn.Linear(8, 3)
        self.j = nn.LSTMCell(8, 8)
        self.k = nn.Parameter(torch.zeros(8))
        self.l = nn.ModuleList([nn.ModuleList([nn.Linear(8, 8), nn.Linear(8, 8)]) for _ in range(2)])
        self.m = Head()
        self.n = nn.Linear(8, 8)
    def forward(self, x):
        x = self.a.forward(x)
        x = checkpoint(self.b, x)
        for name in self.c:
            x = self.c[name](x)
        for p in self.d.values():
            x = x + p
        x = x + self.e[0] + sum(self.e)
        for i in range(2):
            x = getattr(self, f"f{i}")(x)
        x = x @ self.g.weight
        x = F.linear(x, self.h.weight, self.h.bias)
        x = self._modules["i"](x)
        x = x + sum(p.sum() for p in self.n.parameters())
        for first, second in self.l:
            x = second(first(x))
        x = self.m.other(x)
        x = self.j(x)[0] + self.k
        if self.training:
            return x, self.aux(x)
        return x
net = Net()
net(torch.rand(2, 8))
"""

TRANSFORMER = """
class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.heads, self.qkv, self.proj = heads, nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, x):
        n, t, c = x.shape
        q, k, v = self.qkv(self.norm1(x)).reshape(n, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        y = ((q @ k.transpose(-2, -1)) * 0.1).softmax(-1) @ v
        x = x + self.proj(y.transpose(1, 2).reshape(n, t, c))
        return x + self.mlp(self.norm2(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 32, 8, stride=8)
        self.blocks = nn.Sequential(Block(32, 4), Block(32, 4))
        self.head = nn.Conv2d(32, 5, 1)

    def forward(self, x):
        y = self.patch(x)
        z = self.blocks(y.flatten(2).transpose(1, 2))
        return {result}


net = Net()
net(torch.rand(1, 3, 64, 64))
"""
CLASSES, MAP = "self.head(z.mean(1)[:, :, None, None]).flatten(1)", "self.head(z.transpose(1, 2).reshape(y.shape))"


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        pytest.param(POOLED_PYRAMID, ["RF107"], id="a pooled pyramid"),
        pytest.param(CROPPED_SKIPS, ["RF107"], id="cropped and padded skips"),
        pytest.param(FEATURE_PYRAMID, ["RF107"], id="a feature pyramid"),
        pytest.param(NORMALISED_FIRST, ["RF105", "RF107"], id="blocks that normalise first"),
        pytest.param(USED_IN_OTHER_WAYS, ["RF403"], id="parts used in other ways"),
        pytest.param(TRANSFORMER.replace("{result}", CLASSES), ["RF101", "RF108"], id="a transformer"),
        pytest.param(TRANSFORMER.replace("{result}", MAP), ["RF101", "RF108"], id="a transformer that gives a map"),
    ],
)
def test_nothing_is_said(source: str, codes: list[str], tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason=NO_TORCH)
    torch.manual_seed(0)
    exec(compile(HEADER + source, "net.py", "exec"), {"__name__": "__main__"})
    path = tmp_path / "net.py"
    path.write_text(HEADER + source)
    facts = Engine(ProjectSettings(Settings(), str(tmp_path))).facts(Request(str(path)))
    assert {model.status for model in facts.models} == {"complete"}
    found = [f for f in check(facts, RuleSettings()) if f.code in codes or f.severity == "error"]
    assert [f"{f.code} {f.message}" for f in found] == []
