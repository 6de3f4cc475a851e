"""``inspect --format table``: for reading in a terminal, 80 columns and more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzers.facts import Finding, ModelFact, UnknownFact
from rf_lsp.instances import instances_of
from rf_lsp.output import Inspected, InspectReport, RenderOptions
from rf_lsp.output.columns import Column, Listing, listing
from rf_lsp.output.layout import TableColumn
from rf_lsp.output.terminal import Terminal
from rf_lsp.output.text import (
    count_text,
    enumerated,
    input_text,
    macs_text,
    memory_text,
    path_text,
    place_text,
    summary_text,
    tiling_text,
)
from rf_lsp.output.view import View
from rf_lsp.shapes import shape_text

LEVEL_STYLES = {"error": "bold red", "warning": "yellow", "information": "cyan"}
STATUS = {"partial": "not everything could be followed", "failed": "the model could not be followed"}
SHOWN_UNKNOWNS = 20
SHOWN_INSTANCES = 3
SHOWN_WHOLE = 8
"""Models of a report that all have their layers listed; of more, each has a line."""

Described = tuple[Column, list[str]]


def render(report: InspectReport, options: RenderOptions) -> str:
    terminal = Terminal(options)
    view = options.view
    is_summary = len(report.models) > SHOWN_WHOLE and not view.details
    drawn = "".join(_summaries(report, terminal) if is_summary else _report(report, terminal, view))
    return "\n".join(line.rstrip() for line in drawn.split("\n"))


def _report(report: InspectReport, terminal: Terminal, view: View) -> Iterator[str]:
    for number, item in enumerate(report.models):
        if number:
            yield terminal.line()
        built = _instances(item, report)
        if built:
            yield terminal.line((built, "dim"))
            yield from _findings(item.findings, terminal)
        else:
            yield from _model(item, terminal, view)
    yield from _loose(report, terminal)


def _instances(item: Inspected, report: InspectReport) -> str:
    """In place of a class that nothing can be said of without its arguments."""
    built = instances_of(item.model, [other.model for other in report.models])
    names = [one.name for one in built[:SHOWN_INSTANCES]]
    if len(built) > len(names):
        names.append(f"{len(built) - len(names)} more")
    are = "are" if len(built) > 1 else "is"
    return f"{item.model.name}: see {enumerated(names)}, which {are} built of it" if built else ""


def _loose(report: InspectReport, terminal: Terminal) -> Iterator[str]:
    if report.unknowns or report.findings:
        yield terminal.line()
    yield from _unknowns(report.unknowns, terminal)
    yield from _findings(report.findings, terminal)


def _summaries(report: InspectReport, terminal: Terminal) -> Iterator[str]:
    """A line for each of many models, and what is found in them."""
    for item in report.models:
        state = f" · {item.model.status}" if item.model.status in STATUS else ""
        built = _instances(item, report)
        yield terminal.line((built, "dim") if built else (summary_text(item.model) + state, ""))
        yield from _findings(item.findings, terminal)
    target = path_text(report.models[0].model.target)
    yield terminal.line((f"{len(report.models)} models; --details lists the layers of all, {target} of one", "dim"))
    yield from _loose(report, terminal)


def _model(item: Inspected, terminal: Terminal, view: View) -> Iterator[str]:
    model = item.model
    yield terminal.line((summary_text(model), "bold"))
    for line in _notes(model):
        yield terminal.line((line, "dim"))
    if model.layers:
        yield from _table(listing(model, view), terminal, bool(view.columns))
    yield terminal.line((_totals(model), ""))
    for line in (memory_text(model), tiling_text(model)):
        if line:
            yield terminal.line((line, ""))
    yield from _unknowns(model.unknowns, terminal)
    yield from _findings(item.findings, terminal)


def _notes(model: ModelFact) -> Iterator[str]:
    yield place_text(model.place) if model.place else model.target
    if model.inputs:
        yield "input " + ", ".join(input_text(item.name, item.shape, item.origin) for item in model.inputs)
    if model.status in STATUS:
        yield f"{model.status}: {STATUS[model.status]}"


def _table(found: Listing, terminal: Terminal, is_chosen: bool) -> Iterator[str]:
    """What there is no room for is said below, unless somebody chose the columns."""
    names = [f"{'  ' * depth}{name} " for depth, name, _ in found.rows]
    width = terminal.width - max(map(len, names), default=0)
    fitting = found.columns if is_chosen else _fitting(found.columns, width)
    before = [None, *(column for column, _ in fitting)]
    columns = [_column(column, texts, left) for (column, texts), left in zip(fitting, before, strict=False)]
    styles = ["dim" if row is None or row.is_open or row.layer.functional else "" for _, _, row in found.rows]
    yield terminal.table([TableColumn(["layer ", *names], min_width=9), *columns], ["bold", *styles])
    left_out = [column.title for column, _ in found.columns if column not in [kept for kept, _ in fitting]]
    if left_out:
        yield terminal.line((f"no room for {enumerated(left_out)}; --columns chooses", "dim"))


def _fitting(columns: list[Described], width: int) -> list[Described]:
    """The columns that fit, the most dispensable left out first."""
    widths = {column.key: max(map(len, [column.title, *texts])) + 1 for column, texts in columns}
    while columns and sum(widths[column.key] for column, _ in columns) > width:
        dispensable = max((column for column, _ in columns), key=lambda column: column.rank)
        if dispensable.rank == 0:
            break
        columns = [(column, texts) for column, texts in columns if column is not dispensable]
    return columns


def _column(column: Column, texts: Sequence[str], before: Column | None) -> TableColumn:
    """With what keeps it from its neighbours: numbers stand at the right, so their space comes first."""
    left = " " if before is not None and before.numeric else ""
    right = "" if column.numeric else " "
    return TableColumn([f"{left}{text}{right}" for text in (column.title, *texts)], column.numeric)


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
