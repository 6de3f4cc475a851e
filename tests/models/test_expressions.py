"""What the expressions of a model's own code are worth: shapes are torch's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analyzers.analysis import Analyzer
from analyzers.facts import ModelFact, ValueFact
from analyzers.request import Request, WorkspaceOptions
from analyzers.source.sources import Sources
from tests.models.torch_values import Values
from tests.mutations.originals import ORIGINALS, Original


@pytest.fixture(scope="module")
def torch_values() -> Iterator[Values]:
    with Values() as values:
        yield values


def model_of(folder: Path, source: str, expression: str, inputs: list[list[int]]) -> ModelFact:
    path = folder / "model.py"
    path.write_text(source, encoding="utf-8")
    given = [(None, tuple(shape)) for shape in inputs]
    analyzer = Analyzer(Sources(), WorkspaceOptions(roots=[str(folder)]))
    return analyzer.analyze(Request(str(path), [expression], given, open=frozenset([str(path)]))).models[0]


def lines_of(model: ModelFact) -> dict[int, list[Any]]:
    """Line in which the value of a statement ends → its different shapes."""
    found: dict[int, list[Any]] = {}
    for expression in model.expressions:
        if expression.whole:
            known = found.setdefault(expression.place.end_line + 1, [])
            for value in expression.values:
                if (shape := shape_of(value)) not in known:
                    known.append(shape)
    return found


def shape_of(value: ValueFact) -> Any:
    shapes = [None if output.shape is None else list(output.shape) for output in value.outputs]
    return shapes[0] if value.outputs[0].path == "" else shapes


WITH_CODE = [original for original in ORIGINALS if "def forward" in original.source]


@pytest.mark.parametrize("original", WITH_CODE, ids=lambda original: original.file)
def test_every_line_of_a_real_program(original: Original, torch_values: Values, tmp_path: Path) -> None:
    truth = torch_values.of(original.source, original.expression, original.input_lists)
    found = lines_of(model_of(tmp_path, original.source, original.expression, original.input_lists))
    assert truth
    wrong = {line: (shapes, found.get(line)) for line, shapes in truth.items() if found.get(line) != shapes}
    assert wrong == {}
