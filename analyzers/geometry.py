"""The window that a layer slides over its input, and the positions of the input that a map reads, in whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

CONVOLUTION, POOLING, UNPOOLING, UNFOLDING = "convolution", "pooling", "unpooling", "unfolding"


@dataclass(frozen=True, slots=True)
class Geometry:
    """One number for each spatial axis; ``None`` is not known.

    ``kernel_size`` in positions of the input (in units that are ``dilation`` apart), ``stride`` in positions of the
    input (``transposed``: of the output), ``padding`` in positions on either side, or the word of a padding that
    follows the kernel (``"same"``, ``"causal"``). ``biased`` says that a bias is added and nothing comes after it.
    """

    kind: str
    kernel_size: tuple[int, ...]
    stride: tuple[int, ...] | None
    padding: tuple[int, ...] | str | None
    dilation: tuple[int, ...] | None
    output_padding: tuple[int, ...] | None = None
    transposed: bool = False
    ceil_mode: bool = False
    in_channels: int | None = None
    out_channels: int | None = None
    groups: int | None = None
    biased: bool = False

    @property
    def axes(self) -> int:
        """Number of spatial axes."""
        return len(self.kernel_size)

    @property
    def is_convolution(self) -> bool:
        return self.kind == CONVOLUTION

    @property
    def extent(self) -> tuple[int, ...] | None:
        """Positions from the first to the last that the kernel reads: dilation · (kernel − 1) + 1."""
        if self.dilation is None:
            return None
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel_size, self.dilation, strict=True))


@dataclass(frozen=True, slots=True)
class PixelSets:
    """The input pixels that each unit of a map reads along one axis (docs/receptive-fields.md, "The exact form").

    Unit ``i`` of ``period·turns + phase`` reads ``offsets[phase] + jump·turns`` plus each number of a bit that is set in
    ``bits[phase]``. With a ``pace`` the map is finite and listed unit by unit; beyond its ends it goes on at that
    stride. ``units`` is the map's size along the axis, a dim.
    """

    period: int
    jump: int
    offsets: tuple[int, ...]
    bits: tuple[int, ...]
    pace: Fraction | None
    units: Any


def numbers(value: Any, axes: int) -> tuple[int, ...] | None:
    """A number for all axes, or one for each; ``None`` for what is not made of known whole numbers."""
    values = (value,) if type(value) is int else value
    if not isinstance(values, tuple | list) or any(type(item) is not int for item in values):
        return None
    if len(values) == 1:
        return (values[0],) * axes
    return tuple(values) if len(values) == axes else None


def number(value: Any) -> int | None:
    """A known whole number."""
    return value if type(value) is int else None
