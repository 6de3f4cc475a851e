"""The exact fields of a model's layers as plain data for the page's drawing: runs of pixels, for each phase.

A call is its output's shape and an index into the model's list of fields, null without one. A field is an object with, one
entry for each axis: ``axes``, ``extent``, ``size``, ``start``, ``stride`` (numerator and denominator), ``erf`` and ``sets`` (an index
into the model's list of sets, null without); and ``global``. A set is
``{"period", "jump", "pace", "units", "phases": [[offset, [first, length, first, length, …]], …]}``; with ``hull`` only
from where to where its runs go, because there are too many of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from analyzers.facts import CallFact, FieldFact
from analyzers.geometry import PixelSets
from rf_lsp.output.text import field_text
from rf_lsp.shapes import shape_text

MOST_RUNS = 4000
"""Of all phases of a set."""
_RUN = re.compile("1+")


class FieldData:
    """Collects the calls of one model and the sets they share."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int | None]] = []
        self.fields: list[dict[str, Any]] = []
        self.sets: list[dict[str, Any]] = []
        self._known: dict[Any, int] = {}

    @property
    def plain(self) -> dict[str, Any]:
        return {"calls": self.calls, "fields": self.fields, "sets": self.sets}

    def add(self, call: CallFact) -> int:
        """The call's index."""
        field = call.field
        self.calls.append((shape_text(call.outputs[0].per_item), None if field is None else self._field(field)))
        return len(self.calls) - 1

    def _field(self, field: FieldFact) -> int:
        key = field, field.sets
        if key not in self._known:
            self._known[key] = len(self.fields)
            self.fields.append(self._drawn(field))
        return self._known[key]

    def _drawn(self, field: FieldFact) -> dict[str, Any]:
        sets = field.sets or (None,) * len(field.axes)
        return {
            "text": field_text(field),
            "axes": field.axes,
            "extent": [_whole(extent) for extent in field.extent or sets],
            "size": field.size,
            "start": field.start,
            "stride": [ratio(stride) for stride in field.stride],
            "erf": [None if erf is None else round(erf, 3) for erf in field.erf],
            "sets": [None if found is None else self._index(found) for found in sets],
            "global": field.global_,
        }

    def _index(self, found: PixelSets) -> int:
        if found not in self._known:
            self._known[found] = len(self.sets)
            self.sets.append(drawn(found))
        return self._known[found]


def drawn(found: PixelSets) -> dict[str, Any]:
    """A set in runs."""
    phases = [runs(bits) for bits in found.bits]
    too_many = sum(map(len, phases)) > 2 * MOST_RUNS
    if too_many:
        phases = [[0, bits.bit_length()] if bits else [] for bits in found.bits]
    plain = {
        "period": found.period,
        "jump": found.jump,
        "pace": ratio(found.pace),
        "units": _whole(found.units),
        "phases": list(zip(found.offsets, phases, strict=True)),
    }
    return {**plain, "hull": True} if too_many else plain


def runs(bits: int) -> list[int]:
    """``0b11101`` → ``[0, 1, 2, 3]``: first bit and length of each run."""
    found: list[int] = []
    for match in _RUN.finditer(bin(bits)[:1:-1]):
        found += [match.start(), match.end() - match.start()]
    return found


def ratio(value: Fraction | None) -> Sequence[int] | None:
    return None if value is None else (value.numerator, value.denominator)


def _whole(dim: Any) -> int | None:
    return dim if isinstance(dim, int) else None
