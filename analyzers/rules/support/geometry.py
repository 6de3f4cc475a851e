"""Kernel arithmetic of a layer, read from its attributes."""

from __future__ import annotations

from typing import Any

from analyzers.facts import LayerFact


def per_axis(layer: LayerFact, name: str, axes: int, default: int = 1) -> tuple[int, ...] | None:
    """An attribute as one number an axis; ``None`` when it is not made of known integers."""
    value: Any = layer.attributes.get(name, default)
    values = (value,) * axes if isinstance(value, int) else value
    if not isinstance(values, tuple | list):
        return None
    if len(values) == 1:
        values = tuple(values) * axes
    return tuple(values) if len(values) == axes and all(type(item) is int for item in values) else None


def kernel_axes(layer: LayerFact) -> int:
    """Number of spatial axes of a layer with a kernel, 0 for any other layer."""
    kernel = layer.attributes.get("kernel_size")
    if isinstance(kernel, tuple | list) and len(kernel) > 1:
        return len(kernel)
    if kernel is None:
        return 0
    digits = [char for char in short_type(layer) if char in "123"]
    return int(digits[-1]) if digits else 1


def short_type(layer: LayerFact) -> str:
    return layer.type.rsplit(".", 1)[-1]


def is_convolution(layer: LayerFact) -> bool:
    return "Conv" in short_type(layer) and kernel_axes(layer) > 0


def is_transposed(layer: LayerFact) -> bool:
    name = short_type(layer).lower()
    return "conv" in name and "transpose" in name


def times(values: tuple[int, ...]) -> str:
    """``(3, 3)`` → ``3×3``."""
    return "×".join(map(str, values))
