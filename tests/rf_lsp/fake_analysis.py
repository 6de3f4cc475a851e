"""An engine that answers from a table instead of analysing, for tests of the command line alone."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from analyzers.facts import (
    CallFact,
    FieldFact,
    FileFacts,
    InputFact,
    LayerFact,
    ModelFact,
    OutputFact,
    Place,
    Problem,
    UnknownFact,
)
from analyzers.request import Request, TargetError, WorkspaceOptions


def field_of(size: int, stride: Fraction | int = 1, start: int = 0, **changes: Any) -> FieldFact:
    """A field alike in height and width."""
    two = {
        "size": (size, size),
        "stride": (Fraction(stride), Fraction(stride)),
        "start": (start, start),
        "density": (1.0, 1.0),
        "coverage": (1.0, 1.0),
        "erf": (size / 2, size / 2),
        "size_min": (size, size),
        "shortest": (size, size),
        "halo": ((-start, size - 1 + start),) * 2,
        "extent": (32, 32),
    }
    return FieldFact(axes=("H", "W"), **{**two, **changes})


def layer(name: str, path: str, line: int, **changes: Any) -> LayerFact:
    place = Place(path, line, 8, line, 20)
    call = CallFact(
        place=place,
        input_shapes=((1, 3, 32, 32),),
        output_shape=changes.pop("output_shape", (1, 8, 32, 32)),
        macs=221184,
        field=changes.pop("field", field_of(3, start=-1)),
    )
    plain = LayerFact(name=name, type="torch.nn.Conv2d", definition=place, parameters=224, per_call=[call])
    return replace(plain, **changes)


def model(path: str) -> ModelFact:
    place = Place(path, 3, 0, 3, 5)
    return ModelFact(
        target=f"{path}::model",
        name="Net",
        framework="torch",
        place=place,
        status="complete",
        inputs=[InputFact("x", (1, 3, 32, 32), "option")],
        outputs=[OutputFact("", (1, 10))],
        parameters=1234,
        trainable_parameters=1234,
        macs=221184,
        field=field_of(3, start=-1),
        field_layer="stem.conv1",
        layers=[
            layer("stem.conv1", path, 4),
            layer(
                "up",
                path,
                5,
                field=field_of(4, Fraction(1, 2), size_min=(3, 3)),
                output_shape=(1, 8, 64, None),
            ),
            layer("forward:flatten@9", path, 8, functional=True, field=None, output_shape=(1, 80)),
        ],
        unknowns=[UnknownFact(place, "its size depends on an argument")],
        problems=[Problem("channel-mismatch", "conv2 expects 64 input channels, gets 8", Place(path, 6, 4, 6, 9))],
    )


class Analyzer:
    """Finds one model in every file that says ``torch``, and does what a comment in it asks for."""

    def __init__(self, sources: Any, options: WorkspaceOptions) -> None:
        self.sources = sources
        self.options = options

    def resolve_target(self, text: str) -> Request:
        path, _, expression = text.partition("::")
        self.sources.read(path)
        if expression not in ("", "model"):
            raise TargetError(f"{path} holds no {expression!r}", ["model", "Net"])
        return Request(path, [expression] if expression else [])

    def analyze(self, request: Request) -> FileFacts:
        if request.text is not None:
            self.sources.overlay(request.path, request.text)
        text = self.sources.read(request.path)
        if "CRASH" in text:
            raise ZeroDivisionError("as asked")
        facts = FileFacts(request.path)
        if "BROKEN" in text:
            facts.broken_blocks.append((Place(request.path, 1, 0, 1, 3), "invalid syntax"))
        if "torch" in text and "EMPTY" not in text:
            facts.models.append(model(request.path))
        return facts
