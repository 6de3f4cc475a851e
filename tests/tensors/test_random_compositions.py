"""Random compositions of layers: the static support equals the gradient support of real torch layers.

Every layer is linear with positive float64 weights, so a pixel belongs to the support of a unit
exactly if its gradient is not zero. Units whose taps leave any intermediate map are not compared:
padding is drawn as if the map went on.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import pytest

from analyzers.tensors.field import Field
from analyzers.tensors.gather import Gather, same_padding
from tests.differential.judge import NO_TORCH

torch = pytest.importorskip("torch", reason=NO_TORCH)
functional = torch.nn.functional

CHANNELS = 2
LONGEST = 260
UNITS = 6  # compared per network: rows of the batch


@dataclass
class State:
    """A feature map N×C×L, its field, and for every unit whether all it reads lies inside.

    ``trail`` names the layers for the message of a failure.
    """

    x: torch.Tensor
    field: Field
    inside: list[bool]
    trail: list[str] = field(default_factory=list)

    @property
    def length(self) -> int:
        return self.x.shape[2]


def positive(*shape: int) -> torch.Tensor:
    return torch.rand(shape, dtype=torch.float64) + 0.5


def read(state: State, x: torch.Tensor, gather: Gather) -> State:
    """The state after a layer that mixes channels and reads along the axis."""
    field = state.field.mix([1]).gather(2, gather, x.shape[2])
    return State(x, field, inside_after(state.inside, gather, x.shape[2]))


def inside_after(inside: list[bool], gather: Gather, length: int) -> list[bool]:
    result = []
    for i in range(length):
        turns, phase = divmod(i, gather.period)
        taps = [tap + turns * gather.step for tap in gather.taps[phase]]
        result.append(all(0 <= tap < len(inside) and inside[tap] for tap in taps))
    return result


def convolution(state: State, rng: random.Random) -> State:
    kernel, stride, dilation = (
        rng.choice([1, 2, 3, 3, 4, 5]),
        rng.choice([1, 1, 2, 3]),
        rng.choice([1, 1, 2, 3]),
    )
    padding = rng.randint(0, dilation * (kernel - 1))
    x = functional.conv1d(
        state.x, positive(CHANNELS, CHANNELS, kernel), stride=stride, padding=padding, dilation=dilation
    )
    return read(state, x, Gather.window(kernel, stride, padding, dilation))


def same_convolution(state: State, rng: random.Random) -> State:
    kernel, stride = rng.choice([2, 3, 4, 5]), rng.choice([1, 2, 3])
    left, right = same_padding(state.length, kernel, stride)
    padded = functional.pad(state.x, (left, right))
    x = functional.conv1d(padded, positive(CHANNELS, CHANNELS, kernel), stride=stride)
    return read(state, x, Gather.window(kernel, stride, left))


def pooling(state: State, rng: random.Random) -> State:
    kernel, stride = rng.choice([2, 3]), rng.choice([1, 2, 2, 3])
    padding = rng.randint(0, kernel // 2)
    x = functional.avg_pool1d(state.x, kernel, stride, padding, ceil_mode=rng.random() < 0.5)
    return read(state, x, Gather.window(kernel, stride, padding))


def transposed_convolution(state: State, rng: random.Random) -> State:
    kernel, stride, dilation = rng.choice([1, 2, 3, 4, 5]), rng.choice([1, 2, 2, 3]), rng.choice([1, 1, 2, 3])
    padding = rng.randint(0, dilation * (kernel - 1))
    more = rng.randint(0, max(stride, dilation) - 1)
    x = functional.conv_transpose1d(
        state.x,
        positive(CHANNELS, CHANNELS, kernel),
        stride=stride,
        padding=padding,
        output_padding=more,
        dilation=dilation,
    )
    return read(state, x, Gather.transposed(kernel, stride, padding, dilation))


def resize(state: State, rng: random.Random) -> State:
    mode = rng.choice(["nearest", "linear", "linear", "area"])
    aligned = rng.random() < 0.5 if mode == "linear" else None
    length = rng.choice([state.length * 2, state.length * 3, state.length // 2 + 1, rng.randint(4, 30)])
    x = functional.interpolate(state.x, size=length, mode=mode, align_corners=aligned)
    return read(state, x, Gather.resize(mode, state.length, length, bool(aligned)))


def scaled(state: State, rng: random.Random) -> State:
    mode = rng.choice(["nearest", "nearest-exact", "linear"])
    factor = rng.choice([Fraction(1, 2), Fraction(3, 2), Fraction(2), Fraction(5, 4)])
    x = functional.interpolate(state.x, scale_factor=float(factor), mode=mode)
    return read(state, x, Gather.resize(mode, state.length, x.shape[2], scale=float(factor)))


def adaptive_pooling(state: State, rng: random.Random) -> State:
    length = rng.randint(2, state.length)
    return read(state, functional.adaptive_avg_pool1d(state.x, length), Gather.adaptive(state.length, length))


def sliced(state: State, rng: random.Random) -> State:
    start, step = rng.randint(0, 4), rng.choice([1, 1, 2, 3])
    x = state.x[:, :, start::step]
    return read(state, x, Gather.strided(start, step))


def padded(state: State, rng: random.Random) -> State:
    left, right = rng.randint(-2, 3), rng.randint(-2, 3)
    return read(state, functional.pad(state.x, (left, right)), Gather.shifted(-left))


def rolled(state: State, rng: random.Random) -> State:
    by = rng.randint(-4, 4)
    return read(state, state.x.roll(by, 2), Gather.shifted(-by))


def flipped(state: State, rng: random.Random) -> State:
    return read(state, state.x.flip(2), Gather.reversed(state.length))


def interleaved(state: State, rng: random.Random) -> State:
    return read(state, state.x.repeat_interleave(2, dim=2), Gather.repeated(2))


def cropped_to(state: State, length: int) -> State:
    return State(state.x[:, :, :length], state.field.gather(2, Gather.strided(0, 1), length), state.inside[:length])


def residual(state: State, rng: random.Random) -> State:
    """Two branches of one to three layers each, cut to one length and added."""
    a, b = (chain(state, rng, rng.randint(0, 2), SIMPLE) for _ in range(2))
    length = min(a.length, b.length)
    a, b = cropped_to(a, length), cropped_to(b, length)
    inside = [x and y for x, y in zip(a.inside, b.inside, strict=True)]
    return State(a.x + b.x, Field.merge([a.field, b.field]), inside)


def end_to_end(state: State, rng: random.Random) -> State:
    """Pieces of the map joined along the axis, as for circular padding by hand."""
    pieces = [state.x[:, :, -3:], state.x, state.x[:, :, :2]]
    whole = state.field
    fields = [whole.narrow(2, state.length - 3, 1, 3), whole, whole.narrow(2, 0, 1, 2)]
    field = Field.concat(fields, 2, [3, state.length, 2])
    inside = state.inside[-3:] + state.inside + state.inside[:2]
    return State(torch.cat(pieces, 2), field, inside)


def zeros_beside(state: State, rng: random.Random) -> State:
    """Padding by hand, then a convolution."""
    zeros = torch.zeros(*state.x.shape[:2], 2, dtype=torch.float64)
    field = Field.concat([Field.EMPTY, state.field, Field.EMPTY], 2, [2, state.length, 2])
    inside = [False] * 2 + state.inside + [False] * 2
    padded = State(torch.cat([zeros, state.x, zeros], 2), field, inside)
    x = functional.conv1d(padded.x, positive(CHANNELS, CHANNELS, 3))
    return read(padded, x, Gather.window(3))


def divisible(state: State, by: int) -> State:
    return cropped_to(state, state.length - state.length % by)


def pixel_unshuffle(state: State, rng: random.Random) -> State:
    """Space to depth by view and permute, then a 1×1 convolution."""
    block = rng.choice([2, 3])
    state = divisible(state, block)
    n, c, length = state.x.shape
    views = [(n, c, length), (n, c, length // block, block), (n, c * block, length // block)]
    x = state.x.view(views[1]).permute(0, 1, 3, 2).reshape(views[2])
    x = functional.conv1d(x, positive(CHANNELS, c * block, 1))
    field = state.field.reshape(views[0], views[1]).permute((0, 1, 3, 2))
    field = field.reshape((n, c, block, length // block), views[2]).mix([1])
    inside = inside_after(state.inside, Gather.space_to_depth(block), length // block)
    return State(x, field, inside)


def pixel_shuffle(state: State, rng: random.Random) -> State:
    block = rng.choice([2, 3])
    n, _, length = state.x.shape
    x = functional.conv1d(state.x, positive(CHANNELS * block, CHANNELS, 1))
    x = x.view(n, CHANNELS, block, length).permute(0, 1, 3, 2).reshape(n, CHANNELS, length * block)
    field = state.field.mix([1]).reshape((n, CHANNELS * block, length), (n, CHANNELS, block, length))
    field = field.permute((0, 1, 3, 2)).reshape((n, CHANNELS, length, block), (n, CHANNELS, length * block))
    return State(x, field, inside_after(state.inside, Gather.depth_to_space(block), length * block))


def window_mixing(state: State, rng: random.Random) -> State:
    """A linear layer over windows (or over a grid of spaced units), with or without a shortcut."""
    width, grid = rng.choice([2, 3, 4]), rng.random() < 0.5
    state = divisible(state, width)
    n, c, length = state.x.shape
    count = length // width
    folded = (n, c, width, count) if grid else (n, c, count, width)
    dim = 2 if grid else 3
    x = torch.tensordot(state.x.reshape(folded), positive(width, width), dims=([dim], [0])).movedim(-1, dim)
    x = x.reshape(n, c, length)
    field = state.field.reshape((n, c, length), folded).mix([dim]).reshape(folded, (n, c, length))
    inside = inside_after(state.inside, Gather.digit_mixed(width, count if grid else 1), length)
    if rng.random() < 0.5:
        x, field = x + state.x, Field.merge([field, state.field])
    return State(x, field, inside)


SIMPLE = [convolution, convolution, same_convolution, pooling, sliced, padded]
LAYERS = [
    *SIMPLE,
    *(transposed_convolution, transposed_convolution, resize, resize, scaled, adaptive_pooling),
    *(rolled, flipped, interleaved, residual, residual, residual, end_to_end, zeros_beside),
    *(pixel_unshuffle, pixel_shuffle, window_mixing, window_mixing),
]


def chain(state: State, rng: random.Random, depth: int, layers: list) -> State:
    for _ in range(depth):
        layer = rng.choice(layers)
        if 12 <= state.length <= LONGEST // 2:
            trail = [*state.trail, layer.__name__]
            state = layer(state, rng)
            state.trail[:0] = trail
    return state


def gradient_supports(x: torch.Tensor, y: torch.Tensor, units: list[int]) -> list[set[int]]:
    """Positions with a gradient, for every unit (row u of the batch serves unit u)."""
    total = sum(y[row, :, unit].sum() for row, unit in enumerate(units))
    if not isinstance(total, torch.Tensor) or not total.requires_grad:
        return [set() for _ in units]
    (gradient,) = torch.autograd.grad(total, x, allow_unused=True)
    total_by_pixel = gradient.sum(1)
    threshold = 1e-9 * total_by_pixel.max()  # torch's sample points are rounded: weights of 1e-16
    return [set((row > threshold).nonzero().flatten().tolist()) for row in total_by_pixel[: len(units)]]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("seed", range(12))
def test_supports_equal_gradients_of_random_networks(seed: int) -> None:
    rng = random.Random(seed)
    torch.manual_seed(seed)
    compared = 0
    for _ in range(100):
        n = rng.randint(40, 120)
        x = torch.ones(UNITS, CHANNELS, n, dtype=torch.float64, requires_grad=True)
        start = State(x, Field.of_input((UNITS, CHANNELS, n), {"L": 2}), [True] * n)
        end = chain(start, rng, rng.randint(1, 6), LAYERS)
        candidates = [i for i, inside in enumerate(end.inside) if inside]
        units = rng.sample(candidates, min(UNITS, len(candidates)))
        if not units:
            continue
        support = end.field.support("L")
        assert support is not None, (end.field.reasons, end.trail)
        measured = gradient_supports(x, end.x, units)
        assert [support.positions(unit) for unit in units] == measured, end.trail
        compared += len(units)
    assert compared > 250


@pytest.mark.parametrize("seed", range(4))
def test_axes_of_images_are_independent(seed: int) -> None:
    """2-D: strips, strides and resizes that differ between height and width."""
    rng = random.Random(seed)
    torch.manual_seed(seed)
    size = (90, 112)
    x = torch.ones(1, 1, *size, dtype=torch.float64, requires_grad=True)
    y, field = x, Field.of_input((1, 1, *size), {"H": 2, "W": 3})
    inside = [[True] * n for n in size]
    for _ in range(4):
        y, gathers = rng.choice([strip_convolution, image_pooling, image_upsampling])(y, rng)
        field = field.mix([1]).gather_each((2 + axis, gather, y.shape[2 + axis]) for axis, gather in enumerate(gathers))
        inside = [
            inside_after(before, gather, y.shape[2 + axis])
            for axis, (before, gather) in enumerate(zip(inside, gathers, strict=True))
        ]
    interior = [[i for i, flag in enumerate(flags) if flag] for flags in inside]
    unit = [units[len(units) // 2] for units in interior]
    (gradient,) = torch.autograd.grad(y[0, 0, unit[0], unit[1]], x)
    for axis, name in enumerate("HW"):
        strength = gradient[0, 0].sum(1 - axis)
        touched = (strength > 1e-9 * strength.max()).nonzero().flatten().tolist()
        support = field.support(name)
        assert support is not None and support.positions(unit[axis]) == set(touched)


def strip_convolution(y: torch.Tensor, rng: random.Random) -> tuple[torch.Tensor, list[Gather]]:
    kernel = rng.choice([(1, 3), (3, 1), (3, 3), (2, 5)])
    stride = rng.choice([(1, 1), (2, 1), (1, 2)])
    padding = (kernel[0] // 2, kernel[1] // 2)
    weight = positive(1, 1, *kernel)
    gathers = [Gather.window(*axis) for axis in zip(kernel, stride, padding, strict=True)]
    return functional.conv2d(y, weight, stride=stride, padding=padding), gathers


def image_pooling(y: torch.Tensor, rng: random.Random) -> tuple[torch.Tensor, list[Gather]]:
    kernel = rng.choice([(2, 2), (1, 2), (3, 2)])
    return functional.avg_pool2d(y, kernel), [Gather.window(k, k) for k in kernel]


def image_upsampling(y: torch.Tensor, rng: random.Random) -> tuple[torch.Tensor, list[Gather]]:
    size = (y.shape[2] * 2, y.shape[3] + rng.randint(0, 9))
    resized = functional.interpolate(y, size=size, mode="bilinear")
    return resized, [Gather.linear(n, m) for n, m in zip(y.shape[2:], size, strict=True)]
