"""What random weights make of random inputs: how strong a tensor's values are, and how strongly the input moves them.

Where branches meet, each has a share of the gradient's energy. How large it is depends on what weights, norms and activations do to
the values on the way: the mean field theory of networks at initialisation (Poole et al. 2016, Schoenholz et al. 2017, for batch norm
Yang et al. 2019). A :class:`Signal` carries it along. Weights are independent with mean zero, maps are white along their positions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

NODES = 120
REACH = 5.0
"""Of the sums that stand for integrals over a normal distribution: from −5 to 5 deviations."""
TINY = 1e-30


class Signal(NamedTuple):
    """``gain`` is the expected squared derivative of a value by the input, summed over all input values. A value has
    the ``variance`` over positions and items, its mean over these the variance ``spread`` over the channels, and that the
    mean ``level``. ``before`` is what an activation of the name ``shape`` was given; ``positive`` values are never below 0."""

    gain: float = 1.0
    variance: float = 1.0
    spread: float = 0.0
    level: float = 0.0
    before: Signal | None = None
    shape: str = ""
    positive: bool = False

    @property
    def energy(self) -> float:
        """The mean square of a value."""
        return self.variance + self.spread + self.level * self.level

    def scaled(self, factor: float) -> Signal:
        square = factor * factor
        kept = self.positive and factor >= 0
        level = self.level * factor
        return Signal(self.gain * square, self.variance * square, self.spread * square, level, positive=kept)


STANDARD = Signal()
"""Of inputs, and of whatever is not known: as norms and He's initialisation leave it."""


def constant(value: float) -> Signal:
    """Of a parameter or a constant that is filled with one number."""
    return Signal(0.0, 0.0, 0.0, value, positive=value >= 0)


def drawn(variance: float, level: float = 0.0) -> Signal:
    """Of a parameter that is drawn at random."""
    return Signal(0.0, variance, 0.0, level)


def weighted(x: Signal, terms: float, weight: Signal, bias: Signal | None) -> Signal:
    """After a convolution or a linear layer, each value of which sums up ``terms`` values."""
    factor = terms * weight.energy
    offset = bias.energy if bias is not None else 0.0
    return Signal(x.gain * factor, x.variance * factor, (x.spread + x.level * x.level) * factor + offset)


def normalised(x: Signal, scale: Signal | None, over_channels: bool, epsilon: float) -> Signal:
    """After a norm over each channel (batch norm), or over the channels as well (layer norm)."""
    power = 1.0 if scale is None else scale.energy
    taken = x.variance + (x.spread if over_channels else 0.0) + epsilon + TINY
    return Signal(
        x.gain * power / taken, x.variance * power / taken, (x.spread if over_channels else 0.0) * power / taken
    )


def averaged(x: Signal, share: float) -> Signal:
    """After an average whose squared weights add up to ``share``."""
    return Signal(x.gain * share, x.variance * share, x.spread, x.level, positive=x.positive)


def largest(x: Signal, count: int) -> Signal:
    """After the maximum of ``count`` values; an activation that rises may as well come after it."""
    if x.before is not None:
        return activated(largest(x.before, count), x.shape)
    mean, variance = _of_largest(max(count, 1))
    level = x.level + math.sqrt(x.variance) * mean
    return Signal(x.gain, x.variance * variance, x.spread, level, positive=x.positive)


@lru_cache(maxsize=64)
def _of_largest(count: int) -> tuple[float, float]:
    """Mean and variance of the largest of ``count`` normal numbers."""
    first = second = total = 0.0
    for step in range(-400, 401):
        z = step / 50
        density = count * _density(z) * _below(z) ** (count - 1)
        total, first, second = total + density, first + density * z, second + density * z * z
    mean = first / total
    return mean, second / total - mean * mean


def added(parts: Sequence[Signal]) -> Signal:
    """The sum of independent signals."""
    return Signal(
        sum(part.gain for part in parts),
        sum(part.variance for part in parts),
        sum(part.spread for part in parts),
        sum(part.level for part in parts),
        positive=all(part.positive for part in parts),
    )


def multiplied(a: Signal, b: Signal) -> Signal:
    """The product of independent signals."""
    level = a.level * b.level
    spread = (a.spread + a.level**2) * (b.spread + b.level**2) - level**2
    variance = a.energy * b.energy - spread - level**2
    gain = a.gain * b.energy + b.gain * a.energy
    return Signal(gain, variance, spread, level, positive=a.positive and b.positive)


