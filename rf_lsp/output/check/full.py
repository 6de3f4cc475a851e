"""``check --format full``: each finding with its source line, the other places it speaks of and the way of the shape."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Finding, Place, Step
from analyzers.rules.support.registry import RULES
from rf_lsp.output import CheckReport, RenderOptions, statistics
from rf_lsp.output.escape import visible
from rf_lsp.output.source import SourceLines
from rf_lsp.output.style import Style
from rf_lsp.output.text import place_text, way

TAB = " " * 4
WIDEST_LINE = 200
SHOWN_STEPS = 6
"""Layers of the way of a shape, the nearest ones."""


def render(report: CheckReport, options: RenderOptions) -> str:
    frames = Frames(report, options)
    lines: list[str] = []
    for finding in report.worst_first:
        lines.extend([*frames.lines(finding), ""])
    if report.statistics:
        lines.extend([*statistics.lines(report), ""])
    if not report.quiet:
        lines.append(_total(report, Style(options.color)))
    lines.extend(statistics.not_shown(report))
    return "".join(f"{line}\n" for line in lines)


def _total(report: CheckReport, style: Style) -> str:
    parts = [style(level, text) for level, text in statistics.counts(report.findings)]
    files = "1 file" if len(report.files) == 1 else f"{len(report.files)} files"
    fixable = sum(bool(finding.fixes) and RULES[finding.code].fixes_safely for finding in report.everything)
    hint = f"; {fixable} fixable with --fix" if fixable else ""
    return f"{', '.join(parts) or 'no findings'} in {files}{hint}"


class Frames:
    """Draws findings; a rule's help is told with the first of its findings."""

    def __init__(self, report: CheckReport, options: RenderOptions) -> None:
        self._style = Style(options.color)
        self._width = options.width
        self._source = SourceLines(report)
        self._explained: set[str] = set()

    def lines(self, finding: Finding) -> Iterator[str]:
        style = self._style
        head = style(finding.severity, f"{finding.severity}[{finding.code}]")
        yield f"{head}: {style('bold', visible(finding.message))}"
        related = _unique(finding)
        margin = max(len(str(place.line + 1)) for place in (finding.place, *(place for _, place in related)))
        yield f"{' ' * margin}{style('frame', '-->')} {visible(place_text(finding.place))}"
        yield from self._excerpt(finding.place, margin, finding.severity, "^", "")
        for text, place in related:
            yield f"{' ' * margin}{style('frame', ':::')} {visible(place_text(place))}"
            yield from self._excerpt(place, margin, "frame", "-", visible(text))
        note = f"{' ' * margin} {style('frame', '=')}"
        if finding.steps:
            yield from (f"{note} {line}" for line in way_lines(finding.steps, self._width - margin - 3))
        if finding.code not in self._explained:
            self._explained.add(finding.code)
            yield f"{note} {finding.name}: {RULES[finding.code].how_to_fix}"
            yield f"{note} `rf-lsp rule {finding.code}` · {RULES[finding.code].url}"

    def _excerpt(self, place: Place, margin: int, color: str, mark: str, text: str) -> Iterator[str]:
        """The first line of a place, marked; a note instead where the source cannot be shown."""
        style = self._style
        bar = style("frame", "|")
        line = self._source.line(place)
        if line is None:
            if text:
                yield f"{' ' * margin} {bar} {text}"
            return
        end = place.end_column if place.end_line == place.line else len(line.rstrip())
        before, marked = shown(line[: place.column]), shown(line[place.column : end])
        yield f"{' ' * margin} {bar}"
        yield f"{style('frame', str(place.line + 1).rjust(margin))} {bar} {_cut(shown(line.rstrip()))}"
        if len(before) < WIDEST_LINE:
            marks = mark * max(1, min(len(marked), WIDEST_LINE - len(before)))
            yield f"{' ' * margin} {bar} {' ' * len(before)}{style(color, f'{marks} {text}'.rstrip())}"


def shown(line: str) -> str:
    """A part of a line as it is printed."""
    return visible(line.replace("\t", TAB))


def way_lines(steps: list[Step], width: int) -> list[str]:
    """``shapes: 3×32×32 → conv1 6×28×28 → pool 6×14×14 → here``, on as many lines as it takes."""
    first, *parts = (visible(part) for part in way(steps, SHOWN_STEPS))
    lines = [f"shapes: {first}"]
    for part in parts:
        if len(lines[-1]) + len(part) + 3 > width:
            lines.append("       ")
        lines[-1] += f" → {part}"
    return lines


def _unique(finding: Finding) -> list[tuple[str, Place]]:
    places = {place: text for text, place in reversed(finding.related)}
    return [(text, place) for place, text in reversed(places.items()) if place != finding.place][:5]


def _cut(line: str) -> str:
    return line if len(line) <= WIDEST_LINE else line[: WIDEST_LINE - 1] + "…"
