"""What is told of random networks against random numbers."""

from __future__ import annotations

import math
from typing import Any

import pytest

from analyzers.tensors import signals
from analyzers.tensors.signals import SHAPES, STANDARD, Signal

torch = pytest.importorskip("torch")


def drawn(signal: Signal, items: int = 1500, channels: int = 600, seed: int = 0) -> Any:
    generator = torch.Generator().manual_seed(seed)
    means = signal.level + math.sqrt(signal.spread) * torch.randn(1, channels, generator=generator, dtype=torch.float64)
    return means + math.sqrt(signal.variance) * torch.randn(items, channels, generator=generator, dtype=torch.float64)


def measured(values: Any) -> tuple[float, float, float]:
    """variance, spread, level"""
    means = values.mean(0)
    return float(values.var(0).mean()), float(means.var()), float(means.mean())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("given", [STANDARD, Signal(2.0, 0.5, 0.4, 0.3)])
def test_activations(shape: str, given: Signal) -> None:
    values = drawn(given).requires_grad_(True)
    after = getattr(torch.nn.functional, shape)(values)
    (slopes,) = torch.autograd.grad(after.sum(), values)
    told = signals.activated(given, shape)
    assert told[1:4] == pytest.approx(measured(after.detach()), rel=0.08, abs=0.01)
    assert told.gain == pytest.approx(given.gain * float(slopes.pow(2).mean()), rel=0.03)


def test_the_maximum_comes_before_an_activation_that_rises() -> None:
    largest = torch.relu(drawn(STANDARD, 1800)).reshape(200, 9, -1).amax(1)
    told = signals.largest(signals.activated(STANDARD, "relu"), 9)
    variance, _, level = measured(largest)
    assert (told.variance, told.level) == pytest.approx((variance, level), rel=0.05)
    assert told.gain == pytest.approx(1.0, abs=0.02)


def test_products() -> None:
    a, b = Signal(1.0, 0.5, 0.2, 0.7), Signal(0.0, 0.3, 0.1, 1.2)
    told = signals.multiplied(a, b)
    assert told[1:4] == pytest.approx(measured(drawn(a) * drawn(b, seed=1)), rel=0.1)


def test_batch_norm_and_relu_make_gradients_grow() -> None:
    """By π/(π − 1) a layer (Yang et al. 2019, A mean field theory of batch normalization)."""
    found = [STANDARD]
    for _ in range(3):
        after = signals.activated(signals.normalised(found[-1], None, False, 0.0), "relu")
        found.append(signals.weighted(after, 10, signals.drawn(0.1), None))
    grown = (found[3].gain / found[3].variance) / (found[2].gain / found[2].variance)
    assert grown == pytest.approx(math.pi / (math.pi - 1), rel=0.02)
