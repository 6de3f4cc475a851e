"""Facts made by hand, for rules that compute from them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from analyzers.facts import FieldFact, FileFacts, Finding, InputFact, LayerFact, ModelFact, OutputFact, Place
from analyzers.rules.support.registry import MODULES
from analyzers.rules.support.settings import RuleSettings

FILE = "/src/net.py"


def place(line: int) -> Place:
    return Place(FILE, line, 0, line, 4)


def field(*sizes: int | None, **changes: Any) -> FieldFact:
    """A field of the given sizes, dense, at stride 1."""
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
    )
    return replace(plain, **changes)


def conv(name: str, line: int, **changes: Any) -> LayerFact:
    attributes = {
        "kernel_size": (3, 3),
        "stride": (1, 1),
        "dilation": (1, 1),
        **changes.pop("attributes", {}),
    }
    plain = LayerFact(
        name=name,
        type="torch.nn.Conv2d",
        calls=1,
        definition=place(line),
        call=place(line + 100),
        input_shapes=[(1, 3, 32, 32)],
        output_shape=(1, 3, 32, 32),
        parameters=84,
        macs=None,
        field=None,
        attributes=attributes,
    )
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
