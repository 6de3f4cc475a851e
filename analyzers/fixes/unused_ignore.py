"""RF903: the comment goes."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import Edit, Fix, Place
from analyzers.fixes.support.context import FixContext
from analyzers.source.lexical import split_lines


def propose(context: FixContext) -> Iterator[Fix]:
    place = context.finding.place
    module = context.module(place.file)
    lines = split_lines(module.text) if module is not None else []
    if place.line >= len(lines):
        return
    line = lines[place.line]
    before, behind = line[: place.column], line[place.end_column :].rstrip("\r\n")
    if behind.strip():
        return
    if before.strip():
        area = Place(place.file, place.line, len(before.rstrip()), place.line, place.end_column + len(behind))
    else:
        area = Place(place.file, place.line, 0, place.line + 1, 0)
    yield Fix("Remove the comment", (Edit(area, ""),))
