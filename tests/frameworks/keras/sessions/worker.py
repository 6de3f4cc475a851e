"""Runs programs under the real Keras, each as a main program, and tells which models they make.

Reads a JSON object of name → source from standard input; answers with name → ``{"models": […]}`` or ``{"raises", "line",
"message"}``. A process of its own, so that the suite never imports Keras.
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

PROGRAM = "program.py"
made: list[Any] = []


def main() -> None:
    warnings.simplefilter("ignore")
    initialise = keras.Layer.__init__

    def watched(self: Any, *args: Any, **kwargs: Any) -> None:
        if isinstance(self, keras.Model) and not is_inner() and all(model is not self for model in made):
            made.append(self)
        initialise(self, *args, **kwargs)

    keras.Layer.__init__ = watched
    programs = json.load(sys.stdin)
    answers, sys.stdout = sys.stdout, sys.stderr
    json.dump({name: ran(source) for name, source in programs.items()}, answers)


def is_inner() -> bool:
    """Whether a Sequential makes it for itself."""
    code = [frame.f_code for frame, _ in traceback.walk_stack(None)]
    return any(c.co_filename.endswith("sequential.py") and c.co_name == "build" for c in code)


def ran(source: str) -> dict[str, Any]:
    keras.utils.clear_session(free_memory=False)
    made.clear()
    try:
        exec(compile(source, PROGRAM, "exec"), {"__name__": "__main__"})
    except Exception as error:
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == PROGRAM]
        return {"raises": type(error).__name__, "lines": lines, "message": str(error)}
    parts = {id(part) for model in made for part in model._flatten_layers(include_self=False)}
    return {"models": [told(model, id(model) in parts) for model in made if model.built]}


def told(model: Any, is_part: bool) -> dict[str, Any]:
    outputs = getattr(model, "outputs", None) or []
    return {
        "parameters": int(model.count_params()),
        "outputs": [[int(d) if d is not None else None for d in tensor.shape] for tensor in outputs],
        "layers": [layer.name for layer in model.layers if type(layer).__name__ != "InputLayer"],
        "is_part": is_part,
    }


if __name__ == "__main__":
    main()
