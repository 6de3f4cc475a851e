"""What a fix has at hand: the finding, what led to it, and the source."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from analyzers.facts import FileFacts, Finding, LayerFact, ModelFact, Place, Problem
from analyzers.fixes.support.calls import Call, call_at
from analyzers.source.module import SourceModule
from analyzers.source.sources import SourceError


class FixContext:
    def __init__(self, finding: Finding, facts: FileFacts, module_of: Callable[[str], SourceModule]) -> None:
        self.finding = finding
        self.facts = facts
        self._module_of = module_of
        self._calls: dict[Place, Call | None] = {}

    @property
    def model(self) -> ModelFact | None:
        """The model that the finding is about."""
        return next((model for model in self.facts.models if model.target == self.finding.model), None)

    @property
    def problem(self) -> Problem | None:
        """What the interpreter met at the finding's place."""
        wanted = self.finding.name, self.finding.place
        return next((problem for problem in self._problems() if (problem.rule, problem.place) == wanted), None)

    def _problems(self) -> Iterator[Problem]:
        yield from self.facts.problems
        for model in self.facts.models:
            yield from model.problems

    def module(self, path: str) -> SourceModule | None:
        try:
            return self._module_of(path)
        except SourceError:
            return None

    def call(self, place: Place | None) -> Call | None:
        """The call that stands at a place."""
        if place is None:
            return None
        if place not in self._calls:
            module = self.module(place.file)
            self._calls[place] = call_at(module, place) if module is not None else None
        return self._calls[place]

    def layers_at(self, place: Place) -> list[LayerFact]:
        """The layers of the finding's model that are built at a place."""
        model = self.model
        return [layer for layer in model.layers if layer.definition == place] if model is not None else []
