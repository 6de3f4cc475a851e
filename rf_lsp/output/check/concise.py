"""``check --format concise``: one line a finding, which editors and grep understand."""

from __future__ import annotations

from analyzers.facts import Finding
from rf_lsp.output import CheckReport, RenderOptions, statistics
from rf_lsp.output.escape import log_line, visible
from rf_lsp.output.style import Style
from rf_lsp.output.text import place_text


def render(report: CheckReport, options: RenderOptions) -> str:
    style = Style(options.color)
    lines = [_line(finding, style) for finding in report.worst_first]
    lines.extend(statistics.not_shown(report))
    if report.statistics:
        lines.extend(statistics.lines(report))
    return "".join(f"{line}\n" for line in lines)


def _line(finding: Finding, style: Style) -> str:
    """As compilers write it."""
    place = style("bold", log_line(place_text(finding.place)))
    level = style(finding.severity, statistics.WORD_OF[finding.severity])
    return f"{place}: {level}: {finding.code} [{finding.name}] {visible(finding.message)}"
