"""RF101: the last map sees enough once the deepest stage or the last convolutions are dilated, one gets a somewhat larger
kernel, or one a stride."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from analyzers.facts import Edit, Fix, LayerFact, ModelFact
from analyzers.fixes.support.arguments import change, joined, touches
from analyzers.fixes.support.blocks import Group, dilated_groups, groups
from analyzers.fixes.support.context import FixContext
from analyzers.fixes.support.windows import dilated, widened, window
from analyzers.rules.support.coverage import extents

MOST_LAYERS = 4
LARGEST_DILATION = 16
LARGEST_KERNEL = 9
"""Larger ones are a design of their own (Ding et al. 2022, https://arxiv.org/abs/2203.06717), nothing to slip in."""
MOST_STRIDES, MOST_STRIDABLE = 3, 12


def propose(context: FixContext) -> Iterator[Fix]:
    model = context.model
    if model is None or model.field is None:
        return
    missing = _missing(model)
    if missing:
        yield from _dilated_stages(context, model, missing)
    layers = _candidates(model) if missing else []
    for count in range(1, min(len(layers), MOST_LAYERS) + 1):
        chosen = layers[-count:]
        schedule = _schedule([Group(layer.name, [layer]) for layer in chosen], missing)
        edits = dilated(context, chosen, schedule) if _is_wider(chosen, schedule) else None
        if edits and _only(model, chosen, edits):
            names = f"`{chosen[0].name}`" if count == 1 else f"the last {count} convolutions"
            yield Fix(f"Dilate {names} by {', '.join(map(str, schedule))}", edits)
    for layer in layers[-1:]:
        yield from _larger_kernel(context, model, layer, missing)
    yield from _another_stride(context, model, missing)


def _is_wider(chosen: list[LayerFact], schedule: list[int]) -> bool:
    """Whether every layer takes part: else a shorter run says the same."""
    windows = [window(layer) for layer in chosen]
    pairs = zip(windows, schedule, strict=bool(schedule))
    return bool(schedule) and all(found is not None and new > found.dilation for found, new in pairs)


def _missing(model: ModelFact) -> int:
    """Input pixels that the field lacks along the axis that is worst off."""
    field = model.field
    assert field is not None
    pairs = zip(field.size, extents(field), strict=True)
    return max((extent - size for size, extent in pairs if size is not None and extent is not None), default=0)


def _dilated_stages(context: FixContext, model: ModelFact, missing: int) -> Iterator[Fix]:
    """In dense prediction, where the map is smallest, a dilation adds most and later layers fill its holes: the deepest
    block, or a few that lead up to it."""
    deepest = max((_stride(layer) for layer in model.layers), default=0)
    if model.field is None or any(stride is None or deepest <= stride for stride in model.field.stride):
        return
    reached = [layer for layer in model.layers if _stride(layer) == deepest and _is_wide(layer)]
    until = max((layer.first.order for layer in reached), default=-1)
    before = [layer for layer in model.layers if _is_wide(layer) and layer.first.order <= until]
    found = groups(model, sorted(before, key=lambda layer: layer.first.order))
    for count in range(1, min(len(found), MOST_LAYERS) + 1):
        chosen = found[-count:]
        rates = _schedule(chosen, missing)
        wider = bool(rates) and min(rates) > 1
        edits = dilated_groups(context, model, chosen, rates) if wider else None
        if edits:
            names = ", ".join(f"`{group.name}`" for group in chosen)
            yield Fix(f"Dilate {names} by {', '.join(map(str, rates))}", edits)


def _stride(layer: LayerFact) -> float:
    """Input pixels from one unit of what a layer reads to the next, along the axis where that is most."""
    fields = [call.input_field for call in layer.per_call if call.input_field is not None]
    return max((float(stride) for field in fields for stride in field.stride if stride is not None), default=0)


def _is_wide(layer: LayerFact) -> bool:
    found = window(layer)
    return found is not None and found.kernel > 1 and found.stride == 1 and found.keeps_size and _reach(layer) > 0


def _schedule(chosen: Sequence[Group], missing: int) -> list[int]:
    """The smallest rising dilations that add what is missing and leave no holes; none where that fails."""
    for step in range(2, LARGEST_DILATION + 1):
        schedule, gain = [], 0.0
        for index, group in enumerate(chosen):
            dilation = max(min(step * (index + 1), _dense(group.layers[0], gain)), 1)
            schedule.append(dilation)
            gain += (dilation - 1) * sum(map(_reach, group.layers))
        if gain >= missing:
            return schedule if max(schedule) <= LARGEST_DILATION else []
    return []


def _dense(layer: LayerFact, gain: float) -> int:
    """The largest dilation that reads every position of what the layers before have gathered."""
    fields = [call.input_field for call in layer.per_call if call.input_field is not None]
    sizes = [
        int((size + gain) / stride)
        for before in fields
        for size, stride in zip(before.size, before.stride, strict=True)
        if size is not None and stride
    ]
    return min(sizes, default=1)


def _only(model: ModelFact, chosen: Sequence[LayerFact], edits: Sequence[Edit]) -> bool:
    """Whether what is edited builds no other layer."""
    others = [layer for layer in model.layers if layer not in chosen]
    return not any(touches(layer.construction, edit) for layer in others for edit in edits)


def _larger_kernel(context: FixContext, model: ModelFact, layer: LayerFact, missing: int) -> Iterator[Fix]:
    old = window(layer)
    if old is None:
        return
    kernel = old.kernel + 2 * math.ceil(missing * (old.kernel - 1) / _reach(layer) / old.dilation / 2)
    edits = widened(context, layer, old, old._replace(kernel=kernel)) if kernel <= LARGEST_KERNEL else None
    if edits and _only(model, [layer], edits):
        yield Fix(f"Give `{layer.name}` a kernel of {kernel}", edits)


def _another_stride(context: FixContext, model: ModelFact, missing: int) -> Iterator[Fix]:
    """A stride of 2 doubles what every later layer adds: on as few convolutions as will do, and as late as will do."""
    layers = [layer for layer in _alone(model) if _undilated(layer)][-MOST_STRIDABLE:]
    for count in range(1, MOST_STRIDES + 1):
        enough = [chosen for chosen in combinations(layers, count) if _gain(model, chosen) >= missing > 0]
        for chosen in enough[: -MOST_LAYERS - 1 : -1]:
            edits = joined(change(context, layer.construction, "stride", "2") for layer in chosen)
            if edits and _only(model, chosen, edits):
                names = " and ".join(f"`{layer.name}`" for layer in chosen)
                yield Fix(f"Give {names} a stride of 2", edits)
        if enough:
            return


def _undilated(layer: LayerFact) -> bool:
    found = window(layer)
    return found is not None and found.dilation == 1


def _gain(model: ModelFact, chosen: Sequence[LayerFact]) -> float:
    """Input pixels that the last map's field gains once the steps behind each chosen layer are twice as wide."""
    if model.field is None:
        return 0
    gains = []
    for axis, last in enumerate(model.field.size):
        sizes = [layer.field.size[axis] if layer.field and axis < len(layer.field.size) else None for layer in chosen]
        known = [size for size in (*sizes, last) if size is not None]
        steps = [after - before for before, after in pairwise(known)]
        gains.append(sum(step * (2 ** (index + 1) - 1) for index, step in enumerate(steps)))
        if len(known) <= len(chosen) or min(steps) < 0:
            return 0
    return min(gains, default=0)


def _candidates(model: ModelFact) -> list[LayerFact]:
    """Convolutions with room for dilation that no other layer shares its source with."""
    return [layer for layer in _alone(model) if (found := window(layer)) and found.keeps_size and _reach(layer) > 0]


def _alone(model: ModelFact) -> list[LayerFact]:
    """Convolutions of stride 1 and a kernel above 1 whose source builds nothing else."""
    definitions = [layer.definition for layer in model.layers]
    return [
        layer
        for layer in model.layers
        if (found := window(layer))
        and found.kernel > 1
        and found.stride == 1
        and definitions.count(layer.definition) == 1
    ]


def _reach(layer: LayerFact) -> float:
    """Input pixels that each step of dilation adds, in all calls together."""
    found = window(layer)
    fields = [call.input_field for call in layer.per_call if call.input_field is not None]
    strides = [[stride for stride in field.stride if stride is not None] for field in fields]
    return float((found.kernel - 1) * sum(min(known) for known in strides if known)) if found else 0.0
