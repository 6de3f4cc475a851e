"""What the real frameworks get from a call: a process of its own that builds layers and tells their arguments, as each
layer's own signature binds them.

One JSON request a line: ``{"programs": [[class, source], …]}`` with dotted names of classes; the answer has for each
program what the constructor of its class was given, in order: ``{name: repr}``, defaults included. A program may raise.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import json
import os
import sys
from collections.abc import Iterator
from typing import Any


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    os.environ.setdefault("KERAS_BACKEND", "torch")
    for line in sys.stdin:
        request = json.loads(line)
        found = [given(class_, source) for class_, source in request["programs"]]
        answers.write(json.dumps(found) + "\n")


def given(name: str, source: str) -> list[dict[str, str]]:
    """What the constructor of a class gets when a program runs; if it raises, that counts as well."""
    found: list[dict[str, str]] = []
    module, _, short = name.rpartition(".")
    with watched(getattr(importlib.import_module(module), short), found), contextlib.suppress(Exception):
        exec(compile(source, "program.py", "exec"), {"__name__": "program"})
    return found


@contextlib.contextmanager
def watched(class_: type, found: list[dict[str, str]]) -> Iterator[None]:
    """Note what the constructor of a class is called with."""
    constructor, signature = class_.__init__, inspect.signature(class_.__init__)
    own = "__init__" in class_.__dict__

    @functools.wraps(constructor)
    def noting(self: Any, *args: Any, **kwargs: Any) -> None:
        bound = signature.bind(self, *args, **kwargs)
        bound.apply_defaults()
        found.append({key: repr(value) for key, value in list(bound.arguments.items())[1:]})
        constructor(self, *args, **kwargs)

    noting.__signature__ = signature  # type: ignore[attr-defined]  # Keras looks at it
    setattr(class_, "__init__", noting)  # noqa: B010
    try:
        yield
    finally:
        if own:
            setattr(class_, "__init__", constructor)  # noqa: B010
        else:
            del class_.__init__


if __name__ == "__main__":
    main()
