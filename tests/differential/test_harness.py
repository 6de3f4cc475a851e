"""The instruments themselves: the judge sees, the comparison notices, the shrinker shrinks."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.differential.compare import compare
from tests.differential.judge import Judge, shared
from tests.differential.shrink import shrink

PROGRAM = """\
import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)
        self.unused = nn.Linear(2, 2)
        self.head = nn.Linear(8, 10)

    def forward(self, x):
        x = torch.relu(self.conv(x))
        x = x.mean((2, 3))
        return self.head(x)
"""
INPUTS = [[2, 3, 8, 8]]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return shared("first")


@pytest.fixture(scope="module")
def truth(judge: Judge) -> dict[str, Any]:
    return judge.judge(PROGRAM, "Model()", INPUTS)


def layer(name: str, kind: str, shape: list[int], parameters: int, definition: int, call: int) -> dict[str, Any]:
    places = {"definition": {"line": definition}, "call": {"line": call}}
    numbers = {"output_shape": shape, "parameters": parameters, "calls": 1}
    return {"name": name, "type": f"torch.nn.{kind}", **numbers, **places}


def account() -> dict[str, Any]:
    """What a perfect analysis of the program says."""
    layers = [
        layer("conv", "Conv2d", [2, 8, 6, 6], 224, 8, 13),
        layer("head", "Linear", [2, 10], 90, 10, 15),
    ]
    model = {
        "status": "complete",
        "layers": layers,
        "outputs": [{"path": "", "shape": [2, 10]}],
        "parameters": 320,
        "trainable_parameters": 320,
        "unknowns": [],
        "findings": [],
    }
    return {"models": [model]}


def test_the_judge_sees_layers_places_and_totals(truth: dict[str, Any]) -> None:
    assert [entry["name"] for entry in truth["layers"]] == ["conv", "head"]
    assert truth["parameters"] == 320
    assert compare(truth, account()) == []


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda model: model["layers"][0].update(output_shape=[2, 8, 7, 6]), "wrong shape"),
        (lambda model: model["layers"][0].update(parameters=225), "wrong parameters"),
        (lambda model: model["layers"][1].update(calls=2), "wrong calls"),
        (lambda model: model["layers"][1].update(definition={"line": 9}), "definition place"),
        (lambda model: model["layers"][1].update(output_shape=None), "unknown"),
        (lambda model: model["layers"].pop(), "unknown"),
        (lambda model: model["layers"].append(layer("x", "ReLU", [1], 0, 1, 1)), "extra layer"),
        (lambda model: model["outputs"][0].update(shape=[2, 11]), "wrong outputs"),
        (lambda model: model.update(parameters=319), "wrong total"),
        (lambda model: model.update(parameters=None), "unknown"),
        (lambda model: model["findings"].append(error(8, "RF201")), "false error"),
        (lambda model: model["findings"].append(error(1, "RF900")), "internal"),
    ],
)
def test_every_difference_is_noticed(truth: dict[str, Any], change: Any, kind: str) -> None:
    changed = copy.deepcopy(account())
    change(changed["models"][0])
    assert {difference.kind for difference in compare(truth, changed)} == {kind}


def error(line: int, code: str) -> dict[str, Any]:
    return {"code": code, "severity": "error", "message": "no", "place": {"line": line, "end_line": line}}


def test_errors_must_stand_where_torch_raises(judge: Judge) -> None:
    truth = judge.judge(PROGRAM.replace("(8, 10)", "(9, 10)"), "Model()", INPUTS)
    assert (truth["raises"], truth["line"], truth["definition"], truth["layer"]) == (True, 15, 10, "Linear")
    found = {}
    for line in (10, 13, 15):
        said = account()
        said["models"][0]["findings"] = [error(line, "RF202")]
        found[line] = [difference.kind for difference in compare(truth, said)]
    assert found == {10: [], 13: ["wrong place"], 15: []}
    assert [difference.kind for difference in compare(truth, account())] == ["missed error"]


def test_the_same_seed_is_the_same_program(judge: Judge) -> None:
    one, two = list(judge.generate(range(6))), list(shared("second").generate(range(6)))
    assert one == two
    assert len({answer["source"] for answer in one}) == 6


def test_shrinking_keeps_only_what_matters(judge: Judge) -> None:
    broken = PROGRAM.replace("(8, 10)", "(9, 10)")

    def still_raises(source: str) -> bool:
        truth = judge.judge(source, "Model()", INPUTS)
        return truth["raises"] and truth.get("layer") == "Linear"

    small = shrink(broken, still_raises)
    assert still_raises(small)
    assert "unused" not in small
    assert "relu" not in small
    assert "self.head = nn.Linear(9, 10)" in small


def test_a_program_without_end_is_stopped(judge: Judge) -> None:
    truth = judge.judge("while True:\n    pass\n", "None", [])
    assert truth["reason"] == "time"
