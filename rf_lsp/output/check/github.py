"""``check --format github``: workflow commands, which GitHub shows beside the changed lines, and a page for the job.

GitHub shows up to ten annotations of a level for each step. The rest is told in the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from analyzers.facts import Finding
from analyzers.rules.support.registry import RULES
from rf_lsp.output import CheckReport, RenderOptions, markdown, statistics
from rf_lsp.output.escape import log_line, visible
from rf_lsp.output.repository import Repository
from rf_lsp.output.source import SourceLines
from rf_lsp.output.text import place_text, way

MOST = 10
"""Annotations of one level."""
SHOWN_STEPS = 3
COMMANDS = {"error": "error", "warning": "warning", "information": "notice"}
SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"


def render(report: CheckReport, options: RenderOptions) -> str:
    source, repository = SourceLines(report), Repository()
    lines: list[str] = []
    rest: list[str] = []
    told: Counter[str] = Counter()
    for finding in report.worst_first:
        told[finding.severity] += 1
        if told[finding.severity] <= MOST:
            lines.append(_command(finding, source, repository))
        else:
            rest.append(_log_line(finding))
    lines.extend(_rest(rest))
    lines.append(_total(report))
    lines.extend(statistics.not_shown(report))
    return "".join(f"{line}\n" for line in lines)


def summary(report: CheckReport) -> str:
    """The page for the job: what was found, and the models."""
    return markdown.summary(report)


def _command(finding: Finding, source: SourceLines, repository: Repository) -> str:
    place = source.in_file(finding.place)
    properties = {
        "title": f"{finding.code} {finding.name}",
        "file": repository.path(place.file),
        "line": str(place.line + 1),
        "endLine": str(place.line + 1),
        "col": str(place.column + 1),
        "endColumn": str(place.end_column + 1),
    }
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{COMMANDS[finding.severity]} {listed}::{_message(finding)}"


def _message(finding: Finding) -> str:
    place = finding.place
    cell = "" if place.cell is None else f" (cell {place.cell + 1}, line {place.line + 1})"
    lines = [finding.message + cell]
    if finding.steps:
        lines.append(f"shapes: {' → '.join(way(finding.steps, SHOWN_STEPS))}")
    return _data("\n".join(map(visible, (*lines, RULES[finding.code].url))))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")


def _rest(lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{len(lines)} more, for which there is no annotation:"
        yield from lines


def _log_line(finding: Finding) -> str:
    return log_line(f"{finding.severity} {finding.code} {place_text(finding.place)}: {finding.message}")


def _total(report: CheckReport) -> str:
    counted = ", ".join(text for _, text in statistics.counts(report.findings)) or "no findings"
    return f"{counted} in {len(report.files)} file{'s' * (len(report.files) != 1)}"
