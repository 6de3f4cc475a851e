"""RF106: a transposed convolution whose phases read unequal numbers of taps."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.facts import FileFacts, Finding, LayerFact
from analyzers.rules.support.coverage import place_of
from analyzers.rules.support.record import Example, Rule
from analyzers.rules.support.settings import RuleSettings
from analyzers.rules.support.words import spoken

RULE = Rule(
    code="RF106",
    name="checkerboard-upsampling",
    level="warning",
    summary="A transposed convolution whose kernel size is not a multiple of its stride.",
    why=(
        "Its output phases are sums of unequal numbers of taps, which shows as a checkerboard in the output "
        "that training only partly removes."
    ),
    how_to_fix="Take a kernel that is a multiple of the stride, or resize first and convolve afterwards.",
    reference="Odena et al. 2016, https://distill.pub/2016/deconv-checkerboard",
    fixes="unsafe",
)


def check(facts: FileFacts, settings: RuleSettings) -> Iterator[Finding]:
    for model in facts.models:
        for layer in model.layers:
            place = place_of(layer)
            uneven = _uneven(layer) if place else None
            if place and uneven:
                yield RULE.finding(place, uneven, model=model.target)


def taps_per_phase(kernel: int, stride: int, dilation: int = 1) -> list[int]:
    """How many taps each output phase reads: tap ``t`` serves the phase ``t · dilation mod stride``."""
    if stride < 1:
        return []
    counts = [0] * stride
    for tap in range(kernel):
        counts[tap * dilation % stride] += 1
    return counts


def _uneven(layer: LayerFact) -> str | None:
    found = layer.geometry
    if found is None or not (found.is_convolution and found.transposed and found.stride and found.dilation):
        return None
    for size, step, spread in zip(found.kernel_size, found.stride, found.dilation, strict=True):
        counts = taps_per_phase(min(size, 4096), min(step, 4096), spread)
        if len(set(counts)) > 1:
            multiple = max(step, round(size / step) * step)
            return (
                f"kernel {size} is not a multiple of stride {step}: output phases of {spoken(layer)} read "
                f"{min(counts)} or {max(counts)} taps (checkerboard); kernel {multiple} would be even"
            )
    return None


GOOD = (
    Example(
        """
from torch import nn

# rf: input=1x8x16x16
model = nn.Sequential(nn.ConvTranspose2d(8, 8, 4, stride=2, padding=1))
"""
    ),
)
BAD = (
    Example(
        """
from torch import nn

# rf: input=1x8x16x16
model = nn.Sequential(
    nn.ConvTranspose2d(8, 8, 3, stride=2, padding=1),
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ kernel 3 is not a multiple of stride 2
)
"""
    ),
)
