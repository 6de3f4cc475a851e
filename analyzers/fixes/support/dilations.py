"""Dilating convolutions with their padding kept in step, so that sizes stay."""

from __future__ import annotations

from collections.abc import Sequence

from analyzers.facts import Edit, LayerFact
from analyzers.fixes.support.bench import Bench
from analyzers.rules.support.geometry import is_convolution, is_transposed, kernel_axes, per_axis

KERNEL, PADDING, DILATION = 2, 4, 5
"""Positions of the arguments in torch's convolutions."""


def square(layer: LayerFact) -> tuple[int, int, int, int] | None:
    """Kernel, stride, padding, dilation of a convolution that treats its axes alike."""
    if not is_convolution(layer) or is_transposed(layer):
        return None
    defaults = (("kernel_size", 1), ("stride", 1), ("padding", 0), ("dilation", 1))
    values = [per_axis(layer, name, kernel_axes(layer), default) for name, default in defaults]
    if any(value is None or len(set(value)) > 1 for value in values):
        return None
    kernel, stride, padding, dilation = (value[0] for value in values if value is not None)
    return kernel, stride, padding, dilation


def dilated(bench: Bench, layers: Sequence[LayerFact], dilations: Sequence[int]) -> tuple[Edit, ...] | None:
    """The edits that give each layer its dilation; ``None`` where one of them cannot be edited."""
    edits: dict[object, Edit] = {}
    for layer, dilation in zip(layers, dilations, strict=True):
        numbers, call = square(layer), bench.call(layer.definition)
        if numbers is None or call is None:
            return None
        kernel, _, padding, old = numbers
        new_padding = padding + (kernel - 1) * (dilation - old) // 2
        changes = [
            call.set("padding", PADDING, str(new_padding)),
            call.set("dilation", DILATION, str(dilation)),
        ]
        for edit in changes:
            if edit is None or new_padding < 0 or edits.get(edit.place, edit) != edit:
                return None
        if changes[0] is not None and changes[1] is not None and changes[0].place == changes[1].place:
            changes = [Edit(changes[0].place, changes[0].text + changes[1].text)]
        edits.update({edit.place: edit for edit in changes if edit is not None})
    return tuple(edits.values()) or None
