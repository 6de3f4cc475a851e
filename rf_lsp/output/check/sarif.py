"""``check --format sarif``: SARIF 2.1.0, for code scanning and viewers.

Findings that comments silence are there as suppressed; with a baseline every result says whether it is new.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from analyzers.facts import Finding, Place
from analyzers.rules.support.record import Rule
from analyzers.rules.support.registry import MODULES, RULES
from rf_lsp import __version__
from rf_lsp.output import CheckReport, RenderOptions
from rf_lsp.output.escape import visible
from rf_lsp.output.repository import Repository, fingerprints
from rf_lsp.output.source import SourceLines

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://github.com/rf-lsp/rf-lsp"
ROOT = "%SRCROOT%"
LEVELS = {"error": "error", "warning": "warning", "information": "note", "off": "note"}
PROBLEM = {"error": "error", "warning": "warning", "information": "recommendation", "off": "recommendation"}
PRECISION = {"certain": "very-high", "high": "high", "medium": "medium"}
FINGERPRINT = "rfLsp/v1"
Json = dict[str, Any]
NO_LINE: Json = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}


def render(report: CheckReport, options: RenderOptions) -> str:
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_Run(report).json()]}
    return json.dumps(log, indent=2) + "\n"


class _Run:
    def __init__(self, report: CheckReport) -> None:
        self._report = report
        self._source = SourceLines(report)
        self._repository = Repository()
        self._index = {code: index for index, code in enumerate(RULES)}

    def json(self) -> Json:
        return {
            "tool": {
                "driver": {
                    "name": "rf-lsp",
                    "semanticVersion": __version__,
                    "version": __version__,
                    "informationUri": HOME,
                    "rules": [_rule(rule) for rule in RULES.values()],
                }
            },
            "automationDetails": {"id": "rf-lsp/"},
            "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
            "columnKind": "utf16CodeUnits",
            "invocations": [self._invocation()],
            "results": [*self._results(), *self._gone()],
        }

    def _invocation(self) -> Json:
        """What could not be looked at is told as notifications."""
        found = [
            self._notification(file.path, text)
            for file in self._report.files
            for text in (file.error, file.crash)
            if text
        ]
        for file in self._report.files:
            for line, text, cell in file.broken:
                place = Place(file.path, line, 0, line, 0, cell)
                found.append(self._notification(file.path, f"cannot be parsed: {text}", place))
        ok = not any(file.error or file.crash for file in self._report.files)
        return {"executionSuccessful": ok, "toolExecutionNotifications": found}

    def _notification(self, path: str, text: str, place: Place | None = None) -> Json:
        location = self._location(place) if place else {"physicalLocation": {"artifactLocation": self._artifact(path)}}
        return {"level": "error", "message": {"text": visible(text)}, "locations": [location]}

    def _results(self) -> Iterator[Json]:
        """One fingerprint each, also beside those that are silenced or known."""
        report = self._report
        every = [
            *((finding, "new", False) for finding in report.worst_first),
            *((finding, "unchanged", False) for finding in report.known),
            *((finding, "", True) for finding in report.silenced),
        ]
        names = fingerprints([finding for finding, _, _ in every], self._source, self._repository)
        for (finding, state, silenced), name in zip(every, names, strict=True):
            result = self._result(finding, name)
            if silenced:
                result["suppressions"] = [{"kind": "inSource", "status": "accepted"}]
            elif report.compared:
                result["baselineState"] = state
            yield result

    def _result(self, finding: Finding, fingerprint: str) -> Json:
        result: Json = {
            "ruleId": finding.code,
            "ruleIndex": self._index[finding.code],
            "level": LEVELS[finding.severity],
            "message": {"text": _sentence(finding.message)},
            "locations": [self._location(finding.place)],
            "partialFingerprints": {FINGERPRINT: fingerprint},
        }
        related = [(text, place) for text, place in finding.related if place != finding.place]
        if related:
            result["relatedLocations"] = [
                {"id": index, **self._location(place, text)} for index, (text, place) in enumerate(related)
            ]
        if finding.steps:
            result["codeFlows"] = [self._flow(finding)]
        return result

    def _flow(self, finding: Finding) -> Json:
        """The way of the shape through the layers to the line that fails."""
        steps = [(step.place, f"{step.layer}: {step.before} → {step.after}") for step in finding.steps]
        steps.append((finding.place, finding.message))
        locations = [{"location": self._location(place, text)} for place, text in steps]
        return {
            "message": {"text": "The shape on its way through the layers."},
            "threadFlows": [{"locations": locations}],
        }

    def _location(self, place: Place, text: str | None = None) -> Json:
        shown = self._source.in_file(place)
        physical = {"artifactLocation": self._artifact(place.file), "region": self._region(shown, place)}
        location: Json = {"physicalLocation": physical}
        if text is not None:
            location["message"] = {"text": _sentence(text)}
        if place.cell is not None:
            name = f"cell {place.cell + 1}, line {place.line + 1}"
            location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "module"}]
        return location

    def _artifact(self, path: str) -> Json:
        base = {"uriBaseId": ROOT} if self._repository.holds(path) else {}
        return {"uri": self._repository.uri(path), **base}

    def _region(self, place: Place, original: Place) -> Json:
        """One line; columns count as UTF-16 does."""
        line = self._source.line(place) or ""
        region: Json = {
            "startLine": place.line + 1,
            "startColumn": _utf16(line, place.column) + 1,
            "endLine": place.line + 1,
            "endColumn": _utf16(line, max(place.end_column, place.column)) + 1,
        }
        snippet = line[place.column : place.end_column]
        if snippet and original.cell is None:
            region["snippet"] = {"text": snippet}
        return region

    def _gone(self) -> Iterator[Json]:
        """What only the baseline has, which does not list lines."""
        for file, code, message in self._report.gone:
            if code in RULES:
                location = {"physicalLocation": {"artifactLocation": self._artifact(file), "region": NO_LINE}}
                yield {
                    "ruleId": code,
                    "ruleIndex": self._index[code],
                    "level": LEVELS[RULES[code].level],
                    "message": {"text": _sentence(message)},
                    "locations": [location],
                    "baselineState": "absent",
                }


def _sentence(text: str) -> str:
    """Viewers expect messages to end like sentences."""
    shown = visible(text)
    return shown if shown.endswith((".", "?", "!")) else f"{shown}."


def _utf16(line: str, column: int) -> int:
    part = line[:column]
    return column + sum(character > "\uffff" for character in part)


def _rule(rule: Rule) -> Json:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": _first_sentence(rule.summary)},
        "fullDescription": {"text": f"{rule.summary} {rule.why}"},
        "help": {"text": f"{rule.how_to_fix}\n\n{rule.why}", "markdown": _help(rule)},
        "helpUri": rule.url,
        "defaultConfiguration": {"level": LEVELS[rule.level], "enabled": rule.level != "off"},
        "properties": {
            "precision": PRECISION[rule.confidence],
            "problem.severity": PROBLEM[rule.level],
            "tags": ["deep-learning", rule.name],
        },
    }


def _first_sentence(text: str) -> str:
    head, found, _ = text.partition(". ")
    return f"{head}." if found else text


def _help(rule: Rule) -> str:
    """The rule's page as Markdown."""
    from rf_lsp.cli.rule import document

    return "\n".join(document(MODULES[rule.code]))
