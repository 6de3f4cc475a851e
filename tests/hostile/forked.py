"""``check`` of one folder in a process that is forked off this one, with what it costs: thousands of inputs in minutes."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import NamedTuple

PATIENCE = 10
"""Seconds of processor time after which the system ends a process."""


BEGINNING = 60
"""Megabytes that a process has that has imported what a check needs, and nothing of a test run's."""


class Outcome(NamedTuple):
    """``seconds`` are of processor time; ``megabytes`` the largest resident set, of which what the process began with counts
    as :data:`BEGINNING`; ``code`` is negative for a signal."""

    code: int
    output: str
    seconds: float
    megabytes: float


def warm_up(folder: Path) -> None:
    """Import what a check needs, so that no child has to."""
    (folder / "ordinary.py").write_text(
        "import torch\nfrom torch import nn\nimport numpy as np\nimport yaml\n# rf: input=1x3x8x8\n"
        "net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(2, 2))\nx = (\n"
    )
    checked(folder, "ordinary.py", in_child=False)


def checked(folder: Path, name: str, *options: str, in_child: bool = True) -> Outcome:
    """The outcome of ``check`` on a file of the folder."""
    log = folder / ".output"
    arguments = ["check", "--no-cache", "--statistics", *options, name]
    if not in_child:
        with contextlib.chdir(folder), log.open("w") as stream, contextlib.redirect_stdout(stream):
            _run(arguments)
        return Outcome(0, log.read_text(), 0.0, 0.0)
    child = os.fork()
    if child == 0:
        _in_child(folder, arguments, log)
    _, status, usage = os.wait4(child, 0)
    text = log.read_text(encoding="utf-8", errors="replace")
    peak = folder / ".peak"
    megabytes = int(peak.read_text() or 0) / 1024 if peak.exists() else 0.0
    peak.unlink(missing_ok=True)
    return Outcome(os.waitstatus_to_exitcode(status), text, usage.ru_utime + usage.ru_stime, megabytes)


def _in_child(folder: Path, arguments: list[str], log: Path) -> None:
    code = 70
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        signal.alarm(PATIENCE * 10)
        os.chdir(folder)
        stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(stream, 1)
        os.dup2(stream, 2)
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")
        before = _memory("VmRSS")
        code = _run(arguments)
        sys.stdout.flush()
        (folder / ".peak").write_text(str(BEGINNING * 1024 + max(_memory("VmHWM") - before, 0)))
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _run(arguments: list[str]) -> int:
    from rf_lsp.cli import main

    return main(arguments)


def _memory(name: str) -> int:
    """Kilobytes; 0 where the system does not say."""
    with open("/proc/self/status") as status:
        return next((int(line.split()[1]) for line in status if line.startswith(name)), 0)


def turn_seconds() -> float:
    """Processor seconds that a million turns of a plain loop take on this machine now."""
    entries: dict[int, int] = {}
    started = time.process_time()
    for turn in range(1_000_000):
        entries[turn & 1023] = abs(turn)
    return time.process_time() - started
