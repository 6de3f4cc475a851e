"""How gradient energy is spread along one axis: the moments of a distribution over pixels, and the width that holds 95.45 %."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

ENERGY = 0.9545
"""What the reported interval holds: two standard deviations of a normal distribution."""
PIXEL = 1 / 12
PIXEL_FOURTH = 1 / 80
"""Central moments of one pixel, a box of width 1."""
HALF_WIDTHS = (1.653, 1.717, 1.772, 1.817, 1.855, 1.887, 1.913, 1.934, 1.952, 1.968, 1.980, 1.991, 2.000)
"""Half the width that holds :data:`ENERGY`, in standard deviations, of symmetric distributions that end (Pearson's type II,
sums of boxes are close to them) by their excess kurtosis −1.2, −1.1 … 0."""
REACH = 0.7
"""The share of the input above which a field feels its ends."""
IMAGES, FAR = 2, 4.0
"""How often the walk is mirrored at the ends, and the widths (of ``erf``) beyond which an image adds nothing."""
MOST_PARTS = 6
NARROW, NEAR = 1e-4, 1e-7
"""Pixels and shares of the energy that nobody sees."""


class Moments(NamedTuple):
    """Mean, and the second, third and fourth moments about it, in pixels."""

    mean: float = 0.0
    variance: float = 0.0
    third: float = 0.0
    fourth: float = 0.0

    def plus(self, other: Moments, scale: float) -> Moments:
        """The sum with an independent step, ``scale`` times as long."""
        square = scale * scale
        step = other.variance * square
        return Moments(
            self.mean + scale * other.mean,
            self.variance + step,
            self.third + other.third * square * scale,
            self.fourth + 6 * self.variance * step + other.fourth * square * square,
        )

    def moved(self, by: float) -> Moments:
        return self._replace(mean=self.mean + by)

    @property
    def excess(self) -> float:
        """Excess kurtosis of the distribution over pixels, each of which is a box."""
        variance = self.variance + PIXEL
        return (self.fourth + 6 * self.variance * PIXEL + PIXEL_FOURTH) / variance**2 - 3

    @property
    def scale(self) -> float:
        """The deviation of the normal distribution that holds :data:`ENERGY` in the same width."""
        return half_width(self.excess) / 2 * math.sqrt(self.variance + PIXEL)


def uniform(count: int, step: int) -> Moments:
    """Of ``count`` evenly spaced positions, the first of which is 0."""
    square = count * count - 1
    variance = step**2 * square / 12
    fourth = step**4 * square * (3 * count * count - 7) / 240
    return Moments((count - 1) * step / 2, variance, 0.0, fourth)


def listed(places: Sequence[int], energies: Sequence[float] | None = None) -> Moments:
    """Of single positions, equally likely unless ``energies`` weigh them."""
    weights = energies if energies is not None else [1.0] * len(places)
    total = sum(weights)
    mean = sum(w * place for w, place in zip(weights, places, strict=True)) / total
    central = [
        sum(w * (place - mean) ** power for w, place in zip(weights, places, strict=True)) / total
        for power in (2, 3, 4)
    ]
    return Moments(mean, *central)


def mixture(parts: Sequence[Moments], shares: Sequence[float] | None = None) -> Moments:
    """Of several distributions, each of which has a share of the energy (equal by default)."""
    weights = list(shares) if shares is not None and sum(shares) > 0 else [1.0] * len(parts)
    total = sum(weights)
    mean = sum(w * part.mean for w, part in zip(weights, parts, strict=True)) / total
    second = third = fourth = 0.0
    for weight, part in zip(weights, parts, strict=True):
        share, apart = weight / total, part.mean - mean
        square = apart * apart
        second += share * (part.variance + square)
        third += share * (part.third + 3 * apart * part.variance + square * apart)
        fourth += share * (part.fourth + 4 * apart * part.third + 6 * square * part.variance + square * square)
    return Moments(mean, second, third, fourth)


def half_width(excess: float) -> float:
    """In standard deviations."""
    if excess >= 0:
        return HALF_WIDTHS[-1]
    place = max(excess + 1.2, 0.0) * 10
    index = min(int(place), len(HALF_WIDTHS) - 2)
    low, high = HALF_WIDTHS[index], HALF_WIDTHS[index + 1]
    return low + (high - low) * (place - index)


class Energy:
    """The gradient energy of a unit along one axis: few distributions of different width, each with its share (which add up
    to 1). Paths that skip most layers lie close together, those through all layers far apart. Immutable."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[tuple[float, Moments], ...] = ((1.0, Moments()),)) -> None:
        self.parts = parts

    def plus(self, step: Moments, scale: float) -> Energy:
        """After an independent step, ``scale`` times as long."""
        return Energy(tuple([(share, part.plus(step, scale)) for share, part in self.parts]))

    def moved(self, by: float) -> Energy:
        return Energy(tuple([(share, part.moved(by)) for share, part in self.parts]))

    @staticmethod
    def mixed(found: Sequence[Energy], shares: Sequence[float] | None = None) -> Energy:
        """Of several branches, each of which has a share (equal by default)."""
        weights = list(shares) if shares is not None and sum(shares) > 0 else [1.0] * len(found)
        total = sum(weights)
        parts = [
            (weight / total * share, part)
            for weight, each in zip(weights, found, strict=True)
            for share, part in each.parts
            if weight > 0
        ]
        return Energy(tuple(_fewer(parts)))

    @property
    def whole(self) -> Moments:
        """All parts as one."""
        return mixture([part for _, part in self.parts], [share for share, _ in self.parts])

    @property
    def mean(self) -> float:
        return _mean(self.parts)

    @property
    def variance(self) -> float:
        return self.whole.variance

    def width(self) -> float:
        """Of the interval around the mean that holds :data:`ENERGY`, on an input without ends."""
        return _width(self.parts)

    def width_between(self, extent: int, by: float) -> float:
        """The width on an input of ``extent`` pixels, of a unit that lies ``by`` pixels beyond unit 0.

        What is read beyond an end is padding, where energy is lost: the walk ends there. Its distribution is that of a
        walk without ends minus its mirror images (the method of images for an absorbing boundary).
        """
        free, centre = self.width(), self.mean + by + 0.5
        if free < REACH * extent or not 0 < centre < extent:
            return min(free, float(extent))
        return _width_between(self.parts, extent, by)


