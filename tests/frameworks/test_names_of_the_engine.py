"""Whatever name a program gives to an attribute, it is the program's: the engine keeps nothing under it."""

from __future__ import annotations

import dataclasses
import keyword
from pathlib import Path
from typing import Any

import pytest

from analyzers.frameworks.keras.layer import Layer
from analyzers.frameworks.keras.state import KerasState
from analyzers.frameworks.torch.module import Module
from analyzers.interpreter.classes import ENGINE_MEMBERS
from analyzers.interpreter.state import State
from analyzers.interpreter.traits import ClassTraits
from analyzers.interpreter.values import Class, Instance
from analyzers.tensors.dim_text import text
from tests.models.analysed import facts_of

FORMER = (
    "_backward _begins _built_for _channels _features _forward _graph _inner _input_nest _input_shape_arg _integers "
    "_is_input _kernel_shape _length _lost _nodes _output _own_format _pairs _parameters _rank _sizes _stack "
    "_statistics _symbolic _tensor _trainable construct enumeration fields framework frozen is_module keyword_only "
    "members metaclass specs total"
).split()
"""Under which the engine once kept something of an object or a class."""


def names_of_the_engine() -> list[str]:
    fields = [f.name for kind in (State, KerasState, ClassTraits) for f in dataclasses.fields(kind)]
    own = [*fields, *Instance.__slots__, *Class.__slots__, *ENGINE_MEMBERS]
    names = {alike for name in (*own, *FORMER) for alike in (name, f"_{name.strip('_')}")}
    return sorted(name for name in names if name.isidentifier() and name[:2] != "__" and not keyword.iskeyword(name))


def allowed(names: list[str], host: type, own: str) -> list[str]:
    """Without those that the framework itself has under that name: there the program breaks in the framework, too."""
    theirs = {name for name in dir(host) if name not in ENGINE_MEMBERS}
    return [name for name in names if name not in theirs and name not in own.split()]


OF_KERAS = allowed(names_of_the_engine(), Layer, "name dtype built layers call dense")
OF_TORCH = allowed(names_of_the_engine(), Module, "_parameters _buffers _modules training forward dense")
HARMLESS = "quite_another_name"
VALUES = ("{'root': [1, 2]}", "[1, 2]", "3", "'text'", "None", "(1, 2)", "lambda: 3")

KERAS = """
import keras

class Tree(keras.Model):
    {name} = {value}

    def __init__(self):
        super().__init__()
        self.{name} = {value}
        self.dense = keras.layers.Dense(4)
        self.body = Branches(3, return_sequences=True)
        self.tail = Widened(4, 3, padding="same")

    def call(self, x):
        y = self.dense(x)
        return y, self.body(y[:, None, :]), self.tail(x[:, :, None, None])

class Branches(keras.layers.LSTM):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.{name} = {value}

class Widened(keras.layers.Conv2D):
    def build(self, input_shape):
        self.{name} = {value}
        super().build(input_shape)

model = Tree()
y = model(keras.ops.ones((2, 8)))
chain = keras.Sequential([keras.Input((8,)), keras.layers.Dense(2)])
chain.{name} = {value}
chain.add(keras.layers.Dense(3))
"""
TORCH = """
import torch
from torch import nn

class Tree(nn.Module):
    {name} = {value}

    def __init__(self):
        super().__init__()
        self.{name} = {value}
        self.dense = nn.Sequential(nn.Linear(8, 4), nn.Flatten())
        self.dense.{name} = {value}
        self.body = Branches(4, 3)
        self.tail = Widened(8, 4, 3, padding=1)

    def forward(self, x):
        y = self.dense(x)
        return y, self.body(y[:, None])[0], self.tail(x[:, :, None, None])

class Branches(nn.LSTM):
    def __init__(self, *args):
        super().__init__(*args)
        self.{name} = {value}

class Widened(nn.Conv2d):
    def forward(self, x):
        self.{name} = {value}
        return super().forward(x)

model = Tree()
y = model(torch.ones(2, 8))
"""


def said(folder: Path, source: str, name: str, value: str) -> list[Any]:
    """What is found in the program whose attributes have this name."""
    facts = facts_of(folder, source.format(name=name, value=value))
    return [
        (
            m.name,
            m.status,
            str(m.parameters),
            [tuple(map(text, o.shape)) for o in m.outputs if o.shape is not None],
            [(layer.name, layer.type, str(layer.parameters)) for layer in m.layers],
            [p.message.replace(name, HARMLESS) for p in m.problems],
        )
        for m in facts.models
    ]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[Any]]:
    folder = tmp_path_factory.mktemp("harmless")
    return {(source, value): said(folder, source, HARMLESS, value) for source in (KERAS, TORCH) for value in VALUES}


@pytest.mark.parametrize(("source", "names"), [(KERAS, OF_KERAS), (TORCH, OF_TORCH)], ids=["keras", "torch"])
def test_attributes_may_have_any_name(tmp_path: Path, expected, source: str, names: list[str]):
    for index, name in enumerate(names):
        value = VALUES[index % len(VALUES)]
        assert said(tmp_path, source, name, value) == expected[source, value], (name, value)


def test_what_is_compared_says_something(expected):
    for source, parameters in ((KERAS, "172"), (TORCH, "436")):
        for value in VALUES:
            model = next(m for m in expected[source, value] if m[0] == "model")
            assert model[1] == "complete" and len(model[3]) == 3 and not model[5], model
            assert model[2] == parameters
