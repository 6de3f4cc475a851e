"""Dilating convolutions with their padding kept in step, so that sizes stay."""

from __future__ import annotations

from collections.abc import Sequence

from analyzers.facts import Edit, LayerFact
from analyzers.fixes.support.arguments import widened, window
from analyzers.fixes.support.context import Bench


def dilated(bench: Bench, layers: Sequence[LayerFact], dilations: Sequence[int]) -> tuple[Edit, ...] | None:
    """The edits that give each layer its dilation; ``None`` where one of them cannot be edited, or where one
    place would need two values."""
    edits: dict[object, Edit] = {}
    for layer, dilation in zip(layers, dilations, strict=True):
        old, call = window(layer), bench.call(layer.definition)
        if old is None or call is None:
            return None
        changes = widened(call, layer, old, old._replace(dilation=dilation))
        if changes is None or any(edits.get(edit.place, edit) != edit for edit in changes):
            return None
        edits.update({edit.place: edit for edit in changes})
    return tuple(edits.values()) or None
