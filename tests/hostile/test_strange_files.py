"""Files of a stranger's repository that are pipes, devices, links out of it, or huge: each costs little, is said or left
out, and everything else goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NET = "from torch import nn\n# rf: input=1x3x8x8\nnet = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(9, 4, 3))\n"
SECRET = 1_234_567
READS = {
    "mod.py": "import mod\n",
    "conf.yaml": "import yaml\nc = yaml.safe_load(open('conf.yaml'))\n",
}
"""What has a file read."""
NAMES = (".gitignore", "rf-lsp.toml", "pyproject.toml", "mod.py", "conf.yaml", "book.ipynb", ".venv/pyvenv.cfg")
posix = pytest.mark.skipif(os.name == "nt", reason="no pipes and devices among files there")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    (folder / ".venv").mkdir()
    (folder / "net.py").write_text(NET)
    (tmp_path / "secret.py").write_text(f"NUMBER = {SECRET}\n")
    (tmp_path / "secret.toml").write_text(f"number = {SECRET}\n")
    return folder


def check(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "rf_lsp", "check", ".", "--no-cache", "--jobs", "1", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )


def require_soundness(done: subprocess.CompletedProcess[str]) -> str:
    said = done.stdout + done.stderr
    assert done.returncode in (0, 1, 2) and "Traceback" not in said and "internal error" not in said, said
    assert str(SECRET) not in said
    return said


@posix
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["pipe", "/dev/zero", "sparse"])
def test_what_is_no_file_to_read(repository, name, kind):
    path = repository / name
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "sparse":
        with open(path, "wb") as file:
            file.truncate(5 << 30)
    else:
        path.symlink_to(kind)
    (repository / "net.py").write_text(READS.get(name, "") + NET)
    said = require_soundness(check(repository))
    assert "RF201" in said or name.endswith(".toml")


@pytest.mark.parametrize(
    "settings",
    ["a = '" + "x" * 2_000_000 + "'", "a." * 50_000 + "b = 1", f"target-size = {'9' * 5000}", "x = " + "[" * 5000],
    ids=["long", "dotted", "digits", "nested"],
)
def test_settings_that_take_long(repository, settings):
    (repository / "rf-lsp.toml").write_text(settings)
    before = time.monotonic()
    assert "rf-lsp.toml" in require_soundness(check(repository))
    assert time.monotonic() - before < 30


@pytest.mark.parametrize("pattern", ["[z-a]", "*a" * 30 + "b", "**/" * 40 + "x", "["])
def test_patterns_that_cannot_be_read_or_take_long(repository, pattern):
    (repository / ("a" * 60 + ".py")).write_text("x = 1\n")
    (repository / ".gitignore").write_text(f"{pattern}\nbuild\n")
    assert "RF201" in require_soundness(check(repository))
    assert "impossible exclude pattern" in require_soundness(check(repository, "--exclude", pattern)) or pattern == "["


def test_a_document_of_brackets(repository):
    (repository / "conf.yaml").write_text("[" * 32_000)
    (repository / "net.py").write_text(READS["conf.yaml"] + NET)
    assert "RF201" in require_soundness(check(repository))


@posix
def test_folders_in_folders(repository):
    here = os.open(repository, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    assert "RF201" in require_soundness(check(repository))
    subprocess.run(["rm", "-rf", str(repository)], check=True)


@posix
@pytest.mark.parametrize("how", ["linked module", "linked package", "search-paths", "extend", "walked"])
def test_nothing_outside_is_read(repository, how):
    module = "import secret\n" + NET.replace("Conv2d(3, 8", "Conv2d(3, secret.NUMBER")
    if how == "linked module":
        (repository / "secret.py").symlink_to(repository.parent / "secret.py")
    elif how == "linked package":
        (repository / "pkg").symlink_to(repository.parent)
        module = module.replace("import secret", "from pkg import secret")
    elif how == "search-paths":
        (repository / "rf-lsp.toml").write_text('search-paths = [".."]\n')
    elif how == "extend":
        (repository / "rf-lsp.toml").write_text('extend = "../secret.toml"\n')
    else:
        (repository.parent / "other.py").write_text(NET.replace("9", str(SECRET)))
        (repository / "other.py").symlink_to(repository.parent / "other.py")
    (repository / "net.py").write_text(module)
    said = require_soundness(check(repository))
    if how in ("search-paths", "extend"):
        assert "outside of the workspace" in said


@posix
def test_a_link_inside_of_the_workspace_is_followed(repository):
    (repository / "shared").mkdir()
    (repository / "shared" / "sizes.py").write_text("NUMBER = 7\n")
    (repository / "sizes.py").symlink_to(repository / "shared" / "sizes.py")
    (repository / "net.py").write_text("import sizes\n" + NET.replace("Conv2d(3, 8", "Conv2d(3, sizes.NUMBER"))
    assert "gets 7" in require_soundness(check(repository))
