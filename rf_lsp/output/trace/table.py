"""``trace --format table``: what was confirmed, and both numbers where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analyzers.facts import FieldFact
from analyzers.tracing.results import LayerResult, MeasuredField, ModelResult, Seen
from rf_lsp.output import RenderOptions, TraceReport
from rf_lsp.output.layout import TableColumn
from rf_lsp.output.terminal import Terminal
from rf_lsp.output.text import count_text, path_text, place_text
from rf_lsp.shapes import shape_text

MARKS = {"confirmed": "✓", "differs": "✗", "only-static": "−", "only-traced": "+"}
STYLES = {"confirmed": "", "differs": "yellow", "only-static": "yellow", "only-traced": "cyan"}
LEVEL_STYLES = {"error": "bold red", "warning": "yellow", "information": "cyan"}
SHADES = " .:-=+*#%@"
SHOWN_KEYS = 8
"""Names of a checkpoint that do not fit."""
SHOWN_OUTPUT = 10
"""Lines of what the program printed."""


def render(report: TraceReport, options: RenderOptions) -> str:
    terminal = Terminal(options)
    blocks = ("".join(_model(item, terminal)) for item in report.models)
    text = terminal.line().join(blocks)
    return "\n".join(line.rstrip() for line in text.split("\n"))


def _model(result: ModelResult, terminal: Terminal) -> Iterator[str]:
    yield terminal.line((headline(result), "bold"))
    for line in _notes(result):
        yield terminal.line((line, "dim"))
    if result.layers:
        yield _table(result, terminal)
        yield terminal.line((_totals(result), ""))
    for measured in result.erf or ():
        yield from _effective(measured, terminal)
    for finding in result.findings:
        yield terminal.line(
            (f"{finding.severity} {finding.code} [{finding.name}] ", LEVEL_STYLES.get(finding.severity, "")),
            (finding.message, ""),
            (f" ({place_text(finding.place)})", "dim"),
        )


def _effective(measured: dict[str, Any], terminal: Terminal) -> Iterator[str]:
    """The numbers of one map, and a picture of what it really uses."""
    width, theory, static = (
        "×".join("?" if size is None else f"{size:g}" for size in measured[name] or ["?"])
        for name in ("width", "theoretical", "static")
    )
    areas = ", ".join(f"{share} % in {part:.1%}" for share, part in measured["area_ratio"].items() if part is not None)
    yield terminal.line((f"effective field of {measured['layer']}: {width}", "bold"))
    text = f"of a theoretical {theory}, estimated {static}; {measured['seeds']} seeds"
    yield terminal.line((text + (f"; of the contribution {areas} of the input" if areas else ""), "dim"))
    for row in measured.get("picture") or ():
        yield terminal.line(("".join(SHADES[min(int(value * len(SHADES)), len(SHADES) - 1)] * 2 for value in row), ""))


def headline(result: ModelResult) -> str:
    """``ResNet · confirmed with torch 2.13.0, 161 of 161 calls, 0.9 s``"""
    name = result.model.name
    if result.verdict == "failed":
        return f"{name} · not traced: {result.message}"
    confirmed, seconds = result.count("confirmed"), sum(result.seconds.values())
    verdict = "confirmed" if result.verdict == "confirmed" else "differs"
    calls = f"{confirmed} of {len(result.layers)} calls"
    return f"{name} · {verdict} with {result.framework} {result.framework_version}, {calls}, {seconds:.1f} s"


def _notes(result: ModelResult) -> Iterator[str]:
    yield place_text(result.model.place) if result.model.place else result.model.target
    device = f" on {result.device}" if result.device else ""
    yield f"with {path_text(result.python)}{device}"
    if result.inputs:
        yield "input " + ", ".join(f"{one['name']} {shape_text(one['shape'])}" for one in result.inputs)
    if result.placeholders:
        yield "numbers for what nobody gives: " + ", ".join(f"{n} = {v}" for n, v in result.placeholders.items())
    yield from result.notes
    if result.checkpoint is not None:
        yield from checkpoint_lines(result.checkpoint)
    printed = result.output.splitlines() if result.verdict == "failed" else []
    yield from ("| " + "".join(filter(str.isprintable, line)) for line in printed[-SHOWN_OUTPUT:])


def checkpoint_lines(found: dict[str, Any]) -> Iterator[str]:
    """How much of it was loaded, and the names that do not meet."""
    wrong = [
        f"{one['name']} ({shape_text(one['checkpoint'])}, here {shape_text(one['model'])})"
        for one in found["mismatched"]
    ]
    kinds = {"missing in it": found["missing"], "unknown to the model": found["unexpected"], "of another shape": wrong}
    name = path_text(found["file"])
    yield f"checkpoint {name}: {found['loaded']} tensors loaded"
    for words, names in kinds.items():
        if names:
            more = f" and {len(names) - SHOWN_KEYS} more" if len(names) > SHOWN_KEYS else ""
            shown = ", ".join("".join(filter(str.isprintable, one)) for one in names[:SHOWN_KEYS])
            yield f"  {len(names)} {words}: {shown}{more}"


def _table(result: ModelResult, terminal: Terminal) -> str:
    layers = result.layers
    names = [layer.name + (f" #{layer.call}" if layer.call > 1 else "") + " " for layer in layers]
    marks = [MARKS[layer.verdict] + " " for layer in layers]
    shapes = [_both(layer, _shape) + " " for layer in layers]
    counts = [_both(layer, _count) for layer in layers]
    fields = [" " + _both(layer, _field) for layer in layers]
    columns = [
        TableColumn(["  ", *marks]),
        TableColumn(["layer ", *names], min_width=9),
        TableColumn(["output ", *shapes]),
        TableColumn(["params", *counts], True),
        TableColumn([" RF", *fields], True),
    ]
    return terminal.table(columns, ["bold", *(STYLES[layer.verdict] for layer in layers)])


def _both(layer: LayerResult, text: Any) -> str:
    """One text, or the static and the traced one where they differ."""
    static = text(layer.static) if layer.static is not None else ""
    traced = text(layer.traced) if layer.traced is not None else ""
    if layer.verdict == "differs" and static and traced and static != traced:
        return f"{static} ≠ {traced}"
    return static or traced


def _shape(seen: Seen) -> str:
    return shape_text(seen.output_shape[1:]) if seen.output_shape else ""


def _count(seen: Seen) -> str:
    return count_text(seen.parameters) if seen.parameters else ""


def _field(seen: Seen) -> str:
    field = seen.field
    if not isinstance(field, (FieldFact, MeasuredField)):
        return ""
    sizes = ["global" if size is None else str(size) for size in field.size]
    return "×".join(dict.fromkeys(sizes) if len(set(sizes)) == 1 else sizes)


def _totals(result: ModelResult) -> str:
    static, traced = result.parameters
    parameters = count_text(traced) if static in (None, traced) else f"{count_text(static)} ≠ {count_text(traced)}"
    outputs = ", ".join(shape_text(one["shape"]) for one in result.outputs[1])
    measured = sum(layer.has_field for layer in result.layers)
    fields = f" · receptive fields of {measured} calls measured" if measured else ""
    return f"total {parameters} parameters · output {outputs or '?'}{fields}"
