"""How the cost of a run grows with the number of its files: ``python -m tests.benchmarks.growth``.

Corpora of 100, 1,000 and 5,000 files of the same mixture are checked by turns, by one process without a cache of
results and with an empty cache of programs. What is told is processor time, the median of several rounds; a fixed piece
of work between the runs says how fast the machine was meanwhile.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.sources import CLI, installed

LIBRARY = {0: "alexnet", 3: "squeezenet", 6: "mobilenetv2"}
"""Models of torchvision, by the last digit of the folders that have one: every hundred files are the same mixture."""
IN_FOLDER = 10

BLOCKS = """
from torch import nn


class Block{n}(nn.Module):
    def __init__(self, channels, kernel_size=3):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, kernel_size, padding=kernel_size // 2)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x):
        return x + self.norm(self.conv(x)).relu()
"""
RESIDUAL = """
import torch
from torch import nn

from group{folder:04}.blocks import Block{folder}


class Residual{n}(nn.Module):
    def __init__(self, classes={classes}):
        super().__init__()
        self.stem = nn.Conv2d(3, {width}, 7, stride=2, padding=3)
        self.blocks = nn.Sequential(*[Block{folder}({width}) for _ in range({depth})])
        self.head = nn.Linear({width}, classes)

    def forward(self, x):
        x = self.blocks(self.stem(x))
        return self.head(x.mean((2, 3)))


model = Residual{n}()
model(torch.zeros(1, 3, 64, 64))
"""
ATTENTION = """
import torch
from torch import nn


class Attention{n}(nn.Module):
    def __init__(self, words={classes}, features={width}):
        super().__init__()
        self.embed = nn.Embedding(words, features)
        layer = nn.TransformerEncoderLayer(features, 4, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, {depth})
        self.head = nn.Linear(features, words)

    def forward(self, tokens):
        return self.head(self.encoder(self.embed(tokens)))


model = Attention{n}()
model(torch.zeros(2, 32, dtype=torch.long))
"""
KERAS = """
import keras
from keras import layers


def build{n}(classes={classes}):
    inputs = keras.Input((64, 64, 3))
    x = inputs
    for index in range({depth}):
        x = layers.Conv2D({width} + index, 3, padding="same", activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes)(x))


model{n} = build{n}()
"""
SEQUENTIAL = """
import torch
from torch import nn

