"""A mistake of ours inside a native is an unknown value for the user and an error for whoever works on the engine."""

from __future__ import annotations

from typing import Any

import pytest

import analyzers.frameworks.torch  # noqa: F401  # fills the tables
from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.interpreter import overlays
from analyzers.interpreter.native_errors import NativeError
from analyzers.tensors.tensor import Tensor
from tests.models.analysed import HEADER, facts_of, model_of, outputs_of


class MisspeltWhenCalled(Module):
    """Reads an attribute that it never makes."""

    def __init__(self, kernel_size: Any) -> None:
        self.kernel_size = kernel_size

    def forward(self, input: Tensor) -> Tensor:
        return F.max_pool2d(input, self.kernel_sise)  # pyright: ignore[reportAttributeAccessIssue]


class MisspeltWhenBuilt(Module):
    def __init__(self, kernel_size: Any) -> None:
        self.stride = kernel_size.lenght

    def forward(self, input: Tensor) -> Tensor:
        return input


class FailsWhenCalled(Module):
    def forward(self, input: Tensor) -> Tensor:
        return input.with_(shape=input.shape + 1)  # pyright: ignore[reportOperatorIssue]


LAYERS = {"MisspeltWhenCalled": "2", "MisspeltWhenBuilt": "2", "FailsWhenCalled": ""}


@pytest.fixture(params=LAYERS)
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A program with one of the layers above, which for the time being torch has."""
    name = request.param
    monkeypatch.setattr(globals()[name], "qualified_name", f"torch.nn.{name}", raising=False)
    monkeypatch.setitem(overlays.NAMES, f"torch.nn.{name}", globals()[name])
    return f"{HEADER}net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.{name}({LAYERS[name]}))\n"


def test_a_mistake_of_ours_is_raised_where_we_look_for_it(tmp_path, source):
    with pytest.raises(NativeError) as caught:
        facts_of(tmp_path, source, "net", inputs=("1x3x8x8",))
    assert isinstance(caught.value.__cause__, (AttributeError, TypeError))


def test_a_mistake_of_ours_is_an_unknown_value_for_the_user(tmp_path, source, monkeypatch):
    monkeypatch.delenv("RF_LSP_DEBUG")
    model = model_of(tmp_path, source, "net", inputs=("1x3x8x8",))
    assert model.status == "partial" and not outputs_of(model)
    assert any("not modelled" in unknown.reason for unknown in model.unknowns)


OF_THE_PROGRAM = {
    "a text where a tensor is needed": "def forward(self, x): return F.layer_norm('x', (8,))",
    "too few arguments": "def forward(self, x): return F.layer_norm(x)",
    "what is not known": "def forward(self, x): return F.layer_norm(x, open('sizes').read())",
    "no constructor of the base": (
        "class Own(nn.Conv2d):\n"
        "        def __init__(self): nn.Module.__init__(self)\n"
        "    def forward(self, x): return Net.Own()(x)"
    ),
}


@pytest.mark.parametrize("title", OF_THE_PROGRAM)
def test_what_the_program_does_wrong_is_no_mistake_of_ours(tmp_path, title):
    source = f"{HEADER}import torch.nn.functional as F\nclass Net(nn.Module):\n    {OF_THE_PROGRAM[title]}\n"
    assert outputs_of(model_of(tmp_path, source, "Net()", inputs=("1x8",))) in ([None], [])
