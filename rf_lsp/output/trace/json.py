"""``trace --format json``: the schema rf-lsp.trace/1."""

from __future__ import annotations

from typing import Any

from analyzers.facts import FieldFact
from analyzers.tracing.results import LayerResult, MeasuredField, ModelResult, Seen
from rf_lsp import __version__
from rf_lsp.output import RenderOptions, TraceReport, serialize


def render(report: TraceReport, options: RenderOptions) -> str:
    models = [_model(item) for item in report.models]
    return serialize.dumps({"schema": "rf-lsp.trace/1", "version": __version__, "models": models})


def _model(result: ModelResult) -> dict[str, Any]:
    return {
        "target": result.model.target,
        "name": result.model.name,
        "verdict": result.verdict,
        "python": result.python,
        "framework": result.framework,
        "framework_version": result.framework_version,
        "device": result.device,
        "inputs": result.inputs,
        "placeholders": result.placeholders,
        "parameters": {"static": result.parameters[0], "traced": result.parameters[1]},
        "outputs": {"static": result.outputs[0], "traced": result.outputs[1]},
        "seconds": {name: result.seconds.get(name) for name in ("import", "build", "forward", "fields")},
        "layers": [_layer(layer) for layer in result.layers],
        "erf": _effective(result.erf),
        "checkpoint": result.checkpoint,
        "findings": [serialize.finding(item) for item in result.findings],
        "message": result.message,
        "notes": result.notes,
        "output": result.output,
    }


def _effective(measured: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    """Without what is only there to be drawn."""
    if measured is None:
        return None
    return [{name: value for name, value in one.items() if name not in ("picture", "map")} for one in measured]


def _layer(layer: LayerResult) -> dict[str, Any]:
    return {
        "name": layer.name,
        "call": layer.call,
        "verdict": layer.verdict,
        "static": _seen(layer.static),
        "traced": _seen(layer.traced),
        "differences": layer.differences,
    }


def _seen(seen: Seen | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    field = seen.field
    told = serialize.receptive_field(field) if isinstance(field, FieldFact) else _measured(field)
    return {"output_shape": seen.output_shape, "parameters": seen.parameters, "receptive_field": told}


def _measured(field: MeasuredField | None) -> dict[str, Any] | None:
    if field is None:
        return None
    return {
        "axes": list(field.axes),
        "size": list(field.size),
        "stride": [serialize.number(item) for item in field.stride],
        "start": list(field.start),
        "density": list(field.density),
        "size_min": list(field.size_min),
        "global": field.global_,
        "measured": list(field.measured),
        "methods": field.methods,
    }
