"""The sets of input pixels that the units of one axis read, and what is reported of them.

The sets repeat with a period ``P``; each phase has an offset and a bit set, and one period moves on by ``J`` pixels::

    S(i) = { offset + b + J·⌊i/P⌋ : bit b set in bits[i mod P] }        stride = J/P
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from analyzers.tensors.moments import Energy

Mask = tuple[int, int]
"""Offset and bits."""


ONE_PIXEL = Energy()


class UnitSets:
    """One set of input pixels for each phase, repeated; what is reported of them. Immutable."""

    __slots__ = ("_latest", "bits", "energy", "jump", "offsets", "pace", "period", "shortest")

    def __init__(
        self,
        period: int,
        jump: int,
        offsets: tuple[int, ...],
        bits: tuple[int, ...],
        shortest: int | Fraction = 1,
        energy: Energy = ONE_PIXEL,
        pace: Fraction | None = None,
    ) -> None:
        self.period = period
        self.jump = jump
        self.offsets = offsets
        self.bits = bits
        self.shortest = shortest
        self.energy = energy
        self.pace = pace
        self._latest: Any = None
        """The last gather and what came of it."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size}, stride={self.stride}, start={self.start})"

    # the sets ---------------------------------------------------------------------------------

    def mask(self, i: int) -> Mask:
        """Offset and bits of unit ``i``."""
        if self.pace is not None and not 0 <= i < self.period:
            edge = 0 if i < 0 else self.period - 1
            return self.offsets[edge] + round((i - edge) * self.pace), self.bits[edge]
        turns, phase = divmod(i, self.period)
        return self.offsets[phase] + turns * self.jump, self.bits[phase]

    def positions(self, i: int) -> set[int]:
        """S(i) as a set."""
        offset, bits = self.mask(i)
        return {offset + b for b in range(bits.bit_length()) if bits >> b & 1}

    def hull(self, i: int) -> tuple[int, int] | None:
        """First and last pixel of S(i), None where the unit reads nothing."""
        offset, bits = self.mask(i)
        return (offset, offset + bits.bit_length() - 1) if bits else None

    # what is reported -------------------------------------------------------------------------

    @property
    def stride(self) -> Fraction:
        """Input pixels moved per unit."""
        return Fraction(self.jump, self.period) if self.pace is None else self.pace

    @property
    def size(self) -> int:
        """``max S(i) − min S(i) + 1``, the largest over the phases."""
        if self.period == 1:
            return self.bits[0].bit_length()
        return max([bits.bit_length() for bits in self.bits])

    @property
    def size_min(self) -> int:
        """The smallest size over the phases (0 where some units read nothing)."""
        return min([bits.bit_length() for bits in self.bits]) if self.period > 1 else self.size

    @property
    def start(self) -> int:
        """``min S(0)``; of the first unit that reads anything, where unit 0 reads nothing."""
        if self.bits[0]:
            return self.offsets[0]
        return next((offset for offset, bits in zip(self.offsets, self.bits, strict=True) if bits), 0)

    @property
    def density(self) -> float:
        """``|S(i)| / size`` of the phase with the largest size (the sparsest of several)."""
        size = self.size
        if not size:
            return 1.0
        return min([bits.bit_count() for bits in self.bits if bits.bit_length() == size]) / size

    @property
    def narrowest(self) -> int:
        """Size along the narrowest path, whole pixels."""
        return min(math.floor(self.shortest), self.size)

    def erf(self, extent: object = None, unit: int = 0) -> float:
        """Width of the interval that holds 95.45 % of the gradient energy of a unit, on an input of ``extent`` pixels, where the
        unit reads beyond its ends; never more than ``size``."""
        hull = self.hull(unit)
        if isinstance(extent, int) and hull is not None and (hull[0] < 0 or hull[1] >= extent > 0):
            width = self.energy.width_between(extent, float(unit * self.stride))
        else:
            width = self.energy.width()
        return min(width, float(self.size))

    def coverage(self, n: int, unit: int) -> float:
        """``|S(unit) ∩ [0, n)| / n``."""
        offset, bits = self.mask(unit)
        first, end = max(-offset, 0), n - offset  # of the bits that lie inside
        if n <= 0 or end <= first:
            return 0.0
        inside = bits >> first
        if inside.bit_length() > end - first:
            inside &= (1 << (end - first)) - 1
        return inside.bit_count() / n

    def covers(self, n: int, units: int) -> bool:
        """Whether the units of the map together reach across ``[0, n)``.

        A remainder shorter than one stride, which a floor in the sizes leaves over at either end,
        does not count.
        """
        hull = self.hull_of(units)
        slack = math.ceil(self.stride)
        return hull is not None and hull[0] < slack and hull[1] >= n - slack

    def hull_of(self, units: int) -> tuple[int, int] | None:
        """First and last pixel that the first ``units`` units read together."""
        near = [self.hull(i) for i in range(min(units, self.period))]
        far = [self.hull(units - 1 - i) for i in range(min(units, self.period))]
        low = [hull[0] for hull in near if hull]
        high = [hull[1] for hull in far if hull]
        return (min(low), max(high)) if low and high else None

    @property
    def halo(self) -> tuple[int, int]:
        """Pixels a tile must overlap before and after, rounded out to whole periods.

        Of a map listed unit by unit, or with a period wider than the field, only to the stride.
        """
        if self.period == 1 and self.pace is None:
            stride = grid = self.jump
        else:
            stride = self.stride
            grid = self.jump if self.pace is None and self.jump <= self.size // 2 else stride
        step, parts = stride.numerator, stride.denominator
        before = after = 0  # in parts of a pixel
        for phase, bits in enumerate(self.bits):
            if bits:
                offset = self.offsets[phase] * parts - phase * step
                before = max(before, -offset)
                after = max(after, offset + (bits.bit_length() - 1) * parts)
        return _rounded_out(Fraction(before, parts), grid), _rounded_out(Fraction(after, parts), grid)

    def moves_like(self, other: UnitSets) -> bool:
        """Whether both have the same stride."""
        if self.pace is None and other.pace is None:
            return self.jump * other.period == other.jump * self.period
        return self.stride == other.stride

    @property
    def middle(self) -> int | Fraction:
        """Twice the centre of the hull of unit 0, averaged over the phases (pixels)."""
        if self.period == 1:
            return 2 * self.offsets[0] + max(self.bits[0].bit_length() - 1, 0)
        return self._edge(first=True) + self._edge(first=False)

    @property
    def end(self) -> Fraction:
        """Last pixel of unit 0, averaged over the phases."""
        return self._edge(first=False)

    def _edge(self, first: bool) -> Fraction:
        """``min S(i) − i·stride`` (or max), averaged over the phases that read anything."""
        total, count, phases = 0, 0, 0
        for phase, bits in enumerate(self.bits):
            if bits:
                total += self.offsets[phase] + (0 if first else bits.bit_length() - 1)
                count, phases = count + 1, phases + phase
        return (total - phases * self.stride) / max(count, 1)


def _rounded_out(pixels: int | Fraction, grid: int | Fraction) -> int:
    return math.ceil(-(-pixels // grid) * grid) if grid > 0 else math.ceil(pixels)
