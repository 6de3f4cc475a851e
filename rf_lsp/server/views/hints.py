"""Inlay hints: what comes out of a layer or an expression and how much of the input it sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from analyzers.facts import FieldFact, ModelFact, OutputFact, Place, ValueFact
from analyzers.tensors.layout import FEATURES
from analyzers.vocabulary import GUESSED_ORIGINS
from rf_lsp.output.text import field_text, located, short_count
from rf_lsp.server.views.lines import Part, at_line_end, behind_each, whole_places
from rf_lsp.server.views.marks import code, escaped
from rf_lsp.server.views.occurrences import CALLED, Fact, Occurrence, by_line, concrete, is_known, pinned, shapes_of
from rf_lsp.server.views.verdicts import Verdicts
from rf_lsp.shapes import UNKNOWN, dim_text, shape_text

LONGEST = 30
"""Characters; VS Code cuts the hints of a line at 43 in total."""

CONFIRMED = "✓"

LineText = Callable[[int], str]
Shows = tuple[Occurrence, Fact]


@dataclass(frozen=True, slots=True)
class Hint:
    """Text behind a place of the module; ``target`` is where a click leads, ``calls`` are the layers called in it."""

    line: int
    column: int
    text: str
    target: Place | None
    occurrences: tuple[Occurrence, ...]
    calls: tuple[Occurrence, ...] = ()

    @property
    def contexts(self) -> int:
        """How many modules it speaks of."""
        return len({(id(o.model), o.context(fact)) for o in self.occurrences for fact in o.facts})


@dataclass(frozen=True, slots=True)
class HintOptions:
    """What the person wants to see (the settings ``hints.*``)."""

    shape: bool = True
    receptive_field: bool = True
    parameters: bool = False
    at_line_end: bool = True


def hints(
    found: list[Occurrence],
    line: LineText,
    shown: HintOptions,
    pin: tuple[str, str] | None = None,
    area: tuple[int, int] | None = None,
    verdicts: Verdicts | None = None,
) -> list[Hint]:
    """The hints of a file, or of the lines ``area`` (first, last) of it; what ``verdicts`` confirm is marked."""
    wholes = whole_places(found)
    made = []
    for number, group in sorted(by_line(found, area).items()):
        parts = at_line_end(group, wholes) if shown.at_line_end else behind_each(group)
        made += [_hint(number, line(number), part, shown, pin, verdicts) for part in parts]
    return [hint for hint in made if hint is not None]


def _hint(
    number: int,
    line: str,
    part: Part,
    shown: HintOptions,
    pin: tuple[str, str] | None,
    verdicts: Verdicts | None,
) -> Hint | None:
    group = pinned(concrete(part.occurrences), pin)
    place = group[0].place
    layers = pinned(concrete([call for call in part.calls if call.place == place]), pin)
    speaking = layers if all(occurrence.layer is None for occurrence in group) else group
    text = hint_text(group, shown, layers, bool(verdicts) and verdicts.confirm(speaking))
    if not text:
        return None
    end = len(line.rstrip())
    column = end if part.column is None else min(part.column, len(line))
    return Hint(number, column, text, _target(group[0], layers), tuple(group), tuple(part.calls))


def _target(first: Occurrence, layers: Sequence[Occurrence]) -> Place | None:
    """From a call to where the layer is built, from there to its first call."""
    called = first if first.role == CALLED else next(iter(layers), None)
    if called is not None and called.layer is not None:
        target = called.layer.definition
    else:
        target = first.layer.call if first.layer is not None else None
    return None if target == first.place else target


def hint_text(
    group: Sequence[Occurrence], shown: HintOptions, layers: Sequence[Occurrence] = (), is_confirmed: bool = False
) -> str:
    """``64×112×112 · RF 7``, or ``64…512 ch · RF 15…427`` where the contexts differ; ``?`` where nothing is known; at
    most 30 characters. ``layers`` are those whose parameters count, if they are not the group's own; ``✓`` ends what a
    trace has confirmed."""
    facts = _distinct(group)
    known = [(o, fact) for o, fact in facts if is_known(fact)]
    is_lost = any(fact.reason is not None for _, fact in facts if not is_known(fact))
    if not known:
        return UNKNOWN if is_lost else ""
    shape = _shapes_text(known) + (f", {UNKNOWN}" if is_lost else "") if shown.shape else ""
    field, short = fields_text([fact.field for _, fact in known]) if shown.receptive_field else ("", "")
    parameters = _parameters_text(layers or group) if shown.parameters else ""
    choices = ([shape, field, parameters], [shape, field], [shape, short], [shape])
    texts = [" · ".join(part for part in parts if part) for parts in choices]
    mark = f" {CONFIRMED}" if is_confirmed and not is_lost else ""
    longest = LONGEST - len(mark)
    return next((text for text in texts if len(text) <= longest), texts[-1][: longest - 1] + "…") + mark


def _distinct(group: Sequence[Occurrence]) -> list[Shows]:
    """The facts of a group, each that has its own numbers."""
    pairs = [(occurrence, fact) for occurrence in group for fact in occurrence.facts]
    return list({(shapes_of(fact), id(fact.field), fact.reason, id(o.model)): (o, fact) for o, fact in pairs}.values())


def _shapes_text(known: Sequence[Shows]) -> str:
    guess = "~" if any(assumed(occurrence.model) for occurrence, _ in known) else ""
    outputs = list(dict.fromkeys(fact.outputs for _, fact in known))
    if len({len(each) for each in outputs}) > 1:
        return f"{len(outputs)} shapes"
    texts = [_output_text(list(dict.fromkeys(each))) for each in zip(*outputs, strict=True)]
    if len(texts) > 1 and len(set(texts)) == 1:
        return f"{len(texts)} of {guess}{texts[0]}"
    return guess + ", ".join(texts)


def _output_text(outputs: Sequence[OutputFact]) -> str:
    """What one output is in all contexts, without the batch."""
    shapes = list(dict.fromkeys(output.per_item for output in outputs))
    known = [shape for shape in shapes if shape is not None]
    if len(shapes) == 1:
        return shape_text(shapes[0])
    if len({len(shape) for shape in known}) > 1:
        return f"{len(shapes)} shapes"
    channels = [size for output in outputs if (size := _channels(output)) is not None]
    if known and len(known[0]) > 1 and len(set(channels)) > 1:
        return f"{_range(channels)} ch"
    return "×".join(_range(dims) for dims in zip(*known, strict=True))


def _channels(output: OutputFact) -> Any:
    """How many channels or features a map or a sequence has; None where nobody says which dim that is."""
    named = zip(output.axes or (), output.shape or (), strict=False)
    return next((size for name, size in named if name is not None and name in FEATURES), None)


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
    found = [o.layer.parameters for o in group if o.layer is not None and o.is_known]
    counts = [count for count in found if isinstance(count, int)]
    if not any(counts):
        return ""
    low, high = min(counts), max(counts)
    return short_count(low) if low == high else f"{short_count(low)}…{short_count(high)}"


def assumed(model: ModelFact) -> bool:
    """Whether the shapes rest on an input that nobody gave."""
    return any(entry.origin in GUESSED_ORIGINS for entry in model.inputs)


# -- tooltips --------------------------------------------------------------------------------------


def tooltip(hint: Hint, most: int = 6) -> str:
    """Markdown: what each number belongs to, in each context, and what the layers give that are called in it."""
    first = hint.occurrences[0]
    named = [call for call in hint.calls if call.place == first.place]
    inner = [call for call in hint.calls if call.place != first.place and first.role != CALLED]
    shown = [(o, fact) for o in concrete([*(named or hint.occurrences), *inner]) for fact in o.facts]
    lines = [_context_line(occurrence, fact) for occurrence, fact in shown[:most]]
    if len(shown) > most:
        lines.append(f"… and {len(shown) - most} more")
    if any(assumed(occurrence.model) for occurrence in hint.occurrences):
        lines.append("~ the input is assumed: say it with `# rf: input=…`")
    return "  \n".join(lines)


def _context_line(occurrence: Occurrence, fact: Fact) -> str:
    field = fields_text([fact.field])[0]
    numbers = " · ".join(text for text in (outputs_text(fact), field) if text)
    reason = f" · {escaped(lost_text(fact, occurrence.place.file))}" if fact.reason is not None else ""
    return f"{_context_text(occurrence, fact)}: {numbers}{reason}"


def _context_text(occurrence: Occurrence, fact: Fact) -> str:
    """`` `layer1.0.conv` (Conv2d) in Net ``; of an expression the module in whose code it stands."""
    layer, name = occurrence.layer, occurrence.name(fact)
    if layer is None:
        return f"{code(name)} in {escaped(occurrence.model.name)}" if name else escaped(occurrence.model.name)
    call = f", call {turn} of {layer.calls}" if (turn := turn_of(occurrence, fact)) else ""
    kind = escaped(layer.type.rpartition(".")[2])
    return f"{code(name or occurrence.model.name)} ({kind}) in {escaped(occurrence.model.name)}{call}"


def turn_of(occurrence: Occurrence, fact: Fact) -> int:
    """Which call of its layer it is, from 1; 0 where there is only one."""
    calls = occurrence.layer.per_call if occurrence.layer is not None else []
    return next((index + 1 for index, call in enumerate(calls) if call is fact), 0) if len(calls) > 1 else 0


def outputs_text(fact: Fact) -> str:
    """All dims of every output: ``1×64×8×8``, ``out 1×21×64×64, aux 1×21×64×64``."""
    texts = [(output.path, shape_text(output.shape)) for output in fact.outputs]
    named = [f"{path} {text}" if path and not path.replace(".", "").isdigit() else text for path, text in texts]
    return ", ".join(named) or UNKNOWN


def lost_text(fact: Fact, file: str) -> str:
    """``not known: the module x is not found (line 3)``: why, and where that began if it is in the same file."""
    place = fact.unknown.place if isinstance(fact, ValueFact) and fact.unknown is not None else None
    is_here = place is not None and place.file == file and not file.endswith(".ipynb")
    return f"not known: {fact.reason}" + (f" (line {place.line + 1})" if place is not None and is_here else "")
