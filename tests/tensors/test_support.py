"""One axis: published chains, phases, merges, and what is reported of a support."""

from __future__ import annotations

from fractions import Fraction

import pytest

from analyzers.tensors.gather import IDENTITY, Gather, same_padding
from analyzers.tensors.support import PIXELS, Support, TooComplex

window, transposed = Gather.window, Gather.transposed


def chain(*gathers: Gather, start: Support = PIXELS) -> Support:
    for gather in gathers:
        start = start.gather(gather)
    return start


def conv(kernel: int, stride: int = 1, padding: int | None = None, dilation: int = 1) -> Gather:
    """A convolution with half padding unless told otherwise."""
    half = dilation * (kernel - 1) // 2
    return window(kernel, stride, half if padding is None else padding, dilation)


def sizes(support: Support, units: int) -> list[int]:
    return [support.mask(i)[1].bit_length() for i in range(units)]


# chains ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "size"),
    [
        ([conv(3)], 3),
        ([conv(3)] * 2, 5),
        ([conv(3)] * 3, 7),
        ([conv(5)] * 6, 1 + 6 * 4),
        ([conv(3, 2), conv(3)], 7),
        ([conv(3), conv(3), window(2, 2)], 6),
        ([conv(3), conv(3), window(2, 2), conv(3)], 10),
        ([conv(3, dilation=1), conv(3, dilation=2), conv(3, dilation=4)], 15),
        ([conv(3, dilation=2)], 5),
        ([conv(3)] * 4, 9),
    ],
)
def test_lecture_chains(layers: list[Gather], size: int) -> None:
    support = chain(*layers)
    assert (support.size, support.size_min, support.shortest) == (size, size, size)


VGG16 = [2, 2, 3, 3, 3]
VGG16_POOLS = [(6, 2, 2), (16, 4, 6), (44, 8, 18), (100, 16, 42), (212, 32, 90)]


def test_vgg16_pools_as_published() -> None:
    support, found = PIXELS, []
    for convolutions in VGG16:
        support = chain(*[conv(3)] * convolutions, window(2, 2), start=support)
        found.append((support.size, support.stride, -support.start))
    assert found == VGG16_POOLS


def test_vgg16_fifth_stage_as_published() -> None:
    support = chain(*[layer for n in VGG16[:4] for layer in ([conv(3)] * n + [window(2, 2)])])
    found = []
    for _ in range(3):
        support = support.gather(conv(3))
        found.append((support.size, -support.start))
    assert found == [(132, 58), (164, 74), (196, 90)]


def test_alexnet_convolutions() -> None:
    layers = [conv(11, 4, 2), window(3, 2), conv(5), window(3, 2), conv(3), conv(3), conv(3), window(3, 2)]
    assert chain(*layers).size == 195


def resnet(blocks: list[int], bottleneck: bool, stride_first: bool = False) -> Support:
    support = chain(conv(7, 2), conv(3, 2))
    for count, stride in zip(blocks, [1, 2, 2, 2], strict=True):
        for s in [stride] + [1] * (count - 1):
            first, second = (s, 1) if stride_first or not bottleneck else (1, s)
            body = [conv(1, first), conv(3, second), conv(1)] if bottleneck else [conv(3, s), conv(3)]
            shortcut = support.gather(conv(1, s))
            support = Support.union([chain(*body, start=support), shortcut])
    return support


@pytest.mark.parametrize(
    ("blocks", "bottleneck", "size"),
    [
        ([2, 2, 2, 2], False, 435),
        ([3, 4, 6, 3], False, 899),
        ([3, 4, 6, 3], True, 427),
        ([3, 4, 23, 3], True, 971),
        ([3, 8, 36, 3], True, 1451),
    ],
)
def test_resnets_of_torchvision(blocks: list[int], bottleneck: bool, size: int) -> None:
    support = resnet(blocks, bottleneck)
    assert (support.size, support.stride, support.narrowest) == (size, 32, 11)


@pytest.mark.parametrize(("blocks", "size"), [([3, 4, 6, 3], 483), ([3, 4, 23, 3], 1027), ([3, 8, 36, 3], 1507)])
def test_resnets_of_the_paper_stride_on_the_first_1x1(blocks: list[int], size: int) -> None:
    assert resnet(blocks, True, stride_first=True).size == size


def test_mobilenet_v1_as_published() -> None:
    strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]
    support = chain(conv(3, 2), *(conv(3, stride) for stride in strides))
    assert (support.size, support.stride) == (315, 32)


def test_tcn_of_eight_levels_is_causal() -> None:
    support = PIXELS
    for level in range(8):
        dilation = 2**level
        layer = window(7, 1, 6 * dilation, dilation)
        support = Support.union([chain(layer, layer, start=support), support])
    assert (support.size, support.start, support.end) == (3061, -3060, 0)
    assert support.halo == (3060, 0)


