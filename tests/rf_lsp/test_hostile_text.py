"""Names of files and layers that a terminal, a log of a service or an editor would obey: shown, in every format."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rf_lsp.cli import main
from rf_lsp.output import formats
from rf_lsp.server.views.marks import code, escaped, unmarked

EVIL = "a\n::error::forged\x1b[31m`[x](http:b)`![p](q)<b>|\u202e\r##[group]"
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]")
NET = f"""from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict({{{EVIL!r}: nn.Conv2d(3, 8, 3), "b": nn.Conv2d(9, 4, 3)}})
        setattr(self, {EVIL!r}, nn.Conv2d(4, 4, 3))

    def forward(self, x):
        return getattr(self, {EVIL!r})(self.layers["b"](self.layers[{EVIL!r}](x)))


# rf: input=1x3x8x8
net = Net()
"""
RUNS = [
    *(("check", "--no-cache", "--format", name, ".") for name in formats("check")),
    *(("inspect", "plain.py", "--format", name) for name in formats("inspect")),
    ("check", "--no-cache", "--statistics", "."),
    ("check", "--no-cache", f"{EVIL}.py"),
    ("inspect", f"plain.py::{EVIL}"),
    ("rule", EVIL),
    ("doctor",),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("work")
    name = EVIL.replace("/", "_")
    (made / name).mkdir()
    (made / name / f"{name}.py").write_text(NET)
    (made / "plain.py").write_text(NET)
    return made


@pytest.mark.skipif("os.name == 'nt'", reason="such names cannot be given there")
@pytest.mark.parametrize(
    "arguments", RUNS, ids=[" ".join(run)[:40].encode("ascii", "replace").decode() for run in RUNS]
)
def test_nothing_is_obeyed(folder, arguments, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    assert main(list(arguments)) in (0, 1, 2)
    said = capsys.readouterr()
    text = said.out + said.err
    assert OBEYED.findall(text) == []
    assert not [line for line in text.split("\n") if line.startswith(("::error::forged", "##["))]


def test_marks():
    assert code("a`b") == "`` a`b ``"
    assert escaped("![p](q) <b>\n") == "!\\[p\\](q) \\<b>\\\\n"
    assert unmarked(f"`x` in {escaped('a_b[c]')}  \nnext") == "x in a_b[c]\nnext"
