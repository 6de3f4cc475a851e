"""``python -m tests.seconds [PACKAGE…]``: how long each package's tests take, as rows of CONTRIBUTING.md's table.

Processor time, of all processes that a package's tests start, is what is printed: it says the same on a busy machine.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent
NOTHING_CHOSEN = 5
"""Exit code of pytest where no test has the mark."""


def main(names: list[str]) -> None:
    for package in names or packages():
        quick, slow = (processor_seconds(package, mark) for mark in ("not slow", "slow"))
        print(f"| `tests/{package}` | {quick + slow:.0f} | {quick:.0f} |", flush=True)


def packages() -> list[str]:
    found = {path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py")}
    return sorted(found)


def processor_seconds(package: str, mark: str) -> float:
    before = _used()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", mark, str(TESTS / package)]
    done = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True, check=False)
    if done.returncode not in (0, NOTHING_CHOSEN):
        print(f"{package}, {mark}: {done.stdout.splitlines()[-1:]}", file=sys.stderr, flush=True)
    return _used() - before


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main(sys.argv[1:])
