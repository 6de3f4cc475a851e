"""Arguments that are of another kind altogether: torch raises a TypeError or IndexError, and so much is certain."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.differential.judge import shared
from tests.differential.static import static_inspect

PROGRAM = """
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.blocks = nn.ModuleList([nn.ReLU(), nn.ReLU()])
{build}

    def forward(self, x):
{run}
"""

REFUSED = {
    "a number for a tensor": ("return F.relu(3)", "RF303", "relu takes a tensor, gets the number 3"),
    "a function for a tensor": ("return F.relu(lambda t: t)", "RF303", "relu takes a tensor, gets a function"),
    "a class for a tensor": ("return F.relu(nn.ReLU)", "RF303", "relu takes a tensor, gets the class ReLU"),
    "a list given to a layer": ("return self.conv([x])", "RF303", "conv takes a tensor, gets a list"),
    "a layer for a tensor": ("return torch.relu(self.conv)", "RF303", "relu takes a tensor, gets a Conv2d object"),
    "a layer among tensors": (
        "return torch.cat((x, self.conv), 1)",
        "RF303",
        "cat takes a list of tensors, gets a Conv2d object",
    ),
    "a number among tensors": (
        "return torch.stack([x, 3])",
        "RF303",
        "stack takes a list of tensors, gets the number 3",
    ),
    "a quotient as size": (
        "return x.view(2, x.size(1) / 2, -1)",
        "RF303",
        "view takes a whole number, gets the number 1.5",
    ),
    "a map as padding": (
        "return F.pad(x, [x, 1])",
        "RF303",
        "pad takes a whole number, gets a tensor of 2×3×16×16",
    ),
    "beyond the rank": (
        "return x.shape[4]",
        "RF210",
        "index 4 is out of range for the shape 2×3×16×16, which has 4 dimensions",
    ),
    "beyond a tuple": ("return (x, x)[2]", "RF210", "index 2 is out of range for a tuple of 2 items"),
    "beyond a module list": (
        "return self.blocks[2](x)",
        "RF210",
        "index 2 is out of range, the ModuleList holds 2",
    ),
    "a class as stride": (
        "return F.max_pool2d(x, 2, stride=nn.ReLU)",
        "RF303",
        "max_pool2d takes whole numbers, gets the class ReLU",
    ),
    "a layer as padding": (
        "return F.conv2d(x, self.conv.weight, padding=[self.conv, 1])",
        "RF303",
        "conv2d takes whole numbers, gets a Conv2d object",
    ),
    "a vector of several sizes": (
        "return nn.BatchNorm2d((3, 2)).eval()(x)",
        "RF201",
        "BatchNorm2d expects 6 input channels, gets 3",
    ),
    "no stride": (
        "return F.conv2d(x, self.conv.weight, stride=None)",
        "RF303",
        "conv2d takes a whole number as stride, gets None",
    ),
    "a truth value as groups": (
        "return F.conv2d(x, self.conv.weight, groups=True)",
        "RF303",
        "conv2d takes a whole number as groups, gets True",
    ),
    "a map as number": (
        "return torch.diag(x[0, 0], x)",
        "RF303",
        "diag takes a whole number, gets a tensor of 2×3×16×16",
    ),
    "the number of a map": (
        "return int(x.sum(1))",
        "RF303",
        "int takes a number, gets a tensor of 2×16×16",
    ),
    "a map as end of a range": (
        "return [x for _ in range(x)]",
        "RF303",
        "range takes a whole number, gets a tensor of 2×3×16×16",
    ),
    "one tensor for a list": ("return torch.stack(x)", "RF303", "stack takes a list of tensors, gets one tensor"),
    "a number for the second tensor": (
        "return torch.minimum(x, 3)",
        "RF303",
        "minimum takes a tensor, gets the number 3",
    ),
    "a number for the first of a product": (
        "return torch.matmul(3, x)",
        "RF303",
        "matmul takes a tensor, gets the number 3",
    ),
    "a number for several": (
        """
        a, b = 5
        return x
        """,
        "RF210",
        "2 names are unpacked from the number 5",
    ),
    "no layers": (
        "return nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2), 0)(x[0])",
        "RF210",
        "TransformerEncoder has no layers: it looks at the first one",
    ),
    "ignored classes of probabilities": (
        "return F.cross_entropy(x, x, ignore_index=0)",
        "RF303",
        "cross_entropy ignores class 0 of a target that holds probabilities",
    ),
    "an argument left out": ("return torch.topk(x)", "RF302", "topk needs the argument k"),
    "an unknown argument": (
        "return torch.flatten(x, start=1)",
        "RF301",
        "flatten has no argument start; did you mean start_dim?",
    ),
    "handled as another exception": (
        """
        try:
            return self.conv(x.transpose(1, 2))
        except KeyError:
            return x
        """,
        "RF201",
        "conv expects 3 input channels, gets 16",
    ),
    "handled and raised again": (
        """
        try:
            return self.conv(x.transpose(1, 2))
        except RuntimeError:
            print(x.shape)
            raise
        """,
        "RF201",
        "conv expects 3 input channels, gets 16",
    ),
    "raised again as another": (
        """
        try:
            return self.conv(x.transpose(1, 2))
        except RuntimeError as error:
            raise ValueError("no picture") from error
        """,
        "RF201",
        "conv expects 3 input channels, gets 16",
    ),
}

REFUSED_BUILDING = {
    "a layer as size": (
        "self.fc = nn.Linear(self.conv, 3)",
        "Linear takes whole numbers as sizes, gets a Conv2d object",
    ),
    "a truth value as size": (
        "self.fc = nn.Conv2d(3, True, 3)",
        "Conv2d takes whole numbers as sizes, gets True",
    ),
    "a list of layers": ("self.fc = nn.Sequential([nn.ReLU()])", "Sequential takes modules, gets a list"),
    "a class": (
        "self.fc = nn.Sequential(nn.ReLU, nn.Tanh())",
        "Sequential takes modules, gets the class ReLU, which is not instantiated",
    ),
    "a function": ("self.fc = nn.Sequential(F.relu)", "Sequential takes modules, gets the function relu"),
    "a partial": (
        "import functools\nself.fc = nn.Sequential(functools.partial(nn.ReLU, True))",
        "Sequential takes modules, gets a functools.partial",
    ),
    "a generator": (
        "self.fc = nn.Sequential(nn.ReLU() for _ in range(2))",
        "Sequential takes modules, gets a generator",
    ),
}

ACCEPTED = {
    "number and tensor": "return torch.mul(2, x), torch.add(1, x), torch.pow(2, x), torch.sub(1.0, x), torch.div(1, x)",
    "numpy's names": "return torch.cat(tensors=(x, x), axis=1), x.sum(axis=1, keepdims=True), torch.relu(input=x)",
    "other names": "return torch.dot(x.flatten(), tensor=x.flatten()), torch.heaviside(x, values=x)",
    "sizes in sequences": "return nn.BatchNorm2d((3,)).eval()(x), nn.PReLU([3])(x), nn.BatchNorm2d((1, 1))",
    "two numbers": "return torch.add(3, 3) * x",
    "truth values behind": "return F.max_pool2d(x, (2, True), (1, True)), nn.Linear(True, 3)(x[..., :1])",
    "truth values as kernel": "return nn.Conv2d(3, 4, True)(x), nn.LSTM(16, True)(x[:, 0])",
    "several dims": "return x[:1].squeeze(0, 3)",
    "numbers in tensors": "return F.pad(x, [torch.tensor(1), torch.tensor([2])])",
    "computed numbers": """
        less = x.argmax() * 0
        return torch.cat([x, F.pad(x, [less, less, less, less])], 1)
        """,
    "caught": """
        try:
            return self.conv(x.transpose(1, 2))
        except RuntimeError:
            return self.conv(x)
        """,
    "an index that may be too large": """
        try:
            return x.shape[7]
        except IndexError:
            return x
        """,
    "items up to an IndexError": """
        class Pair:
            def __getitem__(self, index):
                return (x, x)[index]
        return torch.cat(list(Pair()), 1)
        """,
}


def findings(tmp_path: Path, build: str, run: str) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """(code, message) of the errors, and what torch does."""
    body = textwrap.indent(textwrap.dedent(run).strip("\n"), " " * 8)
    source = PROGRAM.format(build=textwrap.indent(build, " " * 8), run=body)
    path = tmp_path / "net.py"
    path.write_text(source, encoding="utf-8")
    truth = shared("first").judge(source, "Net()", [[2, 3, 16, 16]], "cpu")
    models = static_inspect(path, "Net()", [[2, 3, 16, 16]])["models"]
    errors = [f for model in models for f in model["findings"] if f["severity"] == "error"]
    return [(f["code"], f["message"]) for f in errors], truth


@pytest.mark.parametrize("title", REFUSED)
def test_refused(title: str, tmp_path: Path) -> None:
    run, code, message = REFUSED[title]
    found, truth = findings(tmp_path, "", run)
    assert truth["raises"]
    assert found == [(code, message)]


@pytest.mark.parametrize("title", REFUSED_BUILDING)
def test_refused_when_built(title: str, tmp_path: Path) -> None:
    build, message = REFUSED_BUILDING[title]
    found, truth = findings(tmp_path, build, "return x")
    assert truth["raises"]
    assert found == [("RF303", message)]


@pytest.mark.parametrize("title", ACCEPTED)
def test_accepted(title: str, tmp_path: Path) -> None:
    found, truth = findings(tmp_path, "", ACCEPTED[title])
    assert not truth["raises"], truth
    assert found == []


GUESSED = {
    "sizes of a map": """
        def forward(self, x, H, W):
            B, N, C = x.shape
            return self.conv(x.transpose(1, 2).view(B, C, H, W))
        """,
    "a size to resize to": """
        def forward(self, x, size):
            return F.interpolate(self.conv(x), size=size)
        """,
    "a position": """
        def forward(self, x, i, times):
            for _ in range(times):
                x = F.pad(x, (i, i))
            return self.convs[i](x)
        """,
    "several inputs": """
        def forward(self, *inputs):
            a, b = inputs
            return self.conv(a) + self.conv(inputs[1])
        """,
    "a stride that is given": """
        def forward(self, x, stride=None):
            return F.max_pool2d(self.conv(x), stride)
        """,
}


@pytest.mark.parametrize("title", GUESSED)
def test_inputs_that_are_only_guessed_are_no_evidence(title: str, tmp_path: Path) -> None:
    head = PROGRAM.partition("{build}")[0] + "        self.convs = nn.ModuleList([self.conv])\n\n"
    path = tmp_path / "net.py"
    path.write_text(head + textwrap.indent(textwrap.dedent(GUESSED[title]).strip("\n"), "    "), encoding="utf-8")
    models = static_inspect(path)["models"]
    assert [f for model in models for f in model["findings"] if f["severity"] == "error"] == []
