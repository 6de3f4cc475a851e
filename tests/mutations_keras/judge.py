"""The suite's side of the judge: programs go in, what the real Keras made of them comes out."""

from __future__ import annotations

import atexit
import functools
import importlib.util

from tests.differential import judge
from tests.differential.judge import Answer, Request

HAS_KERAS = all(importlib.util.find_spec(name) is not None for name in ("keras", "torch"))
"""Whether there is a Keras here that can judge."""
NO_KERAS = "keras or torch is not installed, which judge here"


class Judge(judge.Judge):
    """A persistent worker process that runs programs under Keras, with real arrays on the CPU."""

    worker = "tests.mutations_keras.worker"
    other_device = None
    innermost = False

    def request(self, source: str, expression: str, inputs: list[list[int]], device: str | None = None) -> Request:
        return {"source": source, "expression": expression, "inputs": inputs}

    @staticmethod
    def lines(truth: Answer) -> set[int | None]:
        """Any line of the program that the exception came through, or that built the layer which raised."""
        return {*truth["lines"], truth["definition"]}


@functools.cache
def shared() -> Judge:
    """A judge that several test modules use, so that Keras is imported once."""
    found = Judge()
    atexit.register(found.close)
    return found
