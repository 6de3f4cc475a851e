"""Builders of Keras models that nothing in the file calls: shown for placeholders, and nothing is wrong with them."""

from __future__ import annotations

import pytest

from analyzers.facts import ModelFact
from analyzers.tensors.dims import text

from .analysed import facts_of, outputs_of

HEADER = "import keras\nfrom keras import layers\n\n\n"
PYRAMID = """def pyramid(shape, classes):
    image = keras.Input(shape)
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(classes)(x))
"""
STATIC = """class Small:
    @staticmethod
    def build(width, height, depth, classes):
        model = keras.Sequential()
        model.add(layers.Conv2D(2, 3, input_shape=(height, width, depth)))
        model.add(layers.Flatten())
        model.add(layers.Dense(classes))
        return model
"""
TRAINER = """class Trainer:
    def __init__(self):
        self.coder = self.make()
        self.whole = keras.Sequential([self.coder, layers.Dense(3)])

    def make(self):
        model = keras.Sequential()
        model.add(layers.Dense(8, input_dim=5))
        return model
"""
SEQUENCE = """def reader(input_shape, units):
    words = keras.Input(shape=input_shape)
    return keras.Model(words, layers.Dense(1)(layers.LSTM(units)(words)))
"""
TUNED = """def build_model(hp):
    model = keras.Sequential([keras.Input((6,))])
    for i in range(hp.Int("layers", 2, 9)):
        model.add(layers.Dense(hp.Int(f"units_{i}", min_value=8, max_value=64, step=8)))
    if hp.Boolean("dropout"):
        model.add(layers.Dropout(hp.Float("rate", 0.1, 0.5)))
    model.add(layers.Dense(hp.Choice("out", [3, 4])))
    return model
"""


def the_model(folder, source: str) -> ModelFact:
    (model,) = facts_of(folder, HEADER + source).models
    assert not model.problems
    return model


def test_a_function_of_a_shape(tmp_path):
    model = the_model(tmp_path, PYRAMID)
    assert (model.name, model.status, outputs_of(model)) == ("pyramid", "complete", ["Nxclasses"])
    assert [text(d) for d in model.inputs[0].shape] == ["N", "H", "W", "C"]


def test_a_static_method(tmp_path):
    model = the_model(tmp_path, STATIC)
    assert (model.name, model.status, outputs_of(model)) == ("Small", "complete", ["Nxclasses"])


def test_a_plain_class(tmp_path):
    model = the_model(tmp_path, TRAINER)
    assert (model.name, model.parameters) == ("Trainer", (5 + 1) * 8 + (8 + 1) * 3)


def test_the_shape_that_fits(tmp_path):
    model = the_model(tmp_path, SEQUENCE)
    assert [text(d) for d in model.inputs[0].shape] == ["N", "T", "C"]
    assert model.status == "complete"


def test_the_first_values_of_a_tuner(tmp_path):
    model = the_model(tmp_path, TUNED)
    assert model.parameters == (6 + 1) * 8 + (8 + 1) * 8 + (8 + 1) * 3
    assert outputs_of(model) == ["Nx3"]


def test_what_is_called_is_no_guess(tmp_path):
    (model,) = facts_of(tmp_path, HEADER + PYRAMID + "\n\nnet = pyramid((8, 8, 3), 5)\n").models
    assert (model.name, model.parameters) == ("net", (3 * 9 + 1) * 4 + (4 + 1) * 5)


@pytest.mark.parametrize("call", ["layers.Dense(classes)(layers.Flatten()(image))", "layers.LSTM(classes)(image)"])
def test_guesses_do_not_speak(tmp_path, call):
    """Neither the rank nor that the sizes are known is certain."""
    source = f"def build(shape, classes):\n    image = keras.Input(shape)\n    return keras.Model(image, {call})\n"
    facts = facts_of(tmp_path, HEADER + source)
    assert not facts.problems and not any(model.problems for model in facts.models)


def test_the_line_is_part_of_the_name(tmp_path):
    source = (
        HEADER
        + "net = keras.Sequential([keras.Input((2,)), layers.Dense(3)])\nnet = keras.Sequential([layers.Dense(4)])\n"
    )
    path = tmp_path / "model.py"
    assert [m.name for m in facts_of(tmp_path, source).models] == ["net@5", "net"]
    (model,) = facts_of(tmp_path, source, "net@5").models
    assert (model.parameters, model.target) == (9, f"{path}::net@5")
