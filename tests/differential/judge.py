"""The suite's side of the judge: programs go in, what torch made of them comes out.

Requests: ``{"do": "generate", "seed": 7, "invalid": 0.3}`` writes a program and judges it;
``{"do": "judge", "source", "expression", "inputs", "device"}`` judges the program given;
``{"do": "measure", "source", "expression", "inputs", "axes", "seed"}`` measures what its layers read.

An answer's ``truth`` either has ``raises`` false with ``layers`` (leaf modules in order of first call:
name, type, shape, parameters, calls, definition and call line), ``outputs`` and ``parameters``; or
``raises`` true with the exception, its line in the program and the definition line of the layer
that was running. ``reason`` is ``shape`` when it is for rf-lsp to see, else says what it is instead.
"""

from __future__ import annotations

import atexit
import functools
import importlib.util
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import pytest

ROOT = Path(__file__).resolve().parents[2]
Request = dict[str, Any]
Answer = dict[str, Any]
Own = TypeVar("Own", bound="Judge")

HAS_TORCH = importlib.util.find_spec("torch") is not None
"""Whether there is a torch here that can judge."""
NO_TORCH = "torch is not installed, which judges here"


class Judge:
    """A persistent worker process under the interpreter that runs the tests; started when first asked."""

    worker = "tests.differential.worker"
    """The module that runs the programs."""
    other_device: str | None = "cpu"
    """Where a contradiction is looked at again: the meta device does not always do as real ones."""
    innermost = True
    """Whether a finding must stand where the exception is raised, not merely on a line that it comes through."""

    def __init__(self, python: str = sys.executable) -> None:
        self.python = python
        self._process: subprocess.Popen[str] | None = None

    @property
    def process(self) -> subprocess.Popen[str]:
        """The worker; a test that asks where there is no torch is skipped."""
        if self._process is None:
            if not HAS_TORCH:
                pytest.skip(NO_TORCH)
            self._process = subprocess.Popen(
                [self.python, "-m", self.worker],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        return self._process

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self: Own) -> Own:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, request: Request) -> Answer:
        return next(self.stream([request]))

    def stream(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """Answers in order; the worker runs ahead while the caller looks at earlier ones."""
        pending = list(requests)
        answers: queue.Queue[str] = queue.Queue()
        process = self.process
        reader = threading.Thread(target=read, args=(process, len(pending), answers), daemon=True)
        writer = threading.Thread(target=write, args=(process, pending), daemon=True)
        reader.start()
        writer.start()
        for _ in pending:
            line = answers.get()
            if not line:
                raise RuntimeError(f"the judge's process ended: run {self.worker} by hand")
            yield json.loads(line)

    def generate(self, seeds: Iterable[int], invalid: float = 0.3, family: str = "programs") -> Iterator[Answer]:
        """``family``: random ``programs``, ``networks`` over maps, or such behind other ``layouts`` of the input."""
        return self.stream({"do": "generate", "seed": seed, "invalid": invalid, "family": family} for seed in seeds)

    def measure(self, program: Answer, axes: list[list[int]]) -> Answer:
        """What the calls of a program's modules read along axes, each an input's number and a dim of it."""
        asked = {key: program[key] for key in ("source", "expression", "inputs", "seed")}
        return self.ask({"do": "measure", "axes": axes, **asked})

    def judge(self, source: str, expression: str, inputs: list[list[int]], device: str | None = None) -> Answer:
        return self.ask(self.request(source, expression, inputs, device))

    def request(self, source: str, expression: str, inputs: list[list[int]], device: str | None = None) -> Request:
        """What the worker is told to judge one program."""
        return {"do": "judge", "source": source, "expression": expression, "inputs": inputs, "device": device}

    @staticmethod
    def lines(truth: Answer) -> set[int | None]:
        """Where a finding says what an exception says: the line that raised, or that built the layer which did."""
        return {truth["line"], truth["definition"]}


def write(process: subprocess.Popen[str], requests: list[Request]) -> None:
    assert process.stdin is not None
    try:
        for request in requests:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
    except (BrokenPipeError, ValueError):
        return


def read(process: subprocess.Popen[str], count: int, answers: queue.Queue[str]) -> None:
    assert process.stdout is not None
    for _ in range(count):
        line = process.stdout.readline()
        answers.put(line)
        if not line:
            return


@functools.cache
def shared(name: str = "first") -> Judge:
    """A judge that several test modules use, so that torch is imported once."""
    judge = Judge()
    atexit.register(judge.close)
    return judge
