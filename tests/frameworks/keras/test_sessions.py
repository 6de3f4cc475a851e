"""Files whose own code builds models: every model is found as Keras makes it, and what Keras refuses is told where."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from analyzers.facts import FileFacts, Finding, ModelFact
from analyzers.request import Request
from analyzers.rules.support.report import check
from analyzers.rules.support.settings import RuleSettings
from rf_lsp.engine import Engine, ProjectSettings
from rf_lsp.settings import Settings
from tests import notebooks
from tests.mutations_keras.judge import HAS_KERAS, NO_KERAS

HERE = Path(__file__).parent / "sessions"
PROGRAM = re.compile(r"^## ([^\n]+)\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROGRAMS = dict(PROGRAM.findall((HERE / "programs.md").read_text(encoding="utf-8")))

pytestmark = pytest.mark.skipif(not HAS_KERAS, reason=NO_KERAS)


@functools.cache
def truths() -> dict[str, Any]:
    return answers(PROGRAMS)


def answers(programs: dict[str, str]) -> dict[str, Any]:
    """What Keras makes of each program."""
    command = [sys.executable, "-m", "tests.frameworks.keras.sessions.worker"]
    run = subprocess.run(command, input=json.dumps(programs), capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def analysed(path: Path) -> tuple[FileFacts, list[Finding]]:
    facts = Engine(ProjectSettings(Settings(), str(path.parent))).facts(Request(str(path)))
    return facts, [finding for finding in check(facts, RuleSettings()) if finding.severity == "error"]


def written(folder: Path, source: str, form: str) -> Path:
    """As a script, or as a notebook with a cell for every statement at the first column."""
    path = folder / f"program.{form}"
    if form == "py":
        path.write_text(source, encoding="utf-8")
    else:
        notebooks.write(path, *re.split(r"(?<=\n)(?=\S)(?!else|elif|except|\)|\])", source))
    return path


def told(model: ModelFact) -> tuple[Any, ...]:
    outputs = [[d if isinstance(d, int) else None for d in output.shape or ()] for output in model.outputs]
    return model.parameters, outputs, sorted(layer.name for layer in model.layers if "/" not in layer.name)


def of_keras(model: dict[str, Any]) -> tuple[Any, ...]:
    return model["parameters"], model["outputs"], sorted(model["layers"])


def numbers(entry: tuple[Any, ...]) -> tuple[Any, ...]:
    """Without the names of layers: those of models in models are told one by one."""
    return entry[:2]


@pytest.mark.parametrize("form", ["py", "ipynb"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_as_keras_has_it(name: str, form: str, tmp_path: Path) -> None:
    truth = truths()[name]
    path = written(tmp_path, PROGRAMS[name], form)
    facts, errors = analysed(path)
    if "raises" in truth:
        assert {error.place.line + 1 for error in errors} & set(truth["lines"]), (truth, errors)
        assert len(errors) == 1
        return
    assert errors == []
    made = [of_keras(model) for model in truth["models"]]
    found = [told(model) for model in facts.models if model.class_name]
    assert [entry for entry in found if numbers(entry) not in map(numbers, made)] == []
    whole = [of_keras(model) for model in truth["models"] if not model["is_part"] and model["parameters"]]
    assert [entry for entry in whole if numbers(entry) not in map(numbers, found)] == []
    counts = Counter(str(numbers(entry)) for entry in whole)
    single = [entry for entry in whole if counts[str(numbers(entry))] == 1]
    flat = [entry for entry in single if not any(word in str(entry[2]) for word in ("sequential", "functional"))]
    assert [entry for entry in flat if entry not in found] == []
