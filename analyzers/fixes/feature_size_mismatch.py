"""RF202: the layer is built for what arrives, or gets the map flattened for which it is built."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from analyzers.facts import Edit, Fix, Place
from analyzers.fixes.support.calls import Call
from analyzers.fixes.support.context import FixContext
from analyzers.fixes.support.sizes import set_to_actual

ATOMS = (cst.Name, cst.Attribute, cst.Call, cst.Subscript)
"""Expressions behind which a method can be called without parentheses."""


def propose(context: FixContext) -> Iterator[Fix]:
    yield from set_to_actual(context)
    problem = context.problem
    start = problem.data.get("flatten_from") if problem is not None else None
    call = context.call(problem.place) if problem is not None else None
    if problem is None or not isinstance(start, int) or call is None or not call.leading:
        return
    layer = str(problem.data.get("layer", ""))
    if _name(call) == layer.rpartition(".")[2]:
        yield Fix(f"Flatten what goes into {layer}", tuple(_flattened(call, start)))


def _name(call: Call) -> str:
    """What is called, as the attribute or variable it is kept in."""
    function = call.node.func
    name = function.attr if isinstance(function, cst.Attribute) else function
    return name.value if isinstance(name, cst.Name) else ""


def _flattened(call: Call, start: int) -> Iterator[Edit]:
    value = call.leading[0].value
    at = call.place(value)
    atom = isinstance(value, ATOMS) and not value.lpar
    if not atom:
        yield Edit(Place(at.file, at.line, at.column, at.line, at.column), "(")
    method = f".flatten({start})" if start else ".flatten()"
    yield Edit(Place(at.file, at.end_line, at.end_column, at.end_line, at.end_column), method if atom else f"){method}")
