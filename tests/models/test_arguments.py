"""What a model was built and called with, as facts: for whoever has to do it again elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.analysis import Analyzer
from analyzers.facts import ModelFact, NamedFact, ObjectFact
from analyzers.request import Request, WorkspaceOptions
from analyzers.source.sources import Sources

NET = """
from torch import nn

class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3)
    def forward(self, x):
        return self.conv(x)

class Net(nn.Module):
    def __init__(self, width, block=Block, act=nn.ReLU, sizes=(1, 2)):
        super().__init__()
        self.block = block(width)
        self.act = act()
    def forward(self, x, scale=1.0, skips=None):
        x = self.act(self.block(x)) * scale
        return x if skips is None else x + skips[0]
"""


def model(path: Path, source: str, expression: str | None = None) -> ModelFact:
    path.write_text(source)
    analyzer = Analyzer(Sources(), WorkspaceOptions(roots=[str(path.parent)]))
    facts = analyzer.analyze(Request(str(path), [expression] if expression else []))
    return facts.models[-1]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "net.py"


def test_placeholders_are_dims_of_the_parameter_s_name(path: Path):
    construction = model(path, NET, "Net").construction
    assert construction is not None and construction.positional == ()
    assert {name: str(value) for name, value in construction.keywords.items()} == {"width": "width"}


def test_what_the_workspace_gives_is_kept(path: Path):
    source = NET + "\nnet = Net(8, block=Block, act=nn.GELU, sizes=[3, {'a': None}])\n"
    construction = model(path, source).construction
    assert construction is not None
    assert construction.positional == (8,)
    assert construction.keywords == {
        "block": NamedFact("Block", file=str(path)),
        "act": NamedFact("GELU", module="torch.nn"),
        "sizes": [3, {"a": None}],
    }


def test_objects_of_the_program_are_what_they_hold(path: Path):
    source = f"class Config:\n    def __init__(self, c):\n        self.c = c\n        self.act = nn.GELU\n{NET}\nmade = Config(3)\nmade.c = 4\nnet = Net(8, sizes=made)\n"
    construction = model(path, source).construction
    assert construction is not None
    gelu = NamedFact("GELU", module="torch.nn")
    assert construction.keywords == {"sizes": ObjectFact(NamedFact("Config", file=str(path)), {"c": 4, "act": gelu})}


def test_a_configuration_that_nobody_wrote_has_dims(path: Path):
    source = NET.replace("block(width)", "block(width.size)").replace(", block=Block, ", ", block=Block, *, ")
    construction = model(path, source, "Net").construction
    assert construction is not None
    made = construction.keywords["width"]
    assert made.class_ is None and {name: str(value) for name, value in made.attributes.items()} == {"size": "size"}


def test_what_cannot_be_written_down_is_said(path: Path):
    construction = model(path, NET + "\nnet = Net(8, sizes=Block(3))\n").construction
    assert construction is not None and construction.unsayable == "sizes is an object of the class Block"


def test_a_call_is_kept_with_what_is_no_tensor(path: Path):
    source = (
        NET
        + "\nimport torch\nnet = Net(8)\nx = torch.rand(2, 8, 9, 9)\nnet(x, scale=2.0, skips=[torch.rand(2, 8, 7, 7)])\n"
    )
    fact = model(path, source)
    assert fact.call is not None and fact.call.positional[0] == "x"
    assert fact.call.keywords == {"scale": 2.0, "skips": [None]}
    assert [(given.name, given.dtype) for given in fact.inputs] == [("x", "float32"), ("skips.0", "float32")]


def test_a_class_is_built_as_its_file_tries_it_out(path: Path):
    source = NET.replace("width,", "width=4,") + (
        "\n\nif __name__ == '__main__':\n    import torch\n    net = Net(8, act=nn.GELU)\n    net.act = None\n    net(torch.rand(1, 8, 9, 9))\n"
    )
    fact = model(path, source)
    assert fact.construction is not None and fact.construction.positional == (8,)
    assert (fact.status, fact.parameters, fact.outputs[0].shape) == ("complete", 584, (1, 8, 7, 7))
