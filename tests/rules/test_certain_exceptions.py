"""What torch certainly raises is told on the line where it does; what runs, or may run, is not."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest

from analyzers.request import Request
from analyzers.rules.support.report import check
from analyzers.rules.support.settings import RuleSettings
from rf_lsp.engine import Engine, ProjectSettings
from rf_lsp.settings import Settings
from tests.differential.judge import NO_TORCH

HEADER = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
CODES = {"RF304", "RF407"}

RAISES = {
    "an attribute that is never made": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        x = F.relu(x)
        return self.conv(x)
Net()(torch.rand(1, 3, 8, 8))
""",
    "an attribute that is used before it is made": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(self.width, 10)
        self.width = 8
    def forward(self, x):
        return self.head(x)
net = Net()
""",
    "a method of another name": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(*self.make_layers(3))
    def _make_layers(self, n):
        return [nn.Linear(8, 8) for _ in range(n)]
    def forward(self, x):
        return self.net(x)
net = Net()
""",
    "an attribute of a part": """
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.lin = nn.Linear(width, width)
    def forward(self, x):
        return self.linear(x)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block(8), Block(8)])
    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x
net = Net()
y = net(torch.rand(2, 8))
""",
    "an attribute of a configuration": """
class Config:
    width = 16
    def __init__(self, depth=2):
        self.depth = depth
config = Config()
net = nn.Sequential(*[nn.Linear(config.widht, config.width) for _ in range(config.depth)])
""",
    "a name that is not defined": """
class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.fc = nn.Linear(widht, 10)
    def forward(self, x):
        return self.fc(x)
net = Net()
""",
    "self is missing": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 10)
    def forward(self, x):
        return fc(x)
net = Net()
print(net(torch.rand(1, 8)))
""",
    "an import that is missing": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(OrderedDict(a=nn.Linear(8, 8)))
    def forward(self, x):
        return self.layers(x)
net = Net()
""",
    "a key that is not there": """
SIZES = {"s": 8, "m": 16}
class Net(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.fc = nn.Linear(8, SIZES[size])
    def forward(self, x):
        return self.fc(x)
net = Net("l")
""",
    "a list that is too short": """
widths = [8, 16, 32]
net = nn.Sequential(nn.Linear(4, widths[0]), nn.Linear(widths[0], widths[3]))
""",
    "an assertion that fails": """
class Net(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        assert width % heads == 0
        self.fc = nn.Linear(width, width)
    def forward(self, x):
        return self.fc(x)
net = Net(10, 3)
""",
    "an assertion on an input that is given": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        assert x.shape[-1] == 32, f"expected 32, got {x.shape[-1]}"
        return self.conv(x)
net = Net()
net(torch.rand(1, 3, 28, 28))
""",
    "a choice that is refused": """
def activation(name):
    if name == "relu":
        return nn.ReLU()
    raise ValueError(f"unknown activation {name}")
net = nn.Sequential(nn.Linear(8, 8), activation("gelu"))
""",
    "an input that is refused": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
    def forward(self, input):
        if input.shape[-1] != 8:
            raise ValueError("eight features")
        return self.fc(input)
net = Net()
net(torch.rand(2, 9))
""",
    "a list that is called": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(8, 8), nn.ReLU()]
    def forward(self, x):
        return self.layers(x)
net = Net()
net(torch.rand(1, 8))
""",
    "None that is called": """
class Net(nn.Module):
    def __init__(self, norm=None):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.norm = nn.LayerNorm(8) if norm else None
    def forward(self, x):
        return self.norm(self.fc(x))
net = Net()
net(torch.rand(1, 8))
""",
    "a tuple taken for a tensor": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16, batch_first=True)
    def forward(self, x):
        out = self.lstm(x)
        return out.mean(1)
net = Net()
net(torch.rand(2, 5, 8))
""",
    "forward inside of the constructor": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        def forward(self, x):
            return self.fc(x)
net = Net()
y = net(torch.rand(1, 8))
""",
    "forward is misspelt": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
    def foward(self, x):
        return self.fc(x)
y = Net()(torch.rand(1, 8))
""",
    "a part without forward": """
class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = Head()
    def forward(self, x):
        return self.head(x)
net = Net()
y = net(torch.rand(1, 8))
""",
    "a list of modules that is called": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(8, 8), nn.Linear(8, 8)])
    def forward(self, x):
        return self.layers(x)
