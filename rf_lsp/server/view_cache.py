"""Answers that were made from one state of an open module, kept as long as that state lasts."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from analyzers.facts import ModelFact
from rf_lsp.server.views.occurrences import Occurrence, occurrences

_Known = Mapping[int, tuple[ModelFact, list[Occurrence]]]


class ViewCache:
    """``occurrences`` are those of the module in its present lines (``None``: nobody has asked yet); ``answers``
    keeps what else was made from them. ``earlier`` is the cache of the state before."""

    def __init__(self, earlier: ViewCache | None = None) -> None:
        self.occurrences: list[Occurrence] | None = None
        self.answers: dict[Hashable, Any] = {}
        self._known: _Known = earlier._found or earlier._known if earlier is not None else {}
        self._found: dict[int, tuple[ModelFact, list[Occurrence]]] = {}

    def occurrences_of(self, model: ModelFact, path: str) -> list[Occurrence]:
        """Those of one model in a file, in the lines of the text that was analysed: an edit leaves most models as
        they are."""
        entry = self._known.get(id(model)) or (model, occurrences(model, path))
        self._found[id(model)] = entry
        return entry[1]
