"""The worker as its parent sees it: started, asked, watched, and ended with everything it has started."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from analyzers.stop import Stop

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "worker", "__main__.py")
KEPT_OUTPUT = 20_000
"""Characters of what a program prints that are kept: the first ones."""
TICK = 0.1
STARTING = 180.0
"""Seconds that importing torch may take."""
GIB = 1 << 30
LONGEST_ANSWER = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of wall time for one request, bytes for the worker and all it starts together."""

    seconds: float = 120.0
    memory: int = 8 * GIB


class WorkerFailed(Exception):
    """Why there is no answer; one sentence."""


Progress = Callable[[dict[str, Any]], None]


class Worker:
    """One process under one interpreter; good for many requests, one at a time."""

    def __init__(self, python: str, folder: str) -> None:
        """``folder`` becomes the working directory. Raises :class:`WorkerFailed`."""
        self.python = python
        self.output = ""
        self.greeting: dict[str, Any] = {}
        self.stage = "starting"
        self._answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "OMP_WAIT_POLICY": "PASSIVE"}
        environment.update(
            HF_HUB_OFFLINE="1", KERAS_BACKEND="torch", MPLBACKEND="Agg", PYTHONUNBUFFERED="1", PYTORCH_JIT="0"
        )
        for name in ("PYTHONSTARTUP", "PYTHONINSPECT"):
            environment.pop(name, None)
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(
                [python, SCRIPT], stdin=pipe, stdout=pipe, stderr=pipe, cwd=folder, env=environment, **_own_group()
            )
        except OSError as error:
            raise WorkerFailed(f"{python} cannot be started: {error.strerror or error}") from None
        self._readers = [
            threading.Thread(target=reader, name="rf-lsp worker", daemon=True)
            for reader in (self._read_answers, self._read_output)
        ]
        for reader in self._readers:
            reader.start()

    # -- talking --------------------------------------------------------------------------------------

    def greet(self, limits: Limits, stop: Stop | None = None) -> dict[str, Any]:
        """Which Python and torch it is; raises :class:`WorkerFailed`."""
        if not self.greeting:
            self.greeting = self._awaited("ready", max(limits.seconds, STARTING), limits.memory, stop, None)
        return self.greeting

    def ask(
        self, request: dict[str, Any], limits: Limits, stop: Stop | None = None, progress: Progress | None = None
    ) -> dict[str, Any]:
        """The answer to one request. Raises :class:`WorkerFailed`, after which the worker is gone."""
        self.greet(limits, stop)
        self.output = ""
        line = json.dumps({**request, "memory": limits.memory, "seconds": limits.seconds}) + "\n"
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()
        except OSError:
            raise WorkerFailed(self._ending(None)) from None
        return self._awaited("done", limits.seconds, limits.memory, stop, progress)

    def _awaited(
        self, event: str, seconds: float, memory: int, stop: Stop | None, progress: Progress | None
    ) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while True:
            try:
                answer = self._answers.get(timeout=TICK)
            except queue.Empty:
                self._check(deadline, seconds, memory, stop)
                continue
            if answer is None:
                is_late = time.monotonic() >= deadline - (1 - NOTED_AFTER) * seconds
                raise WorkerFailed(self._ending(seconds if is_late else None))
            self.stage = answer.get("stage", self.stage)
            if answer.get("event") == event:
                return answer
            if stop is not None and stop.requested:
                self._check(deadline, seconds, memory, stop)
            if progress is not None:
                progress(answer)

    def _check(self, deadline: float, seconds: float, memory: int, stop: Stop | None) -> None:
        reason = None
        if stop is not None and stop.requested:
            reason = "cancelled"
        elif time.monotonic() > deadline:
            reason = f"{STAGES.get(self.stage, self.stage)} takes longer than {seconds:g} seconds"
        elif (used := memory_of(self._process.pid)) > memory + OVERHEAD:
            reason = f"{STAGES.get(self.stage, self.stage)} takes more than {memory / GIB:g} GiB of memory ({used >> 20} MiB)"
        if reason is not None:
            self.end()
            self._readers[1].join(1.0)
            raise WorkerFailed(reason + self._last_place())

    def _read_answers(self) -> None:
        assert self._process.stdout is not None
        for line in iter(lambda: self._process.stdout.readline(LONGEST_ANSWER), b""):  # type: ignore[union-attr]
            try:
                answer = json.loads(line)
            except ValueError:
                break
            if isinstance(answer, dict):
                self._answers.put(answer)
        self._answers.put(None)

    def _read_output(self) -> None:
        assert self._process.stderr is not None
        for block in iter(lambda: self._process.stderr.read1(65536), b""):  # type: ignore[union-attr]
            if len(self.output) < KEPT_OUTPUT:
                self.output = (self.output + block.decode("utf-8", "replace"))[:KEPT_OUTPUT]

    # -- ending ---------------------------------------------------------------------------------------

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        """Kill it with its group and whatever has left the group."""
        pids = descendants(self._process.pid)
        if hasattr(os, "killpg"):
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
        else:
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(self._process.pid)], capture_output=True, check=False)
        for pid in pids:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin,):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()

    def _ending(self, seconds: float | None) -> str:
        """What became of a process that answers no more; ``seconds`` is what it may take, where that is nearly over: what
        kills it then is that it notes where it is."""
        code = self._process.wait()
        self.end()
        self._readers[1].join(1.0)
        doing = STAGES.get(self.stage, self.stage)
        if code < 0 and seconds is not None:
            return f"{doing} takes longer than {seconds:g} seconds{self._last_place()}"
        if code < 0:
            name = signal.Signals(-code).name if -code in {int(one) for one in signal.Signals} else f"signal {-code}"
            return f"{doing} crashes the interpreter ({name}){self._last_place()}"
        return f"{doing} ends the process (exit code {code}){self._last_place()}"

    def _last_place(self) -> str:
        """Where a crash says it happened."""
        lines = [line.strip() for line in self.output.splitlines()]
        frames = [line for line in lines if line.startswith('File "') and ", line " in line]
        strange = ("-packages", os.path.dirname(SCRIPT), '"<', f"{os.sep}lib{os.sep}python3")
        own = next((frame for frame in frames if not any(word in frame for word in strange)), None)
        return f" at {own}" if own is not None else ""


NOTED_AFTER = 0.9
"""The share of its time after which the worker notes where it is, while the program goes on: that may crash it."""
OVERHEAD = GIB
"""What Python and torch take themselves."""
STAGES = {
    "starting": "starting the interpreter",
    "import": "importing the file",
    "build": "building the model",
    "forward": "the forward pass",
    "checkpoint": "loading the checkpoint",
    "fields": "measuring receptive fields",
    "erf": "measuring the effective field",
}


def _own_group() -> dict[str, Any]:
    if os.name == "nt":
        return {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    return {"start_new_session": True}


def descendants(pid: int) -> list[int]:
    """Every process that this one, or one below it, has started (Linux)."""
    children: dict[int, list[int]] = {}
    for name in _processes():
        with contextlib.suppress(OSError, ValueError, IndexError):
            with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(name))
    found, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _processes() -> list[str]:
    try:
        return [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def memory_of(pid: int) -> int:
    """Bytes in memory of a process and all below it (Linux; 0 where nobody says)."""
    total = 0
    for one in (pid, *descendants(pid)):
        with (
            contextlib.suppress(OSError, ValueError, IndexError),
            open(f"/proc/{one}/statm", encoding="ascii") as file,
        ):
            total += int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return total
