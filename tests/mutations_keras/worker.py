"""The judge's process: runs programs under the real Keras on its torch backend, one JSON request a line.

Started by :mod:`tests.mutations_keras.judge`. A process of its own, so that the suite never imports
Keras and a program that goes wrong takes only this one along.

A request is ``{"source", "expression", "inputs"}``; the answer either has ``raises`` false with
``layers`` (leaf layers in order of first call: name, type, shape, parameters, calls, definition),
``outputs``, ``parameters``, ``trainable``; or ``raises`` true with the exception, its line in the program
and the definition line of the layer that was running. ``reason`` is ``shape`` when it is for rf-lsp to
see, else ``python``.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
import warnings
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import torch

PROGRAM = "program.py"
"""The file name under which programs are compiled, to recognise their frames."""
FRAMEWORK_MESSAGES = (
    "__init__() missing",
    "__init__() got",
    "__init__() takes",
    "call() missing",
    "call() got",
    "unexpected keyword",
    "required positional",
)
"""Parts of the messages with which Python refuses the arguments of Keras' own functions."""


class Watch:
    """What happened to layers while one program ran."""

    def __init__(self) -> None:
        self.definitions: dict[int, int | None] = {}
        self.alive: list[Any] = []
        self.running: list[Any] = []
        self.failed: int | None = None
        self.recording = False
        self.rows: dict[int, dict[str, Any]] = {}
        self.parents: set[int] = set()


watch = Watch()


def line_in_program() -> int | None:
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == PROGRAM:
            return frame.f_lineno
        frame = frame.f_back
    return None


def install() -> None:
    """Watch constructions and calls of layers."""
    initialise, call = keras.Layer.__init__, keras.Layer.__call__

    def watched_init(self: Any, *args: Any, **kwargs: Any) -> None:
        watch.definitions.setdefault(id(self), line_in_program())
        watch.alive.append(self)
        initialise(self, *args, **kwargs)

    def watched_call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if is_inside_leaf():
            return call(self, *args, **kwargs)
        for parent in watch.running:
            watch.parents.add(id(parent))
        watch.running.append(self)
        row = started(self) if watch.recording else None
        try:
            result = call(self, *args, **kwargs)
        except BaseException:
            if watch.failed is None:
                watch.failed = watch.definitions.get(id(self))
            raise
        finally:
            watch.running.pop()
        if row is not None and row["shape"] is None:
            row["shape"] = first_shape(result)
        return result

    keras.Layer.__init__ = watched_init
    keras.Layer.__call__ = watched_call


def is_inside_leaf() -> bool:
    """Inside one of Keras' own layers, whose parts are its own affair."""
    return any(type(layer).__module__.startswith("keras.src.layers") for layer in watch.running)


def started(layer: Any) -> dict[str, Any]:
    row = watch.rows.setdefault(
        id(layer),
        {"name": layer.name, "type": type(layer).__name__, "shape": None, "calls": 0, "layer": layer},
    )
    row["calls"] += 1
    return row


def first_shape(result: Any) -> list[int] | None:
    found = [list(t.shape) for t in keras.tree.flatten(result) if hasattr(t, "shape")]
    return [int(d) for d in found[0]] if found else None


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    install()
    for line in sys.stdin:
        asked = json.loads(line)
        answers.write(json.dumps(truth(asked["source"], asked["expression"], asked["inputs"])) + "\n")


def truth(source: str, expression: str, inputs: list[list[int]]) -> dict[str, Any]:
    global watch
    watch = Watch()
    keras.utils.clear_session(free_memory=False)
    keras.config.set_image_data_format("channels_last")
    keras.utils.set_random_seed(0)
    try:
        with torch.no_grad():
            return ran(source, expression, inputs)
    except Exception as error:
        return raised(error)


def ran(source: str, expression: str, inputs: list[list[int]]) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "program"}
    exec(compile(source, PROGRAM, "exec"), namespace)
    model = eval(compile(expression, PROGRAM, "eval"), namespace)
    tensors = [torch.zeros(shape) for shape in declared(model, inputs)]
    argument = tensors[0] if len(tensors) == 1 else tensors
    model(argument)  # Builds what is not built yet; tracing for that calls layers several times.
    watch.recording = True
    result = model(argument)
    rows = [r for key, r in watch.rows.items() if key not in watch.parents]
    return {
        "raises": False,
        "layers": [described(row) for row in rows],
        "outputs": [[int(d) for d in t.shape] for t in keras.tree.flatten(result)],
        "parameters": int(model.count_params()),
        "trainable": sum(int(torch.Size(tuple(w.shape)).numel()) for w in model.trainable_weights),
    }


def declared(model: Any, given: list[list[int]]) -> list[list[int]]:
    """The shapes a model itself declares, with what it leaves open as it is given; else those given."""
    try:
        shapes = [tensor.shape for tensor in model.inputs]
    except (AttributeError, ValueError):
        return given
    if any(len(shape) != len(other) for shape, other in zip(shapes, given, strict=False)):
        return [[2 if d is None else d for d in shape] for shape in shapes]
    pairs = zip(shapes, given, strict=False)
    return [[g if d is None else d for d, g in zip(shape, other, strict=True)] for shape, other in pairs]


def described(row: dict[str, Any]) -> dict[str, Any]:
    layer = row.pop("layer")
    row["parameters"] = int(layer.count_params()) if layer.built else 0
    row["definition"] = watch.definitions.get(id(layer))
    return row


def raised(error: Exception) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == PROGRAM]
    message = str(error)
    by_framework = frames[-1].filename != PROGRAM or any(part in message for part in FRAMEWORK_MESSAGES)
    return {
        "raises": True,
        "exception": type(error).__name__,
        "message": message[:300],
        "line": own[-1].lineno if own else None,
        "lines": sorted({frame.lineno for frame in own if frame.lineno}),
        "definition": watch.failed,
        "layer": None,
        "reason": "shape" if by_framework else "python",
    }


if __name__ == "__main__":
    main()
