"""``check --statistics``: findings by rule, models by status, why shapes were lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from analyzers.facts import Finding
from analyzers.tensors.dim_text import counted
from analyzers.vocabulary import SEVERITIES, Severity
from rf_lsp.output import CheckReport

SHOWN_REASONS = 20


def summary(report: CheckReport) -> dict[str, Any]:
    """The ``summary`` of ``check --format json``."""
    by_severity = Counter(finding.severity for finding in report.findings)
    found: dict[str, Any] = {
        "files": len(report.files),
        "findings": len(report.findings),
        **{level: by_severity.get(level, 0) for level in SEVERITIES},
        "models": _models(report),
        "unreadable": [{"file": file.path, "reason": file.error} for file in report.files if file.error],
    }
    if report.statistics:
        found["rules"] = [{"code": code, "name": name, "count": count} for (code, name), count in _rules(report)]
        found["shapes_lost"] = [{"reason": reason, "count": count} for reason, count in _reasons(report)]
    return found


WORD_OF: dict[Severity, str] = {"error": "error", "warning": "warning", "information": "note"}


def counts(findings: Iterable[Finding]) -> list[tuple[Severity, str]]:
    """``[("error", "2 errors"), ("information", "1 note")]``"""
    found = Counter(finding.severity for finding in findings)
    return [(level, counted(found[level], WORD_OF[level])) for level in SEVERITIES if found[level]]


def not_shown(report: CheckReport) -> list[str]:
    """One line about what is found but not shown, if there is any."""
    found = counts(report.hidden)
    if not found or report.quiet:
        return []
    return [f"{', '.join(text for _, text in found)} not shown (--show {found[-1][0]})"]


def lines(report: CheckReport) -> Iterator[str]:
    """The same for reading."""
    for (code, name), count in _rules(report):
        yield f"{count:6}  {code} {name}"
    models = _models(report)
    states = ", ".join(f"{models[state]} {state}" for state in sorted(models))
    yield f"{counted(len(report.files), 'file')}, {counted(sum(models.values()), 'model')}{f' ({states})' if states else ''}"
    reasons = _reasons(report)
    if reasons:
        yield f"shapes lost (RF901) at {counted(sum(count for _, count in reasons), 'place')}:"
    for reason, count in reasons[:SHOWN_REASONS]:
        yield f"{count:6}  {reason}"


def _rules(report: CheckReport) -> list[tuple[tuple[str, str], int]]:
    return Counter((finding.code, finding.name) for finding in report.everything).most_common()


def _models(report: CheckReport) -> dict[str, int]:
    found: Counter[str] = Counter()
    for file in report.files:
        found.update(file.models)
    return dict(found)


def _reasons(report: CheckReport) -> list[tuple[str, int]]:
    places = {entry for file in report.files for entry in file.lost}
    return Counter(reason for _, reason in places).most_common()
