"""Layers with random arguments against the real Keras: output shapes, weights, names, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from analyzers.analysis import Analyzer
from analyzers.facts import FileFacts
from analyzers.request import Request, WorkspaceOptions
from analyzers.source.sources import Sources
from tests.frameworks.keras.generator import generate
from tests.mutations_keras.judge import HAS_KERAS, NO_KERAS, shared

SEEDS = range(240)
GROUP = 40

pytestmark = pytest.mark.skipif(not HAS_KERAS, reason=NO_KERAS)


def analyzed(source: str) -> FileFacts:
    """What the engine says of the program's ``model``, whose inputs the program itself declares."""
    return Analyzer(Sources(), WorkspaceOptions()).analyze(Request("case.py", ["model"], text=source))


def difference(truth: dict[str, Any], facts: FileFacts, batch: int) -> str | None:
    """How the two accounts differ; None where they agree."""
    (model,) = facts.models
    problems = [p.message for p in (*model.problems, *facts.problems)]
    if truth["raises"]:
        return None if problems else f"missed: {truth['exception']}: {truth['message']}"
    if problems:
        return f"false error: {problems[0]}"
    if model.status != "complete":
        return f"{model.status}: {model.unknowns}"
    said = {
        "outputs": [shape_of(o.shape, batch) for o in model.outputs],
        "parameters": (model.parameters, model.trainable_parameters),
        "layers": [
            (row.name, row.type.rpartition(".")[2], shape_of(row.output_shape, batch), row.parameters, row.calls)
            for row in model.layers
            if not row.functional
        ],
    }
    wanted = {
        "outputs": truth["outputs"],
        "parameters": (truth["parameters"], truth["trainable"]),
        "layers": [(r["name"], r["type"], r["shape"], r["parameters"], r["calls"]) for r in truth["layers"]],
    }
    return None if said == wanted else f"{said} != {wanted}"


def shape_of(shape: Any, batch: int) -> list[Any]:
    """The shape with the open batch as it was given to the judge."""
    return [batch if index == 0 and not isinstance(dim, int) else dim for index, dim in enumerate(shape or ())]


@pytest.mark.parametrize("first", SEEDS[::GROUP])
def test_layers_as_keras_has_them(first: int) -> None:
    judge = shared()
    cases = [generate(seed) for seed in range(first, first + GROUP)]
    wrong = []
    for (source, inputs), truth in zip(
        cases, judge.stream(judge.request(source, "model", inputs) for source, inputs in cases), strict=True
    ):
        found = difference(truth, analyzed(source), inputs[0][0])
        if found is not None:
            wrong.append(f"{source}{found}\n")
    assert not wrong, "\n".join(wrong)
