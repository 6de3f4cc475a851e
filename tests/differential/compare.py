"""Two accounts of one program, torch's and ours, and everything in which they differ."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

Truth = dict[str, Any]
Model = dict[str, Any]

UNKNOWN = "unknown"
"""The kind of a difference that is no contradiction: a number or layer that was not given."""
PLACES = ("definition place", "call place")
"""Kinds about where a layer stands, when everything else is right."""


@dataclass(frozen=True, slots=True)
class Difference:
    """``kind`` groups differences; ``key`` says over what; ``detail`` gives both sides."""

    kind: str
    key: str
    detail: str

    @property
    def group(self) -> str:
        return f"{self.kind}: {re.sub(r'[0-9]+', '#', self.key)}"

    def __str__(self) -> str:
        return f"{self.kind} [{self.key}] {self.detail}"


def compare(truth: Truth, static: dict[str, Any]) -> list[Difference]:
    """Everything in which the one model of ``static`` (the JSON of inspect) differs from the truth."""
    models = static.get("models") or []
    if len(models) != 1:
        return [Difference("internal", "models", f"{len(models)} models instead of one")]
    model = models[0]
    errors = [finding for finding in model.get("findings", []) if finding["severity"] == "error"]
    internal = [finding for finding in errors if finding["code"] in ("RF900", "RF902")]
    if internal:
        return [Difference("internal", internal[0]["message"][:80], internal[0]["message"])]
    return compare_raising(truth, model, errors) if truth["raises"] else compare_running(truth, model, errors)


def compare_raising(truth: Truth, model: Model, errors: list[dict[str, Any]]) -> list[Difference]:
    key = f"{truth['layer'] or ''} {truth['exception']}: {truth['message'][:90]}"
    if not errors:
        if model["status"] == "complete":
            return [Difference("missed error", key, f"line {truth['line']}: {truth['message']}")]
        return [Difference(UNKNOWN, first_unknown(model) or model["status"], f"in place of: {key}")]
    lines = {truth["line"], truth["definition"]}
    if not any(covers(finding["place"], lines) for finding in errors):
        said = "; ".join(f"line {f['place']['line']} {f['code']} {f['message']}" for f in errors)
        return [
            Difference(
                "wrong place",
                f"{errors[0]['code']} for {key}",
                f"{said} != line {truth['line']}/{truth['definition']}: {key}",
            )
        ]
    return []


def covers(place: dict[str, Any], lines: set[int | None]) -> bool:
    first, last = place["line"], place.get("end_line") or place["line"]
    return any(line is not None and first <= line <= last for line in lines)


def compare_running(truth: Truth, model: Model, errors: list[dict[str, Any]]) -> list[Difference]:
    if errors:
        first = errors[0]
        detail = f"line {first['place']['line']}: {first['message']}"
        return [Difference("false error", f"{first['code']} {first['message'][:90]}", detail)]
    found = compare_layers(truth, model) + compare_outputs(truth["outputs"], model)
    for name, wanted in (("parameters", truth["parameters"]), ("trainable_parameters", truth["trainable"])):
        found += compare_number("wrong total", name, wanted, model.get(name))
    if model["status"] == "failed":
        found.append(
            Difference(UNKNOWN, first_unknown(model) or "failed", f"status failed: {unknowns(model)}"),
        )
    return explained(found, model)


def explained(found: list[Difference], model: Model) -> list[Difference]:
    """Unknowns keyed by the reason the analysis itself gives, so that they group by cause."""
    reason = first_unknown(model)
    return [Difference(UNKNOWN, reason or d.key, d.detail) if d.kind == UNKNOWN else d for d in found]


def first_unknown(model: Model) -> str | None:
    return next((unknown["reason"][:100] for unknown in model.get("unknowns", [])), None)


def unknowns(model: Model) -> str:
    parts = []
    for unknown in model.get("unknowns", []):
        place = unknown.get("place") or {}
        parts.append(f"line {place.get('line')}: {unknown['reason']}")
    return "; ".join(parts)


def compare_layers(truth: Truth, model: Model) -> list[Difference]:
    given = {layer["name"]: layer for layer in model.get("layers", []) if not layer.get("functional")}
    found: list[Difference] = []
    for layer in truth["layers"]:
        found += compare_layer(layer, given.pop(layer["name"], None))
    for name, layer in given.items():
        if layer["type"].rsplit(".", 1)[-1] not in truth["strangers"]:
            found.append(Difference("extra layer", layer["type"], name))
    return found


def compare_layer(truth: dict[str, Any], layer: dict[str, Any] | None) -> list[Difference]:
    kind, name = truth["type"], truth["name"]
    if layer is None:
        return [Difference(UNKNOWN, kind, f"layer {name} is missing")]
    found = []
    if layer["type"].rsplit(".", 1)[-1] != kind:
        found.append(Difference("wrong type", kind, f"{name}: {layer['type']}"))
    found += compare_shape("wrong shape", kind, name, truth, layer["output_shape"])
    if layer.get("parameters") != truth["all_parameters"]:
        found += compare_number("wrong parameters", kind, truth["parameters"], layer.get("parameters"))
    found += compare_number("wrong calls", kind, truth["calls"], layer.get("calls"))
    for key, line in (("definition", truth["definition"]), ("call", truth["call"])):
        place = layer.get(key)
        if line is not None and not (place and covers(place, {line})):
            said = f"{name}: line {place and place['line']} != {line}"
            found.append(Difference(f"{key} place", kind, said))
    return found


def compare_shape(kind: str, key: str, name: str, truth: dict[str, Any], shape: Any) -> list[Difference]:
    if shape is None:
        unknown = [Difference(UNKNOWN, key, f"shape of {name}")]
        return unknown if truth.get("tensor", True) else []
    if shape == truth["shape"]:
        return []
    if any(not isinstance(size, int) for size in shape):
        return [Difference(UNKNOWN, key, f"shape of {name}: {shape}")]
    return [Difference(kind, key, f"{name}: {shape} != {truth['shape']}")]


def compare_outputs(wanted: list[dict[str, Any]], model: Model) -> list[Difference]:
    given = model.get("outputs") or []
    if not given or len(given) != len(wanted):
        kind = "wrong outputs" if given and model["status"] == "complete" else UNKNOWN
        return [
            Difference(kind, "outputs", f"{[o['shape'] for o in given]} != {[o['shape'] for o in wanted]}"),
        ]
    found: list[Difference] = []
    for truth, output in zip(wanted, given, strict=True):
        found += compare_shape("wrong outputs", "output", truth["path"], truth, output["shape"])
        if output["path"] != truth["path"]:
            found.append(Difference("wrong outputs", "path", f"{output['path']!r} != {truth['path']!r}"))
    return found


def compare_number(kind: str, key: str, wanted: int, given: Any) -> list[Difference]:
    if given is None or isinstance(given, str):
        return [Difference(UNKNOWN, key, f"{kind.removeprefix('wrong ')} {given}")]
    return [] if given == wanted else [Difference(kind, key, f"{given} != {wanted}")]