# phases ---------------------------------------------------------------------------------------


def unet(upsampling: Gather) -> Support:
    skips, support = [], chain(conv(3), conv(3))
    for _ in range(4):
        skips.append(support)
        support = chain(window(2, 2), conv(3), conv(3), start=support)
    for skip in reversed(skips):
        support = Support.union([skip, support.gather(upsampling)])
        support = chain(conv(3), conv(3), start=support)
    return support


def test_unet_with_transposed_convolutions() -> None:
    support = unet(transposed(2, 2))
    assert (support.size_min, support.size, support.period, support.stride) == (188, 204, 16, 1)


def test_unet_with_bilinear_upsampling() -> None:
    support = unet(Gather.linear(28, 56))
    assert (support.size_min, support.size, support.stride) == (220, 236, 1)


def test_unet_halo_is_whole_periods() -> None:
    assert all(pixels % 16 == 0 for pixels in unet(transposed(2, 2)).halo)


@pytest.mark.parametrize(
    ("upsampling", "size"),
    [(transposed(4, 2, 1), 11), (Gather.nearest(8, 16), 9), (Gather.depth_to_space(2), 9)],
)
def test_upsampling_between_convolutions(upsampling: Gather, size: int) -> None:
    support = chain(conv(3, 2), conv(3), upsampling, conv(3))
    assert (support.size, support.stride) == (size, 1)


def test_half_a_pixel_per_unit_after_upsampling() -> None:
    support = PIXELS.gather(Gather.linear(10, 20))
    assert support.stride == Fraction(1, 2)
    assert [sorted(support.positions(i)) for i in range(4)] == [[-1, 0], [0, 1], [0, 1], [1, 2]]


def test_a_transposed_kernel_smaller_than_its_stride_leaves_units_empty() -> None:
    support = PIXELS.gather(transposed(2, 3))
    assert [support.positions(i) for i in range(4)] == [{0}, {0}, set(), {1}]
    assert (support.size, support.size_min, support.start) == (1, 0, 0)
    first_empty = PIXELS.gather(transposed(1, 2, 0, 1)).gather(Gather.strided(1))
    assert (first_empty.positions(0), first_empty.start) == (set(), 1)


def test_transposed_convolution_with_dilation_and_cropping() -> None:
    """k=3, s=2, p=3, d=2: unit i reads (i + 3 − 2t)/2, so only odd units read anything."""
    support = PIXELS.gather(transposed(3, 2, 3, 2))
    assert [sorted(support.positions(i)) for i in range(4)] == [[], [0, 1, 2], [], [1, 2, 3]]


def test_upsampling_undone_by_striding() -> None:
    support = chain(Gather.nearest(8, 16), Gather.strided(0, 2))
    assert (support.period, support.positions(3)) == (1, {3})


def test_space_to_depth_then_depth_to_space_reads_whole_blocks() -> None:
    support = chain(Gather.space_to_depth(2), Gather.depth_to_space(2))
    assert [support.positions(i) for i in range(3)] == [{0, 1}, {0, 1}, {2, 3}]
    assert PIXELS.gather(Gather.blocks(2)).positions(5) == {4, 5}


def test_adaptive_pooling_of_uneven_sizes() -> None:
    support = PIXELS.gather(Gather.adaptive(7, 3))
    assert [sorted(support.positions(i)) for i in range(3)] == [[0, 1, 2], [2, 3, 4], [4, 5, 6]]


def test_align_corners_reaches_both_ends() -> None:
    support = PIXELS.gather(Gather.linear(4, 7, align_corners=True))
    assert [sorted(support.positions(i)) for i in range(7)] == [[0], [0, 1], [1], [1, 2], [2], [2, 3], [3]]


def test_windows_of_attention_in_two_groupings() -> None:
    blocks = PIXELS.gather(Gather.digit_mixed(4, 1))
    grid = PIXELS.gather(Gather.digit_mixed(3, 4))
    assert blocks.positions(6) == {4, 5, 6, 7}
    assert grid.positions(6) == {2, 6, 10}


# merges ---------------------------------------------------------------------------------------


def test_merge_of_equal_strides() -> None:
    support = Support.union([PIXELS.gather(window(1, 4)), chain(conv(3, 2), window(1, 2))])
    assert (support.size, support.stride, support.start) == (3, 4, -1)
    assert support.narrowest == 1


def test_misaligned_branches_are_united_unit_by_unit() -> None:
    branches = [PIXELS.gather(conv(5, 2)), chain(window(3), window(3))]
    support = Support.union(branches, units=5)
    assert sizes(support, 5) == [7, 6, 5, 6, 7]
    assert (support.size, support.size_min) == (7, 5)
    with pytest.raises(TooComplex, match="strides"):
        Support.union(branches)


