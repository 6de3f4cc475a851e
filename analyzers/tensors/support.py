"""The exact receptive field of one axis: quasi-periodic supports and the gathers that grow them.

One axis of one tensor is described by a period ``P``, the input pixels ``J`` advanced per period
and, for every phase, an offset and a bit set::

    S(i) = { offset + b + J·⌊i/P⌋ : bit b set in bits[i mod P] }        stride = J/P

Every layer reads *old units at positions that repeat*: a :class:`Gather` of ``period`` and
``step``, where ``taps(i + period) = taps(i) + step``. See RECEPTIVE_FIELDS.md §2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from analyzers.tensors.dims import Dim, exact_quotient

MAX_PERIOD = 4096
LONG_PERIOD = 256
MAX_BITS = 1_000_000
MAX_TOTAL_BITS = 1 << 26

Taps = Sequence[int]  # ascending; a range wherever the taps are evenly spaced
Mask = tuple[int, int]  # offset and bits


class TooComplex(Exception):
    """The exact support would not fit the budget; the message is the reason to show."""


class Gather:
    """What one layer reads along one axis: new unit ``i`` is the union of old units ``taps(i)``.

    ``taps`` are those of units 0…period−1, and ``taps(i + period) = taps(i) + step``. ``centre``,
    ``variance`` and ``spread`` sum them up for the energy and the narrowest path: the mean
    position of the taps against ``i·step/period``, their variance and ``max − min``, in old units.
    ``energies`` weigh the taps (linear interpolation); equal by default. A gather that cannot be
    told has a ``reason`` and no taps.
    """

    __slots__ = ("centre", "period", "reason", "spread", "step", "taps", "variance")

    def __init__(
        self,
        period: int,
        step: int,
        taps: tuple[Taps, ...],
        energies: Sequence[Sequence[float]] | None = None,
        reason: str | None = None,
    ) -> None:
        self.period = period
        self.step = step
        self.taps = taps
        self.reason = reason
        self.spread = max((each[-1] - each[0] for each in taps if each), default=0)
        self.centre, self.variance = _moments(period, step, taps, energies)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Gather):
            return NotImplemented
        return self is other or (
            self.taps == other.taps and self.step == other.step and self.reason == other.reason
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Gather({self.period}, {self.step}, {[list(taps) for taps in self.taps]})"

    @property
    def shift(self) -> int | None:
        """``a`` where new unit ``i`` is old unit ``i + a`` (padding, cropping, rolling), else None."""
        if self.period == 1 and self.step == 1 and len(self.taps[0]) == 1:
            return self.taps[0][0]
        return None

    @staticmethod
    def unknown(reason: str) -> Gather:
        """Stands for a gather that cannot be told; fields that pass through it become unknown."""
        return Gather(1, 1, ((),), reason=reason)

    @staticmethod
    def listed(taps: Sequence[Taps]) -> Gather:
        """The taps of every unit of a finite map, one by one (flips, reflections, tables)."""
        if len(taps) > MAX_PERIOD:
            return Gather.unknown(f"an irregular map of {len(taps)} units")
        return Gather(len(taps), len(taps), tuple(tuple(sorted(each)) for each in taps))

    @staticmethod
    def reversed(n: Dim) -> Gather:
        """A flip of an axis of n units."""
        if not isinstance(n, int) or n > MAX_PERIOD:
            return Gather.unknown("the axis is flipped")
        return Gather.listed([(n - 1 - i,) for i in range(n)])

    @staticmethod
    def window(kernel: Dim, stride: Dim = 1, padding: Dim = 0, dilation: Dim = 1) -> Gather:
        """Convolution or pooling; ``padding`` is the one on the left."""
        if not (type(kernel) is int and type(stride) is int and type(padding) is int):
            return _not_ints("a kernel", kernel, stride, padding)
        if type(dilation) is not int:
            return _not_ints("a kernel", dilation)
        if kernel == 1 and stride == 1 and padding == 0:
            return IDENTITY
        if kernel < 1 or stride < 1 or dilation < 1:
            return Gather.unknown("an invalid kernel, stride or dilation")
        return Gather(1, stride, (range(-padding, dilation * kernel - padding, dilation),))

    @staticmethod
    def transposed(kernel: Dim, stride: Dim = 1, padding: Dim = 0, dilation: Dim = 1) -> Gather:
        """Transposed convolution: ``(i + p − t·d)/s`` for every t where it divides.

        Output padding adds units at the end and changes nothing here.
        """
        if not (
            isinstance(kernel, int)
            and isinstance(stride, int)
            and isinstance(padding, int)
            and isinstance(dilation, int)
        ):
            return _not_ints("a transposed kernel", kernel, stride, padding, dilation)
        if kernel < 1 or dilation < 1 or not 1 <= stride <= MAX_PERIOD:
            return Gather.unknown("an invalid kernel, stride or dilation")
        phases = range(padding, padding + stride)
        return Gather(stride, 1, tuple(_transposed_taps(i, kernel, stride, dilation) for i in phases))

    @staticmethod
    def shifted(by: Dim) -> Gather:
        """New unit ``i`` is old unit ``i + by``: padding left is negative, cropping positive."""
        return Gather.strided(by, 1)

    @staticmethod
    def strided(start: Dim, step: Dim = 1) -> Gather:
        """The slice ``[start::step]``, step ≥ 1."""
        if not (isinstance(start, int) and isinstance(step, int)):
            return _not_ints("a slice", start, step)
        if step < 1:
            return Gather.unknown("a slice with a negative step")
        return Gather(1, step, (range(start, start + 1),)) if start or step > 1 else IDENTITY

    @staticmethod
    def repeated(factor: Dim) -> Gather:
        """Nearest ×f, pixel shuffle, repeat_interleave: ``⌊i/f⌋``."""
        if not isinstance(factor, int):
            return _not_ints("a repetition", factor)
        if not 1 <= factor <= MAX_PERIOD:
            return Gather.unknown(f"each unit repeated {factor} times")
        return Gather(factor, 1, (range(1),) * factor) if factor > 1 else IDENTITY

    @staticmethod
    def space_to_depth(block: Dim) -> Gather:
        """Pixel unshuffle: ``i·r … i·r + r − 1``."""
        return Gather.window(block, block)

    @staticmethod
    def depth_to_space(block: Dim) -> Gather:
        """Pixel shuffle: ``⌊i/r⌋``."""
        return Gather.repeated(block)

    @staticmethod
    def blocks(width: Dim) -> Gather:
        """Window attention and block-wise linear layers: the whole window of i."""
        return Gather.digit_mixed(width, 1)

    @staticmethod
    def digit_mixed(size: Dim, divisor: Dim) -> Gather:
        """All units that differ from i only in the digit ``(i // divisor) % size``."""
        if not (isinstance(size, int) and isinstance(divisor, int)):
            return _not_ints("a block", size, divisor)
        block = size * divisor
        if not 1 <= block <= MAX_PERIOD:
            return Gather.unknown(f"mixing in blocks of {block}")
        return Gather(block, block, tuple(range(i % divisor, block, divisor) for i in range(block)))

    @staticmethod
    def digit_fixed(size: Dim, divisor: Dim, value: int) -> Gather:
        """The unit that has ``value`` for the digit ``(i // divisor) % size`` of i."""
        if not (isinstance(size, int) and isinstance(divisor, int)):
            return _not_ints("a selection", size, divisor)
        block = size * divisor
        if not 1 <= block <= MAX_PERIOD:
            return Gather.unknown(f"selecting from blocks of {block}")
        taps = tuple((i % divisor + value * divisor,) for i in range(block))
        return Gather(block, block, taps)

    @staticmethod
    def adaptive(n: Dim, m: Dim) -> Gather:
        """Adaptive pooling n → m (and ``area`` resizing): ``⌊i·n/m⌋ … ⌈(i+1)·n/m⌉ − 1``."""
        ratio = _ratio(n, m)
        if ratio is None:
            return Gather.unknown("adaptive pooling of an axis of unknown size")
        step, period = ratio
        if period > MAX_PERIOD:
            return Gather.unknown(f"pooling {n} units to {m}")
        if step == period:
            return IDENTITY
        taps = (range(i * step // period, -(-(i + 1) * step // period)) for i in range(period))
        return Gather(period, step, tuple(taps))

    @staticmethod
    def nearest(n: Dim, m: Dim, scale: float | Fraction | None = None) -> Gather:
        """Nearest-neighbour resize n → m (torch's ``nearest``): ``⌊i·n/m⌋``."""
        return Gather.resize("nearest", n, m, scale=scale)

    @staticmethod
    def linear(n: Dim, m: Dim, align_corners: bool = False, scale: float | Fraction | None = None) -> Gather:
        """Linear resize n → m: the two neighbours of the sample point."""
        return Gather.resize("linear", n, m, align_corners, scale)

    @staticmethod
    def resize(
        mode: str,
        n: Dim,
        m: Dim,
        align_corners: bool = False,
        scale: float | Fraction | None = None,
        antialias: bool = False,
    ) -> Gather:
        """Resize n → m units; ``mode`` is ``nearest``, ``nearest-exact``, ``linear``, ``cubic``, ``area``.

        ``scale`` (output per input) replaces m/n in the sampling positions, as torch does with an
        explicit scale factor. The clamping of samples at both ends is not drawn.
        """
        if mode == "area":
            return Gather.adaptive(n, m)
        if n == 1:
            return Gather.repeated(m)
        aligned = align_corners and mode in ("linear", "cubic")
        ratio = _aligned_ratio(n, m) if aligned else _scale_ratio(n, m, scale)
        if ratio is None:
            return Gather.unknown("a resize between sizes that are not known")
        step, period = ratio
        if period > MAX_PERIOD:
            return Gather.unknown(f"a resize of {n} units to {m}")
        if step == period:
            return IDENTITY
        if antialias and step > period and mode in ("linear", "cubic"):
            return _antialiased(mode, step, period, aligned)
        return _resized(mode, step, period, aligned)


def same_padding(n: Dim, kernel: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """TensorFlow's ``same``: padding left and right for n units, the odd one on the right.

    For a symbolic n with a stride the axis is taken to be a multiple of the stride.
    """
    extent = dilation * (kernel - 1) + 1
    last = (-(-n // stride) - 1) * stride + extent - n if isinstance(n, int) else extent - stride
    total = max(last, 0)
    return total // 2, total - total // 2


def _not_ints(what: str, *values: Any) -> Gather:
    named = next((str(value) for value in values if type(value) is not int), "?")
    return Gather.unknown(f"{what} of symbolic size {named}")


def _transposed_taps(position: int, kernel: int, stride: int, dilation: int) -> range:
    common = math.gcd(stride, dilation)
    for first in range(min(kernel, stride // common)):
        if (position - first * dilation) % stride == 0:
            count = (kernel - 1 - first) // (stride // common) + 1
            highest = (position - first * dilation) // stride
            spacing = dilation // common
            return range(highest - (count - 1) * spacing, highest + 1, spacing)
    return range(0)


def _ratio(n: Dim, m: Dim) -> tuple[int, int] | None:
    """n/m in lowest terms, also where only the quotient of symbolic sizes is known."""
    if isinstance(n, int) and isinstance(m, int):
        common = math.gcd(n, m)
        return (n // common, m // common) if n > 0 and m > 0 else None
    down, up = exact_quotient(n, m), exact_quotient(m, n)
    if isinstance(down, int) and down > 0:
        return down, 1
    return (1, up) if isinstance(up, int) and up > 0 else None


def _scale_ratio(n: Dim, m: Dim, scale: float | Fraction | None) -> tuple[int, int] | None:
    if scale is None or scale <= 0:
        return _ratio(n, m)
    found = Fraction(scale).limit_denominator(1000)
    return (found.denominator, found.numerator) if found else _ratio(n, m)


def _aligned_ratio(n: Dim, m: Dim) -> tuple[int, int] | None:
    return (1, 1) if m == 1 else _ratio(n - 1, m - 1)


def _resized(mode: str, step: int, period: int, aligned: bool) -> Gather:
    taps: list[Taps] = []
    energies: list[Sequence[float]] = []
    for i in range(period):
        x = _sample_point(mode, i, step, period, aligned)
        floor, fraction = x.numerator // x.denominator, float(x % 1)
        if mode.startswith("nearest") or not fraction:
            taps.append(range(floor, floor + 1))
            energies.append((1.0,))
            continue
        inner = ((1 - fraction) ** 2, fraction**2)
        if mode == "cubic":
            taps.append(range(floor - 1, floor + 3))
            energies.append((0.0, *inner, 0.0))
        else:
            taps.append(range(floor, floor + 2))
            energies.append(inner)
    return Gather(period, step, tuple(taps), energies)


def _sample_point(mode: str, i: int, step: int, period: int, aligned: bool) -> Fraction:
    if aligned or mode == "nearest":
        return Fraction(i * step, period)
    centre = Fraction((2 * i + 1) * step, 2 * period)
    return centre if mode == "nearest-exact" else centre - Fraction(1, 2)


def _antialiased(mode: str, step: int, period: int, aligned: bool) -> Gather:
    """Downsampling with a widened filter: support 1 (linear) or 2 (cubic) times the scale."""
    reach = Fraction(step, period) * (2 if mode == "cubic" else 1)
    taps = []
    for i in range(period):
        centre = _sample_point(mode, i, step, period, aligned) + Fraction(1, 2)
        first = math.floor(centre - reach + Fraction(1, 2))
        last = math.floor(centre + reach + Fraction(1, 2)) - 1
        taps.append(
            range(
                first + (abs(first + Fraction(1, 2) - centre) >= reach),
                last + 1 - (abs(last + Fraction(1, 2) - centre) >= reach),
            )
        )
    return Gather(period, step, tuple(taps))


def _moments(
    period: int, step: int, taps: tuple[Taps, ...], energies: Sequence[Sequence[float]] | None
) -> tuple[float, float]:
    if period == 1 and energies is None and isinstance(taps[0], range) and taps[0]:
        each = taps[0]
        return (each[0] + each[-1]) / 2, each.step**2 * (len(each) ** 2 - 1) / 12
    means: list[float] = []
    variances: list[float] = []
    for i, each in enumerate(taps):
        if each:
            mean, variance = _weighted_moments(each, energies[i] if energies else None)
            means.append(mean - i * step / period)
            variances.append(variance)
    count = len(means) or 1
    return sum(means) / count, sum(variances) / count


def _weighted_moments(taps: Taps, energies: Sequence[float] | None) -> tuple[float, float]:
    if energies is None and isinstance(taps, range):
        return (taps[0] + taps[-1]) / 2, taps.step**2 * (len(taps) ** 2 - 1) / 12
    weights = energies if energies is not None else [1.0] * len(taps)
    total = sum(weights)
    mean = sum(w * t for w, t in zip(weights, taps, strict=True)) / total
    return mean, sum(w * (t - mean) ** 2 for w, t in zip(weights, taps, strict=True)) / total


class Support:
    """The input pixels that every unit of one axis reads. Immutable.

    Beside the exact sets it carries what hints need: ``shortest`` (size along the narrowest path,
    in pixels), and ``mean`` and ``variance`` of the gradient energy of unit 0 (its position
    averaged over the phases), in pixels.
    """

    __slots__ = ("_latest", "bits", "jump", "mean", "offsets", "period", "shortest", "variance")

    def __init__(
        self,
        period: int,
        jump: int,
        offsets: tuple[int, ...],
        bits: tuple[int, ...],
        shortest: int | Fraction = 1,
        mean: float = 0.0,
        variance: float = 0.0,
    ) -> None:
        self.period = period
        self.jump = jump
        self.offsets = offsets
        self.bits = bits
        self.shortest = shortest
        self.mean = mean
        self.variance = variance
        self._latest: tuple[Gather, int | None, Support] | None = None

    def __repr__(self) -> str:
        return f"Support(size={self.size}, stride={self.stride}, start={self.start})"

    # the sets ---------------------------------------------------------------------------------

    def mask(self, i: int) -> Mask:
        """Offset and bits of unit ``i``."""
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

    # growing ----------------------------------------------------------------------------------

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
        long = period > LONG_PERIOD and isinstance(units, int) and 0 < units < period
        return units if long and isinstance(units, int) else None

    def _gather(self, gather: Gather, listed: int | None) -> Support:
        if gather.reason is not None:
            raise TooComplex(gather.reason)
        turns = self.period // math.gcd(self.period, gather.step)
        period = listed or gather.period * turns
        jump = self.jump * gather.step * period // (self.period * gather.period)
        self._check_budget(gather, period)
        masks = [self._collect(*_taps_of(gather, i)) for i in range(period)]
        growth = gather.spread * self.jump
        exact = growth // self.period if growth % self.period == 0 else Fraction(growth, self.period)
        pace = self.jump / self.period
        return _normal(
            period,
            jump,
            masks,
            self.shortest + exact,
            self.mean + pace * gather.centre,
            self.variance + pace * pace * gather.variance,
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
        if isinstance(taps, range) and len(taps) > 2:
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
    def union(
        supports: Sequence[Support], weights: Sequence[float] | None = None, units: Dim | None = None
    ) -> Support:
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
        jump = jumps.pop()
        if jumps or period > MAX_PERIOD:
            period, jump = _finite_period(supports, units)
        masks = [_united([each.mask(i) for each in supports]) for i in range(period)]
        if period * max(bits.bit_length() for _, bits in masks) > MAX_TOTAL_BITS:
            raise TooComplex(f"the merged field repeats only every {period} units")
        mean, variance = _mixture(supports, weights)
        shortest = min(each.shortest for each in supports)
        return _normal(period, jump, masks, shortest, mean, variance)

    @staticmethod
    def chained(parts: Sequence[tuple[Support, int]]) -> Support:
        """Maps laid end to end along the axis: (support, units) of each. Raises TooComplex."""
        total = sum(units for _, units in parts)
        if total > MAX_PERIOD:
            raise TooComplex(f"{len(parts)} maps end to end, {total} units")
        masks = [support.mask(i) for support, units in parts for i in range(units)]
        longest = max(parts, key=lambda part: part[1])[0]
        mean, variance = _mixture([support for support, _ in parts], None)
        shortest = min(support.shortest for support, _ in parts)
        jump = longest.jump * total // longest.period
        return _normal(total, jump, masks, shortest, mean, variance)

    # what is reported -------------------------------------------------------------------------

    @property
    def stride(self) -> Fraction:
        """Input pixels moved per unit."""
        return Fraction(self.jump, self.period)

    @property
    def size(self) -> int:
        """``max S(i) − min S(i) + 1``, the largest over the phases."""
        return max(bits.bit_length() for bits in self.bits)

    @property
    def size_min(self) -> int:
        """The smallest size over the phases (0 where some units read nothing)."""
        return min(bits.bit_length() for bits in self.bits)

    @property
    def start(self) -> int:
        """``min S(0)``; of the first unit that reads anything, where unit 0 reads nothing."""
        return next((offset for offset, bits in zip(self.offsets, self.bits, strict=True) if bits), 0)

    @property
    def density(self) -> float:
        """``|S(i)| / size`` of the phase with the largest size (the sparsest of several)."""
        size = self.size
        if not size:
            return 1.0
        return min(bits.bit_count() for bits in self.bits if bits.bit_length() == size) / size

    @property
    def narrowest(self) -> int:
        """Size along the narrowest path, whole pixels."""
        return min(math.floor(self.shortest), self.size)

    @property
    def erf(self) -> float:
        """Width of the interval that holds 95.45 % of the gradient energy: ``min(4σ + 1, size)``."""
        return min(4 * math.sqrt(max(self.variance, 0.0)) + 1, float(self.size))

    def coverage(self, n: int, unit: int) -> float:
        """``|S(unit) ∩ [0, n)| / n``."""
        offset, bits = self.mask(unit)
        inside = bits >> -offset if offset < 0 else bits << offset
        return (inside & ((1 << n) - 1)).bit_count() / n if n > 0 else 0.0

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

    def united(self, units: int) -> Support:
        """One constant set: what the first ``units`` units read together. Raises TooComplex."""
        if units <= 0:
            return Support(1, self.jump, (0,), (0,))
        everything = self.gather(Gather(1, max(units, 1), (range(units),)))
        return everything.frozen(0)

    def frozen(self, unit: int) -> Support:
        """The set of one unit alone."""
        offset, bits = self.mask(unit)
        mean = self.mean + unit * self.jump / self.period
        return Support(1, self.jump, (offset,), (bits,), self.shortest, mean, self.variance)

    @property
    def halo(self) -> tuple[int, int]:
        """Pixels a tile must overlap before and after, rounded out to whole periods.

        Where one period is wider than the field itself (a map enumerated unit by unit) only to
        the stride.
        """
        size, stride = self.size, self.stride
        grid = Fraction(self.jump) if abs(self.jump) <= max(size, stride) else stride
        before = after = Fraction(0)
        for phase, bits in enumerate(self.bits):
            if bits:
                offset = self.offsets[phase] - phase * stride
                before = max(before, -offset)
                after = max(after, offset + bits.bit_length() - 1)
        return _rounded_out(before, grid), _rounded_out(after, grid)

    @property
    def centre(self) -> Fraction:
        """Centre of the hull of unit 0, averaged over the phases (pixels)."""
        return (self._edge(first=True) + self._edge(first=False)) / 2

    @property
    def end(self) -> Fraction:
        """Last pixel of unit 0, averaged over the phases."""
        return self._edge(first=False)

    def _edge(self, first: bool) -> Fraction:
        """``min S(i) − i·stride`` (or max), averaged over the phases that read anything."""
        total, count = 0, 0
        for phase, bits in enumerate(self.bits):
            if bits:
                edge = self.offsets[phase] + (0 if first else bits.bit_length() - 1)
                total += edge * self.period - phase * self.jump
                count += 1
        return Fraction(total, max(count, 1) * self.period)


def _taps_of(gather: Gather, i: int) -> tuple[Taps, int]:
    """The taps of unit i as those of its phase and a shift."""
    turns, phase = divmod(i, gather.period)
    return gather.taps[phase], turns * gather.step


def _rounded_out(pixels: Fraction, grid: Fraction) -> int:
    return math.ceil(math.ceil(pixels / grid) * grid) if grid > 0 else math.ceil(pixels)


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
    mean: float,
    variance: float,
) -> Support:
    """A support with the smallest period that describes it."""
    if period > 1:
        for prime in _prime_factors(period):
            while period % prime == 0 and _repeats(masks, period // prime, jump, prime):
                period, jump = period // prime, jump // prime
                masks = masks[:period]
    offsets = tuple(offset for offset, _ in masks)
    bits = tuple(bits for _, bits in masks)
    return Support(period, jump, offsets, bits, shortest, mean, variance)


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


def _finite_period(supports: Sequence[Support], units: Dim | None) -> tuple[int, int]:
    """Period and jump that list every unit of a merged map; the simplest stride goes on beyond it."""
    strides = sorted({each.stride for each in supports}, key=lambda stride: stride.denominator)
    if not isinstance(units, int) or not 0 < units <= MAX_PERIOD:
        named = " and ".join(str(stride) for stride in strides)
        raise TooComplex(f"branches with strides {named} are merged")
    return units, round(strides[0] * units)


def _mixture(supports: Sequence[Support], weights: Sequence[float] | None) -> tuple[float, float]:
    shares = list(weights) if weights is not None else [1.0] * len(supports)
    total = sum(shares) or 1.0
    mean = sum(w * each.mean for w, each in zip(shares, supports, strict=True)) / total
    second = sum(w * (each.variance + each.mean**2) for w, each in zip(shares, supports, strict=True)) / total
    return mean, max(second - mean * mean, 0.0)


IDENTITY = Gather(1, 1, (range(1),))
"""Every unit reads itself."""

PIXELS = Support(1, 1, (0,), (1,))
"""The support of the input itself."""

window = Gather.window
transposed = Gather.transposed
nearest = Gather.nearest
linear = Gather.linear
resize = Gather.resize
adaptive = Gather.adaptive
shift = Gather.shifted
strided = Gather.strided
repeated = Gather.repeated
space_to_depth = Gather.space_to_depth
depth_to_space = Gather.depth_to_space
blocks = Gather.blocks