net = Net()
y = net(torch.rand(1, 8))
""",
}

RUNS = {
    "made by another method": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.build()
    def build(self):
        self.fc = nn.Linear(8, 8)
    def forward(self, x):
        return self.fc(x)
net = Net()
net(torch.rand(1, 8))
""",
    "made by its name": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        for i in range(3):
            setattr(self, f"fc{i}", nn.Linear(8, 8))
        self.add_module("last", nn.Linear(8, 8))
        self.register_buffer("scale", torch.ones(8))
    def forward(self, x):
        return self.last(self.fc2(self.fc1(self.fc0(x)))) * self.scale
net = Net()
net(torch.rand(1, 8))
""",
    "a base whose parts are made by others": """
class Base(nn.Module):
    def forward(self, x):
        return self.head(self.body(x))
class Net(Base):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(8, 8), nn.Linear(8, 2)
net = Net()
net(torch.rand(1, 8))
""",
    "set from outside": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
    def forward(self, x):
        return self.fc(x) * self.scale
def prepare(net):
    net.scale = 2.0
    return net
net = prepare(Net())
net(torch.rand(1, 8))
""",
    "names of every kind": """
from functools import *
width: int = (factor := 4) + 4
if torch.cuda.is_available():
    device = "cuda"
else:
    device = "cpu"
for depth in range(2):
    pass
with torch.no_grad() as context:
    inside = 1
class Net(nn.Module):
    sizes = [width for _ in range(2)]
    def __init__(self, *args, **kwargs):
        super().__init__()
        total = 0
        for i, (a, b) in enumerate([(1, 2), (3, 4)]):
            total += a * b
        try:
            import math as m
        except ImportError as problem:
            print(problem)
        self.fc = nn.Linear(8, [w for w in self.sizes][0] + i - 1 + int(m.floor(0.5)))
        self.name = f"{__name__}{__file__ if False else ''}{device}{depth}{inside}{factor}"
    def forward(self, x):
        def inner(y):
            nonlocal x
            x = y
            return lambda z, k=1: z * k + later
        later = 1
        return self.fc(inner(x)(x))
net = Net()
net(torch.rand(1, 8))
""",
    "caught": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        try:
            self.width = self.config["width"]
        except AttributeError:
            self.width = 8
        table = {"a": 1}
        try:
            table["b"]
        except KeyError:
            pass
        self.fc = nn.Linear(8, self.width)
    def forward(self, x):
        if not hasattr(self, "cache"):
            self.cache = x
        return self.fc(x) + getattr(self, "bias", 0)
net = Net()
net(torch.rand(1, 8))
""",
    "attributes that come with torch's modules": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self._hooks = self._forward_hooks
    def forward(self, x):
        return self.fc(x) * (1 if self.training else 2) * self._version
net = Net()
net(torch.rand(1, 8))
""",
    "a hook that fills a dictionary": """
found = {"first": None}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.fc.register_forward_hook(lambda module, args, out: found.update(last=out))
    def forward(self, x):
        self.fc(x)
        return found["last"]
net = Net()
net(torch.rand(1, 8))
""",
    "its own __getattr__": """
class Wrapper(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner
    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(super().__getattr__("inner"), name)
    def forward(self, x):
        return self.inner(x) + self.weight.mean()
net = Wrapper(nn.Linear(8, 8))
net(torch.rand(1, 8))
""",
    "the entries of a dictionary as attributes": """
class Config(dict):
    __getattr__ = dict.__getitem__
class Net(nn.Module):
    def __init__(self, **options):
        super().__init__()
        self.__dict__.update(options)
        self.fc = nn.Linear(self.width, self.width)
    def forward(self, x):
        return self.fc(x)
net = Net(width=Config(size=8).size)
net(torch.rand(1, 8))
""",
    "a loop that need not turn": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
    def forward(self, x):
        while x.sum() > 1e9:
            x = self.shrink(x)
        if x.mean() > 1e9:
            raise ValueError("too large")
        return self.fc(x)
