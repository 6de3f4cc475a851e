"""`rf-lsp inspect`, with the real engine: an error stands once, with the models that it happens in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ADDED = """import keras
from keras import layers

model = keras.Sequential()
model.add(layers.Conv2D(4, 3, input_shape=(8, 8, 3)))
model.add(layers.Conv2D(4, 9))
model.add(layers.Flatten())
layers.Dense(2, activaton="relu")
"""
MERGED = """import keras
from keras import layers

inputs = keras.Input((8, 8, 3))
outputs = layers.Add()([inputs, layers.Dense(4)(inputs)])
model = keras.Model(inputs, outputs)
"""


@pytest.mark.parametrize(
    ("source", "of_models", "of_the_file"), [(ADDED, ["RF203"], ["RF301"]), (MERGED, ["RF204"], [])]
)
def test_what_the_file_and_its_model_meet_is_told_once(
    run, tmp_path: Path, source: str, of_models: list[str], of_the_file: list[str]
) -> None:
    (tmp_path / "net.py").write_text(source)
    said = json.loads(run("inspect", "net.py", "--format", "json").out)
    errors = [f["code"] for model in said["models"] for f in model["findings"] if f["severity"] == "error"]
    assert (errors, [f["code"] for f in said["findings"]]) == (of_models, of_the_file)
