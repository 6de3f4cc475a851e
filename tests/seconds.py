"""``python -m tests.seconds [PACKAGE…]``: how long each package's tests take, as rows of CONTRIBUTING.md's table.

Processor time of a run of that package alone, with all processes that its tests start, is what is printed: it says the
same on a busy machine.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent


class Clock:
    """Adds up the seconds of the slow tests."""

    def __init__(self) -> None:
        self.slow = 0.0

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        before = _used(resource.RUSAGE_SELF) + _used(resource.RUSAGE_CHILDREN)
        result = yield
        if item.get_closest_marker("slow"):
            self.slow += _used(resource.RUSAGE_SELF) + _used(resource.RUSAGE_CHILDREN) - before
        return result


def main(names: list[str]) -> None:
    for package in names or packages():
        every, slow = processor_seconds(package)
        print(f"| `tests/{package}` | {every:.0f} | {every - slow:.0f} |", flush=True)


def packages() -> list[str]:
    found = {path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py")}
    return sorted(found)


def processor_seconds(package: str) -> tuple[float, float]:
    """Of all tests, and of the slow ones among them."""
    before = _used(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "slow"
        command = [sys.executable, "-c", f"from tests.seconds import run; run({package!r}, {str(written)!r})"]
        done = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{package}: {done.stdout.splitlines()[-1:]}", file=sys.stderr, flush=True)
        return _used(resource.RUSAGE_CHILDREN) - before, float(written.read_text())


def run(package: str, written: str) -> None:
    """In a process of its own: the package's tests; the seconds of the slow ones are written to a file."""
    clock = Clock()
    code = pytest.main(["-q", "-p", "no:cacheprovider", str(TESTS / package)], plugins=[clock])
    Path(written).write_text(str(clock.slow))
    raise SystemExit(code)


def _used(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main(sys.argv[1:])