def test_merge_takes_the_narrowest_path_and_mixes_the_energy() -> None:
    wide = PIXELS.gather(conv(9))
    merged = Support.union([PIXELS, wide])
    assert merged.narrowest == 1
    assert merged.energy.variance == pytest.approx(wide.energy.variance / 2)
    uneven = Support.union([PIXELS, wide], [3.0, 1.0])
    assert uneven.energy.variance == pytest.approx(wide.energy.variance / 4)


def test_maps_end_to_end() -> None:
    support = Support.chained([(PIXELS.gather(Gather.strided(6)), 2), (PIXELS, 8)])
    assert [support.positions(i) for i in range(4)] == [{6}, {7}, {0}, {1}]


# what is reported -----------------------------------------------------------------------------


def test_density_of_two_dilated_convolutions() -> None:
    support = chain(conv(3, dilation=2), conv(3, dilation=2))
    assert (support.size, support.density) == (9, 5 / 9)


@pytest.mark.parametrize(
    ("dilations", "unread", "size"),
    [([2, 2, 2], 6, 13), ([1, 2, 5, 1, 2, 5], 0, 33), ([1, 2, 9], 4, 25), ([2, 4, 8], 14, 29)],
)
def test_gridding(dilations: list[int], unread: int, size: int) -> None:
    support = chain(*(conv(3, dilation=d) for d in dilations))
    assert support.size == size
    assert round((1 - support.density) * size) == unread


def test_coverage_counts_pixels_inside_the_input() -> None:
    support = PIXELS.gather(conv(7))
    assert support.coverage(10, 5) == 0.7
    assert support.coverage(10, 0) == 0.4
    assert support.coverage(5, 2) == 1.0
    assert chain(conv(3, dilation=2)).coverage(10, 5) == 0.3


def test_erf_is_four_sigma_of_the_taps_where_they_are_many() -> None:
    one = PIXELS.gather(conv(3))
    assert one.energy.variance == pytest.approx(8 / 12)
    assert one.erf() == pytest.approx(0.9545 * 3, abs=0.01)
    assert PIXELS.erf() == pytest.approx(0.9545, abs=0.01)
    deep = chain(*[conv(3)] * 20)
    assert deep.erf() == pytest.approx(4 * (20 * 8 / 12) ** 0.5, rel=0.02)
    strided = chain(conv(3, 2), conv(3))
    assert strided.energy.variance == pytest.approx(8 / 12 + 4 * 8 / 12)


def test_halo_is_rounded_out_to_the_stride() -> None:
    support = chain(conv(3), window(2, 2))
    assert (support.start, support.size, support.halo) == (-1, 4, (2, 2))


def test_a_long_kernel_costs_nothing() -> None:
    support = PIXELS.gather(window(10_000, 1, 0, 3))
    assert (support.size, support.bits[0].bit_count()) == (29_998, 10_000)


@pytest.mark.parametrize(
    ("n", "kernel", "stride", "dilation", "padding"),
    [
        (5, 3, 1, 1, (1, 1)),
        (224, 3, 2, 1, (0, 1)),
        (7, 3, 2, 1, (1, 1)),
        (8, 2, 1, 1, (0, 1)),
        (9, 3, 1, 4, (4, 4)),
    ],
)
def test_same_padding(n: int, kernel: int, stride: int, dilation: int, padding: tuple[int, int]) -> None:
    assert same_padding(n, kernel, stride, dilation) == padding


# bounds ---------------------------------------------------------------------------------------


def test_what_cannot_be_told_has_a_reason() -> None:
    with pytest.raises(TooComplex, match="flipped"):
        PIXELS.gather(Gather.reversed(10_000))
    with pytest.raises(TooComplex, match="wide"):
        PIXELS.gather(window(2_000_000))


def test_long_periods_are_listed_where_the_map_is_small() -> None:
    awkward = chain(Gather.adaptive(101, 97), start=PIXELS).gather(Gather.blocks(64), 97)
    assert awkward.period <= 97
    with pytest.raises(TooComplex, match="repeats only"):
        chain(Gather.adaptive(101, 97), Gather.blocks(64))


def test_gathers_that_change_nothing_are_the_identity() -> None:
    for gather in (window(1), Gather.strided(0), Gather.repeated(1), Gather.adaptive(9, 9)):
        assert gather is IDENTITY
    assert Gather.linear(9, 9) is IDENTITY


def test_equal_gathers_share_their_result() -> None:
    support = PIXELS.gather(conv(3))
    assert support.gather(conv(5)) is support.gather(conv(5))
