"""What the parts of a model have of its parameters, MACs and memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analyzers.facts import LayerFact, ModelFact
from analyzers.rules.support.memory import BYTES, size_of
from rf_lsp.output.containers import Container, containers_of


@dataclass(frozen=True, slots=True)
class Stage:
    """A module of the model, or a layer that stands in it alone. ``macs`` of one item of the batch, ``outputs`` are bytes
    of what its layers make. None is not known."""

    name: str
    type: str
    parameters: Any
    macs: Any
    outputs: int | None


def stages_of(model: ModelFact) -> list[Stage]:
    """The model's modules in order; of a model that is a single module, the modules of that."""
    layers = [layer for layer in model.layers if not layer.functional]
    containers = {container.name: container for container in containers_of(model)}
    groups = _outermost(layers, list(containers))
    while len(groups) == 1 and (only := next(iter(groups))) in containers:
        del containers[only]
        groups = _outermost(layers, list(containers))
    return [_stage(name, inner, containers.get(name)) for name, inner in groups.items()]


def _outermost(layers: Sequence[LayerFact], modules: Sequence[str]) -> dict[str, list[LayerFact]]:
    """The layers by the first of the modules, of which outer ones stand first, that they lie in, or by their own names."""
    groups: dict[str, list[LayerFact]] = {}
    for layer in layers:
        around = (module for module in modules if layer.name.startswith((f"{module}.", f"{module}/")))
        groups.setdefault(next(around, layer.name), []).append(layer)
    return groups


def _stage(name: str, inner: list[LayerFact], container: Container | None) -> Stage:
    if container is not None:
        type_, parameters, macs = container.type, container.parameters, container.macs
    else:
        type_, macs = inner[0].type, _sum([layer.macs for layer in inner])
        below = [layer.parameters if layer.parameters_below is None else layer.parameters_below for layer in inner]
        parameters = _sum(below)
    return Stage(name, type_.rpartition(".")[2], parameters, macs, _outputs(inner))


def _sum(values: list[Any]) -> Any:
    return None if None in values else sum(values)


def _outputs(layers: list[LayerFact]) -> int | None:
    sizes = [size_of(call.output_shape) for layer in layers for call in layer.per_call]
    return None if None in sizes else BYTES * sum(size for size in sizes if size is not None)
