"""Distributions of gradient energy against sums over all positions."""

from __future__ import annotations

import itertools
import random

import pytest

from analyzers.tensors.moments import ENERGY, Energy, Moments, listed, mixture, uniform


def spread(*kernels: int) -> dict[int, float]:
    """Of a walk through layers with so many taps, all alike."""
    found = {0: 1.0}
    for kernel in kernels:
        after: dict[int, float] = {}
        for (place, share), tap in itertools.product(found.items(), range(kernel)):
            after[place + tap] = after.get(place + tap, 0.0) + share / kernel
        found = after
    return found


def width_of(found: dict[int, float]) -> float:
    """Each position a box, by bisection."""
    total = sum(found.values())
    mean = sum(place * share for place, share in found.items()) / total
    low, high = 0.0, 2.0 * (max(found) - min(found) + 1)
    for _ in range(40):
        half = (low + high) / 4
        inside = sum(
            share * max(0.0, min(place + 0.5, mean + half) - max(place - 0.5, mean - half))
            for place, share in found.items()
        )
        low, high = (2 * half, high) if inside < ENERGY * total else (low, 2 * half)
    return high


def test_moments_are_those_of_the_positions() -> None:
    walk = spread(3, 5, 4)
    told = Moments().plus(uniform(3, 1), 1).plus(uniform(5, 1), 1).plus(uniform(4, 1), 1)
    assert told == pytest.approx(listed(list(walk), list(walk.values())))
    rng = random.Random(1)
    places, shares = [0, 3, 4, 9], [rng.random() for _ in range(4)]
    parts = [listed(places[:2], shares[:2]), listed(places[2:], shares[2:])]
    assert mixture(parts, [sum(shares[:2]), sum(shares[2:])]) == pytest.approx(listed(places, shares))


@pytest.mark.parametrize("kernels", [(1,), (2,), (3,), (9,), (3, 3), (3, 3, 3), (7, 3), (3,) * 12, (11, 2, 5, 3)])
def test_widths_of_stacks(kernels: tuple[int, ...]) -> None:
    energy = Energy()
    for kernel in kernels:
        energy = energy.plus(uniform(kernel, 1), 1)
    assert energy.width() == pytest.approx(width_of(spread(*kernels)), rel=0.03)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.7, 0.95])
def test_widths_of_branches(share: float) -> None:
    """A narrow branch beside a wide one."""
    found = {place: share * part for place, part in spread(*[5] * 12).items()}
    found[24] += 1 - share
    long = Energy()
    for _ in range(12):
        long = long.plus(uniform(5, 1).moved(-2), 1)
    mixed = Energy.mixed([Energy(), long], [1 - share, share])
    assert mixed.width() == pytest.approx(width_of(found), rel=0.08)


@pytest.mark.parametrize("layers", [60, 200, 800, 5000])
def test_the_walk_ends_where_the_input_does(layers: int) -> None:
    size = 101
    found = [0.0] * size
    found[size // 2] = 1.0
    energy = Energy()
    for _ in range(layers):
        padded = [0.0, *found, 0.0]
        found = [sum(padded[at : at + 3]) / 3 for at in range(size)]
        energy = energy.plus(uniform(3, 1).moved(-1), 1)
    assert energy.width_between(size, size // 2) == pytest.approx(width_of(dict(enumerate(found))), rel=0.03)
