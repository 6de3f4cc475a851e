"""Losses that expect logits, and models that give probabilities instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analyzers.facts import LossFact
from analyzers.interpreter.framework import walk
from analyzers.interpreter.recorder import LossUse
from analyzers.interpreter.values import Instance
from analyzers.models.extraction import place_of
from analyzers.models.inputs.known import unwrapped
from analyzers.tensors.tensor import PROBABILITIES, Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.values import Site
    from analyzers.models.context import FileContext

_BY_MODE = re.compile(r"\b(?:if|while|and|or|not)\b[^\n:]*\btraining\b")
"""A condition on the mode: what is run here is evaluation, and a loss is mostly for training."""


def probabilities_of(root: Instance, result: Any) -> str | None:
    """``softmax`` or ``log_softmax`` where that gave the only output, whatever the mode."""
    if type(result) is not Tensor or result.trait not in PROBABILITIES or any(map(_minds_mode, _own_classes(root))):
        return None
    return result.trait


def _own_classes(root: Instance) -> Iterator[Site]:
    """The sites of the classes that are written in Python that is read."""
    sites = {module.class_: module.class_.site for _, module in walk(root)}
    return (site for site in sites.values() if site is not None)


def _minds_mode(site: Site) -> bool:
    return site.block.mentions("training") and _BY_MODE.search(site.block.text) is not None


def losses_of(context: FileContext, root: Instance) -> list[LossFact]:
    """The losses that building ``root`` gave it."""
    uses = [use for use in context.machine.recorder.losses if not use.own and use.model is root]
    return list(_facts(context, uses))


def own_losses(context: FileContext) -> list[LossFact]:
    """The losses that the file's own code applies to models."""
    uses = [use for use in context.machine.recorder.losses if use.own]
    return list(dict.fromkeys(_facts(context, uses)))


def _facts(context: FileContext, uses: list[LossUse]) -> Iterator[LossFact]:
    names = {id(value): name for name, value in context.module.scope.names.items() if isinstance(value, Instance)}
    for use in uses:
        place = place_of(use.site)
        model = unwrapped(use.model)
        if place is not None:
            yield LossFact(use.loss, place, names.get(id(model)), model.class_.qualified_name)