Parts = tuple[tuple[float, Moments], ...]


def _mean(parts: Parts) -> float:
    return sum(share * part.mean for share, part in parts)


@lru_cache(maxsize=1024)
def _width(parts: Parts) -> float:
    if len(parts) == 1:
        return 4 * parts[0][1].scale
    mean = _mean(parts)
    apart = [(share, abs(part.mean - mean), part.scale * math.sqrt(2)) for share, part in parts]
    high = 2 * max(distance + 4 * scale for _, distance, scale in apart)

    def held(half: float) -> float:
        return sum(
            share * (math.erf((half - distance) / scale) + math.erf((half + distance) / scale)) / 2
            for share, distance, scale in apart
        )

    return 2 * _solved(held, ENERGY, high)


@lru_cache(maxsize=1024)
def _width_between(parts: Parts, extent: int, by: float) -> float:
    centre = _mean(parts) + by + 0.5
    images = [
        (sign * share, place, scale)
        for share, part in parts
        for scale in (min(part.scale, extent) * math.sqrt(2),)
        for turn in range(-IMAGES, IMAGES + 1)
        for sign in (1, -1)
        if -FAR * scale < (place := sign * (part.mean + by + 0.5) + 2 * turn * extent) < extent + FAR * scale
    ]

    def held(half: float) -> float:
        first, last = max(centre - half, 0.0), min(centre + half, float(extent))
        return sum(
            share * (math.erf((last - place) / scale) - math.erf((first - place) / scale)) / 2
            for share, place, scale in images
        )

    total = held(float(extent))
    return min(2 * _solved(held, ENERGY * total, float(extent)), float(extent)) if total > 0 else ENERGY * extent


def _solved(function: Callable[[float], float], wanted: float, high: float) -> float:
    """Where a function that rises from 0 has a value: regula falsi, in which an end that stays twice loses half of its
    height (the Illinois method)."""
    low, below, above, side = 0.0, -wanted, function(high) - wanted, 0
    place = high
    for _ in range(40):
        if high - low < NARROW or above <= 0:
            break
        place = (low * above - high * below) / (above - below)
        value = function(place) - wanted
        if abs(value) < NEAR:
            break
        if value < 0:
            low, below, above = place, value, above / 2 if side < 0 else above
        else:
            high, above, below = place, value, below / 2 if side > 0 else below
        side = -1 if value < 0 else 1
    return place


def _fewer(parts: list[tuple[float, Moments]]) -> list[tuple[float, Moments]]:
    """The parts of most alike width as one, until they are few."""
    parts = sorted(parts, key=lambda one: one[1].variance)
    costs = [_difference(a, b) for a, b in pairwise(parts)]
    while costs:
        least = min(costs)
        if len(parts) <= MOST_PARTS and least > ALIKE:
            break
        at = costs.index(least)
        (share, first), (other, second) = parts[at], parts[at + 1]
        parts[at : at + 2] = [(share + other, mixture([first, second], [share, other]))]
        beside = slice(max(at - 1, 0), at + 2)
        costs[beside] = [_difference(a, b) for a, b in pairwise(parts[beside])]
    return parts


ALIKE = 1e-6


def _difference(one: tuple[float, Moments], other: tuple[float, Moments]) -> float:
    """What is lost when two are taken as one."""
    (share, a), (rest, b) = one, other
    width = math.log((b.variance + PIXEL) / (a.variance + PIXEL))
    apart = (a.mean - b.mean) ** 2 / (a.variance + b.variance + PIXEL)
    return share * rest / (share + rest) * (width * width + apart)