net = Net()
net(torch.rand(1, 8))
""",
    "an early return": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
    def forward(self, x):
        if x.mean() < 1e9:
            return self.fc(x)
        assert 0 == 1
        return self.other(x)
net = Net()
net(torch.rand(1, 8))
""",
    "a class that only others call": """
class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = Head()
    def forward(self, x):
        return self.head.fc(x)
net = Net()
net(torch.rand(1, 8))
""",
    "several forwards with other names": """
class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
    def forward_once(self, x):
        return self.fc(x)
    def forward1(self, x):
        return self.forward_once(x)
net = Siamese()
net.forward1(torch.rand(1, 8))
""",
    "a choice of a default that nobody wants": """
class Net(nn.Module):
    def __init__(self, kind="none"):
        super().__init__()
        if kind == "conv":
            self.body = nn.Conv2d(3, 8, 3)
        else:
            raise ValueError(kind)
    def forward(self, x):
        return self.body(x)
net = Net("conv")
net(torch.rand(1, 3, 8, 8))
""",
    "what the command line says": """
import argparse, os, sys
parser = argparse.ArgumentParser()
parser.add_argument("--width", type=int)
args, _ = parser.parse_known_args([] if __name__ != "never" else None)
table = {"a": 1}
def build():
    assert args.width is not None
    if args.width is None:
        raise ValueError("width")
    return nn.Linear(table[args.kind], int(os.environ["WIDTH"]) + len(sys.argv[5]))
net = nn.Sequential(nn.Linear(8, 8))
net(torch.rand(1, 8))
""",
    "gradients that a hook for the way back keeps": """
import numpy as np
class Kept:
    def __init__(self, layer):
        self.found = []
        layer.register_full_backward_hook(self.keep)
    def keep(self, module, before, behind):
        self.found.append(behind[0])
net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(4, 1, 3))
kept = Kept(net[0])
net(torch.rand(1, 3, 8, 8)).sum().backward()
print(torch.cat(kept.found).shape, np.concatenate([found.numpy() for found in kept.found], axis=1).shape)
""",
    "kinds of sizes": """
x = torch.zeros(2, 3, 4)
assert isinstance(x.shape, torch.Size) and isinstance(x.shape[1:], torch.Size)
assert isinstance((1,) + x.size(), torch.Size) and not isinstance(tuple(x.shape), torch.Size)
""",
    "what depends on the machine": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        if not torch.cuda.is_available() and torch.cuda.device_count() > 1:
            raise RuntimeError("no device")
    def forward(self, x):
        return self.fc(x)
net = Net()
net(torch.rand(1, 8))
""",
    "a compiled model": """
net = nn.Sequential(nn.Linear(8, 8))
traced = torch.jit.trace(net, torch.rand(1, 8))
print(len(str(traced.graph)) > 0, traced.code[:3])
""",
}


def told(folder: Path, source: str) -> list[tuple[str, int, str]]:
    path = folder / "net.py"
    path.write_text(source)
    facts = Engine(ProjectSettings(Settings(), str(folder))).facts(Request(str(path)))
    found = check(facts, RuleSettings())
    return [(f.code, f.place.line + 1, f.message) for f in found if f.severity == "error"]


def raised_by_torch(source: str) -> tuple[str, int] | None:
    """The exception's name and the innermost line of the program that it comes through."""
    namespace: dict[str, Any] = {"__name__": "__main__", "__file__": "net.py"}
    try:
        exec(compile(source, "net.py", "exec"), namespace)
    except Exception as error:
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == "net.py"]
        return type(error).__name__, lines[-1] or 0
    return None


@pytest.mark.parametrize("name", RAISES)
def test_what_certainly_raises(name: str, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason=NO_TORCH)
    source = HEADER + RAISES[name]
    truth = raised_by_torch(source)
    found = told(tmp_path, source)
    assert truth is not None
    assert [(code in CODES, line) for code, line, _ in found] == [(True, truth[1])], (truth, found)
    assert all((code == "RF407") == (truth[0] == "NotImplementedError") for code, _, _ in found), (truth, found)


@pytest.mark.parametrize("name", RUNS)
def test_what_runs(name: str, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason=NO_TORCH)
    source = HEADER + RUNS[name]
    assert raised_by_torch(source) is None
    assert told(tmp_path, source) == []


OPTIONS_OF_REGEX = """
import regex as re
from torch import nn

found = re.findall("aba", "ababa", overlapped=True)
net = nn.Linear(len(re.findall("a", "ababa")), 2)
"""


def test_what_the_package_regex_takes_beside_re_is_no_error(tmp_path: Path) -> None:
    assert told(tmp_path, OPTIONS_OF_REGEX) == []


ONE_NAME = """
first = torch.rand(width, 3)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(width, 2)
    def forward(self, x):
        return self.fc(x)
net = Net()
other = torch.rand(height, 3)
"""


def test_a_name_that_is_not_defined_is_told_once(tmp_path: Path) -> None:
    said = [(line, message.split(";")[0]) for _, line, message in told(tmp_path, HEADER + ONE_NAME)]
    assert said == [(5, "the name width is not defined"), (13, "the name height is not defined")]


