"""RF107: padding and crops are shared out evenly between both sides, so that the branches' centres meet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import libcst as cst

from analyzers.facts import Edit, Fix, LayerFact, Place
from analyzers.fixes.support.arguments import change
from analyzers.fixes.support.calls import Call, nodes_in
from analyzers.fixes.support.context import FixContext
from analyzers.fixes.support.windows import window
from analyzers.source.blocks import Block

MOST = 8
"""Proposals, nearest to the merge first."""


def propose(context: FixContext) -> Iterator[Fix]:
    model = context.model
    if model is None:
        return
    merge = context.finding.place
    places = {layer.definition: layer for layer in model.layers if layer.definition is not None}
    layers = list(places.values())
    at = next((index for index, place in enumerate(places) if place == merge), len(layers))
    yield from islice((fix for layer in reversed(layers[:at]) for fix in _each(context, layer)), MOST)


def _each(context: FixContext, layer: LayerFact) -> Iterator[Fix]:
    place = layer.definition
    assert place is not None
    yield from _crop(context, layer, place)
    call = context.call(place)
    if call is None:
        return
    edits = _evened(call)
    if edits:
        yield Fix(f"Pad evenly on both sides ({', '.join(edit.text for edit in edits)})", tuple(edits))
    yield from _convolution(context, layer)


# -- padding -----------------------------------------------------------------------------------


def _evened(call: Call) -> list[Edit]:
    """The numbers of (before, after) pairs in the call's arguments, each pair with its sum in two halves."""
    edits: list[Edit] = []
    for argument in call.node.args:
        for before, after in _pairs(argument.value):
            first, second = int(before.value, 0), int(after.value, 0)
            half = (first + second) // 2
            for node, old, new in ((before, first, half), (after, second, first + second - half)):
                if {first, second} != {half, first + second - half} and old != new:
                    edits.append(Edit(call.place(node), str(new)))
    return edits


def _pairs(value: cst.BaseExpression) -> Iterator[tuple[cst.Integer, cst.Integer]]:
    """``(1, 2, 3, 4)`` and ``((1, 2), (3, 4))`` → (1, 2) and (3, 4)."""
    if not isinstance(value, cst.Tuple | cst.List):
        return
    items = [element.value for element in value.elements]
    numbers = [item for item in items if isinstance(item, cst.Integer)]
    if len(numbers) == len(items) and len(items) % 2 == 0:
        yield from zip(numbers[::2], numbers[1::2], strict=True)
    for item in items:
        yield from _pairs(item)


def _convolution(context: FixContext, layer: LayerFact) -> Iterator[Fix]:
    """The padding that puts the centre of a convolution's first unit on the first pixel."""
    found = window(layer)
    if found is None or not isinstance(found.padding, int) or not found.keeps_size:
        return
    wanted = found.dilation * (found.kernel - 1) // 2
    edit = change(context, layer.construction, "padding", str(wanted)) if wanted != found.padding else None
    if edit is not None:
        yield Fix(f"Set padding of `{layer.name}` to {wanted}", (edit,))


# -- crops -------------------------------------------------------------------------------------


def _crop(context: FixContext, layer: LayerFact, place: Place) -> Iterator[Fix]:
    """A slice of the same length out of the middle."""
    module = context.module(place.file)
    found = nodes_in(module, place, cst.Subscript) if module is not None else None
    before, after = (layer.input_shapes or [None])[0], layer.output_shape
    if found is None or before is None or after is None or len(before) != len(after):
        return
    block, nodes = found
    span = (place.line, place.column, place.end_line, place.end_column)
    for node in nodes:
        if block.tree_span(node) == span:
            edits = _centred(place.file, block, node, list(zip(before, after, strict=True)))
            if edits:
                yield Fix(f"Crop evenly on both sides ({', '.join(edit.text for edit in edits)})", edits)


def _centred(path: str, block: Block, node: cst.Subscript, sizes: list[tuple[Any, Any]]) -> tuple[Edit, ...]:
    edits = []
    for element, (before, after) in zip(node.slice, _of_axes(node, sizes), strict=False):
        part = element.slice
        if not isinstance(part, cst.Slice) or part.step is not None or before == after:
            continue
        if type(before) is not int or type(after) is not int or not _plain(part.lower) or not _plain(part.upper):
            return ()
        first = (before - after) // 2
        positive = isinstance(part.upper, cst.Integer)
        text = f"{first}:{first + after}" if positive else f"{first}:{first + after - before}"
        edits.append(Edit(Place(path, *block.tree_span(part)), text))
    return tuple(edits)


def _of_axes(node: cst.Subscript, sizes: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """The sizes that go with the parts of a subscript; an ellipsis stands for as many axes as are missing."""
    parts = [element.slice for element in node.slice]
    dots = [index for index, part in enumerate(parts) if isinstance(part, cst.Index) and _is_dots(part)]
    if len(dots) != 1:
        return sizes if not dots else []
    behind = len(parts) - dots[0] - 1
    return [*sizes[: dots[0]], (None, None), *(sizes[-behind:] if behind else [])]


def _is_dots(part: cst.Index) -> bool:
    return isinstance(part.value, cst.Ellipsis)


def _plain(bound: cst.BaseExpression | None) -> bool:
    """No bound, or a number."""
    if isinstance(bound, cst.UnaryOperation):
        return isinstance(bound.operator, cst.Minus) and isinstance(bound.expression, cst.Integer)
    return bound is None or isinstance(bound, cst.Integer)
