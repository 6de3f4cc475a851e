"""RF404: the convolutions before a batch norm get ``bias=False``."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Edit, Fix, Place
from analyzers.fixes.support.arguments import find
from analyzers.fixes.support.context import FixContext


def propose(context: FixContext) -> Iterator[Fix]:
    """All that the finding speaks of at once."""
    places = [context.finding.place, *(place for _, place in context.finding.related)]
    edits = [_without_bias(context, place) for place in places]
    known = [edit for edit in edits if edit is not None]
    if known and edits[0] is not None:
        name, _ = known[0]
        yield Fix(f"Set {name}=False", tuple(edit for _, edit in known))


def _without_bias(context: FixContext, place: Place) -> tuple[str, Edit] | None:
    models = context.facts.models
    layer = next((layer for model in models for layer in model.layers if layer.definition == place), None)
    target = find(context, layer.construction, "bias") if layer is not None else None
    return (target.slot.name, target.set("False")) if target is not None else None
