"""What is kept of a layer follows the branches of conditions that are not known, and copies, as its attributes do."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.frameworks.keras.state import KerasState, changed, state_of
from analyzers.interpreter.joining import join_containers
from analyzers.interpreter.machine import Machine
from analyzers.interpreter.modules import Modules
from analyzers.interpreter.scope import restore
from analyzers.interpreter.values import Instance
from analyzers.unknown import Unknown
from tests.models.analysed import facts_of, outputs_of

HEADER = "import copy\nimport keras\nfrom keras import layers\n\nanswer = input() == 'x'\n"


@pytest.fixture
def layer() -> Instance:
    import analyzers.frameworks.keras  # noqa: F401  # fills the tables
    from analyzers.frameworks.keras.layers.core import Dense

    machine = Machine(Modules(None))
    return machine.call(machine.class_of_host(Dense), (4,))


def joined(layer: Instance, *states: KerasState) -> KerasState:
    return join_containers(layer.machine, list(states), "it depends")


def test_a_branch_is_undone(layer: Instance):
    with layer.machine.journal.branch() as after:
        changed(layer).features = 8
    assert state_of(layer).features is None
    [(container, state)] = after.values()
    assert container is state_of(layer) and state.features == 8
    restore(container, state)
    assert state_of(layer).features == 8


def test_what_happened_before_a_branch_stays(layer: Instance):
    journal = layer.machine.journal
    with journal.branch():
        changed(layer).rank = 4
        branches = journal.open
        with journal.earlier(branches):
            changed(layer).features = 8
        journal.open = branches
    assert (state_of(layer).features, state_of(layer).rank) == (8, None)


def test_what_one_branch_sets_stays_set(layer: Instance):
    found = joined(layer, KerasState(features=8), KerasState(), KerasState(features=8))
    assert found.features == 8 and found.unknown_because is None


def test_what_branches_set_differently_makes_the_layer_unknown(layer: Instance):
    found = joined(layer, KerasState(features=8), KerasState(features=6))
    assert isinstance(found.unknown_because, Unknown) and found.unknown_because.reason == "it depends"


DECIDED = {
    "a layer that either branch adds": (
        "model = keras.Sequential([keras.Input((8,))])\n"
        "if answer:\n    model.add(layers.Dense(2))\nelse:\n    model.add(layers.Dense(3))\n"
        "model.add(layers.Dense(5))\n",
        None,
    ),
    "a layer that both branches call": (
        "x = keras.Input((8,))\nshared = layers.Dense(6)\n"
        "if answer:\n    y = shared(x)\nelse:\n    y = shared(x)\n"
        "model = keras.Model(x, layers.Dense(5)(shared(x)))\n",
        ["Nx5"],
    ),
    "a model that a branch has no part in": (
        "model = keras.Sequential([keras.Input((8,)), layers.Dense(5)])\n"
        "if answer:\n    other = keras.Sequential([keras.Input((4,)), layers.Dense(1)])\n",
        ["Nx5"],
    ),
    "a copy with layers of its own": (
        "def build(copied):\n"
        "    first = keras.Sequential([keras.Input((8,)), layers.Dense(5)])\n"
        "    second = copied(first)\n"
        "    first.add(layers.Dense(2))\n"
        "    return second\n"
        "model = keras.Sequential([build(copy.copy), layers.Dense(3)] if build(copy.deepcopy)(keras.Input((8,))).shape"
        " == (None, 5) else [])\n",
        ["Nx3"],
    ),
}


@pytest.mark.parametrize("title", DECIDED)
def test_programs(tmp_path: Path, title: str):
    source, outputs = DECIDED[title]
    models = facts_of(tmp_path, HEADER + source, "model").models
    assert not [p for m in models for p in m.problems]
    if outputs is None:
        assert not any(outputs_of(m) for m in models)
    else:
        assert [outputs_of(m) for m in models] == [outputs]


@pytest.mark.parametrize("style", ["list", "add chain"])
def test_an_unknown_layer_is_one_row(tmp_path: Path, style: str):
    """The rows before it are known, those after it have a name, nothing is told of them, and no number is a total."""
    parts = [
        "keras.Input((28, 28, 1))",
        "layers.Conv2D(8, 3)",
        "Strange(4)",
        "layers.Reshape((7, 7, 4))",
        "layers.Dense(3)",
    ]
    listed = f"model = keras.Sequential([{', '.join(parts)}])\n"
    added = "model = keras.Sequential()\n" + "".join(f"model.add({part})\n" for part in parts)
    source = "from strange import Strange\n" + (listed if style == "list" else added)
    (model,) = facts_of(tmp_path, HEADER + source, "model").models
    assert not model.problems
    shapes = [(layer.short_type, layer.output_shape and layer.output_shape[1:]) for layer in model.layers]
    assert shapes == [("Conv2D", (26, 26, 8)), ("Layer", None), ("Reshape", None), ("Dense", None)]
    assert model.layers[0].parameters == 80
    assert not isinstance(model.parameters, int)
    assert not isinstance(model.macs, int)
