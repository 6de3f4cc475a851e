"""Both sides of the comparison."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rf_lsp
from tests.truth.confirm import trace
from tests.truth.effective.cases import Network

MEASURED = Path(__file__).with_name("measured.json")


@dataclass(frozen=True)
class Row:
    """One map: pixels along each axis."""

    network: Network
    layer: str
    theoretical: list[float]
    estimated: list[float]
    measured: list[float]

    @property
    def errors(self) -> list[float]:
        return [told / seen - 1 for told, seen in zip(self.estimated, self.measured, strict=True)]

    @property
    def error(self) -> float:
        """Of the axis that is farther off."""
        return max(self.errors, key=abs)


def recorded() -> dict[str, dict[str, list[float]]]:
    """Network → layer → width along each axis."""
    return json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}


def measured(network: Network) -> dict[str, list[float]]:
    """By a run of torch."""
    assert network.target is not None
    layers = [word for layer in network.layers for word in ("--layer", layer)]
    options = ["--erf", *layers, "--seeds", str(network.seeds), "--no-fields", "--timeout", "590"]
    answer = trace(network.target, [network.input], options)
    if not answer.get("erf"):
        raise SystemExit(f"{network.name}: {answer.get('message')} {answer.get('notes')}")
    return {one["layer"]: one["width"] for one in answer["erf"]}


def estimated(network: Network) -> dict[str, Any]:
    """Layer → field of its last call, by rf-lsp."""
    assert network.target is not None
    (model,) = rf_lsp.inspect(network.target, inputs=[network.input])
    found = {}
    for layer in model.layers:
        if layer.name in network.layers:
            found[layer.name] = layer.per_call[-1].receptive_field if layer.per_call else layer.receptive_field
    return found


def rows(network: Network, fields: dict[str, Any]) -> list[Row]:
    """Of the layers that were measured."""
    seen = recorded().get(network.name, {})
    found = []
    for layer in network.layers:
        if layer in seen:
            field = fields[layer]
            found.append(Row(network, layer, list(field.size), list(field.erf), seen[layer]))
    return found
