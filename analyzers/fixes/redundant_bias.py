"""RF404: the convolution before the batch norm gets ``bias=False``."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Fix
from analyzers.fixes.support.arguments import find
from analyzers.fixes.support.context import FixContext


def propose(context: FixContext) -> Iterator[Fix]:
    for layer in context.layers_at(context.finding.place)[:1]:
        target = find(context, layer.construction, "bias")
        if target is not None:
            yield Fix(f"Set {target.slot.name}=False", (target.set("False"),))
