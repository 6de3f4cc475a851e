"""Markdown for pages of services: what stands in sources is shown as it is, and marks nothing up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analyzers.facts import Finding
from analyzers.rules.support.registry import RULES
from rf_lsp.output import CheckReport, statistics
from rf_lsp.output.escape import visible
from rf_lsp.output.text import path_text, place_text
from rf_lsp.results import ModelRow

MOST_FINDINGS, MOST_MODELS = 50, 100
_MARKUP = re.compile(r"([\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_]))")
"""An underscore within a word is one."""
_REFERENCE = re.compile(r"((?<!\w)@|#)(?=\w)")


def plain(text: str) -> str:
    """Text that Markdown and HTML leave as it is, on one line; it mentions nobody and no issue."""
    escaped = _MARKUP.sub(r"\\\1", visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return _REFERENCE.sub(r"\1<!-- -->", escaped).strip()


def code(text: str) -> str:
    """A span of code, for a cell of a table too."""
    shown = visible(text).replace("|", "\\|")
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> Iterator[str]:
    """The cells are Markdown; numbers of columns in ``right`` are set to the right."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join('---:' if index in right else '---' for index in range(len(head)))}|"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def summary(report: CheckReport) -> str:
    """What a check found, and the models it looked at."""
    counted = ", ".join(text for _, text in statistics.counts(report.findings)) or "no findings"
    lines = [f"## rf-lsp: {counted}", ""]
    if report.findings:
        shown = report.worst_first[:MOST_FINDINGS]
        lines.extend([*table(("level", "rule", "place", "what"), [_finding(finding) for finding in shown]), ""])
        lines.extend(_more(len(report.findings) - len(shown)))
    rows = list({row.target: row for file in report.files for row in file.rows}.values())
    if rows:
        head = ("model", "input → output", "parameters", "MACs", "receptive field")
        lines.extend([*table(head, [_model(row) for row in rows[:MOST_MODELS]], frozenset((2, 3))), ""])
        lines.extend(_more(len(rows) - MOST_MODELS))
    lines.extend(statistics.not_shown(report))
    return "\n".join(lines).rstrip() + "\n"


def _more(count: int) -> list[str]:
    return [f"… and {count} more", ""] if count > 0 else []


def _finding(finding: Finding) -> tuple[str, ...]:
    link = f"[{finding.code}]({RULES[finding.code].url}) {finding.name}"
    return finding.severity, link, code(place_text(finding.place)), plain(finding.message)


def _model(row: ModelRow) -> tuple[str, ...]:
    path, separator, expression = row.target.partition("::")
    target = code(f"{path_text(path)}{separator}{expression}")
    return target, f"{plain(row.inputs)} → {plain(row.outputs)}", row.parameters, row.macs, plain(row.field)
