"""What is wrong with a guessed input is an error only if it is with every input there may be: torch runs the rest."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from tests.differential.judge import NO_TORCH

from .analysed import HEADER, facts_of, inputs_of, outputs_of

torch = pytest.importorskip("torch", reason=NO_TORCH)

SMALLER = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(3, 8, 4, 2, 1), nn.Conv2d(8, 16, 4, 2, 1))
        self.out = nn.Conv2d(16 + 2, 4, 3)

    def forward(self, x, guide):
        return self.out(torch.cat([self.down(x), guide], 1))
"""
LARGER = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.low, self.high = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(3, 8, 3, 2, 1)

    def forward(self, small, large):
        return self.low(small) * self.high(large)
"""
OTHER_LENGTH = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv1d(6, 16, 3, padding=1), nn.Conv1d(9, 16, 3, padding=1)
        self.attention = nn.MultiheadAttention(16, 2, batch_first=True)

    def forward(self, query, memory):
        memory = self.b(memory).transpose(1, 2)
        return self.attention(self.a(query).transpose(1, 2), memory, memory)[0]
"""
ONLY_SOME_HEIGHTS = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 4, 3, 2, 1), nn.Conv2d(4, 4, 3, 2, 1)
        self.up = nn.ConvTranspose2d(4, 4, 3, 2, 1, output_padding=(0, 1))

    def forward(self, x):
        x = self.a(x)
        return x + self.up(self.b(x))
"""
NOT_SQUARE = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5, 4)
        self.head = nn.Linear(4 * 9 * 7, 3)

    def forward(self, x):
        return self.head(self.conv(x).flatten(1))
"""
FRAMES_OF_TWO_SIZES = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 8, 8, 4)
        self.seen, self.head = nn.Linear(8 * 15 * 15, 32), nn.Linear(32 + 7, 6)

    def forward(self, frames, state):
        x = self.seen(self.conv(frames.permute(0, 3, 1, 2)).flatten(1))
        return self.head(torch.cat([x, state], 1))
"""
FITTING = [
    ("a second image that is smaller", SMALLER, [(1, 3, 224, 224), (1, 2, 56, 56)]),
    ("a second image that is larger", LARGER, [(1, 3, 112, 112), (1, 3, 224, 224)]),
    ("series of two lengths", OTHER_LENGTH, [(1, 6, 12), (1, 9, 31)]),
    ("only some heights", ONLY_SOME_HEIGHTS, [(1, 3, 222, 224)]),
    ("a map whose sides differ", NOT_SQUARE, [(1, 1, 40, 32)]),
    ("frames and a state", FRAMES_OF_TWO_SIZES, [(1, 64, 64, 4), (1, 7)]),
]

UNPADDED = """class Net(nn.Module):
    def __init__(self, channels=8):
        super().__init__()
        self.body = nn.Sequential(nn.ReLU(), nn.Conv2d(channels, channels, 5), nn.BatchNorm2d(channels))

    def forward(self, x):
        return torch.relu(x + self.body(x))
"""
UNPADDED_SKIP = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3)

    def forward(self, x):
        x = self.a(x)
        return torch.cat([x, self.b(x)], 1)
"""
NO_SUCH_MAP = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, 2, 1)
        self.head = nn.Linear(4 * 13 * 29, 3)

    def forward(self, x):
        return self.head(self.conv(x).flatten(1))
"""
TWO_FLATTENS = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, 2, 1)
        self.a, self.b = nn.Linear(4 * 16 * 16, 3), nn.Linear(4 * 14 * 14, 3)

    def forward(self, x):
        x = self.conv(x).flatten(1)
        return self.a(x) + self.b(x)
"""
HOPELESS = [
    ("a sum with an unpadded branch", UNPADDED, "broadcast-mismatch", 8),
    ("a skip past an unpadded convolution", UNPADDED_SKIP, "concat-mismatch", 3),
    ("a map that no picture gives", NO_SUCH_MAP, "feature-size-mismatch", 3),
    ("two layers that want other maps", TWO_FLATTENS, "feature-size-mismatch", 3),
]


def built(source: str) -> Any:
    namespace: dict[str, Any] = {}
    exec(compile(HEADER + source, "judged.py", "exec"), namespace)
    return namespace["Net"]().eval()


