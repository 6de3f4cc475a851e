"""The effective receptive field of the real network: how much each input pixel moves the centre unit of a map.

Mean squared gradient by the input over random initialisations (batch norm calibrated on random inputs) and random inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

ENERGY = 0.9545
"""What the interval holds whose width is told: two standard deviations of a normal distribution."""
SHARES = (20, 30, 50, 99)
ITEMS = 4
DRAWN = 48
"""Pixels of a side of the picture that is drawn in a terminal."""


class Effective:
    """Adds up the energy of one map over seeds."""

    def __init__(self, wanted: dict[str, Any]) -> None:
        self.wanted = wanted
        self.energy: torch.Tensor | None = None
        self.contribution: torch.Tensor | None = None
        self.seeds = 0

    def add(self, gradient: torch.Tensor, axes: list[int]) -> None:
        """``gradient`` by the input, of which ``axes`` are the spatial dims."""
        others = [dim for dim in range(gradient.dim()) if dim not in axes]
        energy = gradient.double().pow(2).sum(others)
        positive = gradient.double().clamp(min=0).sum(others)
        self.energy = energy if self.energy is None else self.energy + energy
        self.contribution = positive if self.contribution is None else self.contribution + positive
        self.seeds += 1

    def result(self, whole: bool) -> dict[str, Any] | None:
        """None where no gradient came through."""
        if self.energy is None or self.contribution is None or not bool(self.energy.sum() > 0):
            return None
        found = {
            "layer": self.wanted["layer"],
            "width": [width(_marginal(self.energy, dim)) for dim in range(self.energy.dim())],
            "area_ratio": {str(share): _area(self.contribution, share / 100) for share in SHARES},
            "seeds": self.seeds,
            "picture": _drawn(self.energy),
        }
        return {**found, "map": self.energy.tolist()} if whole else found


def _marginal(energy: torch.Tensor, dim: int) -> torch.Tensor:
    others = [other for other in range(energy.dim()) if other != dim]
    found = energy.sum(others) if others else energy
    return found / found.sum()


def width(marginal: torch.Tensor) -> float:
    """Of the interval around the mean that holds :data:`ENERGY`, each pixel a box."""
    places = torch.arange(marginal.numel(), dtype=torch.float64)
    mean = float((places * marginal).sum()) + 0.5
    held = [0.0, *marginal.cumsum(0).tolist()]

    def below(place: float) -> float:
        pixel = min(max(int(place), 0), marginal.numel() - 1)
        part = min(max(place - pixel, 0.0), 1.0)
        return held[pixel] + (held[pixel + 1] - held[pixel]) * part

    low, high = 0.0, 2.0 * marginal.numel()
    for _ in range(50):
        size = (low + high) / 2
        inside = below(mean + size / 2) - below(mean - size / 2)
        low, high = (size, high) if inside < ENERGY else (low, size)
    return round(high, 2)


def _area(contribution: torch.Tensor, share: float) -> float | None:
    """The smallest square around the centre that holds a share, as a part of the input."""
    if contribution.dim() != 2:
        return None
    rows, columns = contribution.shape
    total = float(contribution.sum())
    for half in range(max(rows, columns) // 2 + 1):
        top, left = max(rows // 2 - half, 0), max(columns // 2 - half, 0)
        part = contribution[top : rows // 2 + half + 1, left : columns // 2 + half + 1]
        if float(part.sum()) >= share * total:
            return round(part.numel() / contribution.numel(), 4)
    return 1.0


def _drawn(energy: torch.Tensor) -> list[list[float]] | None:
    """Small enough to be drawn with characters, the largest value 1."""
    if energy.dim() != 2:
        return None
    rows, columns = min(DRAWN, energy.shape[0]), min(DRAWN, energy.shape[1])
    small = torch.nn.functional.adaptive_max_pool2d(energy[None, None], (rows, columns))[0, 0].sqrt()
    return [[round(float(value), 3) for value in row] for row in small / small.max()]


def calibrate(model: torch.nn.Module, run: Callable[[], Any]) -> None:
    """Batch norms take mean and variance of what goes through them."""
    norms = [module for module in model.modules() if isinstance(module, torch.nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.train()
        norm.reset_running_stats()
        norm.momentum = None
    if norms:
        with torch.no_grad():
            run()
    for norm in norms:
        norm.eval()


def centre(output: torch.Tensor, dims: list[int], generator: torch.Generator) -> torch.Tensor:
    """The centre unit: a random direction in its channels, which is one number."""
    for dim in sorted(dims, reverse=True):
        output = output.select(dim, output.shape[dim] // 2)
    signs = torch.randint(0, 2, output.shape, generator=generator) * 2 - 1
    return (output * signs.to(output)).sum()
