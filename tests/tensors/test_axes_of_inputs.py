"""Which dims of an input have a field is found by what moves over them, wherever they stand: held against gradients."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from analyzers.tensors.axis import UNNAMED
from analyzers.tensors.dims import symbol
from analyzers.tensors.field import Field
from analyzers.tensors.operations.concat_split import cat, select, unfold
from analyzers.tensors.operations.convolution import conv
from analyzers.tensors.operations.elementwise import broadcast
from analyzers.tensors.operations.linear_algebra import linear
from analyzers.tensors.operations.reduction import reduce
from analyzers.tensors.operations.reshape import permute, squeeze, unsqueeze, view
from analyzers.tensors.tensor import Tensor, parameter
from tests.differential.judge import NO_TORCH

torch = pytest.importorskip("torch", reason=NO_TORCH)
functional: Any = torch.nn.functional

N = symbol("N")


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def given(*shape: Any) -> Tensor:
    """An input of which nobody has said anything: all dims but the first are followed."""
    return Tensor(shape, Field.of_dims(shape, range(1, len(shape))))


def convolved(x: Tensor, axes: int, kernel: int, stride: int = 1, dilation: int = 1, out: int = 2) -> Tensor:
    """A convolution over the last ``axes`` dims, without padding."""
    window = {"kernel": (kernel,) * axes, "stride": (stride,) * axes, "dilation": (dilation,) * axes}
    dims = tuple(range(x.rank - axes, x.rank))
    channels = x.shape[x.rank - axes - 1]
    padding = ((0, 0),) * axes
    return conv(x, in_channels=channels, out_channels=out, padding=padding, groups=1, channel_dim=dims[0] - 1,
                spatial_dims=dims, **window)  # fmt: skip


def rows(x: Tensor) -> list[tuple[Any, ...]]:
    """(name, size, stride, input's length) of every axis that is spoken of."""
    facts = x.field.facts()
    return [] if facts is None else list(zip(facts.axes, facts.size, facts.stride, facts.extent, strict=True))


# -- the worked values of the definition -------------------------------------------------------------


def test_frames_whose_channels_come_last() -> None:
    x = permute(given(N, 84, 84, 4), (0, 3, 1, 2))
    x = convolved(convolved(convolved(x, 2, 8, 4), 2, 4, 2), 2, 3)
    assert rows(x) == [("H", 36, 8, 84), ("W", 36, 8, 84)]


def test_a_series_whose_variables_come_last() -> None:
    x = convolved(convolved(permute(given(N, 128, 9), (0, 2, 1)), 1, 3), 1, 3, dilation=2)
    assert rows(x) == [("T", 7, 1, 128)]


def test_samples_that_get_their_channel() -> None:
    x = convolved(convolved(unsqueeze(given(N, 16000), 1), 1, 64, 8), 1, 8, 2)
    assert rows(x) == [("T", 120, 16, 16000)]


def test_a_map_indexed_to_one_channel() -> None:
    x = convolved(unsqueeze(given(N, 64, 300), 1), 2, 3)
    x = convolved(convolved(x, 2, 2, 2), 2, 3)
    assert rows(x) == [("H", 8, 2, 64), ("W", 8, 2, 300)]


# -- what has no field -------------------------------------------------------------------------------


def test_features_channels_and_tokens_have_none() -> None:
    tokens = linear(given(N, 64, 512), parameter((256, 512)))
    assert rows(tokens) == rows(reduce(tokens, 1)) == []


def test_what_lies_beside_the_axes_that_move_is_not_spoken_of() -> None:
    x = view(given(N, 8, 3, 32, 32), (N * 8, 3, 32, 32))
    assert [name for name, *_ in rows(convolved(x, 2, 3))] == ["H", "W"]


def test_the_first_that_moves_names_the_axes() -> None:
    """Frames one by one, then a convolution over time: the field is that of the frames."""
    x = view(given(2, 8, 3, 16, 16), (16, 3, 16, 16))
    x = reduce(convolved(x, 2, 3), (2, 3))
    x = convolved(permute(view(x, (2, 8, 2)), (0, 2, 1)), 1, 3)
    assert [name for name, *_ in rows(x)] == ["H", "W"]


def test_a_convolution_of_kernel_1_along_one_axis_is_a_linear_layer() -> None:
    assert rows(convolved(given(N, 64, 100), 1, 1)) == []
    assert rows(convolved(convolved(given(N, 64, 100), 1, 1), 1, 3)) == [("T", 3, 1, 100)]


def test_two_branches_over_different_axes_know_of_both() -> None:
    x = given(1, 16, 16)
    over_rows = reduce(convolved(x, 1, 3), (1, 2), True)
    over_columns = reduce(convolved(permute(x, (0, 2, 1)), 1, 5), (1, 2), True)
    both = broadcast(over_rows, over_columns)
    assert both.field.facts().global_  # type: ignore[union-attr]


def test_normalising_by_the_whole_input_is_global_though_it_comes_before_what_moves() -> None:
    x = given(N, 3, 32, 32)
    centred = broadcast(x, reduce(x, (2, 3), True))
    facts = convolved(centred, 2, 3).field.facts()
    assert facts is not None and facts.global_ and facts.size == (3, 3)


# -- patches -----------------------------------------------------------------------------------------


def test_patches_cut_by_a_reshape_and_taken_by_a_linear_layer() -> None:
    x = view(given(N, 3, 4 * 8, 6 * 8), (N, 3, 4, 8, 6, 8))
    patches = view(permute(x, (0, 2, 4, 3, 5, 1)), (N, 24, 192))
    found = linear(patches, parameter((96, 192))).field
    assert [(axis.key, axis.name) for axis in found.axes if axis.name is not None] == [
        (("x", 2), UNNAMED),
        (("x", 3), UNNAMED),
    ]
    facts = found.facts()
    assert facts is not None and (facts.size, facts.extent) == ((8, 8), (32, 48))


def test_features_cut_into_heads_are_no_patches() -> None:
    heads = view(given(N, 10, 512), (N, 10, 8, 64))
    assert rows(linear(heads, parameter((64, 64)))) == []


@pytest.mark.parametrize(("width", "step"), [(16, 8), (16, 16)])
def test_windows_cut_out_of_one_dim(width: int, step: int) -> None:
    x = linear(unfold(given(N, 7, 96), 2, width, step), parameter((32, width)))
    (row,) = rows(x)
    assert row[1:] == (width, step, 96)


# -- against gradients -------------------------------------------------------------------------------

Pair = tuple[Any, Tensor]
"""The tensor of torch and ours."""


def shuffled(pair: Pair, rng: random.Random) -> Pair:
    y, x = pair
    order = rng.sample(range(x.rank), x.rank)
    return y.permute(order), permute(x, order)


def with_a_dim(pair: Pair, rng: random.Random) -> Pair:
    y, x = pair
    at = rng.randint(0, x.rank)
    return y.unsqueeze(at), unsqueeze(x, at)


def without_ones(pair: Pair, rng: random.Random) -> Pair:
    y, x = pair
    return y.squeeze(), squeeze(x)


def one_position(pair: Pair, rng: random.Random) -> Pair:
    y, x = pair
    if x.rank < 4:
        return pair
    dim = rng.randrange(x.rank)
    at = rng.randrange(y.shape[dim])
    return y.select(dim, at), select(x, dim, at)


def merged(pair: Pair, rng: random.Random) -> Pair:
    """Two neighbouring dims in one; now and then it is taken apart again in another way."""
    y, x = pair
    if x.rank < 3:
        return pair
    at = rng.randrange(x.rank - 1)
    size = y.shape[at] * y.shape[at + 1]
    shape = (*y.shape[:at], size, *y.shape[at + 2 :])
    if rng.random() < 0.4:
        inner = rng.choice([n for n in range(1, size + 1) if size % n == 0])
        shape = (*y.shape[:at], size // inner, inner, *y.shape[at + 2 :])
    return y.reshape(shape), view(x, shape)


def doubled(pair: Pair, rng: random.Random) -> Pair:
    y, x = pair
    dim = rng.randrange(x.rank)
    return torch.cat([y, y], dim), cat([x, x], dim)


STEPS: list[Callable[[Pair, random.Random], Pair]] = [
    shuffled, shuffled, with_a_dim, without_ones, one_position, merged, doubled,
]  # fmt: skip


def moved_over(pair: Pair, rng: random.Random) -> Pair | None:
    """One or two convolutions over the last dims; whatever stands before channels is batch."""
    y, x = pair
    axes = rng.choice([1, 2])
    if x.rank < axes + 1:
        return None
    lead = y.shape[: x.rank - axes - 1]
    if len(lead) != 1:
        batch = 1
        for size in lead:
            batch *= size
        shape = (batch, *y.shape[x.rank - axes - 1 :])
        y, x = y.reshape(shape), view(x, shape)
    for _ in range(rng.choice([1, 2])):
        kernel, stride, dilation = rng.choice([2, 3]), rng.choice([1, 2]), rng.choice([1, 2])
        if min(y.shape[2:]) <= dilation * (kernel - 1):
            break
        weight = torch.rand(2, y.shape[1], *(kernel,) * axes, dtype=torch.float64) + 0.1
        layer = functional.conv1d if axes == 1 else functional.conv2d
        y, x = layer(y, weight, stride=stride, dilation=dilation), convolved(x, axes, kernel, stride, dilation)
    return y, x


def touched(y: Any, source: Any, unit: tuple[int, ...], dim: int) -> set[int]:
    """The positions along a dim of the input that a unit depends on, with all of its channels."""
    (gradient,) = torch.autograd.grad(y[(0, slice(None), *unit)].sum(), source, retain_graph=True)
    rest = [other for other in range(source.dim()) if other != dim]
    return set((gradient.abs().sum(rest) > 0).nonzero().flatten().tolist())


def differences(y: Any, source: Any, x: Tensor) -> tuple[int, int]:
    """(axes compared, axes that differ from the gradient): those that lie whole in one dim of the result."""
    compared = wrong = 0
    unit = tuple(size // 2 for size in y.shape[2:])
    for axis in x.field.axes:
        at = [dim for dim in range(2, x.rank) if axis.is_plain(dim)]
        if axis.name and at and not axis.reduced:
            compared += 1
            wrong += axis.terms[0].support.positions(unit[at[0] - 2]) != touched(y, source, unit, axis.key[1])
    return compared, wrong


def test_fields_are_those_of_gradients_wherever_the_axes_stand() -> None:
    rng = random.Random(7)
    torch.manual_seed(7)
    compared = 0
    for _ in range(400):
        shape = (1, *rng.sample([1, 3, 6, 8, 10, 12], rng.randint(2, 3)))
        source = torch.ones(shape, dtype=torch.float64, requires_grad=True)
        pair: Pair | None = (source, given(*shape))
        for step in rng.choices(STEPS, k=rng.randint(1, 4)):
            pair = step(pair, rng)  # type: ignore[arg-type]
        pair = moved_over(pair, rng)  # type: ignore[arg-type]
        if pair is None or not pair[0].numel():
            continue
        y, x = pair
        assert tuple(y.shape) == x.shape
        found, wrong = differences(y, source, x)
        assert not wrong, (shape, x.field)
        compared += found
    assert compared > 150
