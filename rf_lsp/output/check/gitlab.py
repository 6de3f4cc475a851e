"""``check --format gitlab``: a Code Quality report, which GitLab shows in merge requests."""

from __future__ import annotations

import json

from rf_lsp.output import CheckReport, RenderOptions
from rf_lsp.output.escape import visible
from rf_lsp.output.repository import Repository, fingerprints
from rf_lsp.output.source import SourceLines

SEVERITY = {"error": "critical", "warning": "major", "information": "info"}


def render(report: CheckReport, options: RenderOptions) -> str:
    source, repository = SourceLines(report), Repository()
    entries = []
    names = fingerprints(report.findings, source, repository)
    for finding, fingerprint in zip(report.findings, names, strict=True):
        place = source.in_file(finding.place)
        cell = "" if finding.place.cell is None else f" (cell {finding.place.cell + 1}, line {finding.place.line + 1})"
        entries.append(
            {
                "description": visible(f"{finding.code} {finding.name}: {finding.message}{cell}"),
                "check_name": finding.code,
                "fingerprint": fingerprint,
                "severity": SEVERITY[finding.severity],
                "location": {
                    "path": repository.path(place.file),
                    "positions": {
                        "begin": {"line": place.line + 1, "column": place.column + 1},
                        "end": {"line": place.line + 1, "column": max(place.end_column, place.column) + 1},
                    },
                },
            }
        )
    return json.dumps(entries, indent=2) + "\n"
