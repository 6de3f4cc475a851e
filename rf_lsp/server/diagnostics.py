"""Findings as the protocol's diagnostics."""

from __future__ import annotations

from typing import Any

from analyzers.facts import Finding
from analyzers.rules.support.record import LEVELS
from rf_lsp.server import wire
from rf_lsp.server.analysis import Analysis
from rf_lsp.server.buffers import Buffer
from rf_lsp.server.server import Server

SEVERITY_NUMBERS = {level: number for number, level in enumerate(LEVELS, 1)}
"""The protocol's numbers."""

LONG = 3
"""A place that reaches over more lines is underlined in its first line only."""


def of_buffer(server: Server, buffer: Buffer, analysis: Analysis) -> dict[str, list[dict[str, Any]]]:
    """The diagnostics of each document of a module: its own findings, in the order of the source."""
    found: dict[str, list[dict[str, Any]]] = {uri: [] for uri in buffer.uris}
    for finding in analysis.findings:
        if finding.place.file == buffer.path:
            uri, made = diagnostic(server, buffer, finding)
            found.setdefault(uri, []).append(made)
    return found


def diagnostic(server: Server, buffer: Buffer, finding: Finding) -> tuple[str, dict[str, Any]]:
    from analyzers.rules.support.registry import RULES

    uri, area = wire.range_in(buffer, finding.place)
    made: dict[str, Any] = {
        "range": _first_line(buffer, finding, area),
        "severity": SEVERITY_NUMBERS[finding.severity],
        "code": finding.code,
        "source": "rf-lsp",
        "message": finding.message,
        "data": {"name": finding.name},
    }
    if server.client.code_descriptions:
        made["codeDescription"] = {"href": RULES[finding.code].url}
    if server.client.related and (related := _related(server, finding)):
        made["relatedInformation"] = related
    return uri, made


def _first_line(buffer: Buffer, finding: Finding, area: dict[str, Any]) -> dict[str, Any]:
    """A finding about a whole class or function underlines its first line only."""
    if finding.place.end_line - finding.place.line < LONG:
        return area
    spot = buffer.spot(finding.place.line)
    return {"start": area["start"], "end": wire.position(spot, len(spot.text.line(spot.line)))}


def _related(server: Server, finding: Finding) -> list[dict[str, Any]]:
    places = [(text, wire.location(server, place)) for text, place in finding.related]
    return [{"location": location, "message": text} for text, location in places if location is not None]
