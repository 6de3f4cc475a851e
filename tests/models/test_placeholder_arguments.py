"""Constructors that nobody calls: the configuration the file holds, or symbols."""

from __future__ import annotations

import pytest

from .analysed import HEADER, model_of, outputs_of

NET = """
class Net(nn.Module):
    def __init__(self, {parameter}):
        super().__init__()
        self.fc = nn.Linear({inner}, {outer})

    def forward(self, x):
        return self.fc(x)
"""
CONFIG = """
from dataclasses import dataclass

@dataclass
class Config:
    dim: int = 12
    classes: int = 5

class Other:
    dim = 3
"""


def net(parameter: str, inner: str, outer: str) -> str:
    return NET.format(parameter=parameter, inner=inner, outer=outer)


@pytest.mark.parametrize("parameter", ["config: Config", "config: 'Config'", "config", "c"])
def test_the_configuration_of_the_file(tmp_path, parameter):
    name = parameter.partition(":")[0]
    model = model_of(tmp_path, HEADER + CONFIG + net(parameter, f"{name}.dim", f"{name}.classes"))
    assert (model.parameters, outputs_of(model)) == (12 * 5 + 5, ["Nx5"])


def test_the_object_of_that_name(tmp_path):
    source = (
        HEADER + "settings = {'dim': 4, 'classes': 2}\n" + net("settings", "settings['dim']", "settings['classes']")
    )
    assert outputs_of(model_of(tmp_path, source)) == ["Nx2"]


def test_symbols_where_nothing_is_written(tmp_path):
    source = HEADER + net("opt", "opt.net.dim", "opt['classes']")
    model = model_of(tmp_path, source)
    assert (outputs_of(model), model.problems) == (["Nxclasses"], [])


def test_a_class_that_lacks_what_is_read_is_not_meant(tmp_path):
    source = HEADER + CONFIG + net("config", "config.dim", "config.heads")
    assert outputs_of(model_of(tmp_path, source)) == ["Nxheads"]


def test_what_can_be_no_symbol_is_unknown(tmp_path):
    source = HEADER + (
        "class Net(nn.Module):\n"
        "    def __init__(self, block, layers):\n"
        "        super().__init__()\n"
        "        self.stem = nn.Conv2d(3, 8, 3)\n"
        "        self.stage = nn.Sequential(*[block(8) for _ in range(layers[0])])\n"
        "    def forward(self, x):\n"
        "        return self.stage(self.stem(x))\n"
    )
    model = model_of(tmp_path, source, inputs=("1x3x8x8",))
    assert next((row.name, row.output_shape) for row in model.layers) == ("stem", (1, 8, 6, 6))
    assert (model.status, model.parameters, model.problems) == ("partial", None, [])


HANDED_ON = """
class Base(nn.Module):
    def __init__(self, block, width, classes=10, **kwargs):
        super().__init__()
        self.conv, self.block = nn.Conv2d(3, width, 3), block

    def forward(self, x):
        return self.conv(x)

class Net(Base):
    def __init__(self, {parameters}):
        {base}.__init__({arguments})
"""


@pytest.mark.parametrize(
    ("parameters", "base", "arguments"),
    [
        ("device, *args, **kwargs", "super()", "'relu', 4, *args, classes=5, **kwargs"),
        ("**kwargs", "super()", "width=4, block=None, **kwargs"),
        ("device, **kwargs", "Base", "self, 'relu', 4, **kwargs"),
        ("**kwargs", "super()", "'relu', 4"),
    ],
)
def test_what_a_constructor_gives_its_base_is_not_asked_of_the_caller(tmp_path, parameters, base, arguments):
    source = HANDED_ON.format(parameters=parameters, base=base, arguments=arguments)
    model = model_of(tmp_path, HEADER + source, "Net")
    assert (model.parameters, model.problems) == (4 * 27 + 4, [])


def test_what_it_does_not_give_is(tmp_path):
    source = HANDED_ON.format(parameters="**kwargs", base="super()", arguments="'relu', **kwargs")
    assert str(model_of(tmp_path, HEADER + source, "Net").parameters) == "28·width"
