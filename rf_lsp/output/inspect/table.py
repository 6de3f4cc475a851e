"""``inspect --format table``: for reading in a terminal, 80 columns and more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from analyzers.facts import Finding, LayerFact, ModelFact, UnknownFact
from rf_lsp.output import Inspected, InspectReport, RenderOptions
from rf_lsp.output.columns import Column, used_columns
from rf_lsp.output.layout import TableColumn
from rf_lsp.output.rows import CallRow, call_rows
from rf_lsp.output.terminal import Terminal
from rf_lsp.output.text import count_text, input_text, macs_text, place_text, summary_text
from rf_lsp.shapes import shape_text

LEVEL_STYLES = {"error": "bold red", "warning": "yellow", "information": "cyan"}
STATUS = {"partial": "not everything could be followed", "failed": "the model could not be followed"}
SHOWN_UNKNOWNS = 20

Row = tuple[str, CallRow | None]
Described = tuple[Column, list[str]]


def render(report: InspectReport, options: RenderOptions) -> str:
    terminal = Terminal(options)
    drawn = "".join(_report(report, terminal))
    return "\n".join(line.rstrip() for line in drawn.split("\n"))


def _report(report: InspectReport, terminal: Terminal) -> Iterator[str]:
    for number, item in enumerate(report.models):
        if number:
            yield terminal.line()
        yield from _model(item, terminal)
    if report.unknowns or report.findings:
        yield terminal.line()
    yield from _unknowns(report.unknowns, terminal)
    yield from _findings(report.findings, terminal)


def _model(item: Inspected, terminal: Terminal) -> Iterator[str]:
    model = item.model
    yield terminal.line((summary_text(model), "bold"))
    for line in _notes(model):
        yield terminal.line((line, "dim"))
    if model.layers:
        yield _table(model.layers, terminal)
    yield terminal.line((_totals(model), ""))
    yield from _unknowns(model.unknowns, terminal)
    yield from _findings(item.findings, terminal)


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


def _table(layers: Sequence[LayerFact], terminal: Terminal) -> str:
    rows = rows_of(layers)
    names = [f"{name} " for name, _ in rows]
    described = used_columns([row for _, row in rows if row])
    fitting = _fitting(described, terminal.width - max(map(len, names)))
    before = [None, *(column for column, _ in fitting)]
    columns = [_column(column, texts, left, rows) for (column, texts), left in zip(fitting, before, strict=False)]
    styles = ["dim" if row is None or row.layer.functional else "" for _, row in rows]
    return terminal.table([TableColumn(["layer ", *names], min_width=9), *columns], ["bold", *styles])


def _fitting(columns: list[Described], width: int) -> list[Described]:
    """The columns that fit, the most dispensable left out first."""
    widths = {column.title: max(map(len, [column.title, *texts])) + 1 for column, texts in columns}
    while columns and sum(widths[column.title] for column, _ in columns) > width:
        dispensable = max((column for column, _ in columns), key=lambda column: column.rank)
        if dispensable.rank == 0:
            break
        columns = [(column, texts) for column, texts in columns if column is not dispensable]
    return columns


def _column(column: Column, texts: Sequence[str], before: Column | None, rows: Sequence[Row]) -> TableColumn:
    """With what keeps it from its neighbours: numbers stand at the right, so their space comes first."""
    left = " " if before is not None and before.numeric else ""
    right = "" if column.numeric else " "
    cells = (f"{left}{text}{right}" for text in texts)
    return TableColumn(
        [f"{left}{column.title}{right}", *(next(cells) if row else "" for _, row in rows)], column.numeric
    )


def _totals(model: ModelFact) -> str:
    fixed = ""
    if isinstance(model.parameters, int) and isinstance(model.trainable_parameters, int):
        frozen = model.parameters - model.trainable_parameters
        fixed = f" ({count_text(frozen)} of them frozen)" if frozen else ""
    outputs = ", ".join(
        f"{output.path + ' ' if output.path else ''}{shape_text(output.shape)}" for output in model.outputs
    )
    return f"total {count_text(model.parameters)} parameters{fixed} · {macs_text(model.macs)} · output {outputs or '?'}"


def _unknowns(unknowns: Sequence[UnknownFact], terminal: Terminal) -> Iterator[str]:
    lines = list(dict.fromkeys(_unknown_text(unknown) for unknown in unknowns))
    if lines:
        yield terminal.line(("not known:", "bold"))
    for line in lines[:SHOWN_UNKNOWNS]:
        yield terminal.line((line, ""), indent=2)
    if len(lines) > SHOWN_UNKNOWNS:
        yield terminal.line((f"  … and {len(lines) - SHOWN_UNKNOWNS} more", ""))


def _unknown_text(unknown: UnknownFact) -> str:
    return f"{place_text(unknown.place)} {unknown.reason}" if unknown.place else unknown.reason


def _findings(findings: Sequence[Finding], terminal: Terminal) -> Iterator[str]:
    for finding in findings:
        yield terminal.line(
            (f"{finding.severity} {finding.code} [{finding.name}] ", LEVEL_STYLES.get(finding.severity, "")),
            (finding.message, ""),
            (f" ({place_text(finding.place)})", "dim"),
        )
