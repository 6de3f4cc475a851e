"""Dilations of convolutions that stand in a block which a model builds several times: handed down to one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import libcst as cst

from analyzers.facts import Edit, LayerFact, ModelFact, Place
from analyzers.fixes.support.arguments import Slot, find
from analyzers.fixes.support.calls import nodes_in
from analyzers.fixes.support.context import FixContext
from analyzers.fixes.support.windows import dilated, window

PARAMETER = "dilation"


class Group(NamedTuple):
    """Convolutions that get one dilation, for one call in the source builds them and nothing else does: a layer or the
    block ``name``."""

    name: str
    layers: list[LayerFact]


class Origin(NamedTuple):
    """The calls that build a layer, from the innermost outwards: its own, that of the block around it, and so on. The one
    at ``depth`` builds every line of the block ``name`` once and nothing else."""

    places: list[Place]
    depth: int
    name: str


def origins(model: ModelFact) -> dict[str, Origin]:
    """Of every layer, by its name, that such a call builds."""
    chains = {layer.name: _chain(model, layer) for layer in model.layers}
    built: dict[Place, list[Place | None]] = {}
    for layer in model.layers:
        for place, _ in chains[layer.name]:
            built.setdefault(place, []).append(layer.definition)
    once = {place for place, definitions in built.items() if len(set(definitions)) == len(definitions)}
    return {name: found for name, chain in chains.items() if (found := _origin(chain, once)) is not None}


def _origin(chain: list[tuple[Place, str]], once: set[Place]) -> Origin | None:
    places = [place for place, _ in chain]
    return next((Origin(places, at, name) for at, (place, name) in enumerate(chain) if place in once), None)


def _chain(model: ModelFact, layer: LayerFact) -> list[tuple[Place, str]]:
    """The calls with the names of what they build. A call that stands inside of the next one (an argument of ``nn.Sequential``) is built by it and by nothing else."""
    found = [(call.place, layer.name) for call in layer.construction]
    stages = {stage.name: stage.definition for stage in model.stages}
    name = layer.name
    while found and "." in name:
        name = name.rpartition(".")[0]
        place = stages.get(name)
        if place is None:
            break
        if not _holds(place, found[-1][0]):
            found.append((place, name))
    return found


def groups(model: ModelFact, layers: Sequence[LayerFact]) -> list[Group]:
    """The layers by the call that alone builds them, in the order of their turn."""
    known, found = origins(model), dict[Place, Group]()
    for layer in layers:
        origin = known.get(layer.name)
        if origin is not None:
            found.setdefault(origin.places[origin.depth], Group(origin.name, [])).layers.append(layer)
    return list(found.values())


def dilated_groups(
    context: FixContext, model: ModelFact, chosen: Sequence[Group], rates: Sequence[int]
) -> tuple[Edit, ...] | None:
    """The edits that give each group its dilation, through a parameter of the block where there is none yet."""
    known = origins(model)
    pairs = [(layer, rate) for group, rate in zip(chosen, rates, strict=True) for layer in group.layers]
    edits = dilated(context, [layer for layer, _ in pairs], [rate for _, rate in pairs])
    if edits is not None and all(_is_own(known[layer.name], edits) for layer, _ in pairs):
        return edits
    handed = [_handed_down(context, layer, known[layer.name], rate) for layer, rate in pairs]
    if any(found is None for found in handed):
        return None
    return tuple(dict.fromkeys(edit for found in handed for edit in found or ()))


def _is_own(origin: Origin, edits: Sequence[Edit]) -> bool:
    """Whether no edit stands in a call that builds layers of others too."""
    return not any(_holds(place, edit.place) for place in origin.places[: origin.depth] for edit in edits)


def _holds(outer: Place, inner: Place) -> bool:
    return (
        outer.file == inner.file
        and (outer.line, outer.column) <= (inner.line, inner.column)
        and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
    )


def _handed_down(context: FixContext, layer: LayerFact, origin: Origin, rate: int) -> list[Edit] | None:
    places, depth = origin.places, origin.depth
    if depth == 0:
        return None
    edits = [_takes_it(context, layer), _pads_for_it(context, layer)]
    edits += [_parameter(context, place) for place in places[:depth]]
    edits += [_given(context, place, PARAMETER) for place in places[1:depth]]
    edits.append(_given(context, places[depth], str(rate)))
    found = [edit for edit in edits if edit is not None]
    return [edit for some in found for edit in some] if len(found) == len(edits) else None


def _takes_it(context: FixContext, layer: LayerFact) -> list[Edit] | None:
    slot = _own_slot(context, layer, PARAMETER)
    return [slot.call.add(f"{slot.name}={PARAMETER}")] if slot is not None and slot.argument is None else None


def _pads_for_it(context: FixContext, layer: LayerFact) -> list[Edit] | None:
    """Padding grows with the dilation: a word does so by itself, a number has to be half of what the kernel spans."""
    found = window(layer)
    if found is None or found.dilation != 1:
        return None
    if isinstance(found.padding, str):
        return []
    slot = _own_slot(context, layer, "padding")
    if slot is None or slot.argument is None or found.padding * 2 != found.kernel - 1:
        return None
    return [slot.call.replace(slot.argument, PARAMETER if found.padding == 1 else f"{found.padding} * {PARAMETER}")]


def _own_slot(context: FixContext, layer: LayerFact, role: str) -> Slot | None:
    """Where the layer's own call gets an argument, if it is decided there."""
    target = find(context, layer.construction, role)
    call = context.call(layer.construction[0].place)
    return target.slot if target is not None and call is not None and target.slot.call.node is call.node else None


def _given(context: FixContext, place: Place, text: str) -> list[Edit] | None:
    call = context.call(place)
    if call is None or not call.is_plain or call.argument(PARAMETER) is not None:
        return None
    return [call.add(f"{PARAMETER}={text}")]


def _parameter(context: FixContext, place: Place) -> list[Edit] | None:
    """The function around a call takes the dilation, which is 1 unless somebody says otherwise."""
    module = context.module(place.file)
    block = module.block_at(place.line) if module is not None else None
    if module is None or block is None:
        return None
    found = nodes_in(module, Place(place.file, block.first_line, 0, block.end_line, 0), cst.FunctionDef)
    around = [node for node in found[1] if _holds(Place(place.file, *block.tree_span(node)), place)] if found else []
    parameters = around[-1].params if around else None
    if parameters is None or not _is_plain(parameters):
        return None
    named = parameters.params[-1]
    last = Place(place.file, *block.tree_span(named.default or named.annotation or named.name))
    return [Edit(Place(place.file, last.end_line, last.end_column, last.end_line, last.end_column), f", {PARAMETER}=1")]


def _is_plain(parameters: cst.Parameters) -> bool:
    """Whether one more can stand behind the last: no stars, and none of that name."""
    starred = isinstance(parameters.star_arg, cst.Param | cst.ParamStar) or parameters.star_kwarg is not None
    return bool(parameters.params) and not starred and PARAMETER not in _names(parameters)


def _names(parameters: cst.Parameters) -> Iterator[str]:
    for parameter in parameters.params:
        yield parameter.name.value
