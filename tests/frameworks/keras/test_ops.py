"""``keras.ops`` against the real Keras on torch: the shape of every result, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from analyzers.analysis import with_deep_stack
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown
from tests.interpreter.agreement import module_of
from tests.mutations_keras.judge import HAS_KERAS, NO_KERAS

pytestmark = pytest.mark.skipif(not HAS_KERAS, reason=NO_KERAS)

PREAMBLE = """
from keras import ops
import keras
v = ops.ones((6,))
m = ops.ones((3, 5))
sq = ops.ones((4, 4))
eye = ops.eye(4)
b = ops.ones((2, 3, 4))
img = ops.ones((2, 8, 10, 3))
one = ops.ones((8, 10, 3))
vol = ops.ones((2, 6, 6, 6, 2))
sig = ops.ones((2, 400))
ids = ops.array([0, 1, 1])
"""
TABLE = (Path(__file__).parent / "ops.txt").read_text(encoding="utf-8")
EXPRESSIONS = [line for line in TABLE.splitlines() if line and not line.startswith("#")]
WORKER = """
import json, os, sys
os.environ["KERAS_BACKEND"] = "torch"
source, expressions = json.load(sys.stdin)
names = {}
exec(source, names)
def shape(value):
    if isinstance(value, (list, tuple)) or hasattr(value, "_fields"):
        return [shape(v) for v in value]
    return "x".join(map(str, value.shape)) if hasattr(value, "shape") else "number"
answers = []
for text in expressions:
    try:
        answers.append(shape(eval(text, names)))
    except Exception as error:
        answers.append("refused")
json.dump(answers, sys.stdout)
"""


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    request = json.dumps([PREAMBLE, EXPRESSIONS])
    done = subprocess.run([sys.executable, "-c", WORKER], input=request, capture_output=True, text=True, check=True)
    return dict(zip(EXPRESSIONS, json.loads(done.stdout)))


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("ops") / "main.py"
    lines = [f"r{i} = {text}" for i, text in enumerate(EXPRESSIONS)]
    path.write_text(PREAMBLE + "\n".join(lines) + "\n", encoding="utf-8")

    def run() -> list[Any]:
        machine, module = module_of(path)
        found = []
        for i in range(len(EXPRESSIONS)):
            before = len(machine.recorder.recorded_errors)
            value = module.look_up(f"r{i}")
            found.append("refused" if len(machine.recorder.recorded_errors) > before else shape_of(value))
        return found

    return dict(zip(EXPRESSIONS, with_deep_stack(run)))


def shape_of(value: Any) -> Any:
    if isinstance(value, Unknown):
        return "unknown"
    if isinstance(value, Tensor):
        return "x".join(str(d) for d in value.shape)
    if isinstance(value, (list, tuple)):
        return [shape_of(v) for v in value]
    return "number"


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_keras_has_it(expression: str, truth: dict[str, Any], ours: dict[str, Any]) -> None:
    assert ours[expression] == truth[expression]
