"""The exact receptive field of one axis, a quasi-periodic support.

One axis of one tensor is described by a period ``P``, the input pixels ``J`` advanced per period
and, for every phase, an offset and a bit set::

    S(i) = { offset + b + J·⌊i/P⌋ : bit b set in bits[i mod P] }        stride = J/P

Every layer is a :class:`Gather` of old units; merges are unions. See docs/receptive-fields.md §2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from analyzers.tensors.dims import Dim
from analyzers.tensors.gather import IDENTITY, MAX_PERIOD, Gather, Taps
from analyzers.tensors.moments import Energy
from analyzers.tensors.unit_sets import ONE_PIXEL, Mask, UnitSets

__all__ = ["IDENTITY", "MAX_PERIOD", "PIXELS", "Gather", "Support", "TooComplex"]

LONG_PERIOD = 256
MAX_BITS = 1_000_000
MAX_TOTAL_BITS = 1 << 26


class TooComplex(Exception):
    """The exact support would not fit the budget; the message is the reason to show."""


class Support(UnitSets):
    """The input pixels that every unit of one axis reads. Immutable.

    Beside the exact sets it carries what hints need: ``shortest`` (size along the narrowest path,
    in pixels), and the moments of the gradient ``energy`` of unit 0 (its position averaged over
    the phases), in pixels.

    With a ``pace`` the support is that of a finite map listed unit by unit (branches of different
    strides, flips): the period is its size, and beyond its ends it goes on at that stride.
    """

    __slots__ = ()

    def gather(self, gather: Gather, units: Dim | None = None) -> Support:
        """The support after a layer, a map of ``units`` units (if that is a number).

        A map with fewer units than a long period is listed unit by unit. Raises TooComplex where
        the period or the sets get too large.
        """
        latest = self._latest
        if latest is not None and latest[0] == gather and latest[1] in (None, units):
            return latest[2]
        listed = self._listed_units(gather, units)
        result = self._gather(gather, listed)
        self._latest = (gather, listed, result)
        return result

    def _listed_units(self, gather: Gather, units: Dim | None) -> int | None:
        """How many units to list one by one; None: a period describes them."""
        period = gather.period * (self.period // math.gcd(self.period, gather.step))
        if self.pace is None and period <= LONG_PERIOD:
            return None
        if isinstance(units, int) and units > 0 and (units < period or self.pace is not None):
            return units
        if self.pace is not None:
            raise TooComplex("an irregular map of unknown size")
        return None

    def _gather(self, gather: Gather, listed: int | None) -> Support:
        if gather.reason is not None:
            raise TooComplex(gather.reason)
        turns = self.period // math.gcd(self.period, gather.step)
        period = listed or gather.period * turns
        self._check_budget(gather, period)
        pace = self.stride * gather.step / gather.period if listed else None
        jump = round(pace * period) if pace else self.jump * gather.step * turns // self.period
        masks = [self._collect(*_taps_of(gather, i)) for i in range(period)]
        growth = gather.spread * self.jump
        exact = growth // self.period if growth % self.period == 0 else Fraction(growth, self.period)
        stride = self.jump / self.period
        return _normal(
            period,
            jump,
            masks,
            self.shortest + exact,
            self.energy.plus(gather.energy, stride),
            pace,
        )

    def _check_budget(self, gather: Gather, period: int) -> None:
        if period > MAX_PERIOD:
            raise TooComplex(f"the field repeats only every {period} units")
        width = max(bits.bit_length() for bits in self.bits)
        width += gather.spread * self.jump // self.period + self.jump
        if width > MAX_BITS or width * period > MAX_TOTAL_BITS:
            raise TooComplex(f"the field is {width} pixels wide with a period of {period}")

    def _collect(self, taps: Taps, shift: int) -> Mask:
        """The union of the old units at ``taps + shift``."""
        if len(taps) == 1:
            return self.mask(taps[0] + shift)
        if isinstance(taps, range) and len(taps) > 2 and self.pace is None:
            return _united(self._progressions(taps, shift))
        return _united([self.mask(tap + shift) for tap in taps])

    def _progressions(self, taps: range, shift: int) -> list[Mask]:
        """The masks of evenly spaced units, those of one phase smeared in logarithmic time."""
        phases = self.period // math.gcd(self.period, taps.step)
        pixels = self.jump * (taps.step * phases // self.period)
        masks = []
        for first in range(min(phases, len(taps))):
            offset, bits = self.mask(taps[first] + shift)
            count = -(-(len(taps) - first) // phases)
            masks.append((offset, _smeared(bits, pixels, count)))
        return masks

    @staticmethod
    def union(supports: Sequence[Support], weights: Sequence[float] | None = None, units: Dim | None = None) -> Support:
        """The union over branches, unit by unit.

        Branches of different strides have no common period; they are then united over the
        ``units`` of the merged map, where that is a number. ``weights`` share out the energy
        (channels of a concatenation), equal by default. Raises TooComplex.
        """
        first = supports[0]
        if all(each is first for each in supports):
            return first
        period = math.lcm(*(each.period for each in supports))
        jumps = {each.jump * (period // each.period) for each in supports}
        jump, pace = jumps.pop(), None
        if jumps or period > MAX_PERIOD or any(each.pace is not None for each in supports):
            period, pace = _finite_period(supports, units)
            jump = round(pace * period)
        masks = [_united([each.mask(i) for each in supports]) for i in range(period)]
        if period * max(bits.bit_length() for _, bits in masks) > MAX_TOTAL_BITS:
            raise TooComplex(f"the merged field repeats only every {period} units")
        energy = Energy.mixed([each.energy for each in supports], weights)
        shortest = min(each.shortest for each in supports)
        return _normal(period, jump, masks, shortest, energy, pace)

    @staticmethod
    def chained(parts: Sequence[tuple[Support, int]]) -> Support:
        """Maps laid end to end along the axis: (support, units) of each. Raises TooComplex."""
        total = sum(units for _, units in parts)
        if total > MAX_PERIOD:
            raise TooComplex(f"{len(parts)} maps end to end, {total} units")
        masks = [support.mask(i) for support, units in parts for i in range(units)]
        longest = max(parts, key=lambda part: part[1])[0]
        energy = Energy.mixed([support.energy for support, _ in parts])
        shortest = min(support.shortest for support, _ in parts)
        jump = round(longest.stride * total)
        return _normal(total, jump, masks, shortest, energy, longest.stride)

    def simplified(self) -> Support:
        """The same with the smallest period that describes it."""
        masks = list(zip(self.offsets, self.bits, strict=True))
        return _normal(self.period, self.jump, masks, self.shortest, self.energy, self.pace)

    def united(self, units: int) -> Support:
        """One constant set: what the first ``units`` units read together. Raises TooComplex."""
        if units <= 0:
            return Support(1, self.jump, (0,), (0,))
        everything = self.gather(Gather(1, units, (range(units),)), 1)
        return everything.frozen(0)

    def frozen(self, unit: int) -> Support:
        """The set of one unit alone."""
        offset, bits = self.mask(unit)
        energy = self.energy.moved(unit * self.jump / self.period)
        return Support(1, self.jump, (offset,), (bits,), self.shortest, energy)


def _taps_of(gather: Gather, i: int) -> tuple[Taps, int]:
    """The taps of unit i as those of its phase and a shift."""
    turns, phase = divmod(i, gather.period)
    return gather.taps[phase], turns * gather.step


def _smeared(bits: int, shift: int, count: int) -> int:
    """``bits | bits << shift | … `` of ``count`` copies, by doubling."""
    have = 1
    while have < count:
        more = min(have, count - have)
        bits |= bits << (shift * more)
        have += more
    return bits


def _united(masks: Sequence[Mask]) -> Mask:
    """The union of masks, aligned at their lowest offset; no trailing empty bits."""
    masks = [mask for mask in masks if mask[1]]
    if not masks:
        return 0, 0
    low = min(offset for offset, _ in masks)
    bits = 0
    for offset, each in masks:
        bits |= each << (offset - low)
    return low, bits


def _normal(
    period: int,
    jump: int,
    masks: Sequence[Mask],
    shortest: int | Fraction,
    energy: Energy = ONE_PIXEL,
    pace: Fraction | None = None,
) -> Support:
    """A support with the smallest period that describes it."""
    listed = period
    if period > 1:
        for prime in _prime_factors(period):
            while period % prime == 0 and _repeats(masks, period // prime, jump, prime):
                period, jump = period // prime, jump // prime
                masks = masks[:period]
    offsets = tuple(offset for offset, _ in masks)
    bits = tuple(bits for _, bits in masks)
    if period < listed or listed == 1:
        pace = None
    return Support(period, jump, offsets, bits, shortest, energy, pace)


def _repeats(masks: Sequence[Mask], period: int, jump: int, parts: int) -> bool:
    if jump % parts:
        return False
    shift = jump // parts
    for i in range(len(masks) - period):
        offset, bits = masks[i]
        later, later_bits = masks[i + period]
        if bits != later_bits or (bits and later - offset != shift):
            return False
    return True


def _prime_factors(number: int) -> list[int]:
    factors, candidate = [], 2
    while candidate * candidate <= number:
        if number % candidate == 0:
            factors.append(candidate)
            while number % candidate == 0:
                number //= candidate
        candidate += 1
    return [*factors, number] if number > 1 else factors


def _finite_period(supports: Sequence[Support], units: Dim | None) -> tuple[int, Fraction]:
    """Period and stride that list every unit of a merged map; the simplest stride goes on beyond it."""
    strides = sorted({each.stride for each in supports}, key=lambda stride: stride.denominator)
    if not isinstance(units, int) or not 0 < units <= MAX_PERIOD:
        named = " and ".join(str(stride) for stride in strides)
        raise TooComplex(f"branches with strides {named} are merged")
    return units, strides[0]


PIXELS = Support(1, 1, (0,), (1,))
"""The support of the input itself."""
