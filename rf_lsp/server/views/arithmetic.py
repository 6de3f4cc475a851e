"""The arithmetic of a call of a layer with its numbers put in. A line is only shown when it gives the number shown
elsewhere: what a mode or a rounding changes is left out rather than wrong."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from analyzers.facts import CallFact, FieldFact, LayerFact
from analyzers.geometry import Geometry
from analyzers.tensors.layout import SPACE


def shape_lines(layer: LayerFact, call: CallFact, channels_last: bool = False) -> list[str]:
    """``H: ⌊(224 + 2·3 − 7)/2⌋ + 1 = 112`` for each axis that has its own."""
    window = layer.geometry
    source, result = call.input_shapes[0] if call.input_shapes else None, call.output_shape
    dims = places(call)
    if window is None or source is None or result is None or len(source) != len(result) or len(dims) != window.axes:
        return []
    lines = [_size_line(window, index, source[dim], result[dim]) for index, dim in enumerate(dims)]
    return list(dict.fromkeys(line for line in lines if line))


def places(call: CallFact) -> list[int]:
    """The dims of the output that are space or time."""
    return [dim for dim, name in enumerate(call.axes or ()) if name is not None and name in SPACE]


def _size_line(window: Geometry, index: int, n: Any, out: Any) -> str:
    if window.stride is None or window.dilation is None or not isinstance(window.padding, tuple):
        return ""
    if not isinstance(n, int) or not isinstance(out, int):
        return ""
    numbers = window.kernel_size[index], window.stride[index], window.padding[index], window.dilation[index]
    if window.transposed:
        extra = window.output_padding[index] if window.output_padding else 0
        return _transposed_line(numbers, extra, n, out)
    return _window_line(numbers, window.ceil_mode, n, out)


def _window_line(numbers: tuple[int, int, int, int], up: bool, n: int, out: int) -> str:
    kernel, stride, padding, dilation = numbers
    reach = f"{dilation}·({kernel} − 1) − 1" if dilation > 1 else str(kernel)
    value = (n + 2 * padding - dilation * (kernel - 1) - 1) / stride
    if (math.ceil(value) if up else math.floor(value)) + 1 != out:
        return ""
    opening, closing = "⌈⌉" if up else "⌊⌋"
    padded = f" + 2·{padding}" if padding else ""
    if stride == 1:
        return f"{n}{padded} − {reach} + 1 = {out}"
    return f"{opening}({n}{padded} − {reach})/{stride}{closing} + 1 = {out}"


def _transposed_line(numbers: tuple[int, int, int, int], extra: int, n: int, out: int) -> str:
    kernel, stride, padding, dilation = numbers
    reach = dilation * (kernel - 1)
    if (n - 1) * stride - 2 * padding + reach + extra + 1 != out:
        return ""
    padded = f" − 2·{padding}" if padding else ""
    return f"({n} − 1)·{stride}{padded} + {reach}{f' + {extra}' if extra else ''} + 1 = {out}"


def field_lines(layer: LayerFact, call: CallFact) -> list[str]:
    """``RF = 7 + (3 − 1)·2 = 11`` for each axis that has its own."""
    before, after, window = call.input_field, call.field, layer.geometry
    if before is None or after is None or window is None or window.transposed:
        return []
    count = min(window.axes, len(before.axes), len(after.axes))
    lines = [_field_line(window, index, before, after) for index in range(count)]
    return list(dict.fromkeys(line for line in lines if line))


def _field_line(window: Geometry, index: int, before: FieldFact, after: FieldFact) -> str:
    size, jump, result = before.size[index], before.stride[index], after.size[index]
    if window.dilation is None or size is None or jump is None or result is None:
        return ""
    kernel, dilation = window.kernel_size[index], window.dilation[index]
    if size + (kernel - 1) * dilation * jump != result:
        return ""
    spread = f"·{dilation}" if dilation > 1 else ""
    step = f"·{_number(jump)}" if jump != 1 else ""
    return f"RF = {size} + ({kernel} − 1){spread}{step} = {result}"


def _number(value: Fraction | int) -> str:
    fraction = Fraction(value)
    return str(fraction.numerator) if fraction.denominator == 1 else f"({fraction})"


MOST_TERMS = 2
"""Parameters of more shapes than these (a recurrent layer's) make a sum that nobody reads."""


def parameter_line(layer: LayerFact) -> str:
    """``64·3·7·7 + 64 = 9,472``."""
    counts = Counter(layer.weights)
    terms = [shape if count == 1 else (count, *shape) for shape, count in counts.items()]
    return _checked(terms, layer.parameters) if len(terms) <= MOST_TERMS else ""


def macs_line(layer: LayerFact, call: CallFact) -> str:
    """``112·112·64·3·7·7 = 118,013,952`` for one item of the batch: what every place of the output takes."""
    shape, window = call.output_shape, layer.geometry
    if shape is None or not layer.weights or not all(isinstance(dim, int) for dim in shape[1:]):
        return ""
    if window is None:
        return _checked([(*shape[1:-1], *layer.weights[0])], call.macs) if len(layer.weights[0]) == 2 else ""
    return (
        "" if window.transposed else _checked([(*(shape[dim] for dim in places(call)), *layer.weights[0])], call.macs)
    )


def _checked(terms: list[tuple[Any, ...]], result: Any) -> str:
    known = all(isinstance(factor, int) for term in terms for factor in term)
    if not terms or not known or not isinstance(result, int) or sum(math.prod(term) for term in terms) != result:
        return ""
    return f"{' + '.join(_factors(term) for term in terms)} = {result:,}"


def _factors(term: tuple[Any, ...]) -> str:
    return "·".join(map(str, term))


def lines(layer: LayerFact, call: CallFact) -> Iterator[tuple[str, str]]:
    """(what, arithmetic) of all that can be shown of a call."""
    for line in shape_lines(layer, call):
        yield "output", line
    for line in field_lines(layer, call):
        yield "receptive field", line
    if line := parameter_line(layer):
        yield "parameters", line
    if line := macs_line(layer, call):
        yield "MACs", line
