"""Every layer of torch.nn that carries shape, written with random arguments for a tensor at hand.

A writer takes the draft and the shape that arrives, and returns the text of a constructor call, or
None when the layer has no use there. It aims at arguments that fit; torch decides whether they do.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.differential.arguments import REQUIRED, axis, call, divisor, flag, positive, spread, width
from tests.differential.draft import Draft, Shape, tuple_text

Writer = Callable[[Draft, Shape], "str | None"]
LAYERS: list[tuple[frozenset[int], int, Writer]] = []
"""Ranks of the input a writer takes, its weight, the writer."""
IMAGES = (3, 4, 5)
ANY = (1, 2, 3, 4, 5, 6)


def layer(*ranks: int, weight: int = 2) -> Callable[[Writer], Writer]:
    def register(writer: Writer) -> Writer:
        LAYERS.append((frozenset(ranks), weight, writer))
        return writer

    return register


def write_layer(draft: Draft, shape: Shape) -> str | None:
    """A constructor call for a layer that takes a tensor of this shape."""
    fitting = [(weight, writer) for ranks, weight, writer in LAYERS if len(shape) in ranks]
    if not fitting:
        return None
    weights = [weight for weight, _ in fitting]
    writer = draft.rng.choices([writer for _, writer in fitting], weights)[0]
    return writer(draft, shape)


def image(draft: Draft, shape: Shape) -> tuple[int, int]:
    """Spatial axes and channels; now and then the tensor is read as one image without a batch."""
    if 2 < len(shape) < 6 and draft.chance(0.03):
        return len(shape) - 1, shape[0]
    return len(shape) - 2, shape[1]


# -- convolutions -----------------------------------------------------------------------------------


@layer(*IMAGES, weight=14)
def convolution(draft: Draft, shape: Shape) -> str:
    rank, channels = image(draft, shape)
    kernel = draft.choice((1, 2, 3, 3, 3, 5))
    stride = draft.choice((1, 1, 1, 2, 3))
    dilation = draft.choice((1, 1, 1, 1, 2, 3))
    groups, out = groups_and_width(draft, channels)
    padding: object = spread(draft, draft.choice((0, kernel // 2, kernel // 2, 1, 2)), rank)
    if draft.chance(0.12):
        padding, stride = draft.choice(("'same'", "'valid'")), 1
    modes = ("'zeros'", "'reflect'", "'replicate'", "'circular'")
    arguments = [
        ("in_channels", channels, REQUIRED),
        ("out_channels", out, REQUIRED),
        ("kernel_size", spread(draft, kernel, rank), REQUIRED),
        ("stride", spread(draft, stride, rank, 0.9), 1),
        ("padding", padding, 0),
        ("dilation", spread(draft, dilation, rank, 0.9), 1),
        ("groups", groups, 1),
        ("bias", flag(draft, 0.6), True),
        ("padding_mode", modes[0] if draft.chance(0.9) else draft.choice(modes), "'zeros'"),
    ]
    return call(draft, f"nn.Conv{rank}d", arguments, 6)


def groups_and_width(draft: Draft, channels: int) -> tuple[int, int]:
    if draft.chance(0.75):
        return 1, width(draft)
    groups = channels if draft.chance(0.4) else divisor(draft, channels)
    return groups, groups * positive(draft, max(1, 32 // groups))


@layer(*IMAGES, weight=3)
def lazy_convolution(draft: Draft, shape: Shape) -> str:
    rank, _ = image(draft, shape)
    kind = draft.choice(("Conv", "ConvTranspose"))
    arguments = [
        ("out_channels", width(draft), REQUIRED),
        ("kernel_size", spread(draft, draft.choice((1, 2, 3)), rank), REQUIRED),
        ("stride", draft.choice((1, 1, 2)), 1),
        ("padding", draft.choice((0, 1)), 0),
    ]
    return call(draft, f"nn.Lazy{kind}{rank}d", arguments)


@layer(*IMAGES, weight=5)
def transposed_convolution(draft: Draft, shape: Shape) -> str:
    rank, channels = image(draft, shape)
    stride = draft.choice((1, 2, 2, 2, 3))
    groups, out = groups_and_width(draft, channels)
    arguments = [
        ("in_channels", channels, REQUIRED),
        ("out_channels", out, REQUIRED),
        ("kernel_size", spread(draft, draft.choice((2, 2, 3, 4)), rank), REQUIRED),
        ("stride", spread(draft, stride, rank, 0.9), 1),
        ("padding", spread(draft, draft.choice((0, 0, 1)), rank), 0),
        ("output_padding", draft.choice((0, 0, 0, 1)), 0),
        ("groups", groups, 1),
        ("bias", flag(draft, 0.7), True),
        ("dilation", draft.choice((1, 1, 1, 2)), 1),
    ]
    return call(draft, f"nn.ConvTranspose{rank}d", arguments, 5)


# -- pooling ----------------------------------------------------------------------------------------


@layer(*IMAGES, weight=5)
def max_pooling(draft: Draft, shape: Shape) -> str:
    rank, _ = image(draft, shape)
    kernel = draft.choice((2, 2, 2, 3, 3))
    stride = draft.choice((None, None, 1, 2, 2, 3))
    arguments = [
        ("kernel_size", spread(draft, kernel, rank), REQUIRED),
        ("stride", stride if stride is None else spread(draft, stride, rank), None),
        ("padding", draft.choice((0, 0, kernel // 2, 1)), 0),
        ("dilation", draft.choice((1, 1, 1, 2)), 1),
        ("return_indices", False, False),
        ("ceil_mode", flag(draft, 0.25), False),
    ]
    return call(draft, f"nn.MaxPool{rank}d", arguments)


@layer(*IMAGES, weight=4)
def average_pooling(draft: Draft, shape: Shape) -> str:
    rank, _ = image(draft, shape)
    kernel = draft.choice((2, 2, 3))
    stride = draft.choice((None, None, 1, 2))
    arguments = [
        ("kernel_size", spread(draft, kernel, rank), REQUIRED),
        ("stride", stride if stride is None else spread(draft, stride, rank), None),
        ("padding", draft.choice((0, 0, kernel // 2, 1)), 0),
        ("ceil_mode", flag(draft, 0.25), False),
        ("count_include_pad", flag(draft, 0.8), True),
    ]
    return call(draft, f"nn.AvgPool{rank}d", arguments)


@layer(*IMAGES, weight=4)
def adaptive_pooling(draft: Draft, shape: Shape) -> str:
    rank, _ = image(draft, shape)
    kind = draft.choice(("Avg", "Avg", "Max"))
    size: object = draft.choice((1, 1, 2, 3, 7))
    if rank > 1 and draft.chance(0.4):
        size = tuple_text([draft.choice((None, 1, 2, 3, 5)) for _ in range(rank)])
    elif draft.chance(0.3):
        size = tuple_text([size] * rank)
    return call(draft, f"nn.Adaptive{kind}Pool{rank}d", [("output_size", size, REQUIRED)])


@layer(*IMAGES, weight=1)
def power_pooling(draft: Draft, shape: Shape) -> str:
    rank = len(shape) - 2
    arguments = [
        ("norm_type", draft.choice((1, 2, 3)), REQUIRED),
        ("kernel_size", spread(draft, draft.choice((2, 3)), rank), REQUIRED),
        ("stride", draft.choice((None, 1, 2)), None),
        ("ceil_mode", flag(draft, 0.2), False),
    ]
    return call(draft, f"nn.LPPool{rank}d", arguments, 2)


@layer(4, 5, weight=1)
def fractional_pooling(draft: Draft, shape: Shape) -> str:
    rank = len(shape) - 2
    where = ("output_size", draft.choice((2, 3, 5)), REQUIRED)
    if draft.chance(0.5):
        where = ("output_ratio", draft.choice((0.5, 0.7, 0.9)), REQUIRED)
    arguments = [("kernel_size", draft.choice((2, 3)), REQUIRED), where]
    return call(draft, f"nn.FractionalMaxPool{rank}d", arguments, 1)


# -- padding ----------------------------------------------------------------------------------------


@layer(*IMAGES, weight=3)
def padding(draft: Draft, shape: Shape) -> str:
    rank = len(shape) - 2
    kind = draft.choice(("Zero", "Constant", "Reflection", "Replication", "Circular"))
    amount: object = draft.choice((1, 1, 2, 3))
    if draft.chance(0.5):
        amount = tuple_text([draft.choice((0, 1, 1, 2, -1)) for _ in range(2 * rank)])
    arguments = [("padding", amount, REQUIRED)]
    if kind == "Constant":
        arguments.append(("value", 0.5, REQUIRED))
    return call(draft, f"nn.{kind}Pad{rank}d", arguments)


# -- normalisation ----------------------------------------------------------------------------------


@layer(2, 3, 4, 5, weight=6)
def batch_normalisation(draft: Draft, shape: Shape) -> str:
    rank = max(1, len(shape) - 2)
    if draft.chance(0.1):
        return f"nn.LazyBatchNorm{rank}d()"
    arguments = [
        ("num_features", shape[1], REQUIRED),
        ("eps", draft.choice((1e-5, 1e-3)), 1e-5),
        ("momentum", draft.choice((0.1, None)), 0.1),
        ("affine", flag(draft, 0.8), True),
        ("track_running_stats", flag(draft, 0.9), True),
    ]
    return call(draft, f"nn.BatchNorm{rank}d", arguments)


@layer(*IMAGES, weight=2)
def instance_normalisation(draft: Draft, shape: Shape) -> str:
    rank = len(shape) - 2
    arguments = [("num_features", shape[1], REQUIRED), ("affine", flag(draft), False)]
    return call(draft, f"nn.InstanceNorm{rank}d", arguments, 1)


@layer(2, 3, 4, 5, weight=3)
def group_normalisation(draft: Draft, shape: Shape) -> str:
    arguments = [
        ("num_groups", divisor(draft, shape[1]), REQUIRED),
        ("num_channels", shape[1], REQUIRED),
        ("eps", draft.choice((1e-5, 1e-6)), 1e-5),
        ("affine", flag(draft, 0.8), True),
    ]
    return call(draft, "nn.GroupNorm", arguments, 2)


@layer(2, 3, 4, 5, weight=4)
def layer_normalisation(draft: Draft, shape: Shape) -> str:
    count = draft.choice((1, 1, 1, min(2, len(shape) - 1)))
    sizes = shape[-count:]
    text: object = sizes[0] if count == 1 and draft.chance(0.7) else tuple_text(sizes)
    if draft.chance(0.2):
        text = list(sizes)
    kind = draft.choice(("LayerNorm", "LayerNorm", "RMSNorm"))
    affine = ("elementwise_affine", flag(draft, 0.8), True)
    arguments = [("normalized_shape", text, REQUIRED), ("eps", draft.choice((1e-6, 1e-5)), 1e-5), affine]
    return call(draft, f"nn.{kind}", arguments, 2)


@layer(3, 4, weight=1)
def local_response(draft: Draft, shape: Shape) -> str:
    return call(draft, "nn.LocalResponseNorm", [("size", draft.choice((2, 3, 5)), REQUIRED)])


# -- pointwise --------------------------------------------------------------------------------------

ACTIVATIONS = (
    "nn.ReLU()",
    "nn.ReLU(inplace=True)",
    "nn.ReLU(True)",
    "nn.ReLU6()",
    "nn.LeakyReLU(0.2)",
    "nn.GELU()",
    "nn.LeakyReLU(0.1, inplace=True)",
    "nn.ELU()",
    "nn.SELU()",
    "nn.CELU(0.5)",
    "nn.SiLU()",
    "nn.Mish()",
    "nn.GELU(approximate='tanh')",
    "nn.Sigmoid()",
    "nn.Tanh()",
    "nn.Hardtanh(-2, 2)",
    "nn.Hardswish()",
    "nn.Hardsigmoid()",
    "nn.Softplus(beta=2)",
    "nn.Softsign()",
    "nn.Softshrink(0.3)",
    "nn.Hardshrink()",
    "nn.Tanhshrink()",
    "nn.LogSigmoid()",
    "nn.Threshold(0.1, 20)",
    "nn.RReLU()",
    "nn.PReLU()",
    "nn.Identity()",
    "nn.Identity(54, unused=0.1)",
    "nn.Dropout()",
    "nn.Dropout(0.1)",
    "nn.Dropout(p=0.2, inplace=True)",
    "nn.AlphaDropout(0.1)",
    "nn.FeatureAlphaDropout(0.1)",
)


@layer(*ANY, weight=9)
def activation(draft: Draft, _: Shape) -> str:
    return draft.choice(ACTIVATIONS)


@layer(2, 3, 4, 5, weight=1)
def learned_activation(draft: Draft, shape: Shape) -> str:
    return call(draft, "nn.PReLU", [("num_parameters", draft.choice((1, shape[1])), 1)])


@layer(1, 2, 3, 4, 5, weight=2)
def softmax(draft: Draft, shape: Shape) -> str:
    kind = draft.choice(("Softmax", "Softmax", "LogSoftmax", "Softmin"))
    return call(draft, f"nn.{kind}", [("dim", axis(draft, len(shape)), REQUIRED)])


@layer(2, 3, 4, 5, weight=2)
def gated_linear_unit(draft: Draft, shape: Shape) -> str | None:
    even = [dim for dim, size in enumerate(shape) if size % 2 == 0 and dim]
    if not even:
        return None
    dim = draft.choice(even)
    return call(draft, "nn.GLU", [("dim", draft.choice((dim, dim - len(shape))), -1)])


@layer(3, 4, 5, weight=1)
def channel_dropout(draft: Draft, shape: Shape) -> str:
    return f"nn.Dropout{len(shape) - 2}d({draft.choice(('', '0.2', 'p=0.3'))})"


@layer(4, weight=1)
def softmax_over_channels(_: Draft, __: Shape) -> str:
    return "nn.Softmax2d()"


# -- linear and recurrent ---------------------------------------------------------------------------


@layer(1, 2, 3, 4, weight=9)
def linear(draft: Draft, shape: Shape) -> str:
    out = draft.choice((1, 2, 8, 10, 16, 20, 32))
    if draft.chance(0.12):
        return call(draft, "nn.LazyLinear", [("out_features", out, REQUIRED), ("bias", flag(draft), True)])
    arguments = [
        ("in_features", shape[-1], REQUIRED),
        ("out_features", out, REQUIRED),
        ("bias", flag(draft, 0.7), True),
    ]
    return call(draft, "nn.Linear", arguments)


# -- resizing and rearranging -----------------------------------------------------------------------


@layer(*IMAGES, weight=5)
def upsampling(draft: Draft, shape: Shape) -> str:
    rank = len(shape) - 2
    smooth = {1: "'linear'", 2: "'bilinear'", 3: "'trilinear'"}[rank]
    modes = ("'nearest'", smooth, "'nearest-exact'", "'area'", *(["'bicubic'"] if rank == 2 else []))
    mode = draft.choice(modes)
    if draft.chance(0.6):
        factor: object = draft.choice((2, 2, 2, 3, 1.5, 0.5, 2.0))
        factor = tuple_text([factor] * rank) if draft.chance(0.2) else factor
        size = ("scale_factor", factor, REQUIRED)
    else:
        target = [draft.choice((4, 7, 8, 16)) for _ in range(rank)]
        size = ("size", tuple_text(target) if draft.chance(0.6) else target[0], REQUIRED)
    align = flag(draft) if mode in (smooth, "'bicubic'") else None
    arguments = [size, ("mode", mode, "'nearest'"), ("align_corners", align, None)]
    return call(draft, "nn.Upsample", arguments, 1 if size[0] == "size" else 0)


@layer(4, weight=1)
def older_upsampling(draft: Draft, _: Shape) -> str:
    kind = draft.choice(("Nearest", "Bilinear"))
    return f"nn.Upsampling{kind}2d(scale_factor={draft.choice((2, 3))})"


@layer(4, weight=3)
def pixel_shuffle(draft: Draft, shape: Shape) -> str | None:
    if shape[1] % 4 == 0 and draft.chance(0.6):
        return call(draft, "nn.PixelShuffle", [("upscale_factor", 2, REQUIRED)])
    if shape[2] % 2 == 0 and shape[3] % 2 == 0:
        return call(draft, "nn.PixelUnshuffle", [("downscale_factor", 2, REQUIRED)])
    return None


@layer(4, weight=1)
def channel_shuffle(draft: Draft, shape: Shape) -> str:
    return f"nn.ChannelShuffle({divisor(draft, shape[1])})"


@layer(4, weight=2)
def sliding_blocks(draft: Draft, _: Shape) -> str:
    arguments = [
        ("kernel_size", spread(draft, draft.choice((2, 3)), 2), REQUIRED),
        ("dilation", draft.choice((1, 1, 2)), 1),
        ("padding", draft.choice((0, 1)), 0),
        ("stride", draft.choice((1, 2)), 1),
    ]
    return call(draft, "nn.Unfold", arguments)


@layer(3, weight=1)
def folding(draft: Draft, shape: Shape) -> str | None:
    """Non-overlapping blocks, when the number of positions is a rectangle of them."""
    if shape[1] % 4 or shape[2] < 2:
        return None
    rows = divisor(draft, shape[2])
    size = tuple_text([2 * rows, 2 * (shape[2] // rows)])
    arguments = [("output_size", size, REQUIRED), ("kernel_size", 2, REQUIRED), ("stride", 2, 1)]
    return call(draft, "nn.Fold", arguments, 2)


@layer(2, 3, 4, 5, weight=5)
def flatten(draft: Draft, shape: Shape) -> str:
    arguments = []
    if draft.chance(0.5):
        start = draft.rng.randrange(len(shape))
        end = draft.rng.randrange(start, len(shape))
        arguments = [("start_dim", start, 1), ("end_dim", draft.choice((end, end - len(shape))), -1)]
    return call(draft, "nn.Flatten", arguments, 2)


@layer(1, 2, 3, 4, weight=2)
def unflatten(draft: Draft, shape: Shape) -> str:
    dim = draft.rng.randrange(len(shape))
    first = divisor(draft, shape[dim])
    sizes: list[int] = [first, shape[dim] // first]
    if draft.chance(0.3):
        sizes[draft.choice((0, 1))] = -1
    arguments = [("dim", draft.choice((dim, dim - len(shape))), REQUIRED)]
    arguments.append(("unflattened_size", tuple_text(sizes), REQUIRED))
    return call(draft, "nn.Unflatten", arguments, 2)


@layer(3, weight=4)
def transformer_layer(draft: Draft, shape: Shape) -> str:
    arguments = [
        ("d_model", shape[-1], REQUIRED),
        ("nhead", divisor(draft, shape[-1], 8), REQUIRED),
        ("dim_feedforward", draft.choice((16, 32)), 2048),
        ("dropout", 0.1, 0.1),
        ("activation", draft.choice(("'relu'", "'gelu'", "F.gelu")), "F.relu"),
        ("batch_first", flag(draft, 0.7), False),
        ("norm_first", flag(draft, 0.4), False),
    ]
    text = call(draft, "nn.TransformerEncoderLayer", arguments, 3)
    if draft.chance(0.5):
        return text
    depth = draft.choice((1, 2, 3))
    norm = draft.choice(("", "", f", norm=nn.LayerNorm({shape[-1]})"))
    return f"nn.TransformerEncoder({text}, {draft.choice(('', 'num_layers='))}{depth}{norm})"


@layer(3, 4, weight=1)
def einops_layer(draft: Draft, shape: Shape) -> str:
    if len(shape) == 3:
        options = ("Rearrange('b n c -> b c n')", "Reduce('b n c -> b c', 'mean')")
    else:
        options = (
            "Rearrange('b c h w -> b (h w) c')",
            "Rearrange('b c (h p) (w q) -> b (h w) (p q c)', p=2, q=2)",
            "Reduce('b c h w -> b c', reduction='mean')",
        )
    return "einops_layers." + draft.choice(options)
