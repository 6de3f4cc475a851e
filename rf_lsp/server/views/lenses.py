"""Code lenses: one line of summary above each model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analyzers.facts import ModelFact, Place
from rf_lsp.instances import instances_of, says_something
from rf_lsp.output.text import inputs_text, summary_text
from rf_lsp.server.views.hints import assumed

LONGEST_REASON = 80


@dataclass(frozen=True, slots=True)
class Lens:
    """A text above a place; ``target`` is the model it speaks of."""

    place: Place
    text: str
    target: str
    model: ModelFact


def lenses(models: Iterable[ModelFact], path: str) -> list[Lens]:
    """The models that stand in a file, each once, in its order. A class that says little by itself speaks of what is built
    of it."""
    every = list(models)
    found: dict[tuple[str, int], Lens] = {}
    for model in every:
        if model.place is not None and model.place.file == path and model.status != "failed":
            found.setdefault((model.target, model.place.line), _lens(model, model.place, every))
    return sorted(found.values(), key=lambda lens: (lens.place.line, lens.place.column))


def _lens(model: ModelFact, place: Place, every: Sequence[ModelFact]) -> Lens:
    if says_something(model):
        return Lens(place, _marked(model, summary_text(model)), expression_of(model), model)
    built = instances_of(model, every)
    if built:
        more = f", {len(built) - 1} more" if len(built) > 1 else ""
        rest = summary_text(built[0]).removeprefix(built[0].name)
        text = f"{model.name} ({built[0].name}{more}){rest}"
        return Lens(place, _marked(built[0], text), expression_of(built[0]), built[0])
    return Lens(place, _lost(model), expression_of(model), model)


def _marked(model: ModelFact, text: str) -> str:
    return f"~ {text}" if assumed(model) else text


def _lost(model: ModelFact) -> str:
    """What goes in, and why nobody knows what becomes of it."""
    given = inputs_text(model)
    reason = next((unknown.reason for unknown in model.unknowns), "")
    shown = reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}…"
    parts = [model.name, given if given.strip("?, ") else "", f"not known: {shown}" if shown else "not known"]
    return _marked(model, " · ".join(part for part in parts if part))


def expression_of(model: ModelFact) -> str:
    """The name by which lenses and commands know a model."""
    return model.target.partition("::")[2]
