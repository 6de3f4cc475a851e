"""Tiles and sizes of dense models: as many sizes are really run, and a result is put together from tiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analyzers.analysis import Analyzer
from analyzers.facts import ModelFact, TilingFact
from analyzers.models.tiling import multiple_of
from analyzers.request import Request, WorkspaceOptions
from analyzers.source.sources import Sources

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

DILATED = """
# rf: input=1x2x40x40
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(2, 4, 3, padding=2, dilation=2), nn.Conv2d(4, 4, (5, 1), padding=(2, 0)))
    def forward(self, x):
        return self.net(x)
"""

STRIDED = """
# rf: input=1x2x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(2, 4, 3, stride=2, padding=1)
        self.more = nn.Conv2d(4, 4, 3, stride=2, padding=1)
        self.up = nn.Upsample(scale_factor=2)
        self.last = nn.Conv2d(4, 2, 3, padding=1)
    def forward(self, x):
        a = self.down(x)
        return self.last(self.up(self.up(self.more(a)) + a))
"""

UNPADDED = """
# rf: input=1x2x40x40
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(2, 4, 7), nn.MaxPool2d(3, stride=1), nn.Conv2d(4, 2, 3))
    def forward(self, x):
        return self.net(x)
"""

MODELS = {"unet": UNET, "padded": PADDED, "dilated": DILATED, "strided": STRIDED, "unpadded": UNPADDED}


def dense(path: Path, source: str) -> ModelFact:
    path.write_text(HEAD + source)
    analyzer = Analyzer(Sources(), WorkspaceOptions(roots=[str(path.parent)]))
    return analyzer.analyze(Request(str(path), tiling=True)).models[0]


def tiling(path: Path, source: str) -> TilingFact:
    found = dense(path, source).tiling
    assert found is not None
    return found


def really(source: str) -> Any:
    names: dict[str, Any] = {}
    exec(HEAD + source, names)
    torch = names["torch"]
    torch.manual_seed(0)
    return torch, names["Net"]().double().eval()


@pytest.mark.parametrize("name", MODELS)
def test_sizes_are_those_that_run(name, tmp_path):
    pytest.importorskip("torch")
    found = tiling(tmp_path / "net.py", MODELS[name])
    torch, net = really(MODELS[name])
    shape = dense(tmp_path / "net.py", MODELS[name]).inputs[0].shape

    def runs(axis: int, size: int) -> bool:
        given = list(shape)
        given[2 + axis] = size
        try:
            with torch.no_grad():
                net(torch.zeros(given, dtype=torch.float64))
        except RuntimeError:
            return False
        return True

    assert found.smallest is not None and found.valid_sizes is not None
    for axis in (0, 1):
        fitting = [size for size in range(1, shape[2 + axis] + 20) if runs(axis, size)]
        multiple = multiple_of(fitting)
        assert found.smallest[axis] == fitting[0]
        assert (found.multiple[axis] if found.multiple else None) == (multiple if multiple > 1 else None)
        after = [size for size in fitting if size > shape[2 + axis]]
        assert list(found.valid_sizes[axis])[: len(after)] == after[:3]


@pytest.mark.parametrize("name", ["unet", "dilated", "unpadded", "strided"])
def test_tiles_join_to_the_whole_result(name, tmp_path):
    pytest.importorskip("torch")
    fact = dense(tmp_path / "net.py", MODELS[name])
    found = fact.tiling
    assert found is not None and found.halo is not None and found.overlap is not None
    torch, net = really(MODELS[name])
    step = found.multiple[0] if found.multiple else 4
    assert step is not None
    x = torch.randint(-4, 5, (1, 2, 40 * step, 16 * step)).double()
    with torch.no_grad():
        for weights in net.parameters():  # Of whole numbers every sum is exact, in whichever order it is made.
            weights.copy_(torch.randint(-1, 2, weights.shape))
        whole = net(x)
        before, after = (-(-reach // step) * step for reach in found.halo[0] or ())
        for start in range(before, x.shape[2] - after - step, 3 * step):
            end = min(start + 3 * step, x.shape[2] - after)
            tile = net(x[:, :, start - before : end + after])
            assert torch.equal(tile[:, :, before : before + end - start], whole[:, :, start:end])


def test_nothing_is_said_where_the_output_is_no_map(tmp_path):
    source = (
        "class Net(nn.Sequential):\n    def __init__(self):\n        super().__init__(nn.Flatten(), nn.Linear(8, 2))\n"
    )
    assert dense(tmp_path / "net.py", source).tiling is None


def test_a_global_field_has_no_halo(tmp_path):
    source = DILATED.replace("return self.net(x)", "return self.net(x) * x.mean((2, 3), keepdim=True).sum(1, True)")
    found = tiling(tmp_path / "net.py", source)
    assert found.halo is None and found.overlap is None and found.smallest == (1, 1)


def test_nobody_pays_who_does_not_ask(tmp_path):
    path = tmp_path / "net.py"
    path.write_text(HEAD + UNET)
    facts = Analyzer(Sources(), WorkspaceOptions(roots=[str(tmp_path)])).analyze(Request(str(path)))
    assert facts.models[0].tiling is None


@pytest.mark.parametrize(("sizes", "multiple"), [([16, 32, 48], 16), ([3, 4, 5, 6], 1), ([5, 9, 13, 17, 21], 0)])
def test_multiples(sizes, multiple):
    assert multiple_of(sizes) == multiple


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ("1x2x34x48", "; height of the input must be a multiple of 4 (next: 36, 40)"),
        ("1x2x33x49", "; height of the input must be a multiple of 4 (next: 36, 40)"),
        ("1x2x30x30", "; height and width of the input must be multiples of 4 (next: 32, 36)"),
    ],
)
def test_a_skip_that_does_not_match_says_which_sizes_do(size, said, tmp_path):
    (problem,) = dense(tmp_path / "net.py", UNET.replace("1x2x32x48", size)).problems
    assert problem.rule == "concat-mismatch" and problem.message.endswith(said)


def test_nothing_is_said_of_sizes_where_none_is_a_remedy(tmp_path):
    wrong = UNET.replace("nn.ConvTranspose2d(4, 4, 2, stride=2)", "nn.ConvTranspose2d(4, 4, 3, stride=2)")
    problems = dense(tmp_path / "net.py", wrong).problems
    assert problems and not any("multiple" in problem.message for problem in problems)
