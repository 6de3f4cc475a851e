"""What layers read along one axis, as positions that repeat: one constructor per kind of layer.

A :class:`Gather` has a ``period`` and a ``step``, and ``taps(i + period) = taps(i) + step``. The
table of formulas is docs/receptive-fields.md §2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from analyzers.tensors import moments
from analyzers.tensors.dims import Dim, exact_quotient
from analyzers.tensors.moments import Moments

MAX_PERIOD = 4096

Taps = Sequence[int]
"""Old units in ascending order; a range wherever they are evenly spaced."""


class Gather:
    """What one layer reads along one axis: new unit ``i`` is the union of old units ``taps(i)``.

    ``taps`` are those of units 0…period−1, and ``taps(i + period) = taps(i) + step``. ``energy`` and
    ``spread`` sum them up for the energy and the narrowest path: the moments of the taps against
    ``i·step/period``, and ``max − min``, in old units.
    ``energies`` weigh the taps (linear interpolation); equal by default. A gather that cannot be
    told has a ``reason`` and no taps.
    """

    __slots__ = ("energy", "period", "reason", "spread", "step", "taps")

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
        self.energy = _moments(period, step, taps, energies)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Gather):
            return NotImplemented
        return self is other or (self.taps == other.taps and self.step == other.step and self.reason == other.reason)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Gather({self.period}, {self.step}, {[list(taps) for taps in self.taps]})"

    @property
    def shift(self) -> int | None:
        """``a`` where new unit ``i`` is old unit ``i + a`` (padding, cropping, rolling), else None."""
        if self.period == 1 and self.step == 1 and len(self.taps[0]) == 1:
            return self.taps[0][0]
        return None

    def within(self, size: int) -> Gather:
        """The same over runs of ``size`` old units, the units of each run taken for themselves."""
        if self.reason is not None or self.period * size > MAX_PERIOD:
            return Gather.unknown(self.reason or f"neighbours are read across {self.period * size} folded positions")
        taps = tuple(tuple(tap * size + at for tap in each) for each in self.taps for at in range(size))
        spread = Gather(self.period * size, self.step * size, taps)
        spread.energy = Moments().plus(self.energy, size)
        return spread

    def inside(self, size: int, n_out: int) -> Gather:
        """The same over runs of ``size`` old units, each of which becomes ``n_out`` units that read nothing beyond it."""
        if n_out > MAX_PERIOD:
            return Gather.unknown(f"neighbours are read in runs of {size} units")
        taps = []
        for unit in range(n_out):
            turns, phase = divmod(unit, self.period)
            taps.append(tuple(t for tap in self.taps[phase] if 0 <= (t := tap + turns * self.step) < size))
        return Gather(n_out, size, tuple(taps))

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


def _moments(period: int, step: int, taps: tuple[Taps, ...], energies: Sequence[Sequence[float]] | None) -> Moments:
    """Of the taps against ``i·step/period``, averaged over the phases."""
    found: list[Moments] = []
    for i, each in enumerate(taps):
        if each:
            one = _of_taps(each, energies[i] if energies else None)
            found.append(one.moved(-i * step / period) if i else one)
    if len(found) == 1:
        return found[0]
    count = len(found) or 1
    return Moments(*[sum(values) / count for values in zip(*found, strict=True)])


def _of_taps(taps: Taps, weights: Sequence[float] | None) -> Moments:
    if weights is None and isinstance(taps, range):
        return moments.uniform(len(taps), taps.step).moved(taps[0])
    return moments.listed(taps, weights)


IDENTITY = Gather(1, 1, (range(1),))
"""Every unit reads itself."""
