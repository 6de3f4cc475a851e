"""Each hostile file is checked in a process of its own: time, memory, exit code and manners are measured."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from tests.hostile.sources import CASES, MARKER, model

SAMPLE = ("endless_loop_in_forward", "recursive_function", "billion_laughs")
"""Cases that are quick and each hostile in another way; all others are slow."""

ROOT = Path(__file__).resolve().parents[2]
START = f"""
import atexit, sys
def peak():
    with open("/proc/self/status") as status, open(".peak", "w") as file:
        file.write(next((line.split()[1] for line in status if line.startswith("VmHWM")), "0"))
atexit.register(peak)
sys.path[0] = {str(ROOT)!r}
from rf_lsp.cli import main
raise SystemExit(main())
"""
MILLION_TURNS = 40
"""A hostile file may take as long as so many million turns of a plain loop take on this machine now: 3.5 seconds where
a million take 88 ms."""
MEGABYTES = 300
PATIENCE = 10
"""Seconds of processor time after which a process is stopped and has failed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``seconds`` are of processor time; ``megabytes`` the largest resident set."""

    code: int
    output: str
    seconds: float
    megabytes: float


def run_rf_lsp(folder: Path, *arguments: str) -> Outcome:
    """The command line in a process of its own, with its use of the machine."""
    log = folder / ".output"
    with log.open("wb") as stream:
        child = subprocess.Popen(
            [sys.executable, "-c", START, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        code, usage = wait(child)
    text = log.read_text(encoding="utf-8", errors="replace")
    log.unlink()
    return Outcome(code, text, usage.ru_utime + usage.ru_stime, peak_of(folder))


def peak_of(folder: Path) -> float:
    """The process's own peak in MB: what the system counts for a child includes its parent's before it started."""
    file = folder / ".peak"
    if not file.exists():
        return 0.0
    kilobytes = int(file.read_text() or 0)
    file.unlink()
    return kilobytes / 1024


def wait(child: subprocess.Popen[bytes]) -> tuple[int, resource.struct_rusage]:
    """Exit code and use of the machine of one child; the system ends it when patience is over."""
    resource.prlimit(child.pid, resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage


@pytest.fixture(scope="module")
def start_up(tmp_path_factory: pytest.TempPathFactory) -> float:
    """Seconds that checking an ordinary model takes."""
    folder = tmp_path_factory.mktemp("ordinary")
    (folder / "ordinary.py").write_text(model())
    return min(run_rf_lsp(folder, "check", "ordinary.py").seconds for _ in range(2))


def write(folder: Path, content: str | bytes | dict[str, str | bytes]) -> None:
    files = content if isinstance(content, dict) else {"hostile.py": content}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=1)
def allowed_seconds() -> float:
    return min(_turns() for _ in range(3)) * MILLION_TURNS


def _turns() -> float:
    """Processor seconds of a million turns."""
    entries: dict[int, int] = {}
    started = time.process_time()
    for turn in range(1_000_000):
        entries[turn & 1023] = abs(turn)
    return time.process_time() - started


def complaints(outcome: Outcome, start_up: float) -> Iterator[str]:
    if outcome.code not in (0, 1, 2):
        yield f"exit code {outcome.code}"
    if outcome.seconds - start_up > allowed_seconds():
        yield f"{outcome.seconds:.1f} s, {start_up:.1f} s of them for an ordinary file"
    if outcome.megabytes > MEGABYTES:
        yield f"{outcome.megabytes:.0f} MB"
    for word in ("Traceback", "RecursionError", "MemoryError", "RF900", "internal-error"):
        if word in outcome.output:
            yield f"{word} in the output: {around(outcome.output, word)}"


def around(text: str, word: str) -> str:
    return text[max(0, text.index(word) - 200) : text.index(word) + 400]


@pytest.mark.parametrize(
    "name", [name if name in SAMPLE else pytest.param(name, marks=pytest.mark.slow) for name in CASES]
)
def test_hostile_source_is_bounded(name: str, tmp_path: Path, start_up: float) -> None:
    write(tmp_path, CASES[name]())
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "file").write_text("precious")
    outcome = run_rf_lsp(tmp_path, "check", "--no-cache", "--statistics", "hostile.py")
    assert not list(complaints(outcome, start_up))
    assert not (tmp_path / MARKER).exists(), "code of the checked file was run"
    assert (tmp_path / "victim" / "file").exists(), "code of the checked file was run"


INSPECTED = (
    "power_tower_and_more",
    "exponential_modules",
    "deep_module_tree",
    "self_referential_lists",
    "image_of_enormous_size",
    "endless_loop_in_forward",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", INSPECTED)
def test_inspecting_is_bounded_too(name: str, tmp_path: Path, start_up: float) -> None:
    write(tmp_path, CASES[name]())
    outcome = run_rf_lsp(tmp_path, "inspect", "hostile.py", "--format", "json", "--input", "1x3x64x64")
    assert not list(complaints(outcome, start_up))


EXPRESSIONS = (
    "10**10**10",
    "Net(" * 500,
    "[Net()] * 10**10",
    "__import__('os').system('touch it-ran')",
    "Net().x.y.z()",
    "(lambda f: f(f))(lambda f: f(f))",
    "",
    "\x00",
    "Net()\nimport os",
    "'a' * 10**10",
    "Net",
    "x" * 100_000,
)


@pytest.mark.slow
@pytest.mark.parametrize("expression", EXPRESSIONS, ids=range(len(EXPRESSIONS)))
def test_hostile_targets_are_refused(expression: str, tmp_path: Path, start_up: float) -> None:
    if "\x00" in expression:
        expression = "\x01"
    write(tmp_path, model())
    outcome = run_rf_lsp(tmp_path, "inspect", f"hostile.py::{expression}")
    assert not list(complaints(outcome, start_up))
    assert not (tmp_path / MARKER).exists()


SHAPES = (
    "1x3x" + "9" * 5000,
    "x" * 100_000,
    "1x3x0x0",
    "1x-3x4x4",
    "axbxc",
    "",
    "1x3x1e9x4",
    "1x3x" + "x".join(["9"] * 5000),
)


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES, ids=range(len(SHAPES)))
def test_hostile_inputs_are_refused(shape: str, tmp_path: Path, start_up: float) -> None:
    write(tmp_path, model())
    outcome = run_rf_lsp(tmp_path, "inspect", "hostile.py::Net()", f"--input={shape}")
    assert not list(complaints(outcome, start_up))


def test_directory_loops(tmp_path: Path, start_up: float) -> None:
    """Symbolic links that lead back up, to themselves, and to nowhere."""
    write(tmp_path, {"a/b/hostile.py": model(), "a/plain.py": model()})
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "self.py").symlink_to(tmp_path / "a" / "self.py")
    (tmp_path / "a" / "gone.py").symlink_to(tmp_path / "nothing.py")
    (tmp_path / "a" / "folder.py").mkdir()
    os.mkfifo(tmp_path / "a" / "pipe.py")
    outcome = run_rf_lsp(tmp_path, "check", "--no-cache", ".")
    assert not list(complaints(outcome, start_up))


def test_hostile_settings(tmp_path: Path, start_up: float) -> None:
    write(tmp_path, model())
    settings = (
        "[tool.rf-lsp]\nextend = 'pyproject.toml'\nselect = ['RF', 3]\n[[tool.rf-lsp.models]]\n"
        "target = 7\ninput = [[[[]]]]\n"
    )
    (tmp_path / "pyproject.toml").write_text(settings)
    outcome = run_rf_lsp(tmp_path, "check", "hostile.py")
    assert not list(complaints(outcome, start_up))
