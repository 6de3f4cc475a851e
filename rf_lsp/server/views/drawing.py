"""A small picture of a receptive field over the input."""

from __future__ import annotations

import base64
from math import floor

from analyzers.facts import FieldFact

SIDE = 120
"""Pixels of the longer side of the input in the picture."""

MARGIN = 8


def svg(field: FieldFact, extents: tuple[int | None, ...], units: tuple[int | None, ...]) -> str | None:
    """The field of the centre unit of a map (``units`` a side) over its input; one or two axes only."""
    if len(field.axes) not in (1, 2) or not all(extents) or not all(units):
        return None
    spans = [_span(field, index, units[index]) for index in range(len(field.axes))]
    if any(span is None for span in spans):
        return None
    sizes = [float(extent or 1) for extent in extents]
    boxes = [span for span in spans if span is not None]
    if len(boxes) == 1:
        boxes, sizes = [(0.0, sizes[0] / 6), *boxes], [sizes[0] / 6, *sizes]
    scale = SIDE / max(sizes)
    height, width = (size * scale for size in sizes)
    (top, tall), (left, wide) = ((start * scale, size * scale) for start, size in boxes)
    erf = _erf_circle(field, scale, left + wide / 2, top + tall / 2)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width + 2 * MARGIN:.0f}" height="{height + 2 * MARGIN:.0f}" '
        f'viewBox="{-MARGIN} {-MARGIN} {width + 2 * MARGIN:.1f} {height + 2 * MARGIN:.1f}">'
        f'<rect width="{width:.1f}" height="{height:.1f}" fill="#8884" stroke="#888"/>'
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="#39f4" stroke="#39f" '
        f'stroke-dasharray="{_dashes(field)}"/>{erf}</svg>'
    )


def _span(field: FieldFact, index: int, units: int | None) -> tuple[float, float] | None:
    """(start, size) in input pixels of the centre unit's field."""
    size, start, stride = field.size[index], field.start[index], field.stride[index]
    if size is None or start is None or stride is None or units is None:
        return None
    return float(start + stride * floor((units - 1) / 2)), float(size)


def _erf_circle(field: FieldFact, scale: float, x: float, y: float) -> str:
    widths = [value for value in field.erf if value is not None]
    if not widths:
        return ""
    radius = sum(widths) / len(widths) * scale / 2
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#f80a"/>'


def _dashes(field: FieldFact) -> str:
    """A field with holes is drawn with a broken line."""
    return "none" if all(value in (None, 1.0) for value in field.density) else "3 2"


def data_uri(picture: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()
