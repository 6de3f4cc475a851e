"""Static facts beside traced ones, without torch."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from analyzers.facts import (
    ArgumentsFact,
    CallFact,
    FieldFact,
    InputFact,
    LayerFact,
    ModelFact,
    OutputFact,
    Place,
)
from analyzers.tensors.dims import bare_symbol, symbol, symbols
from analyzers.tracing.comparison import compare
from analyzers.tracing.problems import problems_of
from analyzers.tracing.recipe import Recipe, recipe_for

WIDTH = symbol("width")
RECIPE = Recipe({"inputs": []}, {next(iter(symbols(WIDTH))): 5})


def field(size: int | None, start: int | None = 0, extent: int = 100, global_: bool = False) -> FieldFact:
    ones = (1.0,) if size is not None else (None,)
    stride = (Fraction(1),) if size is not None else (None,)
    return FieldFact(
        ("T",), (size,), stride, (start,), ones, ones, ones, (size,), (size,), (None,), global_, extent=(extent,)
    )


def layer(name: str, shape: Any, parameters: Any = 0, seen: FieldFact | None = None, calls: int = 1) -> LayerFact:
    place = Place("net.py", 3, 0, 3, 5)
    per_call = [CallFact(place, (), shape, field=seen, order=at, axes=("N", "C", "T")) for at in range(calls)]
    return LayerFact(name, "torch.nn.Conv1d", Place("net.py", 1, 0, 1, 5), parameters, per_call)


def model(*layers: LayerFact, framework: str = "torch") -> ModelFact:
    place = Place("net.py", 0, 0, 0, 5)
    fact = ModelFact("net.py::net", "net", framework, place, "complete", layers=list(layers), parameters=9)
    fact.outputs = [OutputFact("", (2, 5))]
    return fact


def traced(*layers: tuple[str, int, list[int], int], **more: Any) -> dict[str, Any]:
    rows = [{"name": n, "call": c, "output_shape": s, "parameters": p, "type": "Conv1d"} for n, c, s, p in layers]
    return {"layers": rows, "parameters": 9, "outputs": [{"path": "", "shape": [2, 5]}], **more}


def measured(name: str, size: int | None, is_global: bool = False, **more: Any) -> dict[str, Any]:
    found = {"size": size, "size_min": size, "start": 0, "stride": [1, 1], "density": 1.0}
    entry = {"name": name, "call": 1, "field": found if size else None, "global": is_global, "methods": 2, **more}
    return {"fields": [{"name": "T", "calls": [entry]}]}


def test_symbols_have_their_numbers():
    result = compare(model(layer("a", (2, WIDTH, 3), WIDTH * 4)), RECIPE, traced(("a", 1, [2, 5, 3], 20)))
    assert result.verdict == "confirmed" and problems_of(result) == []


def test_what_is_not_known_speaks_against_nothing():
    assert compare(model(layer("a", None, None)), RECIPE, traced(("a", 1, [2, 5, 3], 20))).verdict == "confirmed"


def test_one_finding_for_each_kind_of_difference():
    facts = model(layer("a", (2, 4, 3), 8), layer("b", (2, 4, 3), 8), layer("c", (2, 5, 3), 0))
    result = compare(facts, RECIPE, traced(("a", 1, [2, 5, 3], 8), ("b", 1, [2, 5, 3], 9), ("c", 1, [2, 5, 3], 0)))
    assert [one.verdict for one in result.layers] == ["differs", "differs", "confirmed"]
    assert [problem.message for problem in problems_of(result)] == [
        "`a`: output 2×4×3, torch 2×5×3 (and 1 more call)",
        "`b`: 8 parameters, torch 9",
    ]


def test_calls_that_only_one_side_has():
    result = compare(model(layer("a", (2, 5), calls=2)), RECIPE, traced(("a", 1, [2, 5], 0), ("z", 1, [2, 5], 0)))
    assert [(one.name, one.call, one.verdict) for one in result.layers] == [
        ("a", 1, "confirmed"),
        ("a", 2, "only-static"),
        ("z", 1, "only-traced"),
    ]
    assert result.verdict == "differs"


def test_layers_that_keras_names_are_told_by_their_order():
    facts = model(layer("conv1d_3", (2, 5), 1), layer("conv1d_4", (2, 6), 2), framework="keras")
    result = compare(facts, RECIPE, traced(("conv1d", 1, [2, 5], 1), ("conv1d_1", 1, [2, 6], 2)))
    assert [(one.name, one.verdict) for one in result.layers] == [("conv1d_3", "confirmed"), ("conv1d_4", "confirmed")]


def test_fields_are_compared_where_they_were_measured():
    one = [("a", 1, [2, 5, 3], 0)]
    for seen, size, is_global, verdict in (
        (field(7), 7, False, "confirmed"),
        (field(7), 9, False, "differs"),
        (field(None, None, global_=True), None, True, "confirmed"),
        (field(7), None, True, "differs"),
        (field(7, extent=6), None, True, "confirmed"),  # all of the input: a map of one unit
        (field(7, global_=True), 7, True, "confirmed"),
        (field(7, global_=True), 7, False, "differs"),
    ):
        answer = traced(*one, **measured("a", size, is_global))
        assert compare(model(layer("a", (2, 5, 3), 0, seen)), RECIPE, answer).verdict == verdict, (seen, size)
    for doubt in ("disagree", "sized"):
        answer = traced(*one, **measured("a", None, **{doubt: True}))
        assert compare(model(layer("a", (2, 5, 3), 0, field(7))), RECIPE, answer).verdict == "confirmed"


def test_what_all_positions_alike_read_is_global_where_it_is_all_of_the_input():
    """The last of three steps knows of all three: with any other number of steps, of so many."""
    for extent, verdict in ((3, "confirmed"), (4, "differs")):
        alike = replace(field(3, extent=extent), stride=(None,), start=(None,), coverage=(3 / extent,))
        answer = traced(("a", 1, [2, 5, 3], 0), **measured("a", None, is_global=True))
        assert compare(model(layer("a", (2, 5, 3), 0, alike)), RECIPE, answer).verdict == verdict


def test_a_failure_is_told_at_the_model():
    result = compare(model(layer("a", (2, 5))), RECIPE, {"failure": "building the model fails: ValueError: no"})
    [problem] = problems_of(result)
    assert problem.rule == "trace-failed" and problem.place == Place("net.py", 0, 0, 0, 5)
    assert problem.message == "`net` could not be traced: building the model fails: ValueError: no"


def test_numbers_for_symbols_are_such_that_the_layers_fit():
    width, planes, classes = symbol("width", argument=True), symbol("planes", argument=True), symbol("n_classes")
    only = bare_symbol(width)
    assert only is not None
    only.equations.append((planes * 4, width))
    given = InputFact("x", (symbol("N"), width, 8, 8), "solved")
    fact = model(layer("conv", (1, 2)))
    fact.inputs = [given]
    fact.construction = ArgumentsFact((), {"planes": planes, "classes": classes})
    recipe = recipe_for(fact, "Net", None, [])
    assert recipe.request["inputs"][0]["shape"] == [2, 64, 8, 8]
    assert recipe.request["keywords"] == {"planes": 16, "classes": 10}


def test_modules_that_are_made_as_they_are_called_share_a_name():
    first, second = layer("ReLU", (2, 5)), layer("ReLU", (2, 3))
    second.per_call[0] = replace(second.per_call[0], order=1)
    answer = traced(("ReLU", 1, [2, 5], 0), ("ReLU", 2, [2, 3], 0))
    assert compare(model(first, second), RECIPE, answer).verdict == "confirmed"
