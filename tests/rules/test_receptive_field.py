"""RF101–RF108 on facts made by hand: criteria of docs/receptive-fields.md §5, levels and words of the rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzers.facts import MergeFact
from analyzers.rules.checkerboard_upsampling import taps_per_phase
from analyzers.rules.gridding_dilation import _has_holes
from analyzers.rules.support.settings import ModelSettings
from tests.rules.facts import FILE, call, conv, field, model, place, said


def levels(findings):
    return [finding.severity for finding in findings]


class TestBelowInput:
    """RF101"""

    def test_dense_output_is_a_warning_pooled_is_information(self):
        assert levels(said("RF101", model(field=field(9, 9), dense=True))) == ["warning"]
        assert levels(said("RF101", model(field=field(9, 9)))) == ["information"]

    def test_nothing_is_said_on_an_assumed_input_but_of_a_region_that_is_wanted(self):
        guessed = model(field=field(9, 9), dense=True, origin="default")
        assert said("RF101", guessed) == []
        assert len(said("RF101", guessed, target_size=(16,))) == 1

    def test_tokens_and_features_are_no_pixels(self):
        assert said("RF101", model(field=field(9, axes=("C",)), dense=True)) == []

    def test_attention_lets_every_unit_see_everything(self):
        """What each of several units sees whole is nothing that the field of a patch would tell."""
        patch, mixed = field(16, 16), field(16, 16, global_=True)
        layers = [conv("patch", 1, field=patch), conv("attention", 2, input_field=patch, field=mixed)]
        assert said("RF101", model(field=patch, layers=layers)) == []
        assert said("RF101", model(field=mixed, layers=layers, dense=True)) == []

    def test_a_pooled_vector_that_is_merged_in_is_no_attention(self):
        """Of a classifier nothing is said; a dense output is still made from what lies near."""
        near, mixed = field(9, 9), field(9, 9, global_=True)
        scaled = replace(conv("forward:mul@9", 9, input_field=near, field=mixed), functional=True, type="mul")
        layers = [conv("a", 1, field=near), scaled]
        assert said("RF101", model(field=mixed, layers=layers)) == []
        assert len(said("RF101", model(field=mixed, layers=layers, dense=True))) == 1

    def test_pooling_to_one_unit_is_no_attention(self):
        pooled = conv("pool", 2, input_field=field(9, 9), field=field(None, None, global_=True))
        assert len(said("RF101", model(field=field(9, 9), layers=[conv("a", 1, field=field(9, 9)), pooled]))) == 1

    def test_a_pyramid_is_judged_by_its_deepest_map(self):
        several = model(field=field(9, 9), dense=True, deepest=field(40, 40), deepest_layer="p5")
        assert said("RF101", several) == []

    def test_covering_is_silent(self):
        assert said("RF101", model(field=field(32, 32))) == []

    def test_each_axis_counts(self):
        (finding,) = said("RF101", model(field=field(99, 16)))
        assert finding.message == (
            "RF 16 px covers 50 % of the 32 px input (width); units of `last` never see the whole image"
        )

    def test_an_axis_that_is_mixed_is_covered(self):
        assert said("RF101", model(field=field(None, 40))) == []

    def test_global_context_is_told_beside_the_local_field(self):
        (finding,) = said("RF101", model(field=field(9, 9, global_=True), dense=True))
        assert finding.message.startswith("local RF 9 px") and "beside" in finding.message

    def test_required_coverage_and_target_size(self):
        assert said("RF101", model(field=field(16, 16)), required_coverage=0.5) == []
        assert said("RF101", model(field=field(16, 16)), target_size=(16,)) == []
        assert said("RF101", model(field=field(16, 16)), target_size=(16, 17)) != []
        own = (ModelSettings(f"{FILE}::model", target_size=(8,)),)
        assert said("RF101", model(field=field(16, 16)), models=own) == []

    def test_a_size_that_is_not_known_is_silent(self):
        assert said("RF101", model(field=field(9, 9, extent=("H", "W")))) == []
        assert said("RF101", model(field=field(9, 9), status="partial")) == []

    def test_the_last_map_is_a_related_place(self):
        last = model(field=field(9, 9), layers=[conv("last", 7)])
        (finding,) = said("RF101", last)
        assert finding.related == [("the last feature map comes out of `last`", place(7))]


class TestUnproductive:
    """RF103"""

    def test_the_narrowest_path_decides(self):
        seen = field(40, 40)
        skip = field(40, 40, shortest=(9, 9))
        layers = [conv("a", 1, input_field=skip), conv("b", 2, input_field=seen)]
        assert [f.place.line for f in said("RF103", model(layers=layers))] == [2]

    def test_a_layer_is_productive_if_one_of_its_calls_is(self):
        early, late = call(11, input_field=field(9, 9)), call(12, input_field=field(40, 40))
        assert said("RF103", model(layers=[conv("a", 1, per_call=[early, late])])) == []
        wider = call(13, input_field=field(60, 60))
        (finding,) = said("RF103", model(layers=[conv("a", 1, per_call=[late, wider])]))
        assert "(narrowest RF 40×40)" in finding.message

    def test_all_axes_must_be_seen(self):
        assert said("RF103", model(layers=[conv("a", 1, input_field=field(40, 31))])) == []

    def test_pointwise_convolutions_and_pools_do_not_count(self):
        one = conv("a", 1, input_field=field(40, 40), geometry={"kernel_size": (1, 1)})
        pool = conv("b", 2, input_field=field(40, 40), type="torch.nn.MaxPool2d", geometry={"kind": "pooling"})
        assert said("RF103", model(layers=[one, pool])) == []

    def test_layers_built_on_one_line_are_one_finding(self):
        layers = [conv(f"features.{n}", 5, input_field=field(40, 40)) for n in range(3)]
        (finding,) = said("RF103", model(layers=layers))
        assert "`features.0` (Conv2d) adds no context (so do 2 more built here, up to `features.2`)" in finding.message


class TestGridding:
    """RF104"""

    def test_the_run_and_a_better_schedule(self):
        holes = field(9, 9, density=(5 / 9, 5 / 9))
        layers = [conv(name, line, field=holes, geometry={"dilation": (2, 2)}) for name, line in (("a", 1), ("b", 2))]
        (finding,) = said("RF104", model(field=holes, layers=layers))
        assert "density 0.56: the dilations 2, 2 of `a` … `b`" in finding.message
        assert finding.related == [("`b` is dilated too", place(2))]

    def test_holes_after_a_later_call_count(self):
        holes = field(9, 9, density=(5 / 9, 5 / 9))
        calls = [call(11, field=field(5, 5)), call(12, field=holes)]
        (finding,) = said(
            "RF104", model(field=holes, layers=[conv("a", 1, per_call=calls, geometry={"dilation": (2, 2)})])
        )
        assert "the dilation 2 of `a`" in finding.message

    def test_holes_that_are_filled_later_are_silent(self):
        holes = field(9, 9, density=(5 / 9, 5 / 9))
        layers = [conv("a", 1, field=holes, geometry={"dilation": (2, 2)})]
        assert said("RF104", model(field=field(11, 11), layers=layers)) == []

    @pytest.mark.parametrize(
        ("dilations", "holes"),
        [
            ((2, 2), True),
            ((1, 2, 5), False),
            ((2, 2, 2), True),
            ((1, 2, 5, 1, 2, 5), False),
            ((1, 2, 9), True),
            ((2, 4, 8), True),
            ((1, 2, 4), False),
        ],
    )
    def test_published_schedules(self, dilations, holes):
        """docs/receptive-fields.md §5."""
        assert _has_holes(dilations) is holes


class TestSkippedPixels:
    """RF105"""

    def test_a_stride_over_the_kernel(self):
        layer = conv("a", 1, geometry={"kernel_size": (1, 1), "stride": (2, 2)}, producers=("x",))
        assert len(said("RF105", model(layers=[layer]))) == 1

    def test_a_shortcut_beside_a_branch_that_reads_is_exempt(self):
        shortcut = conv("shortcut", 1, geometry={"kernel_size": (1, 1), "stride": (2, 2)}, producers=("x",))
        branch = conv("conv", 2, geometry={"stride": (2, 2)}, producers=("x",))
        assert said("RF105", model(layers=[branch, shortcut])) == []

    def test_each_call_needs_a_branch_that_reads(self):
        geometry = {"kernel_size": (1, 1), "stride": (2, 2)}
        calls = [call(11, producers=("x",)), call(12, producers=("y",))]
        twice = conv("shortcut", 1, geometry=geometry, per_call=calls)
        branch = conv("conv", 2, geometry={"stride": (2, 2)}, producers=("x",))
        assert len(said("RF105", model(layers=[branch, twice]))) == 1
        both = replace(branch, per_call=[*branch.per_call, call(13, producers=("y",))])
        assert said("RF105", model(layers=[both, twice])) == []

    def test_one_pixel_is_not_skipped_but_more_are(self):
        calls = [call(11, input_shapes=((1, 3, 1, 1),)), call(12, input_shapes=((1, 3, 8, 8),))]
        geometry = {"kernel_size": (1, 1), "stride": (2, 2)}
        assert said("RF105", model(layers=[conv("a", 1, geometry=geometry, per_call=calls[:1])])) == []
        assert len(said("RF105", model(layers=[conv("a", 1, geometry=geometry, per_call=calls)]))) == 1

    def test_two_branches_that_both_skip_are_not(self):
        pair = [conv(name, 1, geometry={"kernel_size": (1, 1), "stride": (2, 2)}, producers=("x",)) for name in "ab"]
        assert len(said("RF105", model(layers=pair))) == 2

    def test_a_branch_behind_a_norm_reads_the_same_pixels(self):
        """Residual blocks that normalise first."""
        shortcut = conv("shortcut", 1, geometry={"kernel_size": (1, 1), "stride": (2, 2)}, producers=("x",))
        norm = replace(conv("norm", 2, type="torch.nn.BatchNorm2d", producers=("x",)), geometry=None)
        branch = conv("conv", 3, geometry={"stride": (2, 2)}, producers=("norm",))
        assert said("RF105", model(layers=[norm, branch, shortcut])) == []
        assert len(said("RF105", model(layers=[norm, shortcut]))) == 1

    def test_where_it_begins_is_not_known_along_axes_that_come_or_go(self):
        before, after = field(1), field(1, 1)
        geometry = {"kernel_size": (1, 1), "stride": (2, 2)}
        pair = [
            conv(name, line, geometry=geometry, producers=("x",), input_field=before, field=after)
            for line, name in enumerate("ab")
        ]
        assert len(said("RF105", model(layers=pair))) == 2

    def test_dilation_widens_the_kernel(self):
        layer = conv("a", 1, geometry={"kernel_size": (2, 2), "stride": (3, 3), "dilation": (2, 2)})
        assert said("RF105", model(layers=[layer])) == []


class TestCheckerboard:
    """RF106"""

    @pytest.mark.parametrize(
        ("kernel", "stride", "found"),
        [(3, 2, 1), (4, 2, 0), (2, 2, 0), (5, 3, 1), (1, 2, 1), (3, 1, 0), (6, 3, 0)],
    )
    def test_kernel_modulo_stride(self, kernel, stride, found):
        geometry = {"kernel_size": (kernel,) * 2, "stride": (stride,) * 2, "transposed": True}
        layer = conv("up", 1, type="torch.nn.ConvTranspose2d", geometry=geometry)
        assert len(said("RF106", model(layers=[layer]))) == found

    def test_taps_of_each_phase(self):
        assert taps_per_phase(3, 2) == [2, 1]
        assert taps_per_phase(4, 2) == [2, 2]
        assert taps_per_phase(4, 2, dilation=2) == [4, 0]


def test_misaligned_merge():
    merges = [MergeFact(place(3), "add", False, "strides 4 and 2"), MergeFact(place(4), "cat", True)]
    (finding,) = said("RF107", model(merges=merges))
    assert (finding.place.line, finding.severity) == (3, "warning")
    assert finding.message == "the branches of this add are misaligned: strides 4 and 2"


def test_misaligned_merges_are_told_once_a_model():
    merges = [MergeFact(place(line), "iadd", False, "shifted") for line in (3, 4, 4, 5)]
    (finding,) = said("RF107", model(merges=merges))
    assert finding.message == "the branches of this += are misaligned: shifted; so are those of 2 more"
    assert [place.line for _, place in finding.related] == [4, 5]


def test_padding_dominated_field():
    """VGG-16's 212 pixels on an input of 32: 85 % padding."""
    (finding,) = said("RF108", model(field=field(212, 212)))
    assert finding.message.startswith("85 % of the 212 px field") and finding.severity == "information"
    assert said("RF108", model(field=field(64, 64))) == []
    assert said("RF108", model(field=field(212, 212), origin="solved")) == [], "only where the input is known"


@pytest.mark.parametrize("shape", [(1, 3, 16, 8), (1, 16, 8, 3), (1, 128, 16)])
def test_the_field_says_how_long_the_input_is_whatever_its_layout(shape):
    found = model(shape=shape, field=field(9, 9, extent=(16, 8)))
    assert "of the 16 px input (height)" in said("RF101", found)[0].message
