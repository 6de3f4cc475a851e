"""The static facts beside what was traced, call by call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from analyzers.facts import CallFact, FieldFact, LayerFact, ModelFact
from analyzers.tracing.recipe import Recipe
from analyzers.tracing.results import LayerResult, MeasuredField, ModelResult, Seen

Key = tuple[str, int]
Same = Callable[[Iterable[str]], dict[str, str]]


def compare(model: ModelFact, recipe: Recipe, answer: dict[str, Any]) -> ModelResult:
    """The result of one answer of the worker's."""
    result = ModelResult(model, "failed")
    result.framework = answer.get("framework") or model.framework
    result.framework_version = answer.get("framework_version")
    result.device = answer.get("device")
    result.inputs = [{"name": one["name"], "shape": one["shape"]} for one in recipe.request["inputs"]]
    result.placeholders = recipe.placeholders
    result.seconds = answer.get("seconds") or {}
    result.notes = list(dict.fromkeys(answer.get("notes") or []))
    result.checkpoint = answer.get("checkpoint")
    if answer.get("failure") is not None or "layers" not in answer:
        result.message = answer.get("failure") or "there is no answer"
        return result
    result.parameters = recipe.number(model.parameters), answer["parameters"]
    static = [{"path": out.path, "shape": recipe.shape(out.shape)} for out in model.outputs]
    result.outputs = static, answer["outputs"]
    result.layers = list(_layers(model, recipe, answer))
    differs = result.count("differs", "only-static", "only-traced") or _totals_differ(result)
    result.verdict = "differs" if differs else "confirmed"
    return result


def at_present(result: ModelResult, model: ModelFact) -> ModelResult:
    """The same beside the facts of a later analysis of the same model, which may stand in other lines by now."""
    places = {(layer.name, number): (call.place, layer.definition) for layer, number, call in calls_of(model)}
    layers = []
    for one in result.layers:
        place, definition = places.get((one.name, one.call), (None, None))
        layers.append(replace(one, place=place, definition=definition))
    return replace(result, model=model, layers=layers)


def _totals_differ(result: ModelResult) -> bool:
    static, traced = result.parameters
    shapes = [one["shape"] for one in result.outputs[0]]
    others = [one["shape"] for one in result.outputs[1]]
    return (static is not None and static != traced) or (bool(shapes) and not _same_shapes(shapes, others))


def _same_shapes(static: list[Any], traced: list[Any]) -> bool:
    """A static shape that is not known speaks against nothing."""
    return len(static) == len(traced) and all(_fits(one, other) for one, other in zip(static, traced, strict=True))


def _fits(static: list[int | None] | None, traced: list[int | None] | None) -> bool:
    if static is None or traced is None:
        return True
    return len(static) == len(traced) and all(s is None or s == t for s, t in zip(static, traced, strict=True))


def _layers(model: ModelFact, recipe: Recipe, answer: dict[str, Any]) -> Iterator[LayerResult]:
    """In the order of the static calls; what only one side has stands behind."""
    same = _by_order if model.framework == "keras" else _by_name
    names = same(one["name"] for one in answer["layers"])
    traced = {(names[one["name"]], one["call"]): one for one in answer["layers"]}
    fields = measured_fields(answer.get("fields") or [], same)
    static_names = same(layer.name for layer, _, _ in calls_of(model))
    is_whole = model.status == "complete"
    for layer, number, call in calls_of(model):
        key = (static_names[layer.name], number)
        seen = Seen(recipe.shape(call.output_shape), recipe.number(layer.parameters), call.field, call.axes)
        found = traced.pop(key, None)
        result = LayerResult(layer.name, number, "confirmed", seen, None, place=call.place, definition=layer.definition)
        if found is None:
            result.verdict = "only-static"
            result.differences = ["torch never calls it"]
        else:
            result.traced = Seen(found["output_shape"], found["parameters"], fields.get(key))
            result.differences = list(_differences(seen, result.traced))
            result.verdict = "differs" if result.differences else "confirmed"
        yield result
    for key, found in traced.items():
        seen = Seen(found["output_shape"], found["parameters"], fields.get(key))
        words = ["the static analysis never calls it"] if is_whole else []
        yield LayerResult(found["name"], found["call"], "only-traced", None, seen, words)


def _by_name(names: Iterable[str]) -> dict[str, str]:
    return {name: name for name in names}


def _by_order(names: Iterable[str]) -> dict[str, str]:
    """Keras numbers the layers that it names itself (``conv2d_7``) through the whole process: what counts is the order
    in which those of one kind are called."""
    found: dict[str, str] = {}
    counts: dict[str, int] = {}
    for name in names:
        if name not in found:
            base = re.sub(r"_\d+$", "", name)
            counts[base] = counts.get(base, 0) + 1
            found[name] = f"{base}_{counts[base]}"
    return found


def calls_of(model: ModelFact) -> list[tuple[LayerFact, int, CallFact]]:
    """Every call of a layer in order, as (layer, number, call); the number, from 1, is which one of its name it is:
    several modules that are made as they are called share one."""
    every = [(layer, call) for layer in model.layers if not layer.functional for call in layer.per_call]
    counts: dict[str, int] = {}
    found = []
    for layer, call in sorted(every, key=lambda one: one[1].order):
        counts[layer.name] = counts.get(layer.name, 0) + 1
        found.append((layer, counts[layer.name], call))
    return found


