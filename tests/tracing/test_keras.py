"""Keras models by Keras 3 on torch, and the programs of ``tf.keras`` and Keras 2."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from rf_lsp.cli import main

pytestmark = pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("torch", "keras"))), reason="keras or torch is not installed"
)

NET = """
{imports}

def block(x, filters):
    skip = x
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    return layers.Add()([x, skip])

def build():
    given = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(given)
    x = block(x, 8)
    x = layers.MaxPooling2D()(x)
    x = block(x, 8)
    return keras.Model(given, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))

class Up(keras.Model):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(4, 3, padding="same")
        self.up = layers.Conv2DTranspose(2, 2, strides=2, padding="same")

    def call(self, x, training=False):
        return {concat}([self.up(self.conv(x)), {relu}(self.up(self.conv(x)))], axis=-1)
"""
KERAS_3 = ("import keras\nfrom keras import layers", "keras.ops.concatenate", "keras.ops.relu")
TENSORFLOW = (
    "import tensorflow as tf\nfrom tensorflow import keras\nfrom tensorflow.keras import layers",
    "tf.concat",
    "tf.nn.relu",
)


def trace(tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str, expression: str, *arguments: str) -> dict:
    path = tmp_path / "net.py"
    path.write_text(source)
    main(["trace", f"{path}::{expression}", "--python", sys.executable, "--format", "json", *arguments])
    return json.loads(capsys.readouterr().out)["models"][0]


@pytest.mark.parametrize("words", [KERAS_3, TENSORFLOW], ids=["keras", "tensorflow"])
def test_models_are_confirmed(tmp_path: Path, capsys, words: tuple[str, str, str]):
    source = NET.format(imports=words[0], concat=words[1], relu=words[2])
    model = trace(tmp_path, capsys, source, "build()")
    assert (model["verdict"], model["framework"], model["device"]) == ("confirmed", "keras", "cpu"), model
    last = model["layers"][-3]
    assert last["name"] == "add_1" and last["traced"]["receptive_field"]["size"] == [17, 17]
    assert model["parameters"]["traced"] == 1530
    model = trace(tmp_path, capsys, source, "Up()", "--input", "1x16x16x3")
    assert model["verdict"] == "confirmed", model
    assert model["outputs"]["traced"] == [{"path": "", "shape": [1, 32, 32, 4]}]
    assert [(layer["name"], layer["call"]) for layer in model["layers"]] == [
        ("conv2d", 1), ("conv2d_transpose", 1), ("conv2d", 2), ("conv2d_transpose", 2),
    ]  # fmt: skip


def test_weights_of_applications_are_random(tmp_path: Path, capsys):
    source = 'import keras\n\ndef build():\n    return keras.applications.MobileNetV2(weights="imagenet", alpha=0.35)\n'
    model = trace(tmp_path, capsys, source, "build()", "--no-fields")
    assert model["verdict"] == "confirmed", (model["message"], model["findings"])
    assert any(note.startswith("weights are random") for note in model["notes"])


def test_what_keras_3_does_not_have_is_said(tmp_path: Path, capsys):
    source = (
        "import tensorflow as tf\n\nclass Net(tf.keras.Model):\n    def call(self, x):\n"
        "        return tf.raw_ops.Relu(features=x)\n"
    )
    model = trace(tmp_path, capsys, source, "Net()", "--input", "1x8x8x3")
    assert model["verdict"] == "failed"
    assert "tf.raw_ops.Relu has no counterpart in Keras 3" in model["message"]
