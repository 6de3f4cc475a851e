"""Models that are instances of a class, which needs arguments that nobody gives where it stands alone."""

from __future__ import annotations

from collections.abc import Iterable

from analyzers.facts import ModelFact


def says_something(model: ModelFact) -> bool:
    """Whether anything is known of what comes out or of what there is to learn."""
    return model.parameters is not None or any(output.shape is not None for output in model.outputs)


def instances_of(model: ModelFact, every: Iterable[ModelFact]) -> list[ModelFact]:
    """Of a class that says nothing by itself: the models of the same class that do."""
    if says_something(model):
        return []
    return [one for one in every if one.class_name == model.class_name and one is not model and says_something(one)]
