"""The cache of `check`: what is unchanged is not analysed again, and nothing heavy is imported for it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rf_lsp.cache import FOLDER
from tests.rf_lsp.conftest import MODEL

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.usefixtures("fake")


def age(path: Path) -> None:
    """Make a file look written a minute ago; a file of this instant is not cached."""
    moment = time.time() - 60.5
    os.utime(path, (moment, moment))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    for name in ("a", "b"):
        path = tmp_path / f"{name}.py"
        path.write_text(MODEL)
        age(path)
    return tmp_path


def analysed(fake, monkeypatch) -> list[str]:
    """The names of the files that the engine is asked about from now on."""
    seen: list[str] = []
    original = fake.Analyzer.analyze

    def analyze(self, request):
        seen.append(os.path.basename(request.path))
        return original(self, request)

    monkeypatch.setattr(fake.Analyzer, "analyze", analyze)
    return seen


def test_an_unchanged_tree_is_not_analysed_again(run, tree, fake, monkeypatch):
    first = run("check", ".", "--format", "json")
    seen = analysed(fake, monkeypatch)
    assert run("check", ".", "--format", "json") == first
    assert seen == []
    assert (tree / FOLDER / ".gitignore").read_text() == "*\n"


def test_a_changed_file_is_analysed_again(run, tree, fake, monkeypatch):
    run("check", ".")
    (tree / "b.py").write_text(MODEL + "\n")
    seen = analysed(fake, monkeypatch)
    run("check", ".")
    assert seen == ["b.py"]


def test_other_settings_are_another_result(run, tree, fake, monkeypatch):
    run("check", ".")
    seen = analysed(fake, monkeypatch)
    assert run("check", ".", "--select", "RF201", "--format", "concise").out.count("RF201") == 2
    assert sorted(seen) == ["a.py", "b.py"]


def test_no_cache_and_clean(run, tree):
    run("check", ".", "--no-cache")
    assert not (tree / FOLDER).exists()
    run("check", ".")
    assert run("clean").out == f"removed {tree / FOLDER}\n"
    assert not (tree / FOLDER).exists()


def test_a_broken_cache_is_no_error(run, tree):
    first = run("check", ".")
    for path in (tree / FOLDER).glob("*.json"):
        path.write_text('{"names": [], "entries": {"' + str(tree / "a.py") + '": {"stamps": [[7, ""]]}}}')
    assert run("check", ".") == first


def test_a_hit_imports_neither_libcst_nor_the_interpreter(run, tree):
    run("check", ".")
    code = (
        "import sys; from rf_lsp.cli import main; main(['check', '.', '--format', 'concise']);"
        "print([name for name in sys.modules if name.split('.')[0] in ('libcst', 'rich', 'asyncio')"
        " or name.startswith('analyzers.interpreter')])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tree, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert "a.py:7:5: error: RF201" in done.stdout
