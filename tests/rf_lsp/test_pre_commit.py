"""The hooks of `.pre-commit-hooks.yaml`, run by the real pre-commit in a repository that uses this one."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rf_lsp.test_check_formats import SEQUENTIAL, notebook

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "pre_commit"] if importlib.util.find_spec("pre_commit") else ["pre-commit"]
NO_NETWORK = ("Could not find a version", "Connection", "Temporary failure", "No matching distribution")
MISNAMED = "from keras import layers\n\nlayer = layers.Conv2D(8, 3, paddding='same')\n"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(len(COMMAND) == 1 and not shutil.which("pre-commit"), reason="needs pre-commit"),
]


class Hooks:
    """A repository with a configuration that takes its hooks from a copy of this project."""

    def __init__(self, folder: Path, source: Path) -> None:
        self.folder = folder
        self._source = source
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            "PRE_COMMIT_HOME": str(source.parent / "hooks"),
            "GIT_CONFIG_GLOBAL": str(source.parent / "gitconfig"),
        }

    def git(self, *arguments: str, folder: Path | None = None) -> str:
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=folder or self.folder, env=self._environment, check=True, capture_output=True, text=True)  # fmt: skip
        return done.stdout.strip()

    def pre_commit(self, *arguments: str) -> tuple[int, str]:
        done = subprocess.run([*COMMAND, *arguments], cwd=self.folder, env=self._environment, capture_output=True, text=True)  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def run(self, hook: str) -> tuple[int, str]:
        self.git("add", "-A")
        code, out = self.pre_commit("run", hook, "--all-files", "--color", "never")
        if any(text in out for text in NO_NETWORK):
            pytest.skip("the hook's packages cannot be installed here")
        return code, out


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as it stands, as a repository of its own."""
    base = tmp_path_factory.mktemp("hooks")
    (base / "gitconfig").write_text(
        "[user]\n name = a\n email = a@example.invalid\n[init]\n defaultBranch = main\n[safe]\n directory = *\n"
        '[protocol "file"]\n allow = always\n'
    )
    copy = base / "rf-lsp"
    for name in ("rf_lsp", "analyzers"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, copy / name)
    hooks = Hooks(copy, copy)
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "as it stands")):
        hooks.git(*arguments)
    return copy


@pytest.fixture
def hooks(source: Path, tmp_path: Path) -> Hooks:
    found = Hooks(tmp_path / "repository", source)
    found.folder.mkdir()
    revision = found.git("rev-parse", "HEAD", folder=source)
    (found.folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {source}\n    rev: {revision}\n    hooks:\n      - id: rf-lsp\n      - id: rf-lsp-fix\n"
    )
    found.git("init", "-q")
    return found


def test_python_and_notebooks_are_checked_and_what_is_excluded_is_not(hooks):
    (hooks.folder / "net.py").write_text(SEQUENTIAL)
    (hooks.folder / "net.ipynb").write_text(notebook(SEQUENTIAL))
    (hooks.folder / "empty.ipynb").write_text(notebook(""))
    (hooks.folder / "old").mkdir()
    (hooks.folder / "old" / "net.py").write_text(SEQUENTIAL)
    (hooks.folder / "rf-lsp.toml").write_text('exclude = ["old/"]\n')
    code, out = hooks.run("rf-lsp")
    assert code == 1 and "2 errors in 3 files" in out
    assert "net.py:4:" in out and "net.ipynb:cell 1:4:" in out and "old/net.py" not in out


def test_what_is_right_passes_also_a_commit(hooks):
    (hooks.folder / "net.py").write_text(SEQUENTIAL.replace("9, 8", "8, 8").replace("32x32", "5x5"))
    code, out = hooks.run("rf-lsp")
    assert code == 0 and "Passed" in out, out
    hooks.pre_commit("install")
    hooks.git("commit", "-qm", "a model")
    assert hooks.git("log", "--oneline")


def test_safe_fixes_are_made(hooks):
    (hooks.folder / "net.py").write_text(MISNAMED)
    code, out = hooks.run("rf-lsp-fix")
    assert code == 1 and "files were modified by this hook" in out
    assert (hooks.folder / "net.py").read_text() == MISNAMED.replace("paddding", "padding")
    assert hooks.run("rf-lsp-fix")[0] == 0
