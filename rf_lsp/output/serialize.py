"""Facts as JSON values: the contract that other tools rely on. Places are counted from 1, unknown is null.

A place in a notebook has ``cell``, counted over all cells, and its lines are those of that cell.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from analyzers.facts import CallFact, FieldFact, Finding, LayerFact, ModelFact, Place, TilingFact, UnknownFact
from analyzers.rules.support.memory import memory_of
from rf_lsp.output.containers import Container, containers_of
from rf_lsp.output.text import path_text

LEVELS_ON_LINES = 4
"""Of objects and lists, each entry of which has a line of its own; what is deeper, as a layer, stands in one line."""


def dumps(value: Any) -> str:
    return "".join(_written(value, 0)) + "\n"


def _written(value: Any, level: int) -> Iterator[str]:
    if level == LEVELS_ON_LINES or not value or not isinstance(value, dict | list):
        yield json.dumps(value, ensure_ascii=True)
        return
    margin = "\n" + "  " * level
    named = isinstance(value, dict)
    for place, item in enumerate(value):
        yield (("{" if named else "[") if place == 0 else ",") + margin + "  "
        if named:
            yield json.dumps(item, ensure_ascii=True) + ": "
        yield from _written(value[item] if named else item, level + 1)
    yield margin + ("}" if named else "]")


def place(value: Place | None) -> dict[str, Any] | None:
    if value is None:
        return None
    found: dict[str, Any] = {
        "file": path_text(value.file),
        "line": value.line + 1,
        "column": value.column + 1,
        "end_line": value.end_line + 1,
        "end_column": value.end_column + 1,
    }
    return found if value.cell is None else {**found, "cell": value.cell + 1}


def dim(value: Any) -> int | str | None:
    if value is None or isinstance(value, int | str):
        return value
    from analyzers.tensors.dims import as_json

    return as_json(value)


def shape(value: Sequence[Any] | None) -> list[int | str | None] | None:
    return None if value is None else [dim(item) for item in value]


def names(value: Sequence[str | None] | None) -> list[str | None] | None:
    """What the dims of a tensor are called; null where nobody says."""
    return None if value is None else list(value)


def number(value: Fraction | int | None) -> int | str | None:
    """A whole number as such, any other as ``"1/2"``."""
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else str(value)
    return value


def receptive_field(value: FieldFact | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {
        "axes": list(value.axes),
        "size": list(value.size),
        "stride": [number(item) for item in value.stride],
        "start": list(value.start),
        "density": list(value.density),
        "coverage": list(value.coverage),
        "erf": list(value.erf),
        "size_min": list(value.size_min),
        "shortest": list(value.shortest),
        "halo": [None if item is None else list(item) for item in value.halo],
        "global": value.global_,
    }


def tiling(value: TilingFact | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {
        "axes": list(value.axes),
        "halo": None if value.halo is None else [None if item is None else list(item) for item in value.halo],
        "overlap": None if value.overlap is None else list(value.overlap),
        "multiple": None if value.multiple is None else list(value.multiple),
        "valid_sizes": None if value.valid_sizes is None else [list(sizes) for sizes in value.valid_sizes],
        "smallest": None if value.smallest is None else list(value.smallest),
    }


def memory(value: ModelFact) -> dict[str, int | None]:
    """Bytes, with 32 bits for a number."""
    found = memory_of(value)
    return {
        "input": found.input,
        "activations": found.activations,
        "parameters": found.parameters,
        "gradients": found.gradients,
    }


def container(value: Container) -> dict[str, Any]:
    return {
        "type": value.type,
        "output": shape(value.output_shape),
        "parameters": dim(value.parameters),
        "macs": dim(value.macs),
    }


def layer(value: LayerFact) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": value.name,
        "type": value.type,
        "calls": value.calls,
        "definition": place(value.definition),
        "call": place(value.call),
        "input_shapes": [shape(item) for item in value.input_shapes],
        "output_shape": shape(value.output_shape),
        "axes": names(value.axes),
        "parameters": dim(value.parameters),
        "macs": dim(value.macs),
        "receptive_field": receptive_field(value.field),
    }
    if value.functional:
        found["functional"] = True
    if value.calls > 1:
        found["per_call"] = [call(item) for item in value.per_call]
    return {**found, "reason": value.reason} if value.reason else found


def call(value: CallFact) -> dict[str, Any]:
    found = {
        "call": place(value.place),
        "input_shapes": [shape(item) for item in value.input_shapes],
        "output_shape": shape(value.output_shape),
        "macs": dim(value.macs),
        "receptive_field": receptive_field(value.field),
    }
    return {**found, "reason": value.reason} if value.reason else found


def unknown(value: UnknownFact) -> dict[str, Any]:
    return {"place": place(value.place), "reason": value.reason}


def finding(value: Finding) -> dict[str, Any]:
    from analyzers.rules.support.registry import RULES

    rule = RULES[value.code]
    edits = [[{"place": place(edit.place), "text": edit.text} for edit in fix.edits] for fix in value.fixes]
    return {
        "code": value.code,
        "name": value.name,
        "severity": value.severity,
        "message": value.message,
        "place": place(value.place),
        "related": [{"message": text, "place": place(at)} for text, at in value.related],
        "fixes": [
            {"title": fix.title, "safe": rule.fixes_safely, "edits": made}
            for fix, made in zip(value.fixes, edits, strict=True)
        ],
        "model": value.model,
        "url": rule.url,
    }


def model(value: ModelFact, findings: Sequence[Finding]) -> dict[str, Any]:
    cell = value.place.cell if value.place else None
    return {
        "target": value.target,
        "name": value.name,
        "framework": value.framework,
        "file": path_text(value.place.file) if value.place else path_text(value.target.partition("::")[0]),
        "line": value.place.line + 1 if value.place else None,
        **({} if cell is None else {"cell": cell + 1}),
        "status": value.status,
        "inputs": [{"name": item.name, "shape": shape(item.shape), "origin": item.origin} for item in value.inputs],
        "outputs": [{"path": item.path, "shape": shape(item.shape)} for item in value.outputs],
        "parameters": dim(value.parameters),
        "trainable_parameters": dim(value.trainable_parameters),
        "macs": dim(value.macs),
        "receptive_field": receptive_field(value.field),
        "receptive_field_layer": value.field_layer,
        "memory": memory(value),
        "tiling": tiling(value.tiling),
        "containers": {item.name: container(item) for item in containers_of(value)},
        "layers": [layer(item) for item in value.layers],
        "unknowns": [unknown(item) for item in value.unknowns],
        "findings": [finding(item) for item in findings],
    }
