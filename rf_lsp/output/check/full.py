"""``check --format full``: each finding with its source line and the other places it speaks of."""

from __future__ import annotations

import linecache
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzers.facts import Finding, Place
from analyzers.rules.support.registry import RULES
from analyzers.vocabulary import SEVERITIES
from rf_lsp.output import CheckReport, RenderOptions, statistics
from rf_lsp.output.style import Style
from rf_lsp.output.text import place_text

if TYPE_CHECKING:
    from analyzers.source.notebook import Cell

TAB = " " * 4
WIDEST_LINE = 200


def render(report: CheckReport, options: RenderOptions) -> str:
    style = Style(options.color)
    lines: list[str] = []
    for file in report.files:
        if file.text is not None:
            _remember(file.path, file.text.splitlines(keepends=True))
    _remember_cells(report)
    for finding in report.findings:
        lines.extend([*_finding(finding, style), ""])
    if report.statistics:
        lines.extend([*statistics.lines(report), ""])
    lines.append(_total(report, style))
    return "".join(f"{line}\n" for line in lines)


def _remember(name: str, lines: list[str]) -> None:
    linecache.cache[name] = (sum(map(len, lines)), None, lines, name)


def _remember_cells(report: CheckReport) -> None:
    """The sources of the notebooks that findings are in."""
    texts = {file.path: file.text for file in report.files}
    shown = [finding.place for finding in report.findings]
    for path in {place.file for place in shown if place.cell is not None}:
        for cell in _cells(path, texts.get(path)):
            _remember(_cell_name(path, cell.index), cell.lines)


def _cells(path: str, text: str | None) -> list[Cell]:
    from analyzers.source.sources import SourceError, Sources, notebook_from

    try:
        notebook = Sources().notebook(path) if text is None else notebook_from(text, path)
    except SourceError:
        return []
    return notebook.cells if notebook is not None else []


def _cell_name(path: str, cell: int) -> str:
    return f"<{path} cell {cell}>"


def _total(report: CheckReport, style: Style) -> str:
    counts = Counter(finding.severity for finding in report.findings)
    words = {"error": "errors", "warning": "warnings", "information": "notes"}
    parts = [
        style(level, f"{count} {words[level] if count != 1 else words[level][:-1]}")
        for level in SEVERITIES
        if (count := counts[level])
    ]
    files = "1 file" if len(report.files) == 1 else f"{len(report.files)} files"
    return f"{', '.join(parts) or 'no findings'} in {files}"


def _finding(finding: Finding, style: Style) -> Iterator[str]:
    head = style(finding.severity, f"{finding.severity}[{finding.code}]")
    yield f"{head}: {style('bold', finding.message)}"
    related = _unique(finding)
    margin = max(len(str(place.line + 1)) for place in (finding.place, *(place for _, place in related)))
    yield f"{' ' * margin}{style('frame', '-->')} {place_text(finding.place)}"
    yield from _excerpt(finding.place, margin, finding.severity, "^", "", style)
    for text, place in related:
        yield f"{' ' * margin}{style('frame', ':::')} {place_text(place)}"
        yield from _excerpt(place, margin, "frame", "-", text, style)
    yield f"{' ' * margin} {style('frame', '=')} {finding.name}: {RULES[finding.code].how_to_fix}"
    yield f"{' ' * margin} {style('frame', '=')} `rf-lsp rule {finding.code}` · {RULES[finding.code].url}"


def _unique(finding: Finding) -> list[tuple[str, Place]]:
    places = {place: text for text, place in reversed(finding.related)}
    return [(text, place) for place, text in reversed(places.items()) if place != finding.place][:5]


def _excerpt(place: Place, margin: int, color: str, mark: str, text: str, style: Style) -> Iterator[str]:
    """The first line of a place, marked; a note instead where the source cannot be shown."""
    bar = style("frame", "|")
    line = source_line(place)
    if line is None:
        if text:
            yield f"{' ' * margin} {bar} {text}"
        return
    end = place.end_column if place.end_line == place.line else len(line.rstrip())
    before = line[: place.column].replace("\t", TAB)
    marked = line[place.column : end].replace("\t", TAB)
    shown = line.rstrip().replace("\t", TAB)
    yield f"{' ' * margin} {bar}"
    yield f"{style('frame', str(place.line + 1).rjust(margin))} {bar} {_cut(shown)}"
    if len(before) < WIDEST_LINE:
        marks = mark * max(1, min(len(marked), WIDEST_LINE - len(before)))
        yield f"{' ' * margin} {bar} {' ' * len(before)}{style(color, f'{marks} {text}'.rstrip())}"


def _cut(line: str) -> str:
    return line if len(line) <= WIDEST_LINE else line[: WIDEST_LINE - 1] + "…"


def source_line(place: Place) -> str | None:
    """The text of a place's first line, ``None`` for an unreadable file."""
    name = place.file if place.cell is None else _cell_name(place.file, place.cell)
    return linecache.getline(name, place.line + 1).rstrip("\n") or None
