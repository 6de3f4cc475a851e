"""From lines of a notebook's module to lines of its cells: the last step before anything is shown."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any, TypeVar

from analyzers.facts import (
    CallFact,
    Edit,
    FileFacts,
    Finding,
    Fix,
    LayerFact,
    ModelFact,
    ModuleFact,
    Place,
    Step,
    UnknownFact,
)

if TYPE_CHECKING:
    from analyzers.source.notebook import Notebook

Value = TypeVar("Value")

_HOLDERS = (CallFact, Edit, Finding, Fix, LayerFact, ModelFact, ModuleFact, Step, UnknownFact)
_FUNCTION = re.compile(r"forward:\w+@\d+\b")
"""The name of a functional operation, which ends with its line."""


class Cells:
    """The cells of the notebook that ``facts`` are of; another file's (no ``notebook``) are left as they are."""

    def __init__(self, facts: FileFacts, notebook: Notebook | None) -> None:
        self._path = facts.path
        self._notebook = notebook
        self._names = self._functions(facts) if notebook is not None else {}

    def __call__(self, value: Value) -> Value:
        """The same with every place in the notebook given by cell and line in the cell, and functions named by
        them; what is merely remembered for the rules (problems, merges) stays."""
        return value if self._notebook is None else self._moved(value)

    def _moved(self, value: Any) -> Any:
        if isinstance(value, Place):
            return self._place(value)
        if isinstance(value, str):
            return _FUNCTION.sub(lambda match: self._names.get(match[0], match[0]), value) if "@" in value else value
        if type(value) in (list, tuple):
            return type(value)([self._moved(item) for item in value])
        if not isinstance(value, _HOLDERS):
            return value
        names = (field.name for field in dataclasses.fields(value))
        return dataclasses.replace(value, **{name: self._moved(getattr(value, name)) for name in names})

    def _functions(self, facts: FileFacts) -> dict[str, str]:
        """``forward:flatten@12`` → ``forward:flatten@cell 3:2`` for what is called in the notebook itself."""
        names: dict[str, str] = {}
        for layer in (layer for model in facts.models for layer in model.layers if layer.functional):
            if layer.definition is not None and layer.definition.file == self._path:
                place = self._place(layer.definition)
                head = layer.name.rpartition("@")[0]
                names[layer.name] = f"{head}@cell {(place.cell or 0) + 1}:{place.line + 1}"
        return names

    def _place(self, place: Place) -> Place:
        """What reaches into another cell ends with its own."""
        notebook = self._notebook
        if notebook is None or place.file != self._path or place.cell is not None:
            return place
        cell = notebook.cell_at(place.line)
        start = notebook.spot(place.line, place.column)
        last = cell.first_line + cell.line_count
        if place.end_line < last:
            end = notebook.spot(place.end_line, place.end_column)
            return Place(place.file, start.line, start.column, end.line, end.column, cell.index)
        if place.end_column == 0 and place.end_line == last:
            return Place(place.file, start.line, start.column, cell.line_count, 0, cell.index)
        end_column = len(cell.lines[-1].rstrip("\r\n")) if cell.lines else 0
        return Place(place.file, start.line, start.column, cell.line_count - 1, end_column, cell.index)
