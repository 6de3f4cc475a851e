"""The measured effective field beside the theoretical one and the static estimate."""

from __future__ import annotations

from typing import Any

from analyzers.facts import CallFact, ModelFact


def effective(model: ModelFact, requested: dict[str, Any], measured: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry for each layer, as the JSON has it."""
    calls = {(layer.name, number): call for layer in model.layers for number, call in enumerate(layer.per_call, 1)}
    numbers = {one["layer"]: one["call"] for one in requested["layers"]}
    return [_entry(calls.get((found["layer"], numbers[found["layer"]])), found) for found in measured]


def _entry(call: CallFact | None, found: dict[str, Any]) -> dict[str, Any]:
    field = call.field if call is not None else None
    return {
        "layer": found["layer"],
        "width": found["width"],
        "theoretical": None if field is None else list(field.size),
        "static": None if field is None else [None if one is None else round(one, 2) for one in field.erf],
        "area_ratio": found["area_ratio"],
        "seeds": found["seeds"],
        "image": None,
        "picture": found.get("picture"),
        "map": found.get("map"),
    }
