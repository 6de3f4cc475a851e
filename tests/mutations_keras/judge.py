"""The suite's side of the judge: programs go in, what the real Keras made of them comes out."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
Answer = dict[str, Any]
HAS_KERAS = all(importlib.util.find_spec(name) is not None for name in ("keras", "torch"))
"""Whether there is a Keras here that can judge."""


class Judge:
    """A persistent worker process under the interpreter that runs the tests."""

    def __init__(self, python: str = sys.executable) -> None:
        self.process = subprocess.Popen(
            [python, "-m", "tests.mutations_keras.worker"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.pool = ThreadPoolExecutor(1)

    def __enter__(self) -> Judge:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        self.pool.shutdown()

    def ask(self, source: str, expression: str, inputs: list[list[int]]) -> Answer:
        assert self.process.stdin is not None and self.process.stdout is not None
        request = {"source": source, "expression": expression, "inputs": inputs}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the judge's process ended: run tests.mutations_keras.worker by hand")
        return json.loads(line)

    def stream(self, requests: Iterable[tuple[str, str, list[list[int]]]]) -> Iterator[Answer]:
        """Answers in order; the worker runs ahead while the caller looks at earlier ones."""
        futures: list[Future[Answer]] = [self.pool.submit(self.ask, *request) for request in requests]
        for future in futures:
            yield future.result()
