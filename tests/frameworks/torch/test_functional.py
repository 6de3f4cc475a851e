"""torch.nn.functional against torch itself: the same shapes, and raising where torch raises.

Calls are drawn at random with a fixed seed, among them enough wrong ones; torch on CPU is the judge.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from analyzers.frameworks.torch import functional as F
from analyzers.interpreter.overlays import NAMES
from analyzers.tensors.dims import has_unknown, same, symbol, text
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.field import Field
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed
from tests.differential.judge import NO_TORCH

CALLS = 45
"""Calls drawn from every family."""


@dataclass(frozen=True)
class Array:
    """A tensor argument of a drawn call."""

    shape: tuple[int, ...]
    dtype: str = "float32"

    def __repr__(self) -> str:
        return f"{self.dtype}{list(self.shape)}"


@dataclass(frozen=True)
class Call:
    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        arguments = [*map(repr, self.args), *(f"{name}={value!r}" for name, value in self.kwargs.items())]
        return f"{self.name}({', '.join(arguments)})"


def call(name: str, *args: Any, **kwargs: Any) -> Call:
    return Call(name, args, kwargs)


def floats(*shape: int) -> Array:
    return Array(shape)


def integers(*shape: int) -> Array:
    return Array(shape, "int64")


class Draw:
    """Random sizes and arguments; ``odd`` values come rarely and are mostly wrong."""

    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)

    def of(self, *options: Any) -> Any:
        return self.random.choice(options)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def size(self, low: int = 1, high: int = 8) -> int:
        return self.random.randint(low, high)

    def sizes(self, count: int, low: int = 1, high: int = 8) -> tuple[int, ...]:
        return tuple(self.size(low, high) for _ in range(count))

    def mostly(self, usual: Any, *odd: Any, share: float = 0.08) -> Any:
        return self.of(*odd) if self.chance(share) else usual

    def per_axis(self, axes: int, low: int, high: int) -> Any:
        """One number, a tuple, or rarely a tuple of another length."""
        count = self.mostly(axes, 1, axes + 1, share=0.05)
        return self.size(low, high) if self.chance(0.4) else self.sizes(count, low, high)

    def some(self, **arguments: Callable[[], Any]) -> dict[str, Any]:
        """About half of the optional arguments."""
        return {name: draw() for name, draw in arguments.items() if self.chance(0.5)}

    def image(self, axes: int, channels: int = 2, high: int = 10) -> tuple[int, ...]:
        """Mostly a map of this many axes, batched or not."""
        if self.chance(0.05):
            return self.sizes(self.size(1, 6), 1, 4)
        return (*self.of((), (1,), (2,)), channels, *self.sizes(axes, 1, high))


def convolution(draw: Draw) -> Call:
    axes, groups = draw.of(1, 2, 3), draw.of(1, 1, 2, 3)
    channels, out_channels = groups * draw.of(1, 2), draw.mostly(groups * draw.of(1, 2), 1, 5)
    weight = floats(out_channels, channels // groups, *draw.sizes(axes, 1, 4))
    options = draw.some(
        stride=lambda: draw.mostly(draw.per_axis(axes, 1, 3), 0),
        padding=lambda: draw.of(draw.per_axis(axes, 0, 3), draw.of("same", "valid", "full", -1)),
        dilation=lambda: draw.per_axis(axes, 1, 3),
        bias=lambda: floats(draw.mostly(out_channels, 1, 4)),
    )
    input = floats(*draw.image(axes, draw.mostly(channels, 1, 3)))
    return call(f"conv{axes}d", input, weight, groups=groups, **options)


def transposed(draw: Draw) -> Call:
    axes, groups = draw.of(1, 2, 3), draw.of(1, 1, 2)
    channels, per_group = groups * draw.of(1, 2), draw.of(1, 2)
    options = draw.some(
        stride=lambda: draw.per_axis(axes, 1, 3),
        padding=lambda: draw.per_axis(axes, 0, 1),
        output_padding=lambda: draw.per_axis(axes, 0, 2),
        dilation=lambda: draw.per_axis(axes, 1, 2),
        bias=lambda: floats(draw.mostly(per_group * groups, 1, 5)),
    )
    input = floats(*draw.image(axes, draw.mostly(channels, 1, 3), 5))
    weight = floats(channels, per_group, *draw.sizes(axes, 3, 4))
    return call(f"conv_transpose{axes}d", input, weight, groups=groups, **options)


def pool(draw: Draw) -> Call:
    axes, kind = draw.of(1, 2, 3), draw.of("max", "avg", "lp")
    options = draw.some(
        stride=lambda: draw.mostly(draw.per_axis(axes, 1, 3), None, 0),
        ceil_mode=lambda: draw.of(True, False),
    )
    if kind != "lp":
        options |= draw.some(padding=lambda: draw.per_axis(axes, 0, 2))
    if kind == "max":
        options |= draw.some(dilation=lambda: draw.per_axis(axes, 1, 3), return_indices=lambda: True)
    kernel = draw.size(1, 4) if kind == "lp" and axes == 1 else draw.per_axis(axes, 1, 4)
    before = (2,) if kind == "lp" else ()
    return call(f"{kind}_pool{axes}d", floats(*draw.image(axes)), *before, kernel, **options)


def adaptive_pool(draw: Draw) -> Call:
    axes, kind = draw.of(1, 2, 3), draw.of("max", "avg")
    sizes = draw.of(draw.per_axis(axes, 1, 6), tuple(draw.of(None, 3) for _ in range(axes)), 0, -1)
    return call(f"adaptive_{kind}_pool{axes}d", floats(*draw.image(axes)), sizes)


def fractional_pool(draw: Draw) -> Call:
    axes = draw.of(2, 3)
    ratio = draw.of(0.5, (0.5,) * axes, (0.3,) * axes)
    options = draw.of({"output_size": draw.per_axis(axes, 1, 6)}, {"output_ratio": ratio}, {})
    return call(f"fractional_max_pool{axes}d", floats(*draw.image(axes)), draw.per_axis(axes, 1, 3), **options)


def unpool(draw: Draw) -> Call:
    axes = draw.of(1, 2, 3)
    shape = (*draw.of((), (2,)), 2, *draw.sizes(axes, 1, 4))
    indices = integers(*draw.mostly(shape, (2, *shape), shape[1:]))
    options = draw.some(stride=lambda: draw.size(1, 3), padding=lambda: draw.size(0, 1))
    if draw.chance(0.4):
        options["output_size"] = tuple(2 * n + draw.of(-1, 0, 0, 1, 3) for n in shape[-axes:])
    return call(f"max_unpool{axes}d", floats(*shape), indices, draw.size(1, 3), **options)


def pad(draw: Draw) -> Call:
    if draw.chance(0.5):
        amounts = tuple(draw.random.randint(-2, 3) for _ in range(draw.mostly(2 * draw.size(1, 3), 3, 10)))
        return call("pad", floats(*draw.sizes(draw.size(1, 5), 1, 5)), amounts)
    axes, mode = draw.of(1, 2, 3), draw.of("reflect", "replicate", "circular", "mirror")
    shape = draw.sizes(draw.mostly(axes + draw.of(1, 2), 1, 6), 2, 4)
    return call("pad", floats(*shape), draw.sizes(2 * axes, 0, 4), mode=mode)


def interpolate(draw: Draw) -> Call:
    axes = draw.of(1, 2, 2, 3)
    modes = ["nearest", "nearest-exact", "area", "linear", "bilinear", "bicubic", "trilinear", "cubic"]
    fitting = ["nearest", "area", {1: "linear", 2: "bilinear", 3: "trilinear"}[axes]]
    factor = draw.of(2, 0.5, 1.5, 0.3, 1.9999999, 3.0, 0.05, (2,) * axes, [0.7] * axes, [2, 2, 2])
    options = draw.mostly(draw.of({"scale_factor": factor}, {"size": draw.per_axis(axes, 1, 12)}), {}, {"size": 0})
    options |= draw.some(mode=lambda: draw.of(*fitting, *fitting, draw.of(*modes)))
    if draw.chance(0.15):
        options |= {draw.of("align_corners", "recompute_scale_factor", "antialias"): True}
    return call("interpolate", floats(*draw.mostly((1, 2, *draw.sizes(axes)), (3,), (3, 4))), **options)


def rearranging(draw: Draw) -> Call:
    factor = draw.mostly(draw.of(1, 2, 3), 0, -1, share=0.04)
    name = draw.of("pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "unfold", "fold")
    if name == "fold":
        sizes, kernel = draw.sizes(2, 3, 8), draw.size(1, 3)
        blocks = (sizes[0] - kernel + 1) * (sizes[1] - kernel + 1)
        return call("fold", floats(2, 3 * kernel**2, draw.mostly(blocks, 7)), sizes, kernel)
    if name == "unfold":
        options = draw.some(
            dilation=lambda: draw.per_axis(2, 1, 2),
            padding=lambda: draw.per_axis(2, 0, 2),
            stride=lambda: draw.per_axis(2, 1, 3),
        )
        return call("unfold", floats(*draw.image(2)), draw.per_axis(2, 1, 4), **options)
    channels = draw.of(1, 2, 4, 8, 9, 6)
    shape = draw.mostly((2, channels, *draw.of((6, 6), (4, 6), (9, 3), (5, 5))), (4, 4), (4,))
    return call(name, floats(*shape), factor)


def normalization(draw: Draw) -> Call:
    channels = draw.size(1, 6)
    shape = draw.mostly((2, channels, *draw.sizes(draw.size(0, 3), 1, 4)), (), (3,), share=0.05)

    def vector() -> Array | None:
        return draw.of(None, floats(draw.mostly(channels, 1, 4)), floats(channels))

    name = draw.of("batch_norm", "instance_norm", "group_norm", "layer_norm", "rms_norm", "local_response_norm")
    if name == "batch_norm":
        statistics = (floats(draw.mostly(channels, 5)), floats(channels))
        return call(name, floats(*shape), *statistics, vector(), vector())
    if name == "instance_norm":
        return call(name, floats(*shape), weight=vector(), bias=vector())
    if name == "group_norm":
        return call(name, floats(*shape), draw.of(1, 2, 3, channels), vector(), vector())
    if name == "local_response_norm":
        return call(name, floats(*shape), draw.of(0, 1, 3))
    last = draw.mostly(shape[-draw.size(1, 2) :], (4,), (), share=0.2)
    return call(name, floats(*shape), last, draw.of(None, floats(*last), floats(3)))


POINTWISE = [
    "relu", "relu6", "elu", "selu", "celu", "leaky_relu", "rrelu", "hardtanh", "hardsigmoid", "hardswish",
    "silu", "mish", "gelu", "softplus", "softshrink", "hardshrink", "logsigmoid", "sigmoid", "tanh",
    "tanhshrink", "softsign", "dropout", "alpha_dropout", "dropout1d",
]  # fmt: skip


def activation(draw: Draw) -> Call:
    shape = draw.sizes(draw.size(0, 5), 1, 4)
    name = draw.of(*POINTWISE, *["softmax", "log_softmax", "softmin", "glu"] * 4, *["prelu"] * 4)
    if name == "prelu":
        return call(name, floats(*shape), floats(*draw.of((), (1,), shape[1:2], (3,), (1, 1))))
    if name in POINTWISE:
        return call(name, floats(*shape))
    return call(name, floats(*shape), *draw.of((), (draw.random.randint(-4, 3),)))


def linear(draw: Draw) -> Call:
    name = draw.of("linear", "bilinear", "cosine_similarity", "pairwise_distance", "pdist", "normalize")
    shape, features = draw.sizes(draw.size(0, 3), 1, 3), draw.size(1, 4)
    input = floats(*shape, draw.mostly(features, 2))
    if name == "linear":
        return call(name, input, floats(3, features), *draw.of((), (floats(draw.mostly(3, 2)),)))
    if name == "bilinear":
        other = floats(*draw.mostly(shape, (2,)), 4)
        return call(name, input, other, floats(5, features, draw.mostly(4, 3)))
    if name == "pdist":
        return call(name, floats(*draw.sizes(draw.size(1, 3))))
    if name == "normalize":
        return call(name, input, dim=draw.of(-1, 0, 1, 2))
    return call(name, input, floats(*draw.of(input.shape, (1, features), (features,), (2, features))))


def attention(draw: Draw) -> Call:
    lead, length, source, size = draw.sizes(draw.size(1, 2), 1, 3), draw.size(), draw.size(2), draw.size()
    options = draw.some(
        attn_mask=lambda: floats(*draw.of((length, source), (1, source), (*lead, length, source), (length, 1)))
    )
    query, key = floats(*lead, length, size), floats(*lead, source, draw.mostly(size, 9))
    return call("scaled_dot_product_attention", query, key, floats(*lead, source, 3), **options)


def embedding(draw: Draw) -> Call:
    name, indices = (
        draw.of("embedding", "embedding_bag", "one_hot"),
        integers(*draw.sizes(draw.size(0, 3), 1, 4)),
    )
    table = floats(*draw.mostly((5, 3), (5,), (5, 3, 2)))
    if name == "one_hot":
        return call(name, indices, draw.of(1, 4, 0, -2))
    if name == "embedding":
        return call(name, indices, table, draw.of(None, None, 4, 5, -5, -6))
    offsets = {"offsets": integers(1)} if len(indices.shape) == 1 or draw.chance(0.1) else {}
    return call(name, indices, table, mode=draw.of("sum", "mean", "max", "avg"), **offsets)


def sampling(draw: Draw) -> Call:
    axes = draw.of(2, 3)
    size = (2, 3, *draw.sizes(axes, 1, 4))
    if draw.chance(0.5):
        matrices = floats(*draw.mostly((2, axes, axes + 1), (2, 2, 3), (1, 3, 4)))
        return call("affine_grid", matrices, draw.mostly(size, (2, 3, 4)))
    grid = floats(draw.mostly(2, 1), *draw.sizes(axes, 1, 4), draw.mostly(axes, 2, 3))
    return call("grid_sample", floats(*size), grid, mode=draw.of("bilinear", "nearest", "bicubic", "cubic"))


ELEMENTWISE_LOSSES = [
    "l1_loss", "mse_loss", "smooth_l1_loss", "huber_loss", "soft_margin_loss", "hinge_embedding_loss",
    "poisson_nll_loss", "kl_div", "binary_cross_entropy", "binary_cross_entropy_with_logits",
]  # fmt: skip


def elementwise_loss(draw: Draw) -> Call:
    name = draw.of(*ELEMENTWISE_LOSSES)
    shape = draw.sizes(draw.size(0, 3), 1, 3)
    target = draw.mostly(shape, shape[1:], tuple(draw.of(n, 1, 2) for n in shape), share=0.4)
    reduction = draw.mostly(draw.of("none", "mean", "sum"), "average")
    return call(name, floats(*shape), floats(*target), reduction=reduction)


def class_loss(draw: Draw) -> Call:
    reduction = draw.of("none", "mean", "sum")
    name, classes, space = (
        draw.of("nll_loss", "cross_entropy"),
        draw.size(4),
        draw.sizes(draw.size(0, 3), 1, 3),
    )
    if draw.chance(0.2):
        return call(name, floats(classes), integers(), reduction=reduction)
    target = integers(*draw.mostly((2, *space), (3, *space), space, (2, 2, *space), share=0.3))
    weight = draw.of(None, None, floats(draw.mostly(classes, 9, share=0.3)))
    return call(name, floats(2, classes, *space), target, weight, reduction=reduction)


def pair_loss(draw: Draw) -> Call:
    name = draw.of("cosine_embedding_loss", "triplet_margin_loss", "margin_ranking_loss", "gaussian_nll_loss")
    shape = draw.sizes(draw.size(1, 3), 1, 3)
    other = floats(*draw.mostly(shape, shape[1:], (1, *shape[1:]), share=0.3))
    last = floats(*draw.of(shape[:-1], shape, ()))
    return call(name, floats(*shape), other, last, reduction=draw.of("none", "mean", "sum"))


FAMILIES = [
    convolution, transposed, pool, adaptive_pool, fractional_pool, unpool, pad, interpolate, rearranging,
    normalization, activation, linear, attention, embedding, sampling, elementwise_loss, class_loss,
    pair_loss,
]  # fmt: skip


def outcome(function: Callable[..., Any], drawn: Call, make: Callable[[Array], Any]) -> Any:
    """The shapes that come out, or "raises"."""

    def made(value: Any) -> Any:
        return make(value) if isinstance(value, Array) else value

    try:
        result = function(*map(made, drawn.args), **{name: made(v) for name, v in drawn.kwargs.items()})
    except (OperationError, PythonError):
        return "raises"
    except UnknownUsed:
        raise
    except Exception:
        if make is ours:
            raise
        return "raises"
    return [tuple(x.shape) for x in result] if isinstance(result, tuple) else tuple(result.shape)


def ours(array: Array) -> Tensor:
    return Tensor(array.shape, dtype=array.dtype)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_same_shapes_and_errors_as_torch(family: Callable[[Draw], Call]) -> None:
    torch = pytest.importorskip("torch", reason=NO_TORCH)
    draw, raised = Draw(family.__name__), 0

    def theirs(array: Array) -> Any:
        # max_pool1d without gradients lets empty outputs pass
        floating = array.dtype == "float32"
        return torch.zeros(array.shape, dtype=getattr(torch, array.dtype), requires_grad=floating and pooled)

    for _ in range(CALLS):
        drawn = family(draw)
        pooled = drawn.name == "max_pool1d"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = outcome(getattr(torch.nn.functional, drawn.name), drawn, theirs)
        if "transpose" in drawn.name and expected != "raises" and 0 in expected:
            continue  # an empty output raises or not depending on the backend
        assert outcome(getattr(F, drawn.name), drawn, ours) == expected, str(drawn)
        raised += expected == "raises"
    assert 0 < raised < CALLS


TORCH_CALLS = [
    call("batch_norm", floats(2, 3, 4), floats(3), None, floats(3), floats(3), False, 0.1, 1e-5, False),
    call("batch_norm", floats(2, 3, 4), floats(4), None, floats(3), floats(3), False, 0.1, 1e-5, False),
    call("instance_norm", floats(2, 3, 4), floats(3), floats(3), None, None, True, 0.1, 1e-5, False),
    call("layer_norm", floats(2, 3, 4), (4,), floats(4), floats(4), 1e-5, False),
    call("group_norm", floats(2, 6, 4), 3, floats(6), floats(6)),
    call("embedding", floats(5, 3), integers(2, 7)),
    call("softmax", floats(2, 3), 1),
    call("softmax", floats(2, 3)),
    call("log_softmax", floats(2, 3), -1),
    call("dropout", floats(2, 3), 0.5, True),
    call("relu", floats(2, 3)),
    call("conv2d", floats(1, 3, 8, 8), floats(4, 3, 3, 3), None, 2, 1),
    call("conv_transpose1d", floats(1, 3, 8), floats(3, 4, 3), None, 2, 1, 1),
    call("max_pool2d", floats(1, 3, 8, 8), 2),
    call("max_pool1d_with_indices", floats(1, 3, 8), 2),
    call("adaptive_max_pool1d", floats(1, 3, 8), 2),
    call("pixel_shuffle", floats(1, 8, 3, 3), 2),
    call("conv_tbc", floats(9, 2, 3), floats(3, 3, 4), floats(4), 1),
    call("grid_sampler", floats(1, 2, 3, 3), floats(1, 4, 4, 2), 0, 0, False),
]


@pytest.mark.parametrize("drawn", TORCH_CALLS, ids=str)
def test_functions_reachable_from_torch_take_its_argument_order(drawn: Call) -> None:
    torch = pytest.importorskip("torch", reason=NO_TORCH)

    def theirs(array: Array) -> Any:
        return torch.zeros(array.shape, dtype=getattr(torch, array.dtype))

    expected = outcome(getattr(torch, drawn.name), drawn, theirs)
    if drawn.kwargs == {} and len(drawn.args) == 1 and drawn.name == "softmax":
        with pytest.raises(OperationError):
            NAMES["torch.softmax"](ours(drawn.args[0]))
        return
    assert outcome(NAMES[f"torch.{drawn.name}"], drawn, ours) == expected


RARE_CALLS = [
    call("adaptive_max_pool1d", floats(1, 3, 0), 1),
    call("adaptive_avg_pool1d", floats(1, 3, 0), 1),
    call("adaptive_max_pool2d", floats(0, 3, 8, 8), 1),
    call("max_pool2d", floats(2, 0, 8, 8), 2),
    call("avg_pool1d", floats(0, 3, 8), 2),
    call("lp_pool2d", floats(2, 0, 8, 8), 2.0, 2),
    call("logsigmoid", Array((3,), "bool")),
    call("hardtanh", Array((3,), "bool")),
    call("relu6", Array((3,), "bool")),
    call("affine_grid", floats(1, 2, 3), (1, 3, 4, -1)),
    call("conv_transpose2d", floats(1, 2, 8, 8), floats(2, 0, 3, 3)),
    call("lp_pool2d", floats(1, 3, 8, 8), (3, 3), 2),
    call("max_unpool2d", floats(1, 3, 4, 4), floats(1, 3, 4, 4), 2),
    call("batch_norm", floats(2, 0, 5), floats(32), floats(32), floats(32), floats(32)),
    call("batch_norm", floats(0, 5, 5), floats(3), floats(3)),
    call("batch_norm", floats(2, 0, 5), floats(0), floats(0), floats(0), floats(0)),
]
"""Empty maps, truth values and sizes below one, which random draws seldom meet."""


@pytest.mark.parametrize("drawn", RARE_CALLS, ids=str)
def test_agrees_with_torch_on_rare_arguments(drawn: Call) -> None:
    torch = pytest.importorskip("torch", reason=NO_TORCH)

    def theirs(array: Array) -> Any:
        return torch.zeros(array.shape, dtype=getattr(torch, array.dtype))

    expected = outcome(getattr(torch.nn.functional, drawn.name), drawn, theirs)
    assert outcome(NAMES[f"torch.nn.functional.{drawn.name}"], drawn, ours) == expected


def image(height: Any = 32, width: Any = 32, channels: int = 3) -> Tensor:
    shape = (1, channels, height, width)
    return Tensor(shape, Field.of_input(shape, {"H": 2, "W": 3}))


def size(x: Tensor, axis: str = "H") -> int | None:
    support = x.field.support(axis)
    return None if support is None else support.size


def test_channel_mismatch_goes_on_with_the_declared_channels() -> None:
    with pytest.raises(OperationError) as caught:
        F.conv2d(Tensor((1, 128, 8, 8)), Tensor((32, 64, 3, 3)), stride=2, padding=1)
    error = caught.value
    assert (error.rule, error.message) == (
        "channel-mismatch",
        "{subject} expects 64 input channels, gets 128",
    )
    assert error.result.shape == (1, 32, 4, 4)
    assert error.data == {"expected": 64, "actual": 128, "argument": "in_channels"}


@pytest.mark.parametrize(
    ("rule", "function", "arguments"),
    [
        ("empty-output", F.conv2d, (floats(1, 3, 4, 4), floats(8, 3, 7, 7))),
        ("rank-mismatch", F.conv2d, (floats(1, 9216), floats(8, 3, 3, 3))),
        ("groups-mismatch", F.conv2d, (floats(1, 4, 4, 4), floats(5, 2, 3, 3), None, 1, 0, 1, 2)),
        ("invalid-argument", F.conv2d, (floats(1, 3, 4, 4), floats(8, 3, 3, 3), None, 2, "same")),
        ("invalid-argument", F.max_pool2d, (floats(1, 3, 8, 8), 2, 2, 2)),
        ("empty-output", F.max_pool2d, (floats(1, 3, 1, 1), 2)),
        ("channel-mismatch", F.batch_norm, (floats(1, 3, 4, 4), floats(4), floats(4))),
        ("feature-size-mismatch", F.layer_norm, (floats(2, 196, 96), (128,))),
        ("groups-mismatch", F.pixel_shuffle, (floats(1, 3, 8, 8), 2)),
        ("dimension-out-of-range", F.softmax, (floats(2, 10), 2)),
    ],
)
def test_rules(rule: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    with pytest.raises(OperationError) as caught:
        function(*(ours(value) if isinstance(value, Array) else value for value in arguments))
    assert caught.value.rule == rule


def test_adaptive_average_to_one_takes_any_rank() -> None:
    assert F.adaptive_avg_pool2d(Tensor((2, 3, 4, 5, 6)), 1).shape == (2, 3, 4, 1, 1)
    with pytest.raises(OperationError):
        F.adaptive_max_pool2d(Tensor((2, 3, 4, 5, 6)), 1)


def test_multiply_accumulates() -> None:
    assert F.conv2d(image(224, 224), Tensor((64, 3, 7, 7)), None, 2, 3).cost == 112 * 112 * 64 * 3 * 49
    assert F.conv2d(image(8, 8, 32), Tensor((32, 1, 3, 3)), None, 1, 1, 1, 32).cost == 64 * 32 * 9
    assert F.conv_transpose2d(image(8, 8, 4), Tensor((4, 6, 2, 2)), stride=2).cost == 64 * 4 * 6 * 4
    assert F.linear(Tensor((5, 20)), Tensor((10, 20))).cost == 5 * 20 * 10


def test_fields_grow_with_windows() -> None:
    x = F.conv2d(image(), Tensor((8, 3, 3, 3)), stride=2, padding=1)
    assert size(x) == 3
    x = F.max_pool2d(x, 3, 2, 1)
    assert size(x) == 7
    assert size(F.interpolate(x, scale_factor=2, mode="bilinear")) == 11
    assert size(F.pad(x, (1, 1, 2, 2))) == 7


def test_fields_of_pointwise_functions_are_shared() -> None:
    x = image()
    assert F.relu(x).field is x.field
    assert F.batch_norm(x, Tensor((3,)), Tensor((3,))).field is x.field
    assert F.softmax(x, dim=1).field is x.field


def test_statistics_over_space_set_the_global_flag() -> None:
    for result in (F.instance_norm(image()), F.group_norm(image(), 3), F.layer_norm(image(), (3, 32, 32))):
        fact = result.field.facts(result.shape)
        assert fact is not None and fact.size == (1, 1) and fact.global_


def test_pooling_to_one_pixel_and_softmax_over_space_lose_the_axis() -> None:
    pooled = F.adaptive_avg_pool2d(image(), 1)
    assert size(pooled) is None and size(F.softmax(image(), dim=3), "W") is None


def test_tiles_cut_and_pasted_are_the_input_again() -> None:
    tiles = F.unfold(image(), 4, stride=4)
    again = F.fold(tiles, (32, 32), 4, stride=4)
    assert tiles.shape == (1, 48, 64) and again.shape == (1, 3, 32, 32) and size(again) == 1
    assert size(F.unfold(image(), 3, padding=1)) == 3


def test_kernels_computed_from_the_input_see_what_they_were_computed_from() -> None:
    kernels = F.adaptive_avg_pool2d(image(32, 32, 8), 1)
    weight = Tensor((8, 1, 1, 1), kernels.field)
    fact = F.conv2d(image(32, 32, 8), weight, groups=8).field.facts()
    assert fact is not None and fact.global_


def test_symbolic_sizes() -> None:
    height = symbol("H")
    x = F.conv2d(image(height, height), Tensor((8, 3, 3, 3)), stride=2, padding=1)
    assert text(x.shape[2]) == "H/2"
    deeper = F.conv2d(x, Tensor((8, 8, 3, 3)), stride=2, padding=1)
    again = F.interpolate(deeper, size=x.shape[2:])
    assert again.shape[2:] == x.shape[2:] and size(again) == 7
    assert F.adaptive_avg_pool2d(x, (7, 7)).shape == (1, 8, 7, 7)


def test_unknown_arguments_that_do_not_matter_do_not_matter() -> None:
    unknown = Unknown("configuration")
    assert F.dropout(image(), unknown, unknown).shape == (1, 3, 32, 32)
    assert F.layer_norm(image(), (32,), unknown, unknown, unknown).shape == (1, 3, 32, 32)
    assert F.conv2d(image(), Tensor((8, 3, 3, 3)), unknown).shape == (1, 8, 30, 30)


def test_unknown_windows_leave_the_channels_known() -> None:
    unknown = Unknown("configuration")
    for arguments in ({"stride": unknown}, {"padding": unknown}, {"dilation": (1, unknown)}):
        result = F.conv2d(image(), Tensor((8, 3, 3, 3)), **arguments)
        assert result.shape[:2] == (1, 8) and has_unknown(result.shape[3])
    assert has_unknown(F.pad(image(), (0, unknown)).shape[3])
    assert same(F.conv2d(image(), Tensor((3, 3, 1, 1)), padding=unknown).shape[2], 32) is None


def test_unknown_tensors_and_modes_make_the_result_unknown() -> None:
    unknown = Unknown("configuration")
    for attempt in (
        lambda: F.relu(unknown),
        lambda: F.conv2d(unknown, Tensor((8, 3, 3, 3))),
        lambda: F.interpolate(image(), scale_factor=2, mode=unknown),
        lambda: F.mse_loss(image(), image(), reduction=unknown),
    ):
        with pytest.raises(UnknownUsed):
            attempt()