@pytest.mark.parametrize(("source", "shapes"), [case[1:] for case in FITTING], ids=[case[0] for case in FITTING])
def test_no_error_where_some_input_fits(tmp_path: Path, source: str, shapes: list[tuple[int, ...]]) -> None:
    with torch.no_grad():
        made = built(source)(*map(torch.zeros, shapes))
    (model,) = facts_of(tmp_path, HEADER + source).models
    known = [shape.split("x") for _, shape, _ in inputs_of(model)]
    expected = [list(map(str, shape)) for shape in shapes]
    alike = [a == b for given, wanted in zip(known, expected) for a, b in zip(given, wanted) if a.isdigit()]
    assert (model.problems, all(alike), model.status) == ([], True, "complete")
    assert len((outputs_of(model)[0] or "").split("x")) == made.ndim


@pytest.mark.parametrize(
    ("source", "rule", "channels"), [case[1:] for case in HOPELESS], ids=[case[0] for case in HOPELESS]
)
def test_an_error_where_none_does(tmp_path: Path, source: str, rule: str, channels: int) -> None:
    net = built(source)
    for height, width in itertools.product(range(28, 72, 3), repeat=2):
        if height < 2 * width and width < 2 * height:
            with pytest.raises(RuntimeError), torch.no_grad():
                net(torch.zeros(1, channels, height, width))
    (model,) = facts_of(tmp_path, HEADER + source).models
    assert {problem.rule for problem in model.problems} == {rule}


PYRAMID = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fine, self.coarse = nn.Conv2d(24, 16, 1), nn.Conv2d(48, 16, 1)

    def forward(self, maps):
        return self.fine(maps[0]) + F.interpolate(self.coarse(maps[-1]), scale_factor=2)
"""
LISTS = [
    (PYRAMID, [(1, 24, 64, 64), (1, 48, 32, 32)]),
    (PYRAMID.replace("maps[-1]", "maps[1]"), [(1, 24, 64, 64), (1, 48, 32, 32)]),
]


@pytest.mark.parametrize(("source", "shapes"), LISTS)
def test_no_error_where_a_list_of_tensors_fits(tmp_path: Path, source: str, shapes: list[tuple[int, ...]]) -> None:
    with torch.no_grad():
        built(source)([torch.zeros(shape) for shape in shapes])
    (model,) = facts_of(tmp_path, HEADER + source).models
    assert model.problems == []


LOOKED_AT_FIRST = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(9, 4, 1)

    def forward(self, x):
        size = x.shape[-2:]
        return F.interpolate(self.b(self.a(x)), size)
"""
NO_SUCH_DIM = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 8, 4, 4), nn.Linear(8, 4)

    def forward(self, x):
        n = x.size(0)
        return self.b(self.a(x).flatten(2).transpose(1, 3)).view(n, -1)
"""
TWO_OF_ANY_RANK = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.letters = nn.Linear(8, 12), nn.GRU(5, 6, batch_first=True)
        self.out = nn.Linear(12 + 7, 3)

    def forward(self, words, letters):
        _, last = self.letters(letters)
        last = last.squeeze(0).unsqueeze(1).expand(-1, words.size(1), -1)
        return self.out(torch.cat([self.words(words), last], -1))
"""
OF_NO_RANK = [
    ("a map whose size is asked for", LOOKED_AT_FIRST, "channel-mismatch", [(3,)]),
    ("a dim that is not there", NO_SUCH_DIM, "dimension-out-of-range", [(3,)]),
    ("two inputs", TWO_OF_ANY_RANK, "feature-size-mismatch", [(8,), (5,)]),
]
SIZES = ((), (4,), (9, 16), (2, 3, 16), (2, 3, 8, 12), (2, 3, 3, 8, 8))


@pytest.mark.parametrize(
    ("source", "rule", "wanted"), [case[1:] for case in OF_NO_RANK], ids=[case[0] for case in OF_NO_RANK]
)
def test_an_error_with_any_number_of_dimensions(tmp_path: Path, source: str, rule: str, wanted: list[Any]) -> None:
    net = built(source)
    for sizes in itertools.product(SIZES, repeat=len(wanted)):
        shapes = [(*size, *last) if len(last) and len(size) < 3 else size for size, last in zip(sizes, wanted)]
        with pytest.raises((RuntimeError, IndexError, ValueError)), torch.no_grad():
            net(*map(torch.zeros, shapes))
    (model,) = facts_of(tmp_path, HEADER + source).models
    assert [problem.rule for problem in model.problems] == [rule]


