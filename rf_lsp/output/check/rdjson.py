"""``check --format rdjson``: reviewdog's diagnostics, with the fixes that hold as suggestions."""

from __future__ import annotations

import json
from typing import Any

from analyzers.facts import Finding, Place
from analyzers.rules.support.registry import RULES
from rf_lsp.output import CheckReport, RenderOptions
from rf_lsp.output.escape import visible
from rf_lsp.output.source import SourceLines
from rf_lsp.output.text import path_text

SHOWS_FIXES = True
SEVERITY = {"error": "ERROR", "warning": "WARNING", "information": "INFO"}
HOME = "https://github.com/rf-lsp/rf-lsp"


def render(report: CheckReport, options: RenderOptions) -> str:
    source = SourceLines(report)
    found = [_diagnostic(finding, source) for finding in report.worst_first]
    return json.dumps({"source": {"name": "rf-lsp", "url": HOME}, "diagnostics": found}, indent=2) + "\n"


def _diagnostic(finding: Finding, source: SourceLines) -> dict[str, Any]:
    place = finding.place
    cell = "" if place.cell is None else f" (cell {place.cell + 1}, line {place.line + 1})"
    found: dict[str, Any] = {
        "message": visible(f"{finding.message}{cell}"),
        "location": _location(place, source),
        "severity": SEVERITY[finding.severity],
        "code": {"value": finding.code, "url": RULES[finding.code].url},
    }
    if suggestions := _suggestions(finding, source):
        found["suggestions"] = suggestions
    if finding.related:
        found["relatedLocations"] = [
            {"message": visible(text), "location": _location(at, source)} for text, at in finding.related
        ]
    return found


def _suggestions(finding: Finding, source: SourceLines) -> list[dict[str, Any]]:
    """Fixes of one edit in the lines of a Python file: reviewdog puts a suggestion in the place of one range."""
    edits = [fix.edits[0] for fix in finding.fixes if len(fix.edits) == 1]
    return [
        {"range": _range(edit.place, source), "text": edit.text}
        for edit in edits
        if edit.place.cell is None and edit.place.file == finding.place.file
    ]


def _location(place: Place, source: SourceLines) -> dict[str, Any]:
    return {"path": path_text(place.file).replace("\\", "/"), "range": _range(place, source)}


def _range(place: Place, source: SourceLines) -> dict[str, Any]:
    """Columns are counted in bytes of UTF-8."""
    if place.cell is not None:
        place = source.in_file(place)
        start, end = place.column, place.end_column
    else:
        start = _bytes(source.line(place), place.column)
        last = Place(place.file, place.end_line, place.end_column, place.end_line, place.end_column)
        end = _bytes(source.line(last), place.end_column)
    return {
        "start": {"line": place.line + 1, "column": start + 1},
        "end": {"line": place.end_line + 1, "column": end + 1},
    }


def _bytes(line: str | None, column: int) -> int:
    return len((line or "")[:column].encode("utf-8", "surrogatepass")) + max(column - len(line or ""), 0)
