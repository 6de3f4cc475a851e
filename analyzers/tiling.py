"""The halo of a dense model, read off its facts. Definitions: docs/receptive-fields.md, "Tiling"."""

from __future__ import annotations

import math

from analyzers.facts import ModelFact, TilingFact


def plain_tiling(fact: ModelFact) -> TilingFact | None:
    """The halo alone, without sizes, which costs nothing; None where the output is no map."""
    field = fact.deepest or fact.field
    if not fact.dense or field is None:
        return None
    if None in field.halo or field.global_:
        return TilingFact(field.axes, None, None)
    pairs = zip(field.halo, total_stride(fact), strict=True)
    return TilingFact(field.axes, field.halo, tuple([_overlap(reach, stride) for reach, stride in pairs]))


def total_stride(fact: ModelFact) -> list[int]:
    """The least common multiple of the strides of all maps, for each axis of the deepest map."""
    field = fact.deepest or fact.field
    axes = field.axes if field is not None else ()
    found = [1] * len(axes)
    for layer in fact.layers:
        for call in layer.per_call:
            if call.field is not None and call.field.axes == axes:
                strides = enumerate(call.field.stride)
                found = [math.lcm(found[i], s.numerator) if s else found[i] for i, s in strides]
    return found


def _overlap(reach: tuple[int, int] | None, stride: int) -> int | None:
    return None if reach is None else -(-sum(reach) // stride) * stride
