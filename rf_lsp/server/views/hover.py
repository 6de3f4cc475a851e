"""Hovers: the numbers of a call with their arithmetic, what an expression is worth, in each of their contexts; a model's
summary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analyzers.facts import CallFact, FieldFact, ModelFact, OutputFact
from analyzers.rules.support.coverage import extents
from rf_lsp.output.escape import visible
from rf_lsp.output.text import (
    count_text,
    field_text,
    input_text,
    located,
    macs_text,
    memory_text,
    per_axis,
    percent,
    short_count,
    size_text,
    summary_text,
    tiling_text,
)
from rf_lsp.server.views import arithmetic, drawing
from rf_lsp.server.views.hints import fields_text, lost_text, outputs_text, turn_of
from rf_lsp.server.views.marks import escaped
from rf_lsp.server.views.occurrences import Fact, Occurrence
from rf_lsp.server.views.verdicts import Verdicts, verdict_text
from rf_lsp.shapes import shape_text

if TYPE_CHECKING:
    from analyzers.tracing.results import ModelResult

MOST_CONTEXTS = 12
BAR = 12
PICTURE = 110
"""Pixels of the drawing: with the title, it leaves room for the first rows."""


@dataclass(slots=True)
class Card:
    """A hover as data: rows (what, value, arithmetic), a table of contexts, notes, links (text, URI), a picture (SVG)."""

    title: str
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    heads: tuple[str, ...] = ()
    contexts: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    picture: str | None = None


# -- cards ---------------------------------------------------------------------------------------


def layer_card(group: Sequence[Occurrence], verdicts: Verdicts | None = None) -> Card:
    """The first call of the first layer with its arithmetic, what torch did there, and a table of all calls and
    contexts where there are several."""
    first, call = group[0], group[0].facts[0]
    layer, model = first.layer, first.model
    assert layer is not None and isinstance(call, CallFact)
    card = Card(f"{layer.name or model.name} · {layer.type.rpartition('.')[2]}")
    sums = dict[str, str]()
    for what, line in arithmetic.lines(layer, call):
        sums[what] = f"{sums[what]}, {line}" if what in sums else line
    inputs = ", ".join(shape_text(shape) for shape in call.input_shapes)
    card.rows.append(("input", inputs or "–", ""))
    card.rows.append(("output", shape_text(call.output_shape), sums.get("output", "")))
    if layer.parameters not in (0, None):
        card.rows.append(("parameters", count_text(layer.parameters), sums.get("parameters", "")))
    if call.macs not in (0, None):
        card.rows.append(("MACs", count_text(call.macs), sums.get("MACs", "")))
    if layer.calls > 1:
        card.rows.append(("calls", str(layer.calls), f"this is call {turn_of(first, call)}"))
    card.rows += field_rows(call.field, model, sums.get("receptive field", ""))
    card.rows += traced_rows(first, call, verdicts) if verdicts else []
    _end(card, group)
    card.picture = _picture(call.field, call.outputs[0])
    return card


def value_card(group: Sequence[Occurrence], text: str, calls: Sequence[Occurrence]) -> Card:
    """What an expression (its ``text``) is worth, and the layers that are called in it."""
    first, value = group[0], group[0].facts[0]
    card = Card(text)
    for output in value.outputs:
        name = f"value {output.path}" if output.path else "value"
        card.rows.append((name, shape_text(output.shape), ""))
    card.rows += field_rows(value.field, first.model, "")
    _end(card, group)
    if not card.contexts and calls:
        card.heads = _HEADS
        card.contexts = [_context(call, fact) for call in calls for fact in call.facts][:MOST_CONTEXTS]
    if len(value.outputs) == 1:
        card.picture = _picture(value.field, value.outputs[0])
    return card


_HEADS = ("context", "model", "output", "RF", "parameters")


def _end(card: Card, group: Sequence[Occurrence]) -> None:
    """What a card ends with: its contexts where there are several, why it is not known, what the input is."""
    shown = [(occurrence, fact) for occurrence in group for fact in occurrence.facts]
    contexts = {(id(occurrence.model), occurrence.name(fact)) for occurrence, fact in shown}
    if len(shown) > 1:
        what = f"{len(contexts)} contexts" if len(contexts) > 1 else f"{len(shown)} calls"
        card.title = f"{card.title} · {what}"
        card.heads = _HEADS
        card.contexts = [_context(occurrence, fact) for occurrence, fact in shown[:MOST_CONTEXTS]]
        if len(shown) > MOST_CONTEXTS:
            card.notes.append(f"… and {len(shown) - MOST_CONTEXTS} more contexts")
    reasons = [lost_text(fact, occurrence.place.file) for occurrence, fact in shown if fact.reason is not None]
    card.notes += dict.fromkeys(reasons)
    card.notes += _input_notes(group[0].model)


def _context(occurrence: Occurrence, fact: Fact) -> tuple[str, ...]:
    layer, model = occurrence.layer, occurrence.model
    turn = turn_of(occurrence, fact)
    return (
        (occurrence.name(fact) or model.name) + (f" (call {turn})" if turn else ""),
        model.name,
        outputs_text(fact),
        fields_text([fact.field])[0].removeprefix("RF "),
        short_count(layer.parameters) if layer is not None and layer.parameters else "–",
    )


def field_rows(found: FieldFact | None, model: ModelFact, sums: str) -> list[tuple[str, str, str]]:
    """Size, stride, effective field, shortest path and how much of the input is covered."""
    if found is None:
        return []
    if not located(found):
        return [("receptive field", "global", "every element sees the whole input")]
    rows = [
        ("receptive field", f"{field_text(found)} px", sums),
        ("stride", f"{per_axis(found.stride)} px", f"first field starts at {per_axis(found.start)}"),
    ]
    if any(value is not None for value in found.erf):
        rows.append(("ERF ≈", f"{per_axis(found.erf)} px", "an estimate: where most of the gradient falls"))
    if found.shortest != found.size and all(value is not None for value in found.shortest):
        rows.append(("shortest path", f"{per_axis(found.shortest)} px", ""))
    if any(value is not None and value < 1 for value in found.density):
        rows.append(("density", per_axis(found.density, percent), "the field has holes"))
    if any(value is not None for value in found.coverage):
        rows.append(("covers", coverage_bar(found), _of_extent(found)))
    return rows


def traced_rows(occurrence: Occurrence, call: CallFact, verdicts: Verdicts) -> list[tuple[str, str, str]]:
    """What torch did: the same, other numbers, or what the source does not say."""
    trace, verdict = verdicts.trace_of(occurrence.model), verdicts.verdict_of(call)
    if trace is None or verdict is None:
        return []
    by = f"{trace.framework} {trace.framework_version}"
    if verdict.verdict != "confirmed":
        return [(by, f"✗ {'; '.join(verdict.differences)}", "")]
    if call.output_shape is None and verdict.traced is not None and verdict.traced.output_shape is not None:
        return [("traced", shape_text(tuple(verdict.traced.output_shape)), f"{by}; the source does not say it")]
    return [("confirmed", "✓", by)]


def coverage_bar(found: FieldFact) -> str:
    """``▰▰▰▰▰▱▱▱▱▱▱▱ 44 %`` of the axis that is covered least."""
    share = min(value for value in found.coverage if value is not None)
    full = int(share * BAR + 1e-9)
    return f"{'▰' * full}{'▱' * (BAR - full)} {percent(share)}"


def _of_extent(found: FieldFact) -> str:
    known = [value for value in extents(found) if value is not None]
    return f"of {per_axis(known)} px" if known else ""


def _input_notes(model: ModelFact) -> list[str]:
    return [f"{model.name}: input {input_text(item.name, item.shape, item.origin)}" for item in model.inputs]


def _picture(found: FieldFact | None, output: OutputFact) -> str | None:
    """Of a map on which every axis of the field has a dim of its own."""
    shape, axes = output.shape, output.axes or ()
    if found is None or shape is None or not located(found) or not set(found.axes) <= set(axes):
        return None
    units = [shape[axes.index(name)] for name in found.axes]
    known = tuple(value if isinstance(value, int) else None for value in units)
    return drawing.svg(found, extents(found), known)


def model_card(models: Sequence[ModelFact], traced: ModelResult | None = None) -> Card:
    """The models that stand at one place, and what a trace of the first one said."""
    first = models[0]
    card = Card(" ".join(summary_text(first).split("\n")))
    card.rows.append(("layers", str(len(first.layers)), ""))
    card.rows.append(("parameters", count_text(first.parameters), ""))
    if first.macs:
        card.rows.append(("MACs", macs_text(first.macs), ""))
    if memory := memory_text(first):
        total, _, parts = memory.removeprefix("memory ").partition(": ")
        card.rows.append(("memory", total, parts))
    card.rows += field_rows(first.field, first, f"after {first.field_layer}" if first.field_layer else "")
    if tiles := tiling_text(first):
        card.rows.append(("tiles", tiles.removeprefix("tiles: "), ""))
    card.notes += [text] if traced is not None and (text := verdict_text(traced)) is not None else []
    card.notes += _input_notes(first)
    card.notes += lost_notes(first)
    if len(models) > 1:
        card.heads = ("model", "output", "parameters", "RF")
        card.contexts = [_model_row(model) for model in models]
    return card


def _model_row(model: ModelFact) -> tuple[str, ...]:
    outputs = ", ".join(shape_text(output.shape) for output in model.outputs[:2])
    size = size_text(model.field) if model.field is not None and located(model.field) else "–"
    return model.name, outputs or "?", short_count(model.parameters), size


def lost_notes(model: ModelFact, most: int = 3) -> list[str]:
    """Where and why shapes are not known."""
    found = model.unknowns[:most]
    texts = [f"line {item.place.line + 1}: {item.reason}" if item.place else item.reason for item in found]
    more = len(model.unknowns) - most
    return [f"not known: {text}" for text in texts] + ([f"… and {more} more places"] if more > 0 else [])


# -- texts ---------------------------------------------------------------------------------------


def markdown(card: Card, images: bool = False, tables: bool = True) -> str:
    """The drawing first, then key facts: VS Code shows 250 pixels of it before one has to scroll. Where a client shows
    the source of tables instead of drawing them, they are aligned text."""
    table = _markdown_table if tables else _aligned
    parts = [f"**{escaped(card.title)}**"]
    if images and card.picture is not None:
        parts.append(f"![receptive field over the input|width={PICTURE}]({drawing.data_uri(card.picture)})")
    parts.append(table(("", "", ""), card.rows))
    if card.contexts:
        parts.append(table(card.heads, card.contexts))
    parts += [escaped(note) for note in card.notes]
    parts.append(" · ".join(f"[{escaped(text)}](<{uri}>)" for text, uri in card.links))
    return "\n\n".join(part for part in parts if part)


def _aligned(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A block of code, which every client shows with characters of one width."""
    shown = [[visible(cell).replace("`", "'") for cell in row] for row in ([heads] if any(heads) else []) + [*rows]]
    return f"```text\n{_columns(shown)}\n```" if shown else ""


def _markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [
        _row(heads),
        _row(["---"] * len(heads)),
        *(_row([escaped(cell) for cell in row]) for row in rows),
    ]
    return "\n".join(lines) if len(lines) > 2 else ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def plaintext(card: Card) -> str:
    """The same in columns, for clients without markdown."""
    parts = [card.title, _columns(card.rows)]
    if card.contexts:
        parts.append(_columns([card.heads, *card.contexts]))
    return "\n\n".join(part for part in [*parts, "\n".join(card.notes)] if part)


def _columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)] if rows else []
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
