"""The recipes of CONTRIBUTING.md, followed to the letter in a copy of the project: the files they show are all there is
to add, and what is made from the code follows."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = (".git", ".nox", ".venv", "node_modules", "dist", "*_cache", ".hypothesis", "*.egg-info")
FILES = dict(
    re.findall(
        r"^`([\w/]+\.py)`\n\n```python\n(.*?)^```$",
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
)
LAYER = "analyzers/frameworks/torch/nn/shuffle.py"
SHUFFLED = """\
from torch import nn

# rf: input=1x6x8x8
model = nn.Sequential(nn.ChannelShuffle(3), nn.Conv2d(6, 2, 3))
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project without what is made in it; compiled files are kept, they save seconds."""
    return shutil.copytree(ROOT, tmp_path / "project", ignore=shutil.ignore_patterns(*LEFT_OUT))


def run(copy: Path, *arguments: str) -> str:
    """A command under this interpreter, in the copy; it must succeed."""
    done = subprocess.run([sys.executable, *arguments], cwd=copy, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def add(copy: Path, *paths: str) -> None:
    for path in paths:
        assert not (copy / path).exists()
        (copy / path).write_text(FILES[path], encoding="utf-8")


def generated(copy: Path) -> set[str]:
    """The files that ``generate`` writes anew."""
    return set(re.findall(r"^wrote (.*)$", run(copy, "-m", "tests.generate"), re.MULTILINE))


def test_a_rule(copy: Path):
    add(copy, "analyzers/rules/one_channel.py")
    assert generated(copy) == {"docs/rules/index.md", "docs/rules/RF409.md"}
    run(
        copy,
        "-m",
        "pytest",
        "-q",
        "tests/rules/test_examples.py",
        "tests/test_documents.py",
        "-k",
        "RF409 or documents",
    )
    assert "`0` hands on a single channel" in (copy / "docs/rules/RF409.md").read_text(encoding="utf-8")


def test_an_output_format(copy: Path):
    add(copy, "rf_lsp/output/check/tsv.py", "tests/rf_lsp/test_check_tsv.py")
    run(copy, "-m", "pytest", "-q", "tests/rf_lsp/test_check_tsv.py")
    assert generated(copy) == {"docs/commands.md"}


def test_a_layer(copy: Path):
    """The file that the recipe shows is taken out and put back: nothing else knows of it."""
    (copy / "net.py").write_text(SHUFFLED, encoding="utf-8")
    inspect = "-c", "from rf_lsp.cli import main; main()", "inspect", "net.py"
    layer = (copy / LAYER).read_text(encoding="utf-8")
    (copy / LAYER).unlink()
    assert "2×6×6" not in run(copy, *inspect)
    (copy / LAYER).write_text(layer, encoding="utf-8")
    assert "2×6×6" in run(copy, *inspect)
    assert generated(copy) == set()
