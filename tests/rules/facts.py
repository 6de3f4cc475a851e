"""Facts made by hand, for rules that compute from them."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from fractions import Fraction
from typing import Any

from analyzers.facts import CallFact, FieldFact, FileFacts, Finding, InputFact, LayerFact, ModelFact, OutputFact, Place
from analyzers.geometry import CONVOLUTION, Geometry
from analyzers.rules.support.registry import MODULES
from analyzers.rules.support.settings import RuleSettings

FILE = "/src/net.py"


def place(line: int) -> Place:
    return Place(FILE, line, 0, line, 4)


def field(*sizes: int | None, **changes: Any) -> FieldFact:
    """A field of the given sizes, dense, at stride 1, of an input of 32 pixels along every axis."""
    count = len(sizes)
    plain = FieldFact(
        axes=("H", "W")[-count:],
        size=sizes,
        stride=(Fraction(1),) * count,
        start=(0,) * count,
        density=(1.0,) * count,
        coverage=(1.0,) * count,
        erf=(1.0,) * count,
        size_min=sizes,
        shortest=sizes,
        halo=(None,) * count,
        extent=(32,) * count,
    )
    return replace(plain, **changes)


OF_A_CALL = frozenset(item.name for item in dataclasses.fields(CallFact))


def conv(name: str, line: int, **changes: Any) -> LayerFact:
    """A convolution that is called once; ``changes`` are of the layer or of that call."""
    of_call = {key: changes.pop(key) for key in OF_A_CALL & changes.keys()}
    window = Geometry(CONVOLUTION, (3, 3), (1, 1), (0, 0), (1, 1))
    plain = LayerFact(
        name=name,
        type="torch.nn.Conv2d",
        definition=place(line),
        parameters=84,
        per_call=[call(line + 100, **of_call)],
        geometry=replace(window, **changes.pop("geometry", {})),
    )
    return replace(plain, **changes)


def call(line: int, **changes: Any) -> CallFact:
    """A call that leaves the shape as it is."""
    plain = CallFact(place(line), input_shapes=((1, 3, 32, 32),), output_shape=(1, 3, 32, 32))
    return replace(plain, **changes)


def model(shape: tuple[int, ...] = (1, 3, 32, 32), origin: str = "option", **changes: Any) -> ModelFact:
    plain = ModelFact(
        target=f"{FILE}::model",
        name="Net",
        framework="torch",
        place=place(0),
        status="complete",
        inputs=[InputFact("x", shape, origin)],
        outputs=[OutputFact("", (1, 10))],
        field_layer="last",
    )
    return replace(plain, **changes)


def said(code: str, *models: ModelFact, **settings: Any) -> list[Finding]:
    """What one rule says about the models."""
    return list(MODULES[code].check(FileFacts(FILE, list(models)), RuleSettings(**settings)))
