"""The results of ``rf_lsp.inspect``, ``check`` and ``diff`` as a whole: lists of facts with the whole JSON, rows for a
data frame and a table for notebooks."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from rf_lsp import __version__
from rf_lsp.api.facts import Fact, Finding, ModelFact, Unknown, finding_of, model_of, unknown_of
from rf_lsp.api.html import findings_html, long_table, model_html
from rf_lsp.output.markup import element, joined

if TYPE_CHECKING:
    from rf_lsp.comparison.models import Comparison
    from rf_lsp.output import InspectReport
    from rf_lsp.results import FileResult

Rows = list[dict[str, Any]]


class Models(list[ModelFact]):
    """The models of all targets; ``findings`` and ``unknowns`` are outside of any model, ``notes`` tell what could not be
    read or parsed."""

    findings: tuple[Finding, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, report: InspectReport, notes: Sequence[str]) -> Models:
        from rf_lsp.output import serialize

        models = cls(model_of(serialize.model(item.model, item.findings)) for item in report.models)
        models.findings = tuple(finding_of(serialize.finding(item)) for item in report.findings)
        models.unknowns = tuple(unknown_of(serialize.unknown(item)) for item in report.unknowns)
        models.notes = tuple(notes)
        return models

    def to_dict(self) -> dict[str, Any]:
        """As ``rf-lsp inspect --format json``."""
        return {
            "schema": "rf-lsp.inspect/1",
            "version": __version__,
            "models": [model.to_dict() for model in self],
            "unknowns": [unknown.to_dict() for unknown in self.unknowns],
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def to_records(self) -> Rows:
        """A flat row for each call of each layer of all models."""
        return [row for model in self for row in model.to_records()]

    def _repr_html_(self) -> str:
        return joined(model_html(model) for model in self) + findings_html(self.findings)


class Findings(list[Finding]):
    """By place; ``errors`` are sentences on files that cannot be read or are not Python, ``skipped`` on those that hold
    nothing to look at, ``summary`` is that of the command."""

    errors: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    summary: Mapping[str, Any] = {}

    @classmethod
    def of(cls, results: Sequence[FileResult]) -> Findings:
        from rf_lsp.checking import merged
        from rf_lsp.output import CheckReport, serialize
        from rf_lsp.output.statistics import summary
        from rf_lsp.output.text import line_text, path_text

        report = CheckReport(merged(results), list(results))
        findings = cls(finding_of(serialize.finding(item)) for item in report.findings)
        broken = [
            f"{line_text(path_text(result.path), line, cell)}: cannot be parsed: {reason}"
            for result in results
            for line, reason, cell in result.broken
        ]
        findings.errors = (*(result.error for result in results if result.error), *broken)
        findings.skipped = tuple(result.skipped for result in results if result.skipped)
        findings.summary = summary(report)
        return findings

    def to_dict(self) -> dict[str, Any]:
        """As ``rf-lsp check --format json``."""
        return {
            "schema": "rf-lsp.check/1",
            "version": __version__,
            "findings": [finding.to_dict() for finding in self],
            "summary": copy.deepcopy(dict(self.summary)),
        }

    def to_records(self) -> Rows:
        """A flat row for each finding."""
        return [finding.to_record() for finding in self]

    def _repr_html_(self) -> str:
        return findings_html(self) or element("p", "no findings")


@dataclass(frozen=True)
class ModelChange(Fact):
    """A model that is not what it was; ``changes`` are its numbers that differ, before and after, as they are shown."""

    target: str
    change: Literal["added", "removed", "changed"]
    changes: tuple[tuple[str, str, str], ...]
    new_findings: tuple[Finding, ...]
    fixed_findings: tuple[Finding, ...]


@dataclass(frozen=True)
class BlockChange(Fact):
    """One change of the source, where it is now, and the models that it reaches."""

    place: str
    what: str
    models: tuple[str, ...]


@dataclass(frozen=True)
class Diff(Fact):
    """What is different; true where anything is. Findings beside those of models are of files as a whole."""

    base: str
    head: str
    models: tuple[ModelChange, ...]
    changes: tuple[BlockChange, ...]
    new_findings: tuple[Finding, ...]
    fixed_findings: tuple[Finding, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, report: Comparison) -> Diff:
        from rf_lsp.comparison.models import rows
        from rf_lsp.output import RenderOptions
        from rf_lsp.output.diff.json import render

        data = json.loads(render(report, RenderOptions()))
        models = tuple(
            ModelChange(item["target"], item["change"], tuple(rows(change)), *_findings(item["findings"]), _json=item)
            for item, change in zip(data["models"], report.models, strict=True)
        )
        changes = (
            BlockChange(item["place"], item["what"], tuple(item["models"]), _json=item) for item in data["changes"]
        )
        found = _findings(data["findings"])
        return cls(data["base"], data["head"], models, tuple(changes), *found, tuple(data["notes"]), _json=data)

    def __bool__(self) -> bool:
        return bool(self.models or self.new_findings or self.fixed_findings)

    def to_records(self) -> Rows:
        """A flat row for each number of a model that differs."""
        return [
            {"model": model.target, "change": model.change, "what": what, "before": before, "after": after}
            for model in self.models
            for what, before, after in model.changes or (("", "", ""),)
        ]

    def _repr_html_(self) -> str:
        rows = [tuple(map(str, row.values())) for row in self.to_records()]
        reached = [(item.place, item.what, ", ".join(item.models)) for item in self.changes]
        return element(
            "div",
            element("p", self.base, " → ", self.head),
            long_table(("model", "change", "what", "before", "after"), rows, left=5) if rows else None,
            None if rows else element("p", "no model is different"),
            long_table(("place", "layer", "models"), reached, left=3) if reached else None,
        )


def _findings(data: Mapping[str, Any]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    new, fixed = (tuple(map(finding_of, data[name])) for name in ("new", "fixed"))
    return new, fixed
