from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rf_lsp import user_cache
from rf_lsp.cli import main
from tests.rf_lsp.processes import SMALL, forget_user, kept_file, run_once


@dataclass
class Outcome:
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def cache_dir(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where programs of installed packages are kept, for each test anew; it is not made yet."""
    folder = tmp_path_factory.mktemp("user") / "cache"
    monkeypatch.setenv(user_cache.VARIABLE, str(folder))
    forget_user()
    yield folder
    forget_user()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A file of an installed package."""
    folder = tmp_path / "lib" / "site-packages" / "small"
    folder.mkdir(parents=True)
    path = folder / "__init__.py"
    path.write_text(SMALL)
    return path


@pytest.fixture
def kept(package, cache_dir) -> tuple[Path, Path, str]:
    """(source, file with its programs, what they are)."""
    found, _ = run_once(package)
    return package, kept_file(cache_dir), found


@pytest.fixture
def elsewhere(tmp_path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "file").write_bytes(b"untouched")
    return folder


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch):
    """The fake engine of this folder in the place of the real one."""
    spec = importlib.util.spec_from_file_location("analyzers.analysis", Path(__file__).with_name("fake_analysis.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "analyzers.analysis", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run a command in an empty folder: ``run("check", "net.py")``."""
    monkeypatch.chdir(tmp_path)
    for name in ("RF_LSP_DEBUG", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "120")

    def command(*arguments: str) -> Outcome:
        code = main(arguments)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return command


MODEL = "import torch\n\n\nmodel = 1\nstem = 2\nup = 3\nx = call(2)\n"


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "net.py"
    path.write_text(MODEL)
    return path
