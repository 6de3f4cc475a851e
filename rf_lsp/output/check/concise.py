"""``check --format concise``: one line a finding, which editors and grep understand."""

from __future__ import annotations

from analyzers.facts import Finding
from rf_lsp.output import CheckReport, RenderOptions, statistics
from rf_lsp.output.style import Style
from rf_lsp.output.text import place_text


def render(report: CheckReport, options: RenderOptions) -> str:
    style = Style(options.color)
    lines = [_line(finding, style) for finding in report.findings]
    if report.statistics:
        lines.extend(statistics.lines(report))
    return "".join(f"{line}\n" for line in lines)


def _line(finding: Finding, style: Style) -> str:
    code = style(finding.severity, finding.code)
    return f"{style('bold', place_text(finding.place))}: {code} [{finding.name}] {finding.message}"
