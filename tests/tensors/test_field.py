"""Whole tensors: where the axes of the input are found after reshapes, attention, gates and merges."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any

import pytest

from analyzers.facts import FieldFact
from analyzers.tensors.dims import symbol
from analyzers.tensors.field import Field
from analyzers.tensors.gather import Gather

IMAGE = {"H": 2, "W": 3}


def image(height: int = 224, width: int = 224, name: str = "x") -> Field:
    return Field.of_input((1, 3, height, width), IMAGE, name)


def conv(field: Field, kernel: int, stride: int, padding: int, n_out: int, dilation: int = 1) -> Field:
    gather = Gather.window(kernel, stride, padding, dilation)
    return field.mix([1]).gather_each((dim, gather, n_out) for dim in (2, 3))


def facts(field: Field) -> FieldFact:
    found = field.facts()
    assert found is not None, field.reasons
    return found


# reporting ------------------------------------------------------------------------------------


def test_an_input_sees_itself() -> None:
    found = facts(image(20, 30))
    assert found.axes == ("H", "W")
    assert found.size == (1, 1)
    assert found.coverage == (1 / 20, 1 / 30)
    assert found.extent == (20, 30)
    assert not found.global_


def test_a_convolution_and_its_padding() -> None:
    found = facts(conv(image(), 7, 2, 3, 112))
    assert (found.size, found.stride, found.start) == ((7, 7), (2, 2), (-3, -3))
    assert found.shortest == (7, 7)
    assert found.halo == ((4, 4), (4, 4))


def test_axes_are_never_assumed_equal() -> None:
    field = image().gather(2, Gather.window(1), 224).gather(3, Gather.window(7, 1, 3), 224)
    assert facts(field).size == (1, 7)


def test_height_and_width_share_what_is_computed() -> None:
    field = conv(image(), 3, 1, 1, 224)
    assert field.axes[0].terms[0].support is field.axes[1].terms[0].support
    merged = Field.merge([field, conv(field, 3, 1, 1, 224)])
    assert merged.axes[0].terms[0].support is merged.axes[1].terms[0].support


def test_what_changes_nothing_returns_the_same_field() -> None:
    field = conv(image(), 3, 1, 1, 224)
    assert field.mix([1]) is field
    assert field.gather(2, Gather.window(1), 224) is field
    assert field.reshape((1, 3, 224, 224), (1, 3, 224, 224)) is field
    assert Field.merge([field, Field.EMPTY]) is field
    assert field.permute((0, 1, 2, 3)) is field


def test_parameters_have_nothing_to_say() -> None:
    assert Field.EMPTY.facts() is None
    assert Field.merge([Field.EMPTY, Field.EMPTY]) is Field.EMPTY


def test_the_input_with_the_most_axes_located_is_reported() -> None:
    reduced = image(name="condition").mix([2, 3]).remove([2, 3])
    assert facts(Field.merge([reduced.insert(2).insert(3), image(name="x")])).size == (1, 1)


def test_an_unknown_axis_is_left_out() -> None:
    field = image().gather(3, Gather.unknown("sampled at learned positions"), 224)
    assert facts(field).axes == ("H",)
    assert field.reasons == ("sampled at learned positions",)
    assert field.gather(2, Gather.unknown("lost"), 7).facts() is None
    assert Field.merge([image(), field]).facts() == facts(field)


# global ---------------------------------------------------------------------------------------


def test_flatten_and_linear_see_everything() -> None:
    field = image().reshape((1, 3, 224, 224), (1, 3 * 224 * 224)).mix([1])
    found = facts(field)
    assert (found.size, found.stride, found.global_) == ((None, None), (None, None), True)


def test_global_pooling_of_a_strided_map_is_global_though_a_border_pixel_is_left_over() -> None:
    field = image(225, 225).gather(2, Gather.window(2, 2), 112).gather(3, Gather.window(2, 2), 112)
    assert facts(field.mix([2, 3])).size == (None, None)


def test_the_mean_of_a_crop_is_not_global() -> None:
    field = image().narrow(2, 0, 1, 100).mix([2, 3]).remove([2, 3])
    found = facts(field)
    assert (found.size, found.stride) == ((100, None), (None, None))
    assert found.global_


def test_squeeze_and_excitation_gate() -> None:
    located = conv(image(), 3, 1, 1, 224)
    gate = located.mix([2, 3]).mix([1])
    found = facts(located.gate(gate))
    assert (found.size, found.global_) == ((3, 3), True)


def test_a_one_unit_map_that_is_broadcast_is_a_gate() -> None:
    located = conv(image(7, 7), 3, 1, 1, 7)
    pooled = located.gather(2, Gather.window(7, 7), 1).gather(3, Gather.window(7, 7), 1)
    found = facts(Field.merge([located, pooled]))
    assert (found.size, found.global_) == ((3, 3), True)


def test_statistics_over_space_set_the_flag_beside_the_local_field() -> None:
    found = facts(conv(image(), 3, 1, 1, 224).statistics([2, 3]))
    assert (found.size, found.global_) == ((3, 3), True)
    assert not facts(image().statistics([1])).global_


def test_one_position_is_a_constant_set() -> None:
    field = Field.of_input((1, 8, 100), {"T": 2}).gather(2, Gather.window(3, 1, 2), 100)
    last = facts(field.select(2, -1))
    assert (last.size, last.stride, last.start, last.halo) == ((3,), (None,), (None,), (None,))
    assert facts(field.select(2, 0)).coverage == (0.01,)
    assert facts(field.select(2, None)).size == (None,)


def test_a_map_of_one_unit_that_sees_everything_is_global_once_its_dim_is_gone() -> None:
    pooled = image(7, 7).gather(2, Gather.window(7, 7), 1).gather(3, Gather.window(7, 7), 1)
    assert facts(pooled).size == (7, 7)
    assert facts(pooled.reshape((1, 3, 1, 1), (1, 3))).size == (None, None)


# layout ---------------------------------------------------------------------------------------


def test_flatten_and_unflatten_restore_both_axes() -> None:
    field = conv(image(8, 10), 3, 1, 1, 8)
    field = image(8, 10).gather(2, Gather.window(3, 1, 1), 8)
    flat = field.reshape((1, 3, 8, 10), (1, 3, 80))
    assert flat.located_dims() == {2}
    assert flat.axes_at(2) == ("H", "W")
    back = flat.reshape((1, 3, 80), (1, 3, 8, 10))
    assert facts(back) == facts(field)
    assert facts(back.gather(2, Gather.window(3, 1, 1), 8)).size == (5, 1)


def test_channels_last_and_back() -> None:
    field = image().permute((0, 2, 3, 1)).mix([3])
    assert field.located_dims() == {1, 2}
    field = field.gather(1, Gather.window(5, 1, 2), 224)
    assert facts(field.permute((0, 3, 1, 2))).size == (5, 1)


def test_broadcast_aligns_right() -> None:
    field = Field.of_input((8, 10), {"H": 0, "W": 1})
    assert field.broadcast((8, 10), 4).located_dims() == {2, 3}


def test_a_reshape_that_splits_an_axis_unevenly_is_unknown() -> None:
    field = Field.of_input((1, 6, 4), {"T": 1}).reshape((1, 6, 4), (1, 4, 6))
    assert field.facts() is None
    assert field.reasons == ("an axis is split unevenly by a reshape",)


def test_symbolic_batch_and_sizes() -> None:
    n, h, w = symbol("N"), symbol("H"), symbol("W")
    both = [(2, Gather.window(3, 1, 1), h), (3, Gather.window(3, 1, 1), w)]
    field = Field.of_input((n, 3, h, w), IMAGE).gather_each(both)
    flat = field.reshape((n, 3, h, w), (n, 3, h * w)).permute((0, 2, 1)).mix([2])
    back = flat.permute((0, 2, 1)).reshape((n, 3, h * w), (n, 3, h, w))
    assert facts(back).size == (3, 3)
    assert facts(back).coverage == (None, None)
    assert facts(back.gather_each(both)).size == (5, 5)


def test_frames_folded_into_the_batch() -> None:
    n = symbol("N")
    field = Field.of_input((n, 16, 3, 32, 32), {"T": 1, "H": 3, "W": 4})
    field = field.reshape((n, 16, 3, 32, 32), (n * 16, 3, 32, 32))
    field = field.gather(2, Gather.window(3, 1, 1), 32)
    field = field.reshape((n * 16, 3, 32, 32), (n, 16, 3, 32, 32)).gather(1, Gather.window(5, 1, 2), 16)
    assert facts(field).size == (5, 3, 1)


def test_repetition() -> None:
    field = Field.of_input((1, 6), {"T": 1}).repeat(1, 2)
    assert field.support("T").positions(7) == {1}  # type: ignore[union-attr]


def test_upsampling_by_expand_and_reshape() -> None:
    field = Field.of_input((1, 6), {"T": 1}).insert(2).reshape((1, 6, 2), (1, 12))
    found = facts(field)
    assert found.stride == (Fraction(1, 2),)
    assert facts(field.gather(1, Gather.window(5, 1, 2), 12)).size == (3,)


# transformers ---------------------------------------------------------------------------------


def vit_tokens() -> Field:
    field = conv(image(), 16, 16, 0, 14)
    return field.reshape((1, 192, 14, 14), (1, 192, 196)).permute((0, 2, 1))


def attention(tokens: Field, dim: int) -> Field:
    """softmax(QKᵀ)V: values are mixed over the tokens, queries stay where they are."""
    return Field.merge([tokens, tokens.mix([dim])])


def test_vit_patches_and_class_token() -> None:
    tokens = Field.concat([Field.EMPTY, vit_tokens()], 1, [1, 196])
    before = facts(tokens.mix([2]))
    assert (before.size, before.stride, before.start, before.global_) == ((16, 16), (16, 16), (0, 0), False)
    after = attention(tokens, 1)
    assert (facts(after).size, facts(after).global_) == ((16, 16), True)
    assert facts(after.select(1, 0)).size == (None, None)
    assert Field.EMPTY is tokens.select(1, 0)


def test_patches_without_the_class_token_make_a_map_again() -> None:
    tokens = Field.concat([Field.EMPTY, vit_tokens()], 1, [1, 196]).narrow(1, 1, 1, 196)
    grid = tokens.reshape((1, 196, 192), (1, 14, 14, 192)).permute((0, 3, 1, 2))
    assert facts(conv(grid, 3, 1, 1, 14)).size == (48, 48)


def test_patch_embedding_by_reshape() -> None:
    """(C, 14·16, 14·16) → 196 tokens of C·16·16 → Linear."""
    old, folded = (1, 3, 224, 224), (1, 3, 14, 16, 14, 16)
    field = image().reshape(old, folded).permute((0, 2, 4, 3, 5, 1))
    field = field.reshape((1, 14, 14, 16, 16, 3), (1, 196, 768)).mix([2])
    assert facts(field).size == (16, 16)
    grid = field.reshape((1, 196, 192), (1, 14, 14, 192)).permute((0, 3, 1, 2))
    found = facts(grid)
    assert (found.size, found.stride) == ((16, 16), (16, 16))
    assert facts(conv(grid, 3, 1, 1, 14)).size == (48, 48)


def test_attention_scores_hold_queries_and_keys() -> None:
    tokens = vit_tokens()
    scores = Field.merge([tokens.mix([2]), tokens.mix([2]).permute((0, 2, 1))])
    assert scores.located_dims() == {1, 2}
    found = facts(scores.mix([2]))
    assert (found.size, found.global_) == ((16, 16), True)


N = symbol("N")


def partition(field: Field, n: int, window: int) -> Field:
    count = n // window
    field = field.reshape((N, n, n, 96), (N, count, window, count, window, 96)).permute((0, 1, 3, 2, 4, 5))
    return field.reshape((N, count, count, window, window, 96), (N * count * count, window * window, 96))


def reverse(field: Field, n: int, window: int) -> Field:
    count = n // window
    field = field.reshape((N * count * count, window * window, 96), (N, count, count, window, window, 96))
    return field.permute((0, 1, 3, 2, 4, 5)).reshape((N, count, window, count, window, 96), (N, n, n, 96))


def swin_map() -> Field:
    field = Field.of_input((N, 3, 224, 224), IMAGE)
    return conv(field, 4, 4, 0, 56).permute((0, 2, 3, 1))


def window_attention(field: Field) -> Field:
    return reverse(attention(partition(field, 56, 7), 1), 56, 7)


def test_window_partition_and_reverse_restore_the_map() -> None:
    assert facts(reverse(partition(swin_map(), 56, 7), 56, 7)) == facts(swin_map())


def test_window_attention_reads_the_window() -> None:
    found = facts(window_attention(swin_map()))
    assert (found.size, found.size_min, found.stride, found.start) == ((28, 28), (28, 28), (4, 4), (0, 0))
    assert not found.global_


def test_mixing_in_windows_without_queries_is_restored_too() -> None:
    mixed = reverse(partition(swin_map(), 56, 7).mix([1]), 56, 7)
    found = facts(mixed)
    assert (found.size, found.stride) == ((28, 28), (4, 4))
    pooled = facts(mixed.gather(1, Gather.window(2, 2), 28))
    assert (pooled.size, pooled.size_min) == ((56, 28), (28, 28))


def test_shifted_windows_reach_across() -> None:
    field = swin_map()
    field = Field.merge([field, window_attention(field)])
    rolled = field.gather_each((dim, Gather.shifted(3), 56) for dim in (1, 2))
    back = window_attention(rolled).gather_each((dim, Gather.shifted(-3), 56) for dim in (1, 2))
    found = facts(Field.merge([field, back]))
    assert (found.size, found.stride) == ((56, 56), (4, 4))
    assert field.support("H").positions(3) < back.support("H").positions(3)  # type: ignore[union-attr]


def test_window_of_the_whole_map_is_global() -> None:
    field = conv(Field.of_input((N, 3, 224, 224), IMAGE), 32, 32, 0, 7).permute((0, 2, 3, 1))
    mixed = reverse(partition(field, 7, 7).mix([1]), 7, 7)
    assert facts(mixed).size == (None, None)


def test_window_partition_of_a_symbolic_map() -> None:
    h = symbol("H")
    field = Field.of_input((N, h, h, 3), {"H": 1, "W": 2})
    c, shape = h // 7, (N, h, h, 3)
    folded = (N, c, 7, c, 7, 3)
    tokens = field.reshape(shape, folded).permute((0, 1, 3, 2, 4, 5))
    tokens = tokens.reshape((N, c, c, 7, 7, 3), (N * c * c, 49, 3))
    back = attention(tokens, 1).reshape((N * c * c, 49, 3), (N, c, c, 7, 7, 3))
    back = back.permute((0, 1, 3, 2, 4, 5)).reshape(folded, shape)
    assert facts(back).size == (7, 7)
    assert facts(back.gather(1, Gather.window(3, 1, 1), h)).size == (14, 7)


def test_grid_attention_reads_spaced_positions() -> None:
    """MaxViT: a 7×7 grid of positions 8 apart."""
    field = Field.of_input((N, 56, 56, 96), {"H": 1, "W": 2})
    folded = (N, 7, 8, 7, 8, 96)
    tokens = field.reshape((N, 56, 56, 96), folded).permute((0, 2, 4, 1, 3, 5))
    tokens = tokens.reshape((N, 8, 8, 7, 7, 96), (N * 64, 49, 96))
    mixed = attention(tokens, 1).reshape((N * 64, 49, 96), (N, 8, 8, 7, 7, 96))
    mixed = mixed.permute((0, 3, 1, 4, 2, 5)).reshape(folded, (N, 56, 56, 96))
    found = facts(mixed)
    assert (found.size, found.density) == ((49, 49), (7 / 49, 7 / 49))
    assert mixed.support("H").positions(10) == set(range(2, 56, 8))  # type: ignore[union-attr]


def test_axial_attention_reduces_one_axis() -> None:
    field = image(32, 32).permute((0, 3, 2, 1)).reshape((1, 32, 32, 3), (32, 32, 3))
    found = facts(field.mix([1]))
    assert (found.size, found.global_) == ((None, 1), True)


# merges ---------------------------------------------------------------------------------------


def test_concatenation_along_channels_weighs_the_energy() -> None:
    a, b = conv(image(), 3, 1, 1, 224), conv(image(), 7, 1, 3, 224)
    equal = facts(Field.concat([a, b], 1, [64, 64]))
    mostly_small = facts(Field.concat([a, b], 1, [192, 64]))
    assert equal.size == mostly_small.size == (7, 7)
    assert mostly_small.erf[0] < equal.erf[0]  # type: ignore[operator]


def test_zeros_beside_a_map_are_padding() -> None:
    field = Field.of_input((1, 8, 100), {"T": 2})
    padded = Field.concat([Field.EMPTY, field], 2, [2, 100])
    causal = padded.gather(2, Gather.window(3), 100)
    assert facts(causal).start == (-2,)


def test_maps_of_several_scales_end_to_end() -> None:
    """Detection heads: H·W tokens of three scales; the largest field is reported."""
    scales, counts = [], []
    for n, kernel in [(28, 8), (14, 16), (7, 32)]:
        field = conv(image(), kernel, kernel, 0, n)
        scales.append(field.reshape((1, 85, n, n), (1, 85, n * n)))
        counts.append(n * n)
    joined = Field.concat(scales, 2, counts)
    assert facts(joined).size == (32, 32)
    assert facts(joined.narrow(2, 0, 1, 28 * 28)).size == (8, 8)


def test_symbolic_skip_and_upsampled_path() -> None:
    h = symbol("H")
    skip = Field.of_input((N, 3, h, h), IMAGE)
    down = skip.gather_each((dim, Gather.window(2, 2), h // 2) for dim in (2, 3))
    up = down.gather_each((dim, Gather.repeated(2), 2 * (h // 2)) for dim in (2, 3))
    found = facts(Field.concat([skip, up], 1, [64, 64]))
    assert (found.size, found.stride) == ((2, 2), (1, 1))


def test_different_strides_are_misaligned() -> None:
    a = Field.of_input((1, 1, 9), {"T": 2})
    strided = a.gather(2, Gather.window(5, 2, 2), 5)
    valid = a.gather(2, Gather.window(3), 7).gather(2, Gather.window(3), 5)
    assert "2 px" in (Field.misalignment([strided, valid]) or "")
    merged = facts(Field.merge([strided, valid]))
    assert (merged.size, merged.size_min) == ((7,), (5,))


def test_a_centre_one_unit_away_is_misaligned() -> None:
    field = image()
    valid = conv(field, 3, 1, 0, 222)
    cropped = field.narrow(2, 0, 1, 222).narrow(3, 0, 1, 222)
    centred = field.narrow(2, 1, 1, 222).narrow(3, 1, 1, 222)
    assert Field.misalignment([valid, cropped]) == "H: centres of the branches are 1 px (1 units) apart"
    assert Field.misalignment([valid, centred]) is None
    assert Field.misalignment([valid, Field.EMPTY]) is None


def test_causal_branches_of_different_length_are_aligned() -> None:
    field = Field.of_input((1, 8, 100), {"T": 2})
    assert Field.misalignment([field, field.gather(2, Gather.window(3, 1, 16, 8), 100)]) is None


@pytest.mark.parametrize("up", [Gather.transposed(2, 2), Gather.linear(14, 28), Gather.linear(14, 28, True)])
def test_decoders_are_aligned(up: Gather) -> None:
    skip = conv(image(28, 28), 3, 1, 1, 28)
    down = skip.gather_each((dim, Gather.window(2, 2), 14) for dim in (2, 3))
    upsampled = down.gather_each((dim, up, 28) for dim in (2, 3))
    assert Field.misalignment([skip, upsampled]) is None
    assert facts(Field.merge([skip, upsampled])).stride == (1, 1)


@pytest.mark.parametrize("resize", [Gather.nearest, Gather.linear, partial(Gather.linear, align_corners=True)])
def test_pyramids_are_aligned(resize: Any) -> None:
    """Each level is made larger and added to the one above: however that shifts it, less than a unit of the smallest map."""
    levels, size = [image(64, 64)], 64
    for _ in range(4):
        size //= 2
        levels.append(levels[-1].gather_each((dim, Gather.window(3, 2, 1), size) for dim in (2, 3)))
    top = levels.pop()
    while levels:
        skip = levels.pop()
        top = top.gather_each((dim, resize(size, 2 * size), 2 * size) for dim in (2, 3))
        size *= 2
        assert Field.misalignment([skip, top]) is None
        top = Field.merge([skip, top])


@pytest.mark.parametrize("bins", [2, 3, 6])
@pytest.mark.parametrize("align", [False, True])
def test_bins_of_a_pooled_map_are_aligned_with_it(bins: int, align: bool) -> None:
    size = 24
    bin_ = Gather.window(size // bins, size // bins)
    pooled = image(size, size).gather_each((dim, bin_, bins) for dim in (2, 3))
    spread = pooled.gather_each((dim, Gather.linear(bins, size, align), size) for dim in (2, 3))
    assert Field.misalignment([image(size, size), spread]) is None


# the sets themselves --------------------------------------------------------------------------


def read_by(field: Field, axis: int, unit: int) -> set[int]:
    """The pixels of one unit, as whoever draws the sets of a fact works them out."""
    sets = facts(field).sets[axis]
    assert sets is not None
    turns, phase = divmod(unit, sets.period)
    first = sets.offsets[phase] + turns * sets.jump
    return {first + bit for bit in range(sets.bits[phase].bit_length()) if sets.bits[phase] >> bit & 1}


def test_facts_have_the_pixels_of_every_unit_with_holes_and_phases() -> None:
    dilated = conv(image(), 3, 1, 2, 224, dilation=2)
    assert read_by(dilated, 0, 10) == {8, 10, 12}
    upsampled = dilated.gather(3, Gather.repeated(2), 448)
    assert read_by(upsampled, 1, 20) == read_by(upsampled, 1, 21) == {8, 10, 12}
    sets = facts(upsampled).sets
    assert [found and (found.period, found.jump, found.units) for found in sets] == [(1, 1, 224), (2, 1, 448)]


def test_an_axis_that_is_mixed_has_no_sets() -> None:
    assert facts(image().mix([2])).sets[0] is None


def test_sets_that_would_take_too_much_are_left_out() -> None:
    wide = Field.of_input((1, 3, 500_000), {"L": 2}).gather(2, Gather.window(300_000), 200_001)
    found = facts(wide)
    assert found.size == (300_000,) and found.sets == (None,)
