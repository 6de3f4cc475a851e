"""The arithmetic of a call of a layer with its numbers put in. A line is only shown when it gives the number shown
elsewhere: what a mode or a rounding changes is left out rather than wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from analyzers.facts import CallFact, FieldFact, LayerFact
from analyzers.rules.support.geometry import is_convolution, is_transposed, kernel_axes, per_axis, short_type


def shape_lines(layer: LayerFact, call: CallFact, channels_last: bool = False) -> list[str]:
    """``H: ⌊(224 + 2·3 − 7)/2⌋ + 1 = 112`` for each axis that has its own."""
    axes = kernel_axes(layer)
    source = call.input_shapes[0] if call.input_shapes else None
    if not axes or source is None or call.output_shape is None or len(source) != axes + 2:
        return []
    first = 1 if channels_last else 2
    sizes, results = source[first : first + axes], call.output_shape[first : first + axes]
    lines = [_size_line(layer, index, n, out) for index, (n, out) in enumerate(zip(sizes, results, strict=True))]
    return list(dict.fromkeys(line for line in lines if line))


def _numbers(layer: LayerFact, index: int) -> tuple[int, int, int, int] | None:
    """Kernel, stride, padding and dilation along one axis."""
    axes = kernel_axes(layer)
    found = [per_axis(layer, name, axes, default) for name, default in _DEFAULTS]
    if any(values is None for values in found):
        return None
    kernel, stride, padding, dilation = (values[index] for values in found if values is not None)
    return kernel, stride, padding, dilation


_DEFAULTS = (("kernel_size", 1), ("stride", 1), ("padding", 0), ("dilation", 1))


def _size_line(layer: LayerFact, index: int, n: Any, out: Any) -> str:
    numbers = _numbers(layer, index)
    if numbers is None or not isinstance(n, int) or not isinstance(out, int):
        return ""
    if is_transposed(layer):
        return _transposed_line(layer, index, numbers, n, out)
    kernel, stride, padding, dilation = numbers
    reach = f"{dilation}·({kernel} − 1) − 1" if dilation > 1 else str(kernel)
    value = (n + 2 * padding - dilation * (kernel - 1) - 1) / stride
    up = bool(layer.attributes.get("ceil_mode"))
    if (math.ceil(value) if up else math.floor(value)) + 1 != out:
        return ""
    opening, closing = "⌈⌉" if up else "⌊⌋"
    padded = f" + 2·{padding}" if padding else ""
    if stride == 1:
        return f"{n}{padded} − {reach} + 1 = {out}"
    return f"{opening}({n}{padded} − {reach})/{stride}{closing} + 1 = {out}"


def _transposed_line(layer: LayerFact, index: int, numbers: tuple[int, int, int, int], n: int, out: int) -> str:
    kernel, stride, padding, dilation = numbers
    extra = per_axis(layer, "output_padding", kernel_axes(layer), 0)
    more = extra[index] if extra else 0
    reach = dilation * (kernel - 1)
    if (n - 1) * stride - 2 * padding + reach + more + 1 != out:
        return ""
    padded = f" − 2·{padding}" if padding else ""
    return f"({n} − 1)·{stride}{padded} + {reach}{f' + {more}' if more else ''} + 1 = {out}"


def field_lines(layer: LayerFact, call: CallFact) -> list[str]:
    """``RF = 7 + (3 − 1)·2 = 11`` for each axis that has its own."""
    before, after = call.input_field, call.field
    if before is None or after is None or not kernel_axes(layer) or is_transposed(layer):
        return []
    count = min(kernel_axes(layer), len(before.axes), len(after.axes))
    lines = [_field_line(layer, index, before, after) for index in range(count)]
    return list(dict.fromkeys(line for line in lines if line))


def _field_line(layer: LayerFact, index: int, before: FieldFact, after: FieldFact) -> str:
    numbers = _numbers(layer, index)
    size, jump, result = before.size[index], before.stride[index], after.size[index]
    if numbers is None or size is None or jump is None or result is None:
        return ""
    kernel, _, _, dilation = numbers
    if size + (kernel - 1) * dilation * jump != result:
        return ""
    spread = f"·{dilation}" if dilation > 1 else ""
    step = f"·{_number(jump)}" if jump != 1 else ""
    return f"RF = {size} + ({kernel} − 1){spread}{step} = {result}"


def _number(value: Fraction | int) -> str:
    fraction = Fraction(value)
    return str(fraction.numerator) if fraction.denominator == 1 else f"({fraction})"


def parameter_line(layer: LayerFact) -> str:
    """``64·3·7·7 + 64 = 9,472``."""
    return _checked(_parameter_factors(layer), layer.parameters)


def macs_line(layer: LayerFact, call: CallFact) -> str:
    """``112·112·64·3·7·7 = 118,013,952`` for one item of the batch."""
    shape = call.output_shape
    if shape is None or not all(isinstance(dim, int) for dim in shape[1:]):
        return ""
    weights = _weight_factors(layer)
    if not weights:
        return ""
    outside = shape[2:] if is_convolution(layer) else shape[1:-1]
    return _checked([(*outside, *weights)], call.macs)


def _weight_factors(layer: LayerFact) -> tuple[int, ...]:
    attributes = layer.attributes
    if is_convolution(layer) and not is_transposed(layer):
        kernel = per_axis(layer, "kernel_size", kernel_axes(layer))
        inputs, outputs, groups = (attributes.get(name) for name in ("in_channels", "out_channels", "groups"))
        if kernel and all(isinstance(value, int) and value for value in (inputs, outputs, groups)):
            return outputs, inputs // groups, *kernel  # type: ignore[operator, return-value]
    if short_type(layer) in ("Linear", "LazyLinear"):
        sizes = attributes.get("out_features"), attributes.get("in_features")
        if all(isinstance(size, int) for size in sizes):
            return sizes  # type: ignore[return-value]
    return ()


def _parameter_factors(layer: LayerFact) -> list[tuple[int, ...]]:
    weights = _weight_factors(layer)
    if weights:
        return [weights, (weights[0],)] if math.prod(weights) != layer.parameters else [weights]
    features = layer.attributes.get("num_features")
    return [(2, features)] if isinstance(features, int) else []


def _checked(terms: list[tuple[int, ...]], result: Any) -> str:
    if not terms or not isinstance(result, int) or sum(math.prod(term) for term in terms) != result:
        return ""
    return f"{' + '.join(_factors(term) for term in terms)} = {result:,}"


def _factors(term: tuple[int, ...]) -> str:
    return "·".join(map(str, term))


def lines(layer: LayerFact, call: CallFact, channels_last: bool = False) -> Iterator[tuple[str, str]]:
    """(what, arithmetic) of all that can be shown of a call."""
    for line in shape_lines(layer, call, channels_last):
        yield "output", line
    for line in field_lines(layer, call):
        yield "receptive field", line
    if line := parameter_line(layer):
        yield "parameters", line
    if line := macs_line(layer, call):
        yield "MACs", line
