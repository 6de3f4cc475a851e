"""RF403–RF405 on facts made by hand."""

from __future__ import annotations

from dataclasses import replace

from analyzers.facts import ModuleFact
from analyzers.rules.support.settings import ModelSettings
from tests.rules.facts import FILE, call, conv, model, place, said


def module(name: str, line: int, parameters: int = 8, called: bool = False, **changes) -> ModuleFact:
    return ModuleFact(name, "torch.nn.Linear", place(line), parameters, called, leaf=True, **changes)


def unused(*modules: ModuleFact) -> list[str]:
    root = ModuleFact("", "Net", place(0), 0, True, leaf=False)
    return [finding.message.split("`")[1] for finding in said("RF403", model(modules=[root, *modules]))]


def test_a_layer_that_is_never_called():
    assert unused(module("a", 1, called=True), module("b", 2)) == ["b"]


def test_without_parameters_it_does_not_matter():
    assert unused(module("a", 1, called=True), module("drop", 2, parameters=0)) == []


def test_only_the_outermost_is_told():
    inner = module("aux.fc", 3)
    assert unused(module("a", 1, called=True), module("aux", 2, parameters=0), inner) == ["aux"]


def test_a_list_whose_items_are_called_is_in_use():
    assert unused(module("items", 1, parameters=0), module("items.0", 2, called=True), module("items.1", 3)) == [
        "items.1"
    ]


def test_what_a_leaf_uses_by_itself_is_in_use():
    assert unused(module("attention", 1, called=True), module("attention.out_proj", 2)) == []


def test_tied_weights_are_in_use():
    assert unused(module("a", 1, called=True), module("b", 2, used=True)) == []


def test_what_another_model_of_the_file_calls_is_in_use():
    root = ModuleFact("", "Net", place(0), 0, True, leaf=False)
    one = model(modules=[root, module("a", 1, called=True), module("b", 2)])
    other = model(modules=[root, module("a", 1), module("b", 2, called=True)])
    assert said("RF403", one, other) == []


def test_nothing_is_said_of_a_model_that_is_not_fully_known():
    root = ModuleFact("", "Net", place(0), 0, True, leaf=False)
    modules = [root, module("a", 1, called=True), module("b", 2)]
    assert said("RF403", model(modules=modules, status="partial")) == []


def test_redundant_bias():
    norm = replace(conv("norm", 2, type="torch.nn.BatchNorm2d", producers=("conv",)), geometry=None)
    with_bias = conv("conv", 1, geometry={"biased": True})
    assert [f.place.line for f in said("RF404", model(layers=[with_bias, norm]))] == [1]
    without = conv("conv", 1)
    assert said("RF404", model(layers=[without, norm])) == []
    elsewhere = conv("head", 3, producers=("conv",))
    assert said("RF404", model(layers=[with_bias, norm, elsewhere])) == []


def test_redundant_biases_of_a_whole_file_are_told_once():
    """How a file is written is one thing to say, not one for each layer."""
    layers = []
    for at in range(4):
        layers += [
            conv(f"conv{at}", 10 * at + 1, geometry={"biased": True}),
            replace(
                conv(f"norm{at}", 10 * at + 2, type="torch.nn.BatchNorm2d", producers=(f"conv{at}",)), geometry=None
            ),
        ]
    assert len(said("RF404", model(layers=layers[:4]))) == 2
    (finding,) = said("RF404", model(layers=layers))
    assert (finding.place.line, [at.line for _, at in finding.related]) == (1, [11, 21, 31])
    assert finding.message.endswith("so it is of 3 more convolutions in this file")


def test_redundant_bias_of_a_layer_that_is_called_again():
    """Its bias is lost only if every call is followed by a norm; heads with norms of their own share convolutions."""
    twice = conv("conv", 1, geometry={"biased": True}, per_call=[call(11), call(12)])
    norms = [
        replace(conv(name, line, type="torch.nn.BatchNorm2d", producers=("conv",)), geometry=None)
        for name, line in (("norm1", 2), ("norm2", 3))
    ]
    assert said("RF404", model(layers=[twice, norms[0]])) == []
    (finding,) = said("RF404", model(layers=[twice, *norms]))
    assert "`norm1` normalises it away" in finding.message
    both = replace(norms[0], per_call=[call(13, producers=("conv",)), call(14, producers=("conv",))])
    assert len(said("RF404", model(layers=[twice, both]))) == 1
    other = conv("head", 4, per_call=[call(15), call(16, producers=("conv",))])
    assert said("RF404", model(layers=[twice, norms[0], other])) == []


def test_parameter_budget():
    entries = (ModelSettings(f"{FILE}::Net", max_parameters=1000),)
    assert said("RF405", model(parameters=1000), models=entries) == []
    (finding,) = said("RF405", model(parameters=1001), models=entries)
    assert finding.message == "1,001 parameters, 1,000 are allowed"
    assert said("RF405", model(parameters=1001)) == []
