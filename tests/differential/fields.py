"""The fields of a program's calls held against what torch measured, element by element.

A static field says of every element of a tensor which positions of an input it reads. Torch says the same of some
columns (:mod:`tests.differential.influences`). Both must agree along every axis that is spoken of, for all elements that
do not read over an end of some map.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy

from analyzers.models.extraction import Extraction
from analyzers.models.results import first_tensor
from analyzers.tensors.axis import Axis
from analyzers.tensors.layout import FEATURES
from analyzers.tensors.placement import Term
from analyzers.tensors.tensor import Tensor
from tests.differential.compare import UNKNOWN, Difference
from tests.differential.influences import is_central, unpacked

Key = tuple[str, int]
OF_ALL = 0.4
"""The share of the columns that one element must read, where all is said to be seen. (A channel may hold one of two phases,
and columns at the ends fall away.)"""
INPUTS = ("x", "z")
"""What the generator calls the arguments of ``forward``, where there are two."""


@dataclass(slots=True)
class Fields:
    """What one analysis says: which axes are spoken of, and the result of every call of a module."""

    inputs: dict[str, int]
    """Names of inputs, and which they are."""
    spoken: dict[Key, str]
    calls: dict[tuple[str, int], Tensor]
    types: dict[str, str]

    @staticmethod
    def of(extraction: Extraction, count: int) -> Fields:
        """Of a program with so many inputs."""
        calls: dict[tuple[str, int], Tensor] = {}
        counts: dict[str, int] = {}
        types: dict[str, str] = {}
        for record in extraction.records:
            name = extraction.names.get(id(record.instance)) if record.instance is not None else None
            made = first_tensor(record.output)
            if name is None or made is None:
                continue
            counts[name] = counts.get(name, 0) + 1
            calls[name, counts[name]] = made
            types[name] = record.instance.class_.name
        read = {key[0] for key in extraction.axes.names}
        names = dict.fromkeys(read, 0) if count == 1 else {name: at for at, name in enumerate(INPUTS) if name in read}
        return Fields(names, dict(extraction.axes.names), calls, types)

    def requests(self) -> list[list[int]]:
        """The axes to measure: which input, which dim."""
        return [[self.inputs[name], dim] for name, dim in sorted(self.spoken) if name in self.inputs]


def compare_axes(fields: Fields, wanted: dict[str, str]) -> list[Difference]:
    """``wanted`` says which dims of the input are which axes: ``{"1": "H", "2": "W"}``."""
    said = {str(dim): name for (_, dim), name in sorted(fields.spoken.items())}
    return [] if said == wanted else [Difference("wrong axes", " ".join(wanted.values()), f"{said} != {wanted}")]


def compare_fields(fields: Fields, answer: dict[str, Any]) -> Iterator[Difference]:
    """Along one axis; the first, for what comes after it goes wrong as well."""
    name = next(name for name, at in fields.inputs.items() if at == answer["which"])
    key = (name, answer["dim"])
    for call in answer["calls"]:
        made = fields.calls.get((call["name"], call["call"]))
        if made is None or list(made.shape) != call["shape"]:
            continue
        axis = next((axis for axis in made.field.axes if axis.key == key), None)
        where = f"{call['name'] or 'the model'} ({call['call']}) along {key[0]}.{key[1]}"
        features = [dim for dim, named in enumerate(made.axes or ()) if named in FEATURES]
        found = differences(axis, call, answer["columns"], fields.types[call["name"]], where, features)
        if found is not None:
            yield found
            return


def differences(
    axis: Axis | None, call: dict[str, Any], columns: list[int], kind: str, where: str, features: list[int]
) -> Difference | None:
    """What a position reads is told with all of its ``features``, these dims."""
    if axis is not None and axis.reason is not None:
        return Difference(UNKNOWN, axis.reason, where)
    shape = call["shape"]
    valid = ~unpacked(call["void"], 1, shape)[0]
    plain = unpacked(call["plain"], len(columns), shape)
    local = plain
    terms = axis.terms if axis is not None else ()
    if not valid.any():
        return None
    if axis is not None and axis.reduced:
        local = unpacked(call["local"], len(columns), shape) if call["local"] else plain
        reached = plain[plain.any(tuple(range(1, plain.ndim)))]
        if valid.any() and len(reached) and reached.sum(0).max() < OF_ALL * len(reached):
            return Difference("not global", kind, where)
        if not call["local"]:
            return None
    dims = sorted({place[0] for term in terms for place in term.places})
    others = tuple(dim for dim in range(len(shape)) if dim not in dims)
    middle = [seen for column, seen in zip(columns, local, strict=True) if is_central(column, max(columns) + 1)]
    for dim in others if not dims else ():
        if dim in features:
            continue
        if is_located(middle, valid, dim):
            return Difference("located elsewhere", kind, f"{where}: dim {dim} of {shape}, {axis}")
    if axis is not None and axis.reduced and not terms:
        return None
    sizes, gaps = digits_of(terms, dims, shape, features)
    known = valid.all(others).reshape(sizes).all(gaps)
    for column, seen in zip(columns, local, strict=True):
        wanted = predicted(terms, dims, shape, column).reshape(sizes).any(gaps)
        if axis is not None and axis.reduced and (seen.all() or not seen.any()):
            continue  # (What is left of a map that sees all of the axis, beside what is told to all of it, is not known.)
        wrong = (seen.any(others).reshape(sizes).any(gaps) != wanted) & known
        if wrong.any():
            at = tuple(int(one[0]) for one in numpy.nonzero(numpy.atleast_1d(wrong)))
            return Difference(
                "wrong field", kind, f"{where}: column {column} at {at} of dims {dims} of {shape}, {axis}"
            )
    return None


def digits_of(
    terms: tuple[Term, ...], dims: list[int], shape: list[int], features: list[int]
) -> tuple[list[int], tuple[int, ...]]:
    """The sizes of what the located dims are folded of, and which of these are not of the axis, or features."""
    sizes: list[int] = []
    gaps: list[int] = []
    for dim in dims:
        places = {place for term in terms if (place := term.at(dim)) is not None}
        factors = next(iter(places))[1] if len(places) == 1 and next(iter(places))[3] else ((shape[dim], 1),)
        for size, divisor in factors:
            if divisor is None or (dim in features and len(dims) > 1):
                gaps.append(len(sizes))
            sizes.append(size)
    return sizes, tuple(gaps)


def is_located(patterns: list[Any], valid: Any, dim: int) -> bool:
    """Whether the columns are seen at different positions of a dim."""
    others = tuple(other for other in range(valid.ndim) if other != dim)
    known = valid.all(others)
    rows = [row for pattern in patterns if (row := pattern.any(others) & known).any()]
    return any((row & ~other).any() and (other & ~row).any() for row in rows for other in rows)


def predicted(terms: tuple[Term, ...], dims: list[int], shape: list[int], column: int) -> Any:
    """Whether the elements read a column, by their positions along the dims in which the axis is found."""
    found = numpy.zeros([shape[dim] for dim in dims], dtype=bool)
    for term in terms:
        found |= read_by(term, dims, shape, column)
    return found


def read_by(term: Term, dims: list[int], shape: list[int], column: int) -> Any:
    base = numpy.zeros([1] * len(dims), dtype=int)
    inside = numpy.ones([1] * len(dims), dtype=bool)
    for dim, factors, origin, _ in term.places:
        positions = numpy.arange(shape[dim]) - origin
        length = 1
        for size, _ in factors:
            length *= size
        shaped = [-1 if other == dim else 1 for other in dims]
        inside = inside & ((positions >= 0) & (positions < length)).reshape(shaped)
        base = base + base_of(positions.clip(0, length - 1), factors).reshape(shaped)
    reads = numpy.array([reads_column(term, unit, column) for unit in range(max(1, int(base.max()) + 1))])
    return reads[base] & inside


def base_of(positions: Any, factors: Any) -> Any:
    base = numpy.zeros_like(positions)
    for size, divisor in reversed(factors):
        if divisor is not None:
            base = base + positions % size * divisor
        positions = positions // size
    return base


def reads_column(term: Term, unit: int, column: int) -> bool:
    offset, bits = term.support.mask(unit)
    return column >= offset and bool(bits >> (column - offset) & 1)
