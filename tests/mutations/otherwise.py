"""Whether a program that crashes with one input runs with another: where nobody says which is meant, it is no slip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.differential.judge import Judge, Request
from tests.differential.static import static_inspect
from tests.mutations.originals import Original

SIDES = (7, 14, 16, 20, 24, 28, 30, 32, 36, 40, 48, 56, 72, 96, 112, 128, 224)
CHANNELS = (1, 2, 3, 4, 6, 8, 12, 13, 16, 24, 32, 48, 64, 80, 128)
ITEMS = (1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 48, 64)
Shapes = list[list[int]]


def runs_otherwise(judge: Judge, original: Original, source: str, path: Path) -> bool:
    """Whether torch runs the program with some other input, or built with some other arguments of those that are
    usual. What rf-lsp takes the input for is among those that are tried."""
    taken = list(taken_for(original, path))
    tried = [(original.expression, shapes) for shapes in taken]
    tried += [(expression, shapes) for expression in original.otherwise for shapes in (original.input_lists, *taken)]
    every = (original.expression, *original.otherwise)
    tried += [(expression, shapes) for expression in every for shapes in other_inputs(original.input_lists)]
    requests = (asked(judge, original, source, expression, shapes) for expression, shapes in tried)
    return any(not judge.ask(request)["raises"] for request in requests)


def asked(
    judge: Judge, original: Original, source: str, expression: str, shapes: Shapes, device: str | None = None
) -> Request:
    """What the judge is asked of a program, with the other files of its folder."""
    return {**judge.request(source, expression, shapes, device), "modules": original.modules(source)}


def taken_for(original: Original, path: Path) -> Iterator[Shapes]:
    """The inputs of the file's models, as they are found; what is open in them is as in the original."""
    for model in static_inspect(path)["models"]:
        shapes = [given["shape"] for given in model["inputs"]]
        if len(shapes) == len(original.inputs) and all(shapes):
            yield [filled(shape, list(own)) for shape, own in zip(shapes, original.inputs, strict=True)]


def filled(shape: list[Any], own: list[int]) -> list[int]:
    usual = own if len(own) == len(shape) else [2] + [16] * len(shape)
    return [size if isinstance(size, int) else usual[dim] for dim, size in enumerate(shape)]


def other_inputs(shapes: Shapes) -> Iterator[Shapes]:
    """The same shapes with other channels, other sizes, more or fewer items."""
    yield from ([with_dims(shape, channels, None) for shape in shapes] for channels in CHANNELS)
    yield from ([with_dims(shape, None, side) for shape in shapes] for side in SIDES)
    yield from ([[items, *shape[1:]] for shape in shapes] for items in ITEMS)


def with_dims(shape: list[int], channels: int | None, side: int | None) -> list[int]:
    """The second dim of anything, the last ones of pictures, films and series."""
    if len(shape) < 2:
        return shape
    room = min(2, len(shape) - 2) if side is not None else 0
    first = shape[1] if channels is None else channels
    return [shape[0], first, *shape[2 : len(shape) - room], *[side or 0] * room]
