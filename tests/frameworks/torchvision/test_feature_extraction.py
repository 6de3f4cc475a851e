"""``create_feature_extractor``: the model ends where everything asked for is there, and what is not used goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.analysis import Analyzer
from analyzers.facts import ModelFact
from analyzers.request import Request, WorkspaceOptions
from analyzers.source.sources import Sources

PROGRAM = """
import torch
from torch import nn
from torchvision.models.feature_extraction import create_feature_extractor

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.body = nn.Sequential(nn.Conv2d(4, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 16, 3, padding=1))
        self.head = nn.Linear(16, 10)
    def forward(self, x):
        return self.head(self.body(self.stem(x)).mean((2, 3)))

extractor = create_feature_extractor(Net(), %s)
found = extractor(torch.randn(1, 3, 32, 32))
"""


def extractor(path: Path, nodes: str) -> ModelFact:
    path.write_text(PROGRAM % nodes)
    analyzer = Analyzer(Sources(), WorkspaceOptions(roots=[str(path.parent)]))
    return next(m for m in analyzer.analyze(Request(str(path))).models if m.name == "extractor")


@pytest.mark.parametrize(
    ("nodes", "outputs", "parameters", "layers"),
    [
        ("['stem']", {"stem": (1, 4, 16, 16)}, 112, ["stem"]),
        (
            "{'stem': 'low', 'body': 'high'}",
            {"low": (1, 4, 16, 16), "high": (1, 16, 16, 16)},
            112 + 296 + 1168,
            ["stem", "body.0", "body.1", "body.2"],
        ),
        ("{'body.0': 'mid'}", {"mid": (1, 8, 16, 16)}, 112 + 296, ["stem", "body.0"]),
        ("['head']", {"head": (1, 10)}, 112 + 296 + 1168 + 170, None),
    ],
)
def test_what_it_gives_and_keeps(tmp_path, nodes, outputs, parameters, layers):
    """As torchvision 0.28 does: its graph ends at the last node, and modules that are not called are deleted."""
    found = extractor(tmp_path / "net.py", nodes)
    assert {output.path: output.shape for output in found.outputs} == outputs
    assert (found.parameters, found.status, found.problems) == (parameters, "complete", [])
    if layers is not None:
        assert [layer.name for layer in found.layers if not layer.functional] == layers


def test_a_node_that_is_no_module_leaves_it_unknown(tmp_path):
    path = tmp_path / "net.py"
    path.write_text(PROGRAM % "['mean']")
    facts = Analyzer(Sources(), WorkspaceOptions(roots=[str(tmp_path)])).analyze(Request(str(path)))
    assert not any(model.name == "extractor" and model.parameters is not None for model in facts.models)
    assert facts.problems == []