def joined(parts: Sequence[Signal], sizes: Sequence[float]) -> Signal:
    """Side by side in the channels."""
    total = sum(sizes) or 1.0
    shares = [size / total for size in sizes]
    level = sum(share * part.level for share, part in zip(shares, parts, strict=True))
    shapes = {part.shape for part in parts}
    befores = [part.before for part in parts if part.before is not None]
    is_same = len(shapes) == 1 and len(befores) == len(parts)
    return Signal(
        sum(share * part.gain for share, part in zip(shares, parts, strict=True)),
        sum(share * part.variance for share, part in zip(shares, parts, strict=True)),
        sum(share * (part.spread + (part.level - level) ** 2) for share, part in zip(shares, parts, strict=True)),
        level,
        joined(befores, sizes) if is_same else None,
        shapes.pop() if is_same else "",
        all(part.positive for part in parts),
    )


# -- activations ---------------------------------------------------------------------------------------


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def _elu(x: float) -> float:
    return x if x > 0 else math.expm1(x)


def _hard_sigmoid(x: float) -> float:
    return min(max(x / 6 + 0.5, 0.0), 1.0)


def _softplus(x: float) -> float:
    return x if x > 30 else math.log1p(math.exp(x))


SHAPES: dict[str, Callable[[float], float]] = {
    "relu": lambda x: max(x, 0.0),
    "relu6": lambda x: min(max(x, 0.0), 6.0),
    "leaky_relu": lambda x: x if x > 0 else 0.01 * x,
    "elu": _elu,
    "selu": lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x)),
    "hardtanh": lambda x: min(max(x, -1.0), 1.0),
    "hardsigmoid": _hard_sigmoid,
    "hardswish": lambda x: x * _hard_sigmoid(x),
    "sigmoid": _sigmoid,
    "silu": lambda x: x * _sigmoid(x),
    "mish": lambda x: x * math.tanh(_softplus(x)),
    "gelu": lambda x: x * _below(x),
    "tanh": math.tanh,
    "softplus": _softplus,
}
RISING = frozenset(
    ("relu", "relu6", "leaky_relu", "elu", "selu", "hardtanh", "hardsigmoid", "sigmoid", "tanh", "softplus")
)


POSITIVE = frozenset(("relu", "relu6", "hardsigmoid", "sigmoid", "softplus"))
UNCHANGED = frozenset(("relu", "leaky_relu", "elu"))
"""What leaves positive values as they are."""


def activated(x: Signal, shape: str) -> Signal:
    """After the activation that is called so; one that is not known leaves it as it is.

    A value is normal with mean ``level``; the part of its variance that stands for channels is followed by the first Hermite
    coefficient and, for the rest, by the square of the correlation.
    """
    power = x.variance + x.spread
    if shape not in SHAPES or power <= TINY or (x.positive and shape in UNCHANGED):
        return x
    level, square, slope, steepness = _through(shape, round(x.level, 6), round(math.sqrt(power), 6))
    total = max(square - level * level, 0.0)
    share = x.spread / power
    first = min(slope * slope * power, total)
    spread = first * share + (total - first) * share * share
    kept = x._replace(before=None, shape="") if shape in RISING else None
    called, positive = shape if kept is not None else "", shape in POSITIVE
    return Signal(x.gain * steepness, total - spread, spread, level, kept, called, positive)


@lru_cache(maxsize=4096)
def _through(shape: str, level: float, deviation: float) -> tuple[float, float, float, float]:
    """Means of f, f², f′ and f′² over a normal distribution."""
    if shape == "relu":
        on, edge = _below(level / deviation), deviation * _density(level / deviation)
        return level * on + edge, (level * level + deviation * deviation) * on + level * edge, on, on
    function = SHAPES[shape]
    step = 1e-4 * max(deviation, 1e-9)
    sums = [0.0] * 4
    total = 0.0
    for node in range(NODES):
        z = REACH * (2 * (node + 0.5) / NODES - 1)
        weight = _density(z)
        x = level + deviation * z
        value = function(x)
        slope = (function(x + step) - function(x - step)) / (2 * step)
        total += weight
        for at, term in enumerate((value, value * value, slope, slope * slope)):
            sums[at] += weight * term
    mean, square, slope, steepness = (one / total for one in sums)
    return mean, square, slope, steepness


def _density(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _below(z: float) -> float:
    return (1 + math.erf(z / math.sqrt(2))) / 2
