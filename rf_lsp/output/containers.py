"""The modules of a model that have layers of their own, with what those add up to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analyzers.facts import LayerFact, ModelFact


@dataclass(frozen=True, slots=True)
class Container:
    """``output_shape`` of its first call; ``parameters`` with those of all below, shared ones once; ``macs`` with those
    of all layers below, one item of the batch. None is not known."""

    name: str
    type: str
    output_shape: tuple[Any, ...] | None
    parameters: Any
    macs: Any


def containers_of(model: ModelFact) -> list[Container]:
    """In order of their first calls, the outer before the inner."""
    counted = [layer for layer in (*model.layers, *model.stages) if not layer.functional]
    return [
        Container(stage.name, stage.type, stage.output_shape, stage.parameters_below, _macs(stage, counted))
        for stage in model.stages
    ]


def _macs(stage: LayerFact, counted: list[LayerFact]) -> Any:
    inside = (f"{stage.name}.", f"{stage.name}/")
    total: Any = 0
    for layer in counted:
        if layer is stage or layer.name.startswith(inside):
            total = None if total is None or layer.macs is None else total + layer.macs
    return total
