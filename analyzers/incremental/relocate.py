"""Facts whose places have moved because lines were put in or taken out above them."""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from analyzers.facts import (
    CallFact,
    ExpressionFact,
    FieldFact,
    InputFact,
    LayerFact,
    ModelFact,
    OutputFact,
    Place,
    ValueFact,
)

MovedLines = Sequence[tuple[int, int, int]]
"""(first line, end line, shift), in order."""

WITHOUT_PLACE = (FieldFact, InputFact, OutputFact)


class Relocator:
    """Moves the places of one file."""

    def __init__(self, path: str, moved: MovedLines) -> None:
        self.path = path
        self.moved = moved
        self._firsts = [first for first, _, _ in moved]
        self._places: dict[Place, Place] = {}

    def shift(self, line: int) -> int:
        index = bisect_right(self._firsts, line) - 1
        if index < 0:
            return 0
        _, end, by = self.moved[index]
        return by if line < end else 0

    def place(self, place: Place) -> Place:
        if place.file != self.path:
            return place
        found = self._places.get(place)
        if found is None:
            by = self.shift(place.line)
            found = dataclasses.replace(place, line=place.line + by, end_line=place.end_line + by) if by else place
            self._places[place] = found
        return found

    def model(self, fact: ModelFact) -> ModelFact:
        """The model with every place moved; the same object when nothing is to be moved."""
        if not self.moved:
            return fact
        moved = self.value(fact)
        names = {layer.name: self._name(layer) for layer in fact.layers if layer.functional}
        moved.layers = [self._renamed(layer, names) for layer in moved.layers]
        moved.field_layer = names.get(fact.field_layer or "", fact.field_layer)
        return moved

    def _name(self, layer: LayerFact) -> str:
        """Functions are called by the line they stand in (``forward:flatten@128``)."""
        head, _, line = layer.name.rpartition("@")
        by = self.shift(layer.call.line) if layer.call is not None and layer.call.file == self.path else 0
        return f"{head}@{int(line) + by}" if by else layer.name

    def _renamed(self, layer: LayerFact, names: dict[str, str]) -> LayerFact:
        calls = [self._named(call, names) for call in layer.per_call]
        return dataclasses.replace(layer, name=names.get(layer.name, layer.name), per_call=calls)

    @staticmethod
    def _named(call: CallFact, names: dict[str, str]) -> CallFact:
        if names.keys().isdisjoint(call.producers):
            return call
        return dataclasses.replace(call, producers=tuple([names.get(name, name) for name in call.producers]))

    def value(self, value: Any) -> Any:
        """A fact, or a list, tuple or dict of facts."""
        if isinstance(value, Place):
            return self.place(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {key: self.value(item) for key, item in value.items()}
        if isinstance(value, WITHOUT_PLACE):
            return value
        if isinstance(value, ExpressionFact):
            return self._expression(value)
        if type(value) is tuple:
            return tuple(self.value(item) for item in value) if _holds_facts(value) else value
        if type(value).__module__ == Place.__module__ and not isinstance(value, type):
            return self._fact(value)
        return value

    def _expression(self, fact: ExpressionFact) -> ExpressionFact:
        values = [self._lost(value) if value.unknown is not None else value for value in fact.values]
        return dataclasses.replace(fact, place=self.place(fact.place), values=values)

    def _lost(self, value: ValueFact) -> ValueFact:
        """Of the values only those that are not known speak of a place."""
        return dataclasses.replace(value, unknown=self._fact(value.unknown))

    def _fact(self, fact: Any) -> Any:
        changes = {}
        for item in dataclasses.fields(fact):
            value = getattr(fact, item.name)
            if (new := self.value(value)) is not value:
                changes[item.name] = new
        return dataclasses.replace(fact, **changes) if changes else fact


def _holds_facts(values: tuple) -> bool:
    return any(isinstance(value, Place | list | dict) or type(value).__module__ == Place.__module__ for value in values)