features{n} = nn.Sequential(
    nn.Conv2d(1, {width}, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d({width}, {width}, 5), nn.ReLU(), nn.MaxPool2d(2)
)
model{n} = nn.Sequential(features{n}, nn.Flatten(), nn.Linear({width} * 4 * 4, {classes}))
model{n}(torch.randn(8, 1, 28, 28))
"""
WRONG = """
import torch
from torch import nn


class Wrong{n}(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, {width}, 3)
        self.second = nn.Conv2d({width} + 1, {classes}, 3)

    def forward(self, x):
        return self.second(self.first(x))


Wrong{n}()(torch.zeros(1, 3, 32, 32))
"""
TRAINING = """
import torch
from torch import nn

from group{folder:04}.residual import Residual{folder}


def train{n}(epochs={depth}):
    net = Residual{folder}(classes={classes})
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for epoch in range(epochs):
        images, labels = torch.randn(8, 3, 64, 64), torch.zeros(8, dtype=torch.long)
        loss = nn.functional.cross_entropy(net(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    train{n}()
"""
PLAIN = """
import json
from pathlib import Path


def rows{n}(path):
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def total{n}(path, column="{width}"):
    return sum(row[column] for row in rows{n}(path))
"""
FUNCTIONS = """
import torch
import torch.nn.functional as F
from torch import nn


class Functions{n}(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.ModuleList([nn.Conv2d({width} * 2**i, {width} * 2 ** (i + 1), 3, 2, 1) for i in range({depth})])
        self.first = nn.Conv2d(3, {width}, 1)

    def forward(self, x):
        sizes = []
        x = self.first(x)
        for conv in self.down:
            sizes.append(x.shape[-2:])
            x = F.gelu(conv(x))
        for size in reversed(sizes):
            x = F.interpolate(x, size=size)
        return x.flatten(2).transpose(1, 2).softmax(-1)


if __name__ == "__main__":
    print(Functions{n}()(torch.rand(2, 3, 64, 64)).shape)
"""
HALF_TYPED = """
import torch
from torch import nn


class Half{n}(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, {width}, 3
        self.head = nn.Linear({width}, {classes})

    def forward(self, x):
        return self.head(self.conv(x).mean((2, 3)))
"""
KINDS = {
    "blocks": BLOCKS,
    "residual": RESIDUAL,
    "attention": ATTENTION,
    "network": KERAS,
    "sequential": SEQUENTIAL,
    "wrong": WRONG,
    "training": TRAINING,
    "rows": PLAIN,
    "last": FUNCTIONS,
    "half": HALF_TYPED,
}


def write_corpus(folder: Path, count: int) -> None:
    """``count`` files, ten to a folder: one of each kind, the last of some out of a library; no two blocks of code are
    alike."""
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    models = installed("torchvision")
    for group in range(count // IN_FOLDER):
        place = folder / f"group{group:04}"
        place.mkdir()
        for name, text in KINDS.items():
            numbers = {"width": 8 * (1 + group % 5), "depth": 1 + group % 5, "classes": 10 + group}
            (place / f"{name}.py").write_text(text.format(n=group, folder=group, **numbers))
        library = LIBRARY.get(group % 10)
        if library is not None and models is not None:
            (place / "last.py").write_text(_as_own((models / "models" / f"{library}.py").read_text(), group))


def _as_own(source: str, group: int) -> str:
    """A file of torchvision elsewhere: its neighbours are imported from the library, each block has a comment."""
    source = re.sub(r"^from \.\.(?=\w)", "from torchvision.", source, flags=re.MULTILINE)
    source = re.sub(r"^from \.(?=\w)", "from torchvision.models.", source, flags=re.MULTILINE)
    return re.sub(r"^((?:class|def) .*)$", rf"\1  # {group}", source, flags=re.MULTILINE)


@dataclass(frozen=True)
class Cost:
    """Of one run: user seconds of the processor, megabytes at most, and seconds that the fixed work took beside it."""

    seconds: float
    megabytes: float
    fixed: float


def cost(folder: Path) -> Cost:
    before = fixed_work()
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-c", CLI, "check", "--no-cache", "--jobs", "1", "--quiet", "."]
        environment = {**os.environ, "XDG_CACHE_HOME": cache}
        child = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        raise RuntimeError(f"check ended with {child.returncode}")
    return Cost(used.ru_utime, used.ru_maxrss / 1024, (before + fixed_work()) / 2)


def fixed_work() -> float:
    """Processor seconds of work that never changes: objects made, looked up and compared."""
    start = time.process_time()
    for turn in range(40):
        table = {str(number): (number, [number]) for number in range(20_000)}
        sorted(table.values(), key=lambda item: -item[0] ^ turn)
    return time.process_time() - start


def rounds(sizes: Sequence[int], count: int) -> Iterator[tuple[int, Cost]]:
    """The cost of each size, by turns."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as scratch:
        for size in sizes:
            write_corpus(Path(scratch, str(size)), size)
        for _ in range(count):
            for size in sizes:
                yield size, cost(Path(scratch, str(size)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 5000])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    found: dict[int, list[Cost]] = {size: [] for size in options.sizes}
    for size, measured in rounds(options.sizes, options.rounds):
        found[size].append(measured)
        print(
            f"{size:6} files {measured.seconds:8.2f} s {measured.megabytes:6.0f} MB, fixed work {measured.fixed:.2f} s"
        )
    print()
    for size, costs in found.items():
        seconds = statistics.median(each.seconds for each in costs)
        steady = statistics.median(each.seconds / each.fixed for each in costs)
        megabytes = max(each.megabytes for each in costs)
        each = f"{1000 * seconds / size:.1f} ms a file ({1000 * steady / size:.1f} thousandths of the fixed work)"
        print(f"{size:6} files: {seconds:.1f} s, {each}, {megabytes:.0f} MB")


if __name__ == "__main__":
    main()
