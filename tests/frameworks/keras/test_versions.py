"""What only Keras 3 refuses is told where Keras 3 is installed, and nowhere else."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from analyzers.analysis import Analyzer
from analyzers.facts import Finding
from analyzers.request import Request, WorkspaceOptions
from analyzers.rules.support.report import check
from analyzers.rules.support.settings import RuleSettings
from analyzers.source.sources import Sources
from tests.frameworks.keras.test_sessions import HERE, PROGRAM, answers
from tests.mutations_keras.judge import HAS_KERAS, NO_KERAS

PROGRAMS = dict(PROGRAM.findall((HERE / "versions.md").read_text(encoding="utf-8")))
DENSE = "if not isinstance(units, int) or units <= 0:\n    raise ValueError\n"
SYMBOLIC = """import {keras}
import tensorflow as tf

x = {keras}.Input((4,))
y = tf.nn.relu(x)
"""

FIRST_CALL = """import keras
from keras import layers

body = keras.Sequential([layers.Input((8, 8, 1)), layers.Conv2D(4, 3), layers.Flatten()])
inputs = keras.Input((8, 8, 1))
body(inputs)
model = keras.Model(body.input, layers.Dense(2)(body.output))
whole = keras.Sequential([body, layers.Dense(5)])
ends = keras.Model(inputs, body.output)
"""
"""The output of a Sequential is that of its first call, where it has one."""


def site(folder: Path, version: str | None, dense: str = DENSE, **packages: str) -> list[str]:
    """Site-packages with a Keras of this version, and other packages by name and version."""
    for name, number in packages.items():
        (folder / name).mkdir()
        (folder / name / "__init__.py").touch()
        (folder / f"{name}-{number}.dist-info").mkdir()
    if version is not None:
        core = folder / "keras" / "src" / "layers" / "core"
        core.mkdir(parents=True)
        for inner in (core, *list(core.parents)[:3]):
            (inner / "__init__.py").touch()
        (folder / "keras" / "src" / "version.py").write_text(f'__version__ = "{version}"\n')
        (core / "dense.py").write_text(dense)
    return [str(folder)]


def errors(folder: Path, source: str, packages: list[str]) -> list[Finding]:
    path = folder / "program.py"
    path.write_text(source, encoding="utf-8")
    options = WorkspaceOptions(roots=[str(folder)], site_packages=packages)
    facts = Analyzer(Sources(), options).analyze(Request(str(path)))
    return [finding for finding in check(facts, RuleSettings()) if finding.severity == "error"]


@pytest.fixture(scope="module")
def truths() -> dict[str, Any]:
    return answers(PROGRAMS)


@pytest.mark.skipif(not HAS_KERAS, reason=NO_KERAS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_as_the_installed_keras_has_it(name: str, truths: dict[str, Any], tmp_path: Path) -> None:
    spec = importlib.util.find_spec("keras")
    assert spec is not None and spec.origin is not None
    packages = [str(Path(spec.origin).parent.parent)]
    (found,) = errors(tmp_path, PROGRAMS[name], packages)
    assert found.place.line + 1 in truths[name]["lines"]


@pytest.mark.skipif(not HAS_KERAS, reason=NO_KERAS)
def test_a_sequential_has_the_output_of_its_first_call(tmp_path: Path) -> None:
    (truth,) = answers({"first call": FIRST_CALL}).values()
    assert len(truth["models"]) == 4
    spec = importlib.util.find_spec("keras")
    assert spec is not None and spec.origin is not None
    for packages in ([str(Path(spec.origin).parent.parent)], []):
        assert errors(tmp_path, FIRST_CALL, packages) == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_without_keras_3(name: str, tmp_path: Path) -> None:
    assert errors(tmp_path, PROGRAMS[name], []) == []
    folder = tmp_path / "site"
    folder.mkdir()
    assert errors(tmp_path, PROGRAMS[name], site(folder, "2.15.0")) == []


def test_units_as_the_installed_layer_reads_them(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    assert errors(tmp_path, PROGRAMS["units from numpy"], site(folder, "3.3.0", dense="self.units = units\n")) == []


@pytest.mark.parametrize(
    ("keras", "packages", "told"),
    [
        ("keras", {}, True),
        ("keras", {"tensorflow": "2.18.0"}, True),
        ("keras", {"tensorflow": "2.15.1"}, False),
        ("tensorflow.keras as keras", {}, False),
        ("tensorflow.keras as keras", {"tensorflow": "2.16.2"}, True),
    ],
)
def test_functions_of_tensorflow(keras: str, packages: dict[str, str], told: bool, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    source = SYMBOLIC.replace("{keras}", keras, 1).replace("{keras}", "keras")
    found = errors(tmp_path, source, site(folder, "3.15.1", **packages))
    said = "tf.nn.relu takes no tensors of Keras 3 while a model is built: use keras.ops.relu or a layer"
    assert [finding.message for finding in found] == ([said] if told else [])
