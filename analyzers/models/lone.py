"""Modules that are no models by themselves: activations, losses, metrics."""

from __future__ import annotations

from analyzers.facts import ModelFact
from analyzers.frameworks.torch.module import unregistered
from analyzers.interpreter.framework import all_parameters, children_of, may_hold_more, walk
from analyzers.interpreter.values import Instance


def is_lone(module: Instance) -> bool:
    """Whether it has neither parts nor parameters, not even where nobody sees them (a plain list)."""
    if children_of(module) or may_hold_more(module) or any(True for _ in all_parameters(walk(module))):
        return False
    return not any(True for _ in unregistered(module))


def is_plain_layer(module: Instance) -> bool:
    """A framework's own layer without parameters: ``nn.ReLU()``, ``nn.CrossEntropyLoss()``."""
    return module.class_.host is not None and is_lone(module)


def computes_no_features(model: ModelFact) -> bool:
    """Whether what goes in keeps its shape, or becomes one number, or nothing is known of it: an activation, a loss, a
    metric."""
    inputs = [given.shape for given in model.inputs]
    outputs = [output.shape for output in model.outputs]
    return all(shape is None or not shape or shape in inputs for shape in outputs)
