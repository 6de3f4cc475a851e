"""What stands behind which part of a line: the value of a whole statement behind all of it, any other behind the
expression itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analyzers.facts import Place
from rf_lsp.server.views.occurrences import ASSIGNED, BUILT, CALLED, VALUE, Occurrence, outermost


@dataclass(frozen=True, slots=True)
class Part:
    """What is shown at one column (None: the end of the line), and the calls of layers in it."""

    column: int | None
    occurrences: list[Occurrence]
    calls: list[Occurrence]


def whole_places(found: Iterable[Occurrence]) -> list[Place]:
    """Statements of several lines whose value is known: what ends in their other lines is a part of them."""
    wholes = (occurrence.place for occurrence in found if occurrence.is_whole)
    return list(dict.fromkeys(place for place in wholes if place.line != place.end_line))


def at_line_end(line: Sequence[Occurrence], wholes: Sequence[Place]) -> list[Part]:
    """What is computed on a line, else what is built there.

    A call inside a statement that is worth no tensor (``rows.append(self.conv(x))``, a condition) has its value
    right behind it.
    """
    evaluated = [occurrence for occurrence in line if occurrence.role in (CALLED, VALUE)]
    if not evaluated:
        built = _last(line)
        return [Part(None, built, [])] if built else []
    speaking: list[Part] = []
    behind: list[Part] = []
    for part in (_part(evaluated, place) for place in _outermost_places(evaluated)):
        if _speaks_of_line(part, wholes):
            speaking.append(part)
        elif part.calls:
            behind.append(part)
    return sorted([*speaking[:-1], *behind], key=_column) + [Part(None, p.occurrences, p.calls) for p in speaking[-1:]]


def behind_each(line: Sequence[Occurrence]) -> list[Part]:
    """Everything that is built or called, and whole statements, each behind itself."""
    chosen = [o.place for o in line if o.role != VALUE or o.is_whole]
    widest: dict[int, Place] = {}
    for place in chosen:
        known = widest.get(place.end_column)
        if known is None or (place.line, place.column) < (known.line, known.column):
            widest[place.end_column] = place
    return sorted((_part(line, place) for place in widest.values()), key=_column)


def _column(part: Part) -> int:
    return part.column or 0


def _part(line: Sequence[Occurrence], place: Place) -> Part:
    here = [occurrence for occurrence in line if occurrence.place == place]
    values = [occurrence for occurrence in here if occurrence.role == VALUE]
    calls = [o for o in line if o.role == CALLED and contains(place, o.place)]
    return Part(place.end_column, values or outermost(here), calls)


def _speaks_of_line(part: Part, wholes: Sequence[Place]) -> bool:
    """Whether it is a whole statement, or a part of one that goes on in another line; of code whose statements are
    not looked at (a library's) every call speaks of its line."""
    first = part.occurrences[0]
    if any(occurrence.is_whole or occurrence.role != VALUE for occurrence in part.occurrences):
        return True
    return any(contains(whole, first.place) for whole in wholes)


def _outermost_places(found: Iterable[Occurrence]) -> Iterator[Place]:
    """Of places that end in one line those that are in no other."""
    places = sorted({o.place for o in found}, key=lambda place: (place.line, place.column, -place.end_column))
    end = -1
    for place in places:
        if place.end_column > end:
            end = place.end_column
            yield place


def contains(outer: Place, inner: Place) -> bool:
    starts = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def _last(line: Sequence[Occurrence]) -> list[Occurrence]:
    """Of what is built in a line what is called last, in each model."""
    built = [o for o in outermost(line) if o.role in (BUILT, ASSIGNED) and not _is_called_below(o)]
    last: dict[int, Occurrence] = {}
    for occurrence in built:
        known = last.get(id(occurrence.model))
        if known is None or _rank(occurrence) > _rank(known):
            last[id(occurrence.model)] = occurrence
    places = {occurrence.place for occurrence in last.values()}
    return [occurrence for occurrence in built if occurrence.place in places]


def _is_called_below(occurrence: Occurrence) -> bool:
    """``layers.Dense(10)(`` of a call that ends in a later line, which has the number."""
    calls = occurrence.layer.per_call if occurrence.layer is not None else []
    places = (call.place for call in calls if call.place is not None)
    return any(p.end_line > occurrence.place.end_line and contains(p, occurrence.place) for p in places)


def _rank(occurrence: Occurrence) -> tuple[int, int]:
    # of nested calls in one line the outer one is computed last and begins first
    return occurrence.order, -occurrence.place.column
