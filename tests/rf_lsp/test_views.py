"""Which rows and columns of a model are listed: depth, folding, sorting, columns, and what they add up to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rf_lsp.cli import main
from tests.rf_lsp.conftest import Outcome

NET = """
from torch import nn

class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3, padding=1)
        self.norm = nn.BatchNorm2d(c)
    def forward(self, x):
        return x + self.norm(self.conv(x))

# rf: input=1x3x32x32
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.blocks = nn.Sequential(*[Block(8) for _ in range(12)])
        self.head = nn.Linear(8, 5)
        for p in self.stem.parameters():
            p.requires_grad = False
    def forward(self, x):
        return self.head(self.blocks(self.stem(x)).mean((2, 3)))
"""


@pytest.fixture
def shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "140")
    Path("net.py").write_text(NET)

    def run(*options: str) -> Outcome:
        code = main(["inspect", "net.py", *options])
        read = capsys.readouterr()
        return Outcome(code, read.out, read.err)

    return run


def names(text: str) -> list[str]:
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("layer "))
    last = next(i for i, line in enumerate(lines) if line.startswith("total "))
    return [line.split("  ")[0] if line[0] != " " else line.strip().split("  ")[0] for line in lines[first + 1 : last]]


def row(text: str, name: str) -> str:
    return " ".join(next(line for line in text.splitlines() if line.strip().startswith(name)).split())


def test_equal_blocks_stand_in_one_row_with_what_each_of_them_has(shown):
    out = shown().out
    assert names(out) == ["stem", "blocks", "0…11 ×12", "conv", "norm", "add@10", "mean@22", "head"]
    assert row(out, "0…11 ×12") == "0…11 ×12 8×16×16 600 147.5 k"
    assert row(out, "blocks") == "blocks 8×16×16 7,200 1.8 M"
    assert row(out, "conv") == "conv Conv2d 8×16×16 584 147.5 k 7…51 2 -3…-25 7…13 21 %…100 %"


def test_they_are_listed_one_by_one_where_that_is_asked_for(shown):
    assert len(names(shown("--no-fold").out)) == 1 + 1 + 12 * 4 + 2


@pytest.mark.parametrize(("depth", "count"), [("1", 4), ("2", 5), ("3", 8)])
def test_down_to_a_depth(shown, depth, count):
    out = shown("--depth", depth).out
    assert len(names(out)) == count
    if depth == "1":
        assert row(out, "blocks") == "blocks Sequential 8×16×16 7,200 1.8 M 51 2 -25 11 100 %"


def test_layers_that_fit_a_glob(shown):
    assert names(shown("--layer", "blocks.4*", "--no-fold").out) == ["blocks", "4", "conv", "norm", "add@10"]
    assert names(shown("--layer", "*.norm").out) == ["blocks", "0…11 ×12", "norm"]


def test_sorted_by_a_column(shown):
    out = shown("--sort", "parameters", "--layer", "*conv").out
    assert names(out)[0] == "blocks.0.conv" and len(names(out)) == 12
    assert names(shown("--sort", "macs").out)[0].endswith("conv")


def test_columns_of_choice(shown):
    out = shown("--columns", "kernel,step,padding,input,params,%,trainable,memory,halo,dtype").out
    assert row(out, "layer") == "layer kernel step padding input params params % trained memory halo dtype"
    assert row(out, "stem") == "stem 3 2 1 3×32×32 224 3.0 % no 8.2 kB 2+2 float32"
    assert row(out, "head") == "head 8 45 0.6 % yes 20 bytes float32"


def test_shares_add_up(shown):
    rows = shown("--no-fold", "--columns", "share", "--depth", "1").out
    shares = [float(line.split()[-2]) for line in rows.splitlines() if line.endswith(" %") and line[0] != "l"]
    assert sum(shares) == pytest.approx(100, abs=0.2)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--columns", "kernal"], "no column 'kernal'; did you mean 'kernel'?"),
        (["--sort", "start"], "rows are not sorted by start; by type, parameters"),
        (["--depth", "0"], "--depth: at least 1, not 0"),
        (["--layer", "steem"], "--layer: no layer fits 'steem'; did you mean 'stem'?"),
    ],
)
def test_what_there_is_not(shown, options, sentence):
    outcome = shown(*options)
    assert (outcome.code, outcome.out) == (2, "") and sentence in outcome.err


def test_a_narrow_terminal_keeps_what_matters_and_says_what_is_left_out(shown, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    out = shown().out
    assert row(out, "layer").endswith("RF stride start covers")
    assert "no room for ERF ≈; --columns chooses" in out


def test_many_models_have_a_line_each(shown):
    Path("net.py").write_text(NET + "".join(f"\ndef net{i}():\n    return Net()\n" for i in range(10)))
    out = shown().out
    assert "layer " not in out and len([line for line in out.splitlines() if "params" in line]) == 11
    assert "11 models; --details lists the layers of all, net.py::Net() of one" in out
    assert shown("--details").out.count("layer ") == 11


def test_attention_adds_up_to_the_total(shown):
    Path("net.py").write_text(
        "from torch import nn\n# rf: input=1x16x32\nclass Net(nn.Module):\n    def __init__(self):\n"
        "        super().__init__()\n        self.attention = nn.MultiheadAttention(32, 4, batch_first=True)\n"
        "    def forward(self, x):\n        return self.attention(x, x, x)[0]\n"
    )
    out = shown().out
    assert "4,224" in row(out, "attention") and "total 4,224 parameters" in out


def test_json_has_memory_containers_and_tiles(shown):
    model = json.loads(shown("--format", "json").out)["models"][0]
    assert model["memory"] == {
        "input": 4 * 3 * 32 * 32,
        "activations": 4 * (25 * 8 * 16 * 16 + 5),
        "parameters": 4 * 7469,
        "gradients": 4 * 7245,
    }
    assert model["containers"]["blocks"] == {
        "type": "torch.nn.Sequential",
        "output": [1, 8, 16, 16],
        "parameters": 7200,
        "macs": 12 * 8 * 8 * 9 * 256,
    }
    assert model["containers"]["blocks.3"]["parameters"] == 600
    assert model["tiling"] is None


def test_html_and_latex(shown):
    html = shown("--format", "html", "--depth", "1").out
    assert html.startswith("<h3>Net · 3×32×32 → 5 · 7.5 k params") and html.count("<tr>") == 5
    latex = shown("--format", "latex").out
    assert "blocks.0\\ldots{}11 $\\times$12" in latex and latex.count("\\toprule") == 1


def test_what_comes_from_the_source_is_escaped(shown):
    Path("net.py").write_text(
        "from torch import nn\n# rf: input=1x3\nclass Net(nn.Module):\n    def __init__(self):\n"
        "        super().__init__()\n        self.add_module('<b>_$', nn.Linear(3, 2))\n"
        "    def forward(self, x):\n        return getattr(self, '<b>_$')(x)\n"
    )
    assert "&lt;b&gt;_$" in shown("--format", "html").out
    assert r"\_\$" in shown("--format", "latex").out


BUILT = """
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, blocks, width):
        super().__init__()
        self.layers = nn.Sequential(*(nn.Conv2d(3 if i == 0 else width, width, 3) for i in range(blocks)))

    def forward(self, x):
        return self.layers(x)


def small():
    return Net(2, 8)


def large():
    return Net(4, 16)
"""


def test_a_class_says_what_is_built_of_it(run, tmp_path):
    (tmp_path / "built.py").write_text(BUILT)
    lines = run("inspect", str(tmp_path / "built.py")).out.splitlines()
    assert lines[0] == "Net: see small and large, which are built of it" and lines[2].startswith("small · ")
    assert run("inspect", f"{tmp_path / 'built.py'}::Net").out.startswith("Net · ")
