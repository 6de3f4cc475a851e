"""The two tasks of a first course on convolutional networks, from the source text to the numbers in the report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.differential.static import run_command, static_inspect

CLASSIFIER = """
import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input(shape=(28, 28, 1)),
        layers.Conv2D(8, kernel_size=3, activation="relu"),
        layers.MaxPooling2D(pool_size=2),
        layers.Conv2D(16, kernel_size=3, activation="relu"),
        layers.MaxPooling2D(pool_size=2),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
"""

BLOCKS = """
import keras
from keras import layers

maps = keras.Input(shape=(32, 32, 16))
plain = keras.Model(maps, layers.Conv2D(32, 3, padding="same", use_bias=False)(maps))
separable = keras.Model(maps, layers.SeparableConv2D(32, 3, padding="same", use_bias=False)(maps))
"""

SEPARABLE = """
import keras
from keras import layers


def block(x, filters, strides=1):
    x = layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(filters, 1, use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(x)


def build():
    image = keras.Input(shape=(64, 64, 3))
    x = layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False)(image)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    for filters, strides in [(32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (192, 2)]:
        x = block(x, filters, strides)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(10)(x))
"""
"""A depthwise-separable network of fewer than 100,000 parameters; the counts are Keras' own."""


def inspected(folder: Path, source: str, expression: str = "model") -> dict[str, Any]:
    path = folder / "course.py"
    path.write_text(source, encoding="utf-8")
    (model,) = static_inspect(path, expression)["models"]
    assert model["status"] == "complete", model["unknowns"]
    return model


def by_type(model: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [layer for layer in model["layers"] if layer["type"].endswith(f".{name}")]


def test_maps_of_the_small_classifier(tmp_path: Path) -> None:
    model = inspected(tmp_path, CLASSIFIER)
    assert [layer["output_shape"][1:] for layer in model["layers"]] == [
        [26, 26, 8], [13, 13, 8], [11, 11, 16], [5, 5, 16], [400], [64], [10],
    ]  # fmt: skip
    assert [layer["parameters"] for layer in model["layers"]] == [80, 0, 1168, 0, 0, 25_664, 650]
    assert model["parameters"] == 27_562


def test_fields_of_the_small_classifier(tmp_path: Path) -> None:
    model = inspected(tmp_path, CLASSIFIER)
    fields = [layer["receptive_field"] for layer in model["layers"][:4]]
    assert [field["size"] for field in fields] == [[3, 3], [4, 4], [8, 8], [10, 10]]
    assert [field["stride"] for field in fields] == [[1, 1], [2, 2], [2, 2], [4, 4]]


@pytest.mark.parametrize(("expression", "weights"), [("plain", 4608), ("separable", 656)])
def test_weights_of_a_plain_and_a_separable_block(tmp_path: Path, expression: str, weights: int) -> None:
    assert inspected(tmp_path, BLOCKS, expression)["parameters"] == weights


def test_sizes_and_fields_of_the_separable_network(tmp_path: Path) -> None:
    model = inspected(tmp_path, SEPARABLE, "build()")
    depthwise = by_type(model, "DepthwiseConv2D")
    assert [layer["output_shape"][1:] for layer in depthwise] == [
        [32, 32, 16], [16, 16, 32], [16, 16, 64], [8, 8, 64], [8, 8, 128], [4, 4, 128],
    ]  # fmt: skip
    assert [layer["receptive_field"]["size"][0] for layer in depthwise] == [7, 11, 19, 27, 43, 59]
    assert [layer["receptive_field"]["stride"][0] for layer in depthwise] == [2, 4, 4, 8, 8, 16]


def test_parameters_that_train_and_those_that_do_not(tmp_path: Path) -> None:
    model = inspected(tmp_path, SEPARABLE, "build()")
    assert (model["parameters"], model["trainable_parameters"]) == (PARAMETERS, TRAINABLE)


PARAMETERS, TRAINABLE = 66_282, 64_170


def test_the_table_to_hand_in(tmp_path: Path) -> None:
    """Every layer with its output and its field, as Markdown."""
    path = tmp_path / "course.py"
    path.write_text(SEPARABLE, encoding="utf-8")
    _, out, _ = run_command(["inspect", f"{path}::build()", "--format", "markdown"])
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in out.splitlines() if line.startswith("|")]
    head, _, *body = rows
    assert head[:3] == ["layer", "type", "output"]
    table = {row[0]: dict(zip(head, row, strict=True)) for row in body}
    assert len(table) == 41
    first = table["conv2d"]
    assert (first["output"], first["params"], first["RF"], first["stride"]) == ("32×32×16", "432", "3", "2")
    last = table["conv2d_6"]
    assert (last["output"], last["RF"], last["stride"]) == ("4×4×192", "59", "16")


@pytest.mark.parametrize(("budget", "found"), [(100_000, []), (60_000, ["RF405"])])
def test_the_budget_is_guarded(tmp_path: Path, budget: int, found: list[str]) -> None:
    path = tmp_path / "course.py"
    path.write_text(SEPARABLE, encoding="utf-8")
    settings = f'[[tool.rf-lsp.models]]\ntarget = "course.py::build()"\nmax-parameters = {budget}\n'
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    _, out, _ = run_command(["check", str(path), "--select", "RF405", "--format", "json"])
    assert [finding["code"] for finding in json.loads(out)["findings"]] == found
