"""Code lenses: one line of summary above each model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analyzers.facts import ModelFact, Place
from rf_lsp.output.text import summary_text
from rf_lsp.server.views.hints import assumed


@dataclass(frozen=True, slots=True)
class Lens:
    """A text above a place; ``target`` is the model it speaks of."""

    place: Place
    text: str
    target: str
    model: ModelFact


def lenses(models: Iterable[ModelFact], path: str) -> list[Lens]:
    """The models that stand in a file, each once, in its order."""
    found: dict[tuple[str, int], Lens] = {}
    for model in models:
        if model.place is not None and model.place.file == path and model.status != "failed":
            text = ("~ " if assumed(model) else "") + summary_text(model)
            found.setdefault((model.target, model.place.line), Lens(model.place, text, expression_of(model), model))
    return sorted(found.values(), key=lambda lens: (lens.place.line, lens.place.column))


def expression_of(model: ModelFact) -> str:
    """The name by which lenses and commands know a model."""
    return model.target.partition("::")[2]
