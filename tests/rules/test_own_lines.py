"""What goes wrong inside an installed library is told where the user's code leads there."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.analysis import Analyzer
from analyzers.request import Request, WorkspaceOptions
from analyzers.rules.support.report import check
from analyzers.rules.support.settings import RuleSettings
from analyzers.source.sources import Sources

LIBRARY = """
from torch import nn


class Net(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.fc = nn.Linear(8, classes)

    def forward(self, x):
        return self.fc(self.conv(x).mean((2, 3)))


def net(**options):
    return Net(**options)
"""
HEAD = "import torch\nfrom torch import nn\nfrom library import net\n"


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        pytest.param(
            "model = net()\nmodel.fc = nn.Linear(16, 4)\nprint(model(torch.rand(2, 3, 8, 8)).shape)\n",
            5,
            "fc expects 16 features, gets 8",
            id="a head that was put in",
        ),
        pytest.param(
            "model = net()\ny = model(torch.rand(2, 1, 8, 8))\n",
            5,
            "conv expects 3 input channels, gets 1",
            id="an input that does not fit",
        ),
        pytest.param(
            "class Own(nn.Module):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.body = net()\n"
            "    def forward(self, x):\n"
            "        return self.body(x[:, :1])\n"
            "Own()(torch.rand(2, 3, 8, 8))\n",
            9,
            "body.conv expects 3 input channels, gets 1",
            id="a call inside a model of one's own",
        ),
        pytest.param(
            "model = net(clases=4)\n", 4, "Net(…) has no argument clases; did you mean classes?", id="an argument"
        ),
    ],
)
def test_the_place_is_in_the_file(tmp_path: Path, source: str, line: int, said: str) -> None:
    packages = tmp_path / "site-packages"
    packages.mkdir()
    (packages / "library.py").write_text(LIBRARY)
    path = tmp_path / "own.py"
    path.write_text(HEAD + source)
    options = WorkspaceOptions(roots=[str(tmp_path)], site_packages=[str(packages)])
    facts = Analyzer(Sources(), options).analyze(Request(str(path)))
    found = [finding for finding in check(facts, RuleSettings()) if finding.severity == "error"]
    assert [(f.place.file, f.place.line + 1) for f in found] == [(str(path), line)], found
    assert found[0].message.startswith(said)
    assert any(place.file.endswith("library.py") for _, place in found[0].related)


CALLED_TWICE = """
from torch import nn

WIDTHS = {"small": 8, "large": 16}


def head(width, size="small"):
    assert width == WIDTHS[size]
    return nn.Linear(width, 2)


if __name__ == "__main__":
    head(16, "large")
    head(16)
"""


def test_an_exception_in_a_function_names_the_call_that_leads_to_it(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(CALLED_TWICE)
    facts = Analyzer(Sources(), WorkspaceOptions(roots=[str(tmp_path)])).analyze(Request(str(path)))
    (found,) = check(facts, RuleSettings())
    assert (found.place.line + 1, [(said, at.line + 1) for said, at in found.related]) == (
        8,
        [("it is called here", 14)],
    )
