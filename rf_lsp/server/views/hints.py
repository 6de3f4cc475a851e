"""Inlay hints: what comes out of a layer and how much of the input it sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from analyzers.facts import FieldFact, LayerFact, ModelFact, Place
from rf_lsp.output.text import dim_text, field_text, located, shape_text, short_count, without_batch
from rf_lsp.server.views.occurrences import CALLED, Occurrence, by_line, concrete, outermost, pinned

LONGEST = 30
"""Characters; VS Code cuts the hints of a line at 43 in total."""

GUESSED = ("default", "solved")
Lines = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Hint:
    """Text behind a place of the module; ``target`` is where a click leads."""

    line: int
    column: int
    text: str
    target: Place | None
    occurrences: tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the person wants to see (the settings ``hints.*``)."""

    shape: bool = True
    receptive_field: bool = True
    parameters: bool = False
    at_line_end: bool = True


def hints(
    found: list[Occurrence],
    line: Lines,
    shown: Shown,
    pin: tuple[str, str] | None = None,
    area: tuple[int, int] | None = None,
) -> list[Hint]:
    """The hints of a file, or of the lines ``area`` (first, last) of it; one a line at the lines' ends."""
    made = []
    for number, group in sorted(by_line(found, area).items()):
        made += _of_line(number, concrete(outermost(group)), line(number), shown, pin)
    return made


def _of_line(number: int, group: list[Occurrence], text: str, shown: Shown, pin: tuple[str, str] | None) -> list[Hint]:
    if shown.at_line_end:
        hint = _hint(number, len(_code(text)), pinned(_last(group), pin), shown)
        return [hint] if hint else []
    by_end: dict[int, list[Occurrence]] = {}
    for occurrence in group:
        by_end.setdefault(occurrence.place.end_column, []).append(occurrence)
    made = [_hint(number, min(end, len(text)), pinned(same, pin), shown) for end, same in sorted(by_end.items())]
    return [hint for hint in made if hint]


def _code(text: str) -> str:
    return text.rstrip()


def _last(group: list[Occurrence]) -> list[Occurrence]:
    """What is computed last on a line, in each model; where it is called rather than where it is built."""
    ranks: dict[int, tuple[bool, int, int]] = {}
    last: dict[int, Occurrence] = {}
    for occurrence in group:
        # of nested calls in one line the outer one is computed last and begins first
        rank = (occurrence.role == CALLED, occurrence.order, -occurrence.place.column)
        model = id(occurrence.model)
        if model not in last or rank > ranks[model]:
            last[model], ranks[model] = occurrence, rank
    places = {(occurrence.place, occurrence.role == CALLED) for occurrence in last.values()}
    return [occurrence for occurrence in group if (occurrence.place, occurrence.role == CALLED) in places]


def _hint(line: int, column: int, group: list[Occurrence], shown: Shown) -> Hint | None:
    text = hint_text(group, shown)
    if not text:
        return None
    first = group[0]
    target = first.layer.definition if first.role == CALLED else first.layer.call
    return Hint(line, column, text, None if target == first.place else target, tuple(group))


def hint_text(group: Sequence[Occurrence], shown: Shown) -> str:
    """``64×112×112 · RF 7``, or ``64…512 ch · RF 15…427`` where the contexts differ; at most 30 characters."""
    distinct = {
        (occurrence.layer.output_shape, id(occurrence.layer.field), id(occurrence.model)): occurrence
        for occurrence in group
    }
    known = [occurrence for occurrence in distinct.values() if occurrence.layer.output_shape is not None]
    if not known:
        return ""
    if shown.parameters:
        known = [occurrence for occurrence in group if occurrence.layer.output_shape is not None]
    shape = _shapes_text(known) if shown.shape else ""
    field, short = fields_text([s.layer.field for s in known]) if shown.receptive_field else ("", "")
    parameters = _parameters_text(known) if shown.parameters else ""
    choices = ([shape, field, parameters], [shape, field], [shape, short], [shape])
    texts = [" · ".join(part for part in parts if part) for parts in choices]
    return next((text for text in texts if len(text) <= LONGEST), texts[-1][: LONGEST - 1] + "…")


def _shapes_text(group: Sequence[Occurrence]) -> str:
    shapes = list(dict.fromkeys(_dims(occurrence.layer) for occurrence in group))
    guess = "~" if any(assumed(occurrence.model) for occurrence in group) else ""
    if len(shapes) == 1:
        return guess + without_batch(group[0].layer.output_shape)
    if len({len(shape) for shape in shapes}) > 1:
        return f"{len(shapes)} shapes"
    axis = -1 if group[0].model.framework == "keras" else 0
    channels = [shape[axis] for shape in shapes if shape]
    if len(shapes[0]) > 1 and len(set(channels)) > 1:
        return f"{_range(channels)} ch"
    return guess + "×".join(_range(dims) for dims in zip(*shapes, strict=True))


def _dims(layer: LayerFact) -> tuple[Any, ...]:
    return tuple(layer.output_shape or ())[1:]


def _range(values: Sequence[Any]) -> str:
    """``64…512``; what is no number stands for itself."""
    distinct = list(dict.fromkeys(values))
    if len(distinct) == 1:
        return dim_text(distinct[0])
    if all(isinstance(value, int) for value in distinct):
        return f"{min(distinct)}…{max(distinct)}"
    return "…"


def fields_text(fields: Sequence[FieldFact | None]) -> tuple[str, str]:
    """(text, shorter text) of the fields of one place in its contexts: ``RF 21×3 + global``, ``RF 15…427``."""
    known = [field for field in fields if field is not None]
    if not known:
        return "", ""
    distinct = {id(field): field for field in known}.values()
    texts = list(dict.fromkeys(field_text(field) for field in distinct))
    if len(texts) == 1:
        own = _field_size(texts[0])
        return own, own.removesuffix(" + global")
    sizes = [size for field in known for size in field.size if size is not None]
    if not sizes:
        return "global", "global"
    span = f"RF {min(sizes)}…{max(sizes)}" if min(sizes) != max(sizes) else f"RF {sizes[0]}"
    beside = any(field.global_ or not located(field) for field in known)
    return span + (" + global" if beside else ""), span


def _field_size(text: str) -> str:
    return text if text == "global" else f"RF {text}"


def _parameters_text(group: Sequence[Occurrence]) -> str:
    counts = [occurrence.layer.parameters for occurrence in group if isinstance(occurrence.layer.parameters, int)]
    if not any(counts):
        return ""
    low, high = min(counts), max(counts)
    return short_count(low) if low == high else f"{short_count(low)}…{short_count(high)}"


def assumed(model: ModelFact) -> bool:
    """Whether the shapes rest on an input that nobody gave."""
    return any(entry.origin in GUESSED for entry in model.inputs)


def tooltip(hint: Hint, most: int = 6) -> str:
    """Markdown: what each number belongs to, in each context."""
    lines = [_context_line(occurrence) for occurrence in hint.occurrences[:most]]
    if len(hint.occurrences) > most:
        lines.append(f"… and {len(hint.occurrences) - most} more")
    if any(assumed(occurrence.model) for occurrence in hint.occurrences):
        lines.append("~ the input is assumed: say it with `# rf: input=…`")
    return "  \n".join(lines)


def _context_line(occurrence: Occurrence) -> str:
    layer = occurrence.layer
    field = fields_text([layer.field])[0]
    numbers = " · ".join(text for text in (shape_text(layer.output_shape), field) if text)
    return f"`{layer.name or occurrence.model.name}` ({layer.type.rpartition('.')[2]}) in {occurrence.model.name}: {numbers}"
