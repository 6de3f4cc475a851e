"""RF101: the last convolutions are dilated until the last map sees enough."""

from __future__ import annotations

import math
from collections.abc import Iterator

from analyzers.facts import Fix, LayerFact, ModelFact
from analyzers.fixes.support.bench import Bench
from analyzers.fixes.support.dilations import KERNEL, PADDING, dilated, square
from analyzers.rules.support.coverage import extents

MOST_LAYERS = 4
LARGEST_DILATION = 16
LARGEST_KERNEL = 15


def propose(bench: Bench) -> Iterator[Fix]:
    model = bench.model
    if model is None or model.framework != "torch" or model.field is None:
        return
    missing = _missing(model)
    layers = _candidates(model) if missing else []
    for count in range(1, min(len(layers), MOST_LAYERS) + 1):
        chosen = layers[-count:]
        schedule = _schedule(chosen, missing)
        edits = dilated(bench, chosen, schedule) if schedule else None
        if edits:
            names = f"`{chosen[0].name}`" if count == 1 else f"the last {count} convolutions"
            yield Fix(f"Dilate {names} by {', '.join(map(str, schedule))}", False, edits)
    for layer in layers[-1:]:
        yield from _larger_kernel(bench, layer, missing)


def _missing(model: ModelFact) -> int:
    """Input pixels that the field lacks along the axis that is worst off."""
    field = model.field
    assert field is not None
    pairs = zip(field.size, extents(model, field), strict=True)
    return max((extent - size for size, extent in pairs if size is not None and extent is not None), default=0)


def _schedule(chosen: list[LayerFact], missing: int) -> list[int]:
    """The smallest rising dilations that add what is missing and leave no holes; none where that fails."""
    for step in range(2, LARGEST_DILATION + 1):
        schedule, gain = [], 0.0
        for index, layer in enumerate(chosen):
            dilation = max(min(step * (index + 1), _dense(layer, gain)), 1)
            schedule.append(dilation)
            gain += (dilation - 1) * _reach(layer)
        if gain >= missing:
            return schedule if max(schedule) <= LARGEST_DILATION else []
    return []


def _dense(layer: LayerFact, gain: float) -> int:
    """The largest dilation that reads every position of what the layers before have gathered."""
    before = layer.input_field
    sizes = [
        int((size + gain) / stride)
        for size, stride in (zip(before.size, before.stride, strict=True) if before else ())
        if size is not None and stride
    ]
    return min(sizes, default=1)


def _larger_kernel(bench: Bench, layer: LayerFact, missing: int) -> Iterator[Fix]:
    numbers, call = square(layer), bench.call(layer.definition)
    if numbers is None or call is None:
        return
    kernel, _, padding, dilation = numbers
    more = 2 * math.ceil(missing * (kernel - 1) / _reach(layer) / dilation / 2)
    edits = (
        call.set("kernel_size", KERNEL, str(kernel + more)),
        call.set("padding", PADDING, str(padding + more * dilation // 2)),
    )
    if kernel + more <= LARGEST_KERNEL and edits[0] is not None and edits[1] is not None:
        yield Fix(f"Give `{layer.name}` a kernel of {kernel + more}", False, (edits[0], edits[1]))


def _candidates(model: ModelFact) -> list[LayerFact]:
    """Convolutions with room for dilation that no other layer shares its source with."""
    definitions = [layer.definition for layer in model.layers]
    return [
        layer
        for layer in model.layers
        if (numbers := square(layer))
        and numbers[0] > 1
        and numbers[1] == 1
        and definitions.count(layer.definition) == 1
    ]


def _reach(layer: LayerFact) -> float:
    """Input pixels that each step of dilation adds."""
    numbers = square(layer)
    strides = [stride for stride in (layer.input_field.stride if layer.input_field else ()) if stride is not None]
    return float((numbers[0] - 1) * min(strides)) if numbers and strides else 0.0
