"""Convolutions that get another kernel or dilation and keep the size of their output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from analyzers.facts import Edit, LayerFact
from analyzers.fixes.support.arguments import change, joined
from analyzers.fixes.support.context import FixContext


class Window(NamedTuple):
    """A convolution that treats its axes alike; ``padding`` may be a word, which follows the kernel. ``keeps_size``
    says whether padding can make up for a larger extent."""

    kernel: int
    stride: int
    padding: int | str
    dilation: int
    keeps_size: bool


def window(layer: LayerFact) -> Window | None:
    found = layer.geometry
    if found is None or not found.is_convolution or found.transposed:
        return None
    kernel, stride, dilation = map(alike, (found.kernel_size, found.stride, found.dilation))
    padding = found.padding if isinstance(found.padding, str) else alike(found.padding)
    if kernel is None or stride is None or padding is None or dilation is None:
        return None
    return Window(kernel, stride, padding, dilation, isinstance(padding, str) or not pads_by_word(layer))


def pads_by_word(layer: LayerFact) -> bool:
    """Whether the layer's padding is a word and cannot be a number, as in Keras."""
    parameter = layer.construction[0].signature.parameter("padding") if layer.construction else None
    return parameter is not None and parameter.takes_words


def alike(values: tuple[int, ...] | None) -> int | None:
    """The value along all axes, where it is the same."""
    return values[0] if values and len(set(values)) == 1 else None


def widened(context: FixContext, layer: LayerFact, old: Window, new: Window) -> tuple[Edit, ...] | None:
    """The edits that give a convolution another kernel or dilation, padded so that its output keeps its size."""
    more = new.dilation * (new.kernel - 1) - old.dilation * (old.kernel - 1)
    values = {}
    if new.kernel != old.kernel:
        values["kernel_size"] = new.kernel
    if not old.keeps_size:
        return None
    if isinstance(old.padding, int) and more:
        if more % 2 or old.padding + more // 2 < 0:
            return None
        values["padding"] = old.padding + more // 2
    if new.dilation != old.dilation:
        values["dilation"] = new.dilation
    return joined(change(context, layer.construction, role, str(value)) for role, value in values.items())


def dilated(context: FixContext, layers: Sequence[LayerFact], dilations: Sequence[int]) -> tuple[Edit, ...] | None:
    """The edits that give each layer its dilation; ``None`` where one of them cannot be edited, or where one
    place would need two values."""
    edits: dict[object, Edit] = {}
    for layer, dilation in zip(layers, dilations, strict=True):
        old = window(layer)
        changes = widened(context, layer, old, old._replace(dilation=dilation)) if old is not None else None
        if changes is None or any(edits.get(edit.place, edit) != edit for edit in changes):
            return None
        edits.update({edit.place: edit for edit in changes})
    return tuple(edits.values()) or None
