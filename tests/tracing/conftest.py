from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from analyzers.tracing.process import Limits, Worker, WorkerFailed

_NEED_TORCH = ["test_fields.py", "test_safety.py", "test_erf.py", "test_loading.py"]
collect_ignore = [] if importlib.util.find_spec("torch") else _NEED_TORCH

PATIENT = Limits(60.0)
Ask = Callable[..., dict[str, Any]]


class Asking:
    """One warm worker, started anew after a program has ended it."""

    def __init__(self) -> None:
        self.worker: Worker | None = None

    def __call__(self, path: Path, limits: Limits, **request: Any) -> dict[str, Any]:
        if self.worker is None or not self.worker.is_alive:
            self.worker = Worker(sys.executable, str(path.parent))
        try:
            answer = self.worker.ask({"path": str(path), **request}, limits)
        except WorkerFailed as error:
            answer = {"failure": str(error)}
        return {**answer, "output": self.worker.output}


@pytest.fixture(scope="session")
def asking() -> Iterator[Asking]:
    made = Asking()
    yield made
    if made.worker is not None:
        made.worker.end()


@pytest.fixture
def ask(asking: Asking, tmp_path: Path) -> Ask:
    """Trace a program: ``ask(source, "Net()", [1, 3, 8, 8])``."""

    def command(
        source: str, expression: str = "Net()", *shapes: list[int], limits: Limits = PATIENT, **request: Any
    ) -> dict[str, Any]:
        path = tmp_path / "net.py"
        path.write_text(source)
        inputs = [
            {"name": name, "shape": shape, "dtype": "float32", "batched": True} for name, shape in zip("xyz", shapes)
        ]
        order = [given["name"] for given in inputs]
        return asking(path, limits, expression=expression, inputs=inputs, order=order, **request)

    return command
