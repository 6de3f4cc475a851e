"""``inspect --format table``: for reading in a terminal, 80 columns and more."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import takewhile

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analyzers.facts import Finding, LayerFact, ModelFact, UnknownFact
from rf_lsp.output import Inspected, InspectReport, RenderOptions
from rf_lsp.output.columns import Column, used_columns
from rf_lsp.output.rows import CallRow, call_rows
from rf_lsp.output.text import count_text, input_text, macs_text, place_text, summary_text
from rf_lsp.shapes import shape_text

LEVEL_STYLES = {"error": "bold red", "warning": "yellow", "information": "cyan"}
STATUS = {"partial": "not everything could be followed", "failed": "the model could not be followed"}
SHOWN_UNKNOWNS = 20

Row = tuple[str, CallRow | None]


def console_of(options: RenderOptions, record: bool = False) -> Console:
    return Console(
        file=io.StringIO(),
        force_terminal=options.color,
        color_system="truecolor" if options.color else None,
        width=options.width,
        record=record,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )


def render(report: InspectReport, options: RenderOptions) -> str:
    console = console_of(options)
    draw(report, console)
    file = console.file
    assert isinstance(file, io.StringIO)
    return "\n".join(line.rstrip() for line in file.getvalue().split("\n"))


def draw(report: InspectReport, console: Console) -> None:
    """Print the report; apart from :func:`render` for pictures (``Console(record=True)``)."""
    for number, item in enumerate(report.models):
        if number:
            console.print()
        _draw_model(item, console)
    if report.unknowns or report.findings:
        console.print()
    _draw_unknowns(report.unknowns, console)
    _draw_findings(report.findings, console)


def _draw_model(item: Inspected, console: Console) -> None:
    model = item.model
    console.print(Text(summary_text(model), style="bold"))
    for line in _notes(model):
        console.print(Text(line, style="dim"))
    if model.layers:
        console.print(_table(model.layers, console.width))
    _draw_totals(model, console)
    _draw_unknowns(model.unknowns, console)
    _draw_findings(item.findings, console)


def _notes(model: ModelFact) -> Iterator[str]:
    yield place_text(model.place) if model.place else model.target
    if model.inputs:
        yield "input " + ", ".join(input_text(item.name, item.shape, item.origin) for item in model.inputs)
    if model.status in STATUS:
        yield f"{model.status}: {STATUS[model.status]}"


def rows_of(layers: Sequence[LayerFact]) -> list[Row]:
    """The calls of layers indented under the modules that hold them, each of which gets a row of its own.

    A function stands between its neighbours, under the modules that hold both.
    """
    rows: list[Row] = []
    current: list[str] = []
    calls = call_rows(layers)
    for index, row in enumerate(calls):
        if row.layer.functional:
            rows.append((_indented(len(_common(current, _next_parents(calls, index))), _name(row)), row))
            continue
        parents = _parents(row.layer)
        known = len(_common(current, parents))
        rows.extend((_indented(depth, parents[depth]), None) for depth in range(known, len(parents)))
        current = parents
        rows.append((_indented(len(parents), _name(row)), row))
    return rows


def _parents(layer: LayerFact) -> list[str]:
    return _parts(layer)[:-1]


def _parts(layer: LayerFact) -> list[str]:
    """``layer4.0.conv1`` part by part; Keras joins by slashes, and its names may have dots in them."""
    return layer.name.split("/" if layer.type.startswith("keras.") or "/" in layer.name else ".")


def _next_parents(calls: Sequence[CallRow], index: int) -> list[str]:
    return next((_parents(row.layer) for row in calls[index + 1 :] if not row.layer.functional), [])


def _common(one: Sequence[str], other: Sequence[str]) -> list[str]:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return [name for name, _ in pairs]


def _indented(depth: int, name: str) -> str:
    return "  " * depth + name


def _name(row: CallRow) -> str:
    """The last part of the name; ``flatten@9`` for a function, ``×2`` for two calls at one place."""
    layer = row.layer
    name = layer.name.partition(":")[2] or layer.name if layer.functional else _parts(layer)[-1]
    return name + row.repeats


def _table(layers: Sequence[LayerFact], width: int) -> Table:
    rows = rows_of(layers)
    columns = _fitting(used_columns([row for _, row in rows if row]), rows, width)
    # The space between columns stands in the cells: rich takes twice as long for padded ones.
    table = Table(box=None, padding=0, header_style="bold", pad_edge=False)
    table.add_column("layer ", no_wrap=True, overflow="ellipsis", min_width=9)
    frames = [_spaces(column, before) for before, column in zip([None, *columns], columns, strict=False)]
    for column, (left, right) in zip(columns, frames, strict=True):
        title = f"{left}{column.title}{right}"
        table.add_column(title, justify="right" if column.numeric else "left", no_wrap=True)
    for name, row in rows:
        style = "dim" if row is None or row.layer.functional else ""
        texts = [column.text(row) for column in columns] if row else []
        cells = [f"{left}{text}{right}" for text, (left, right) in zip(texts, frames, strict=False)]
        table.add_row(Text(f"{name} "), *map(Text, cells), style=style)
    return table


def _spaces(column: Column, before: Column | None) -> tuple[str, str]:
    """What keeps a column from its neighbours: numbers stand at the right, so their space comes first."""
    return " " if before is not None and before.numeric else "", "" if column.numeric else " "


def _fitting(columns: list[Column], rows: Sequence[Row], width: int) -> list[Column]:
    """The columns that fit beside the names, the most dispensable left out first."""
    calls = [row for _, row in rows if row]
    widths = {column.title: max(len(column.title), *(len(column.text(row)) for row in calls)) + 1 for column in columns}
    names = max(len(name) for name, _ in rows) + 1
    while columns and names + sum(widths[column.title] for column in columns) > width:
        dispensable = max(columns, key=lambda column: column.rank)
        if dispensable.rank == 0:
            break
        columns = [column for column in columns if column is not dispensable]
    return columns


def _draw_totals(model: ModelFact, console: Console) -> None:
    fixed = ""
    if isinstance(model.parameters, int) and isinstance(model.trainable_parameters, int):
        frozen = model.parameters - model.trainable_parameters
        fixed = f" ({count_text(frozen)} of them frozen)" if frozen else ""
    outputs = ", ".join(
        f"{output.path + ' ' if output.path else ''}{shape_text(output.shape)}" for output in model.outputs
    )
    console.print(
        Text(
            f"total {count_text(model.parameters)} parameters{fixed} · {macs_text(model.macs)}"
            f" · output {outputs or '?'}"
        )
    )


def _draw_unknowns(unknowns: Sequence[UnknownFact], console: Console) -> None:
    lines = list(dict.fromkeys(_unknown_text(unknown) for unknown in unknowns))
    if lines:
        console.print(Text("not known:", style="bold"))
    for line in lines[:SHOWN_UNKNOWNS]:
        console.print(Padding(Text(line), (0, 0, 0, 2)))
    if len(lines) > SHOWN_UNKNOWNS:
        console.print(f"  … and {len(lines) - SHOWN_UNKNOWNS} more")


def _unknown_text(unknown: UnknownFact) -> str:
    return f"{place_text(unknown.place)} {unknown.reason}" if unknown.place else unknown.reason


def _draw_findings(findings: Sequence[Finding], console: Console) -> None:
    for finding in findings:
        style = LEVEL_STYLES.get(finding.severity, "")
        line = Text.assemble(
            (f"{finding.severity} {finding.code} [{finding.name}] ", style),
            finding.message,
            (f" ({place_text(finding.place)})", "dim"),
        )
        console.print(line)
