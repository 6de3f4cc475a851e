"""The rows in which layers are listed: one for each place a layer is called at, in order of the calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzers.facts import CallFact, LayerFact, Place


@dataclass(frozen=True, slots=True)
class CallRow:
    """The calls of a layer at one place: several where the place lies in a loop or in a part that is used again.

    ``is_first`` tells the row that the layer's parameters are counted in.
    """

    layer: LayerFact
    calls: tuple[CallFact, ...]
    is_first: bool = True

    @property
    def repeats(self) -> str:
        """``×3`` behind the name."""
        return f" ×{len(self.calls)}" if len(self.calls) > 1 else ""


def call_rows(layers: Sequence[LayerFact]) -> list[CallRow]:
    rows = [row for layer in layers for row in _rows_of(layer)]
    return sorted(rows, key=lambda row: row.calls[0].order)


def _rows_of(layer: LayerFact) -> list[CallRow]:
    if len(layer.per_call) == 1:
        return [CallRow(layer, (layer.first,))]
    places: dict[Place | None, list[CallFact]] = {}
    for call in layer.per_call:
        places.setdefault(call.place, []).append(call)
    return [CallRow(layer, tuple(calls), index == 0) for index, calls in enumerate(places.values())]