OF_ANY_ARGUMENTS = """class Part(nn.Module):
    def __init__(self, before, after):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after)

    def forward(self, x):
        return self.norm(self.conv(x))


class Net(nn.Module):
    def __init__(self, channels, classes):
        super().__init__()
        self.first, self.second = Part(channels, 16), Part(15, 32)
        self.last = nn.Conv2d(32, classes, 1)

    def forward(self, x):
        return self.last(self.second(self.first(x)))
"""
OF_SOME_ARGUMENTS = """class Net(nn.Module):
    def __init__(self, width, classes):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, width, 3), nn.Conv2d(64, 32, 3)
        self.last = nn.Conv2d(32, classes, 1)

    def forward(self, x):
        return self.last(self.second(self.first(x)))
"""


def test_an_error_whatever_the_constructor_is_given(tmp_path: Path) -> None:
    namespace: dict[str, Any] = {}
    exec(compile(HEADER + OF_ANY_ARGUMENTS, "judged.py", "exec"), namespace)
    for channels, classes in itertools.product((1, 3, 15, 16, 32), repeat=2):
        with pytest.raises(RuntimeError):
            namespace["Net"](channels, classes)(torch.zeros(1, channels, 8, 8))
    (model,) = facts_of(tmp_path, HEADER + OF_ANY_ARGUMENTS).models
    assert [problem.rule for problem in model.problems] == ["channel-mismatch"]


def test_none_where_some_argument_fits(tmp_path: Path) -> None:
    namespace: dict[str, Any] = {}
    exec(compile(HEADER + OF_SOME_ARGUMENTS, "judged.py", "exec"), namespace)
    namespace["Net"](64, 2)(torch.zeros(1, 3, 8, 8))
    (model,) = facts_of(tmp_path, HEADER + OF_SOME_ARGUMENTS).models
    assert model.problems == []


EACH_STEP = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.before, self.cell, self.out = nn.Conv1d(5, 8, 3), nn.GRUCell(8, 6), nn.Linear({features}, 2)

    def forward(self, x):
        x, state, found = self.before(x), None, []
        for t in range(x.size(2)):
            state = self.cell(x[:, :, t], state)
            found.append(self.out(state))
        return torch.stack(found, 1)
"""


@pytest.mark.parametrize(("features", "rules"), [(6, []), (7, ["feature-size-mismatch"])])
def test_what_goes_wrong_at_the_first_turn_of_a_loop_over_a_size(
    tmp_path: Path, features: int, rules: list[str]
) -> None:
    source = EACH_STEP.replace("{features}", str(features))
    for length in (3, 4, 20):
        if rules:
            with pytest.raises(RuntimeError):
                built(source)(torch.zeros(2, 5, length))
        else:
            built(source)(torch.zeros(2, 5, length))
    (model,) = facts_of(tmp_path, HEADER + source).models
    assert [problem.rule for problem in model.problems] == rules
    assert model.status == "partial" and not isinstance(model.macs, int), "nobody knows how many turns there are"


ONLY_DEGENERATE = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv1d(3, 8, 1), nn.Conv1d(8, 8, 3, stride=2, padding=1)

    def forward(self, x):
        x = self.a(x)
        return x + self.b(x)
"""


def test_a_warning_where_a_degenerate_size_alone_fits(tmp_path: Path) -> None:
    net, fitting = built(ONLY_DEGENERATE), []
    for length in range(1, 40):
        try:
            net(torch.zeros(1, 3, length))
            fitting.append(length)
        except RuntimeError:
            continue
    (model,) = facts_of(tmp_path, HEADER + ONLY_DEGENERATE).models
    (problem,) = [p for p in model.problems if p.rule == "broadcast-mismatch"]
    assert problem.data["level"] == "warning"
    assert problem.message.endswith(f"unless T is {fitting[0]}…{fitting[-1]}")


BY_SIZE = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 96, 8, 8)
        self.place = nn.Parameter(torch.zeros(1, 64, 96))
        self.mix, self.out = nn.Linear(96, 288), nn.Linear(96, 5)

    def forward(self, x):
        n = x.shape[0]
        x = self.patches(x).flatten(2).transpose(1, 2) + self.place
        return self.out((x + self.mix(x)).mean(1)).view(n, -1)
"""


def test_what_goes_wrong_with_every_size_is_told_apart_from_what_does_with_one(tmp_path: Path) -> None:
    net = built(BY_SIZE)
    for size in (32, 64, 224):
        with pytest.raises(RuntimeError):
            net(torch.zeros(1, 3, size, size))
    (model,) = facts_of(tmp_path, HEADER + BY_SIZE).models
    assert [problem.message for problem in model.problems] == ["`+` cannot combine N×64×96 with N×64×288"]
