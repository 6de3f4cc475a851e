"""Findings as the protocol's diagnostics."""

from __future__ import annotations

from typing import Any

from analyzers.facts import Finding, Place
from analyzers.vocabulary import SEVERITIES
from rf_lsp.server import wire
from rf_lsp.server.snapshot import ModuleSnapshot

SEVERITY_NUMBERS = {level: number for number, level in enumerate(SEVERITIES, 1)}
"""What the protocol calls them."""

LONG = 3
"""A place that reaches over more lines is underlined in its first line only."""


def of_module(snapshot: ModuleSnapshot) -> dict[str, list[dict[str, Any]]]:
    """The diagnostics of each document of a module: its own findings, in the order of the source."""
    found: dict[str, list[dict[str, Any]]] = {uri: [] for uri in snapshot.document.code_uris}
    for finding in snapshot.analysis.findings:
        if finding.place.file == snapshot.path:
            uri, made = diagnostic(snapshot, finding)
            found.setdefault(uri, []).append(made)
    return found


def diagnostic(snapshot: ModuleSnapshot, finding: Finding) -> tuple[str, dict[str, Any]]:
    from analyzers.rules.support.registry import RULES

    place = finding.argument or finding.place
    uri, area = wire.range_in(snapshot.document, place)
    made: dict[str, Any] = {
        "range": _first_line(snapshot, place, area),
        "severity": SEVERITY_NUMBERS[finding.severity],
        "code": finding.code,
        "source": "rf-lsp",
        "message": finding.message,
        "data": {"name": finding.name},
    }
    if snapshot.client.code_descriptions:
        made["codeDescription"] = {"href": RULES[finding.code].url}
    if snapshot.client.related and (related := _related(snapshot, finding)):
        made["relatedInformation"] = related
    return uri, made


def _first_line(snapshot: ModuleSnapshot, place: Place, area: dict[str, Any]) -> dict[str, Any]:
    """A finding about a whole class or function underlines its first line only."""
    if place.end_line - place.line < LONG:
        return area
    line = snapshot.document.locate(place.line)
    return {"start": area["start"], "end": wire.position(line, line.length)}


def _related(snapshot: ModuleSnapshot, finding: Finding) -> list[dict[str, Any]]:
    places = [(text, wire.location(snapshot, place)) for text, place in finding.related]
    return [{"location": location, "message": text} for text, location in places if location is not None]
