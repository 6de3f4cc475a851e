"""``diff --format json``: the schema rf-lsp.diff/1."""

from __future__ import annotations

from typing import Any

from analyzers.facts import Finding, LayerFact, ModelFact
from analyzers.rules.support.memory import memory_of
from rf_lsp import __version__
from rf_lsp.comparison.layers import LayerChange
from rf_lsp.comparison.models import Comparison, ModelChange, block_changes
from rf_lsp.comparison.trees import Tree
from rf_lsp.output import RenderOptions, serialize

Json = dict[str, Any]


def render(report: Comparison, options: RenderOptions) -> str:
    return serialize.dumps(
        {
            "schema": "rf-lsp.diff/1",
            "version": __version__,
            "base": report.base.name,
            "head": report.head.name,
            "models": [_model(report, change) for change in report.models],
            "changes": [
                {"place": change.place, "what": change.what, "models": change.models}
                for change in block_changes(report)
            ],
            "findings": {
                "new": [_finding(finding, report.head) for finding in report.new_findings],
                "fixed": [_finding(finding, report.base) for finding in report.fixed_findings],
            },
            "notes": report.notes,
        }
    )


def _model(report: Comparison, change: ModelChange) -> Json:
    renamed = {"old_target": change.old_target} if change.old_target else {}
    return {
        "target": change.target,
        **renamed,
        "change": change.change,
        "old": _summary(change.old),
        "new": _summary(change.new),
        "layers": {
            "added": [_layer(layer, report.head) for layer in change.layers.added],
            "removed": [_layer(layer, report.base) for layer in change.layers.removed],
            "changed": [_layer_change(item, report) for item in change.layers.changed],
        },
        "findings": {
            "new": [_finding(finding, report.head) for finding in change.new_findings],
            "fixed": [_finding(finding, report.base) for finding in change.fixed_findings],
        },
    }


def _summary(model: ModelFact | None) -> Json | None:
    if model is None:
        return None
    memory = memory_of(model)
    return {
        "parameters": serialize.dim(model.parameters),
        "trainable_parameters": serialize.dim(model.trainable_parameters),
        "macs": serialize.dim(model.macs),
        "inputs": [
            {"name": item.name, "shape": serialize.shape(item.shape), "origin": item.origin} for item in model.inputs
        ],
        "outputs": [{"path": item.path, "shape": serialize.shape(item.shape)} for item in model.outputs],
        "receptive_field": serialize.receptive_field(model.field),
        "coverage": list(model.field.coverage) if model.field is not None else None,
        "memory": {
            "input": memory.input,
            "activations": memory.activations,
            "parameters": memory.parameters,
            "gradients": memory.gradients,
        },
        "status": model.status,
    }


def _place(layer: LayerFact, tree: Tree) -> Json | None:
    found = serialize.place(layer.definition or layer.call)
    return _of_tree(found, layer.definition or layer.call, tree)


def _of_tree(found: Json | None, place: Any, tree: Tree) -> Json | None:
    return None if found is None else {**found, "file": tree.relative(place.file)}


def _layer(layer: LayerFact, tree: Tree) -> Json:
    return {
        "name": layer.name,
        "type": layer.type,
        "place": _place(layer, tree),
        "parameters": serialize.dim(layer.parameters),
        "output_shape": serialize.shape(layer.output_shape),
    }


def _layer_change(change: LayerChange, report: Comparison) -> Json:
    renamed = {"old_name": change.old.name} if change.old.name != change.name and not change.new.functional else {}
    return {
        "name": change.name,
        **renamed,
        "place": _place(change.new, report.head),
        "own": bool(change.own),
        "changes": {what: {"old": before, "new": after} for what, (before, after) in change.changes.items()},
    }


def _finding(finding: Finding, tree: Tree) -> Json:
    found = serialize.finding(finding)
    found["place"] = _of_tree(found["place"], finding.place, tree)
    for entry, (_, place) in zip(found["related"], finding.related):
        entry["place"] = _of_tree(entry["place"], place, tree)
    found["model"] = tree.relative(finding.model) if finding.model else None
    return found