NOBODY_KNOWS = {
    "a method of a picture that is saved": """
import os
from PIL import Image
import numpy as np
def first(rows):
    return rows[:, 0]
kept = []
for name in os.listdir("pictures"):
    if name in np.load("names.npy"):
        Image.open(name).resize((64, 64)).save(name)
        kept.append(name)
first(np.array(kept))
""",
    "a variable of the environment": """
import os
folder = os.environ.get("FOLDER")
def names(found):
    if len(found) == 0:
        raise RuntimeError("nothing there")
names([] if folder is None else [folder])
""",
    "names that a text binds": """
def version():
    with open("version.py") as file:
        exec(compile(file.read(), "version.py", "exec"))
    return locals()["__version__"]
version()
""",
    "arguments that are handed on": """
from elsewhere import load
class Base:
    def __init__(self, width, depth):
        self.width = width
class Net(Base):
    def __init__(self, name, **kwargs):
        super().__init__(**kwargs)
settings = load("settings.json")
Net(**settings.model, width=3)
""",
    "which dims have length one": """
import numpy as np
from elsewhere import to_tensor
outputs = to_tensor(3).shape[1]
gradients = np.full((outputs, 1, 1, 9), 0.5).squeeze()
assert gradients[1] / np.sum(gradients) > 0.1
""",
    "what is raised where nothing else was": """
import contextlib
from elsewhere import refuse
@contextlib.contextmanager
def expects(kind):
    try:
        yield
    except kind:
        pass
    else:
        raise RuntimeError("nothing was raised")
with expects(TypeError):
    torch.add(refuse, torch.ones(2))
try:
    nn.Linear(3, 4)(refuse)
    raise RuntimeError("this should have been refused")
except ValueError:
    pass
""",
    "the default of an argument, converted": """
import argparse
from pathlib import Path
parser = argparse.ArgumentParser()
parser.add_argument("-o", type=Path, default="/out")
parser.parse_args().o.mkdir(exist_ok=True)
""",
}


@pytest.mark.parametrize("name", NOBODY_KNOWS)
def test_what_may_run_elsewhere(name: str, tmp_path: Path) -> None:
    assert told(tmp_path, HEADER + NOBODY_KNOWS[name]) == []


def test_the_folder_of_a_package(tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "__init__.py").write_text("")
    assert told(tmp_path, HEADER + "import kit\nprint(kit.__path__[0])\n") == []


BACKENDS = """
class Metric:
    backend = None
    def __init__(self):
        if self.backend is None:
            raise RuntimeError("set a backend first")
"""


def test_what_a_package_sets_up_before_its_files_are_imported(tmp_path: Path) -> None:
    (tmp_path / "metric.py").write_text(BACKENDS)
    source = HEADER + "from .metric import Metric\nscore = Metric()\n"
    assert len(told(tmp_path, source)) == 1
    (tmp_path / "__init__.py").write_text("from .metric import Metric\nsetattr(Metric, 'backend', 'torch')\n")
    assert told(tmp_path, source) == []


def test_a_folder_that_only_happens_to_be_called_like_a_package(tmp_path: Path) -> None:
    (tmp_path / "ignite").mkdir()
    assert told(tmp_path, HEADER + "import ignite\nengine = ignite.engine.Engine(3)\n") == []


def test_a_module_of_the_package_that_is_called_like_another_package(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("")
    (tmp_path / "mne.py").write_text("WIDTH = 3\n")
    assert told(tmp_path, HEADER + "import mne\ninfo = mne.create_info(3)\n") == []


ONE_INDEX = """
import numpy as np
def resized(sizes, axis):
    sizes[axis] = 1
    if sizes[axis] != 3:
        return sizes[axis]
resized(np.zeros(3), 3)
"""


def test_an_index_that_is_out_of_range_is_told_once(tmp_path: Path) -> None:
    said = [(line, message) for _, line, message in told(tmp_path, HEADER + ONE_INDEX)]
    assert said == [(7, "`x[…] = …` takes index 3 of dim 0, which has 3")]


def test_the_command_line_may_have_more_words(tmp_path: Path) -> None:
    """With two words this runs; how many there are is whoever starts it to say."""
    source = """
import sys
path, width = sys.argv[1:3]
words = sys.argv[1:]
first, second = words[:2]
net = nn.Linear(int(width), 3)
"""
    assert told(tmp_path, HEADER + source) == []