def _differences(static: Seen, traced: Seen) -> Iterator[str]:
    if not _fits(static.output_shape, traced.output_shape):
        yield f"output {_shape(static.output_shape)}, torch {_shape(traced.output_shape)}"
    if static.parameters is not None and static.parameters != traced.parameters:
        yield f"{static.parameters:,} parameters, torch {traced.parameters:,}"
    if isinstance(static.field, FieldFact) and traced.field is not None:
        yield from _field_differences(static.field, traced.field, static.axes or static.field.axes)


def _shape(shape: list[int | None] | None) -> str:
    return "?" if shape is None else "×".join("?" if size is None else str(size) for size in shape) or "scalar"


def _field_differences(static: FieldFact, traced: MeasuredField, dims: tuple[str | None, ...]) -> Iterator[str]:
    """Where both see everything, how much of it is local is only compared where both have something local; start and
    stride only where a dim is that axis alone (``dims``), not several flattened into one, perhaps behind a class token."""
    if static.axes != traced.axes:
        return
    for at, axis in enumerate(static.axes):
        size, measured = static.size[at], traced.size[at]
        if not traced.measured[at]:
            continue
        if size is None or measured is None:
            both = static.global_ and traced.global_
            if (size is None) != (measured is None) and not both and not _covers_all(static, at):
                yield f"RF {_size(size)} along {axis}, measured {_size(measured)}"
            continue
        names = ("size", "density", "size_min", *(("start", "stride") if axis in dims else ()))
        for name in names:
            told, seen = getattr(static, name)[at], getattr(traced, name)[at]
            if told is not None and not _equal(told, seen):
                yield f"{WORDS[name]} {told} along {axis}, measured {seen}"
    covered = any(_covers_all(static, at) for at in range(len(static.axes)))
    if static.global_ != traced.global_ and all(traced.measured) and not covered:
        yield "global, which nothing measured is" if static.global_ else "RF not global, but measured as such"


def _covers_all(static: FieldFact, axis: int) -> bool:
    """Whether the first unit reads the whole input, or all units alike do: what pools a map of one unit, or goes on from
    the last of all steps, is global on any other input."""
    size, start = static.size[axis], static.start[axis]
    if size is not None and start is None:
        return static.coverage[axis] == 1
    extent = static.extent[axis] if axis < len(static.extent) else None
    return size is not None and start is not None and isinstance(extent, int) and start <= 0 and start + size >= extent


WORDS = {"size": "RF", "start": "RF start", "stride": "stride", "density": "density", "size_min": "smallest RF"}


def _equal(told: Any, seen: Any) -> bool:
    return abs(told - seen) < 1e-9 if isinstance(told, float) else told == seen


def _size(size: int | None) -> str:
    return "global" if size is None else str(size)


# -- what was measured ---------------------------------------------------------------------------------


def measured_fields(axes: list[dict[str, Any]], same: Same = _by_name) -> dict[Key, MeasuredField]:
    """Of each call, along all axes; ``same`` says which names mean the same layer in several runs."""
    by_call: dict[Key, dict[str, dict[str, Any]]] = {}
    for axis in axes:
        keys = same(entry["name"] for entry in axis["calls"])
        for entry in axis["calls"]:
            by_call.setdefault((keys[entry["name"]], entry["call"]), {})[axis["name"]] = entry
    names = tuple(axis["name"] for axis in axes)
    found = {key: _measured(names, [entries.get(name) for name in names]) for key, entries in by_call.items()}
    return {key: value for key, value in found.items() if any(value.measured)}


def _measured(names: tuple[str, ...], entries: list[dict[str, Any] | None]) -> MeasuredField:
    fields = [_local(entry) for entry in entries]
    known = tuple(_is_measured(entry) for entry in entries)
    strides = tuple(None if one is None else Fraction(one["stride"][0], one["stride"][1]) for one in fields)
    methods = [entry.get("methods", 1) for entry, one in zip(entries, fields, strict=True) if entry and one is not None]
    return MeasuredField(
        axes=names,
        size=tuple(None if one is None else one["size"] for one in fields),
        stride=strides,
        start=tuple(None if one is None else one["start"] for one in fields),
        density=tuple(None if one is None else one["density"] for one in fields),
        size_min=tuple(None if one is None else one["size_min"] for one in fields),
        global_=any(entry is not None and entry["global"] for entry in entries),
        measured=known,
        methods=min(methods, default=1),
    )


def _local(entry: dict[str, Any] | None) -> dict[str, Any] | None:
    field = entry["field"] if entry is not None else None
    return field if field is not None and "size" in field else None


def _is_measured(entry: dict[str, Any] | None) -> bool:
    """Nothing is known of what the strip was too short for, or what the methods disagree on; what turned NaN everywhere
    is global, and what no dim carries is only that."""
    if entry is None or entry.get("disagree") or entry.get("sized"):
        return False
    return _local(entry) is not None or (entry["global"] and entry["field"] is None)
