"""Single layers with random arguments on inputs of random shapes, as programs of a few lines."""

from __future__ import annotations

import random
from collections.abc import Callable

Case = tuple[str, list[list[int]]]
"""A program that binds ``model``, and the shapes of its inputs (batch first)."""
RANKS = {"1D": 1, "2D": 2, "3D": 3}


def generate(seed: int) -> Case:
    """The program of that seed."""
    draw = Draw(random.Random(seed))
    layer, shapes = draw.random.choice(MAKERS)(draw)
    return program(layer, shapes), [[2, *shape] for shape in shapes]


def program(layer: str, shapes: list[tuple[int, ...]]) -> str:
    head = "import keras\nfrom keras import layers, ops\n\n"
    if len(shapes) == 1:
        return head + f"model = keras.Sequential([\n    keras.Input(shape={shapes[0]}),\n    {layer},\n])\n"
    inputs = "".join(f"x{i} = keras.Input(shape={shape})\n" for i, shape in enumerate(shapes))
    names = ", ".join(f"x{i}" for i in range(len(shapes)))
    call = f"({names})" if layer.startswith("layers.MultiHead") else f"([{names}])"
    return head + inputs + f"y = {layer}{call}\nmodel = keras.Model([{names}], y)\n"


class Draw:
    """Random numbers with the small values that layers are given."""

    def __init__(self, source: random.Random) -> None:
        self.random = source

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def one(self, *values: object) -> object:
        return self.random.choice(values)

    def sizes(self, rank: int, low: int = 5, high: int = 14) -> tuple[int, ...]:
        return tuple(self.number(low, high) for _ in range(rank))

    def per_axis(self, rank: int, low: int, high: int) -> object:
        """One number, or one per axis; seldom one too many."""
        if self.random.random() < 0.5:
            return self.number(low, high)
        return tuple(self.number(low, high) for _ in range(rank + (self.random.random() < 0.04)))

    def arguments(self, **chances: tuple[float, object]) -> str:
        """Keywords, each with its probability."""
        kept = [f"{k}={v!r}" for k, (p, v) in chances.items() if self.random.random() < p]
        return ", ".join(kept)


def image(draw: Draw, rank: int, channels: int, first: bool) -> tuple[int, ...]:
    sizes = draw.sizes(rank, 4 if rank == 3 else 5, 9 if rank == 3 else 14)
    return (channels, *sizes) if first else (*sizes, channels)


def stretch(draw: Draw, rank: int) -> dict[str, tuple[float, object]]:
    """Strides or a dilation, seldom both."""
    wide = draw.number(0, 9)
    return {
        "strides": (1.0 if wide < 5 or wide == 9 else 0.0, draw.per_axis(rank, 1, 3)),
        "dilation_rate": (1.0 if wide > 5 else 0.0, draw.per_axis(rank, 1, 3)),
    }


def convolution(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    name = draw.one("1D", "2D", "2D", "3D")
    rank = RANKS[str(name)]
    channels = draw.number(1, 4) * 2
    first = draw.random.random() < 0.15
    padding = draw.one("valid", "same", "same", "causal" if rank == 1 else "valid")
    options = draw.arguments(
        **stretch(draw, rank),
        padding=(0.7, padding),
        use_bias=(0.3, False),
        groups=(0.2, draw.one(1, 2, 3)),
        activation=(0.2, draw.one("relu", "softmax", "swish")),
        data_format=(1.0 if first else 0.0, "channels_first"),
    )
    filters = draw.number(1, 6) * 2
    layer = f"layers.Conv{name}({filters}, {draw.per_axis(rank, 1, 4)}{', ' + options if options else ''})"
    return layer, [image(draw, rank, channels, first)]


def depthwise(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    kind = draw.one("DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D")
    rank = RANKS[str(kind)[-2:]]
    strides = draw.number(1, 3)
    options = draw.arguments(
        strides=(0.5, strides),
        dilation_rate=(0.3 if strides == 1 else 0.05, draw.number(1, 2)),
        padding=(0.6, draw.one("valid", "same")),
        depth_multiplier=(0.4, draw.number(1, 3)),
        use_bias=(0.3, False),
    )
    filters = f"{draw.number(1, 8)}, " if str(kind).startswith("Separable") else ""
    layer = f"layers.{kind}({filters}{draw.number(1, 4)}{', ' + options if options else ''})"
    return layer, [image(draw, rank, draw.number(1, 4), False)]


def transposed(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    name = draw.one("1D", "2D", "2D", "3D")
    rank = RANKS[str(name)]
    strides = draw.number(1, 3)
    options = draw.arguments(
        strides=(0.8, strides),
        padding=(0.6, draw.one("valid", "same")),
        output_padding=(0.2, draw.number(0, 2)),
        use_bias=(0.3, False),
    )
    tail = ", " + options if options else ""
    layer = f"layers.Conv{name}Transpose({draw.number(1, 6)}, {draw.per_axis(rank, 1, 4)}{tail})"
    return layer, [image(draw, rank, draw.number(1, 4), False)]


def pooling(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    kind = draw.one("MaxPooling", "AveragePooling")
    name = draw.one("1D", "2D", "2D", "3D")
    rank = RANKS[str(name)]
    options = draw.arguments(
        strides=(0.5, draw.number(1, 3)),
        padding=(0.5, draw.one("valid", "same")),
    )
    size = draw.number(1, 15) if draw.random.random() < 0.1 else draw.per_axis(rank, 1, 4)
    layer = f"layers.{kind}{name}({size}{', ' + options if options else ''})"
    return layer, [image(draw, rank, draw.number(1, 4), False)]


def global_pooling(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    kind = draw.one("GlobalMaxPooling", "GlobalAveragePooling", "GlobalAvgPool", "GlobalMaxPool")
    name = str(draw.one("1D", "2D", "3D"))
    options = draw.arguments(keepdims=(0.5, True))
    rank = RANKS[name] + (draw.random.random() < 0.1)
    return f"layers.{kind}{name}({options})", [(*draw.sizes(rank), draw.number(1, 5))]


def border(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    kind = draw.one("ZeroPadding", "Cropping")
    rank = draw.number(1, 3)
    pairs: object = tuple((draw.number(0, 3), draw.number(0, 3)) for _ in range(rank))
    if rank == 1:
        pairs = pairs[0]  # type: ignore[index]
    amount = draw.one(draw.number(0, 3), pairs)
    return f"layers.{kind}{rank}D({amount})", [(*draw.sizes(rank, 4, 9), draw.number(1, 4))]


def upsampling(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    rank = draw.number(1, 3)
    size = draw.number(1, 3) if rank == 1 else draw.per_axis(rank, 1, 3)
    options = draw.arguments(interpolation=(0.4 if rank == 2 else 0.0, "bilinear"))
    layer = f"layers.UpSampling{rank}D({size}{', ' + options if options else ''})"
    return layer, [(*draw.sizes(rank, 3, 8), draw.number(1, 4))]


def dense(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    options = draw.arguments(use_bias=(0.3, False), activation=(0.3, draw.one("relu", "softmax", "gelu")))
    layer = f"layers.Dense({draw.number(1, 20)}{', ' + options if options else ''})"
    return layer, [draw.sizes(draw.number(1, 3))]


def einsum_dense(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    choices = [
        ("layers.EinsumDense('abc,cd->abd', output_shape=(None, 6), bias_axes='d')", 2),
        ("layers.EinsumDense('abc,cde->abde', output_shape=(None, 2, 5), bias_axes='de')", 2),
        ("layers.EinsumDense('...x,xy->...y', output_shape=7, bias_axes='y')", 3),
        ("layers.EinsumDense('ab,bc->ac', output_shape=9)", 1),
        ("layers.EinsumDense('abcd,cde->abe', output_shape=(None, 4))", 3),
    ]
    layer, rank = draw.random.choice(choices)
    return layer, [draw.sizes(rank)]


def reshaping(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    a, b, c = draw.number(2, 5), draw.number(2, 5), draw.number(2, 5)
    target = draw.one(
        (a * b * c,), (a, b * c), (-1, c), (a * c, b), (-1,), (a, b, c, 1), (a * b * c + 1,), (-1, a * b + 1)
    )
    layer = draw.one(
        f"layers.Reshape({target})",
        f"layers.Permute({draw.one((2, 1, 3), (3, 1, 2), (1, 3, 2), (2, 1))})",
        "layers.Flatten()",
    )
    return str(layer), [(a, b, c)]


def repeat_vector(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    return f"layers.RepeatVector({draw.number(1, 5)})", [draw.sizes(1 + (draw.random.random() < 0.2))]


def normalization(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    kind = draw.one(
        "BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization", "RMSNormalization"
    )
    plain = kind in ("UnitNormalization", "RMSNormalization")
    chance = 0.0 if plain else 0.3
    any_axis = kind in ("BatchNormalization", "GroupNormalization", "UnitNormalization")
    options = draw.arguments(
        axis=(0.3 if any_axis else 0.0, draw.one(1, -1)),
        center=(chance, False),
        scale=(chance, False),
        groups=(1.0 if kind == "GroupNormalization" else 0.0, draw.one(1, 2, 3)),
    )
    return f"layers.{kind}({options})", [(*draw.sizes(draw.number(1, 2)), draw.number(1, 4) * 2)]


def activation(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    layer = draw.one(
        "layers.ReLU()",
        "layers.LeakyReLU()",
        "layers.ELU()",
        "layers.Softmax()",
        "layers.PReLU()",
        "layers.PReLU(shared_axes=[1, 2])",
        "layers.Activation('relu')",
        "layers.Activation('rellu')",
        "layers.Dropout(0.3)",
        "layers.SpatialDropout2D(0.2)",
        "layers.GaussianNoise(0.1)",
        "layers.Rescaling(1.0 / 255)",
        "layers.Normalization()",
        "layers.Normalization(axis=None)",
        "layers.Identity()",
        "layers.Masking()",
        "layers.Resizing(9, 7)",
        "layers.CenterCrop(4, 5)",
        "layers.Lambda(lambda x: x * 2)",
        "layers.Lambda(lambda x: ops.mean(x, axis=[1, 2]))",
    )
    return str(layer), [(*draw.sizes(2, 6, 9), draw.number(1, 4))]


def recurrent(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    kind = draw.one("SimpleRNN", "LSTM", "GRU")
    options = draw.arguments(
        return_sequences=(0.5, True),
        use_bias=(0.2, False),
        reset_after=(0.5 if kind == "GRU" else 0.0, False),
        go_backwards=(0.2, True),
    )
    inner = f"layers.{kind}({draw.number(1, 6)}{', ' + options if options else ''})"
    layer = inner
    if draw.random.random() < 0.3:
        merge = draw.arguments(merge_mode=(0.5, draw.one("sum", "ave", "concat", None)))
        layer = f"layers.Bidirectional({inner}{', ' + merge if merge else ''})"
    return layer, [(draw.number(2, 4), draw.number(1, 5)) if draw.random.random() < 0.95 else (4,)]


def convolutional_recurrent(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    options = draw.arguments(return_sequences=(0.5, True), padding=(0.5, "same"), use_bias=(0.3, False))
    layer = f"layers.ConvLSTM2D({draw.number(1, 4)}, {draw.number(1, 3)}{', ' + options if options else ''})"
    return layer, [(draw.number(2, 3), *draw.sizes(2, 5, 7), draw.number(1, 3))]


def distributed(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    inner = draw.one("layers.Dense(5)", "layers.Conv1D(4, 2)", "layers.Flatten()", "layers.GlobalAveragePooling1D()")
    return f"layers.TimeDistributed({inner})", [draw.sizes(3, 3, 6)]


def merging(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    shape = list(draw.sizes(draw.number(1, 3), 2, 5))
    other = list(shape)
    if draw.random.random() < 0.4:
        other[draw.number(0, len(other) - 1)] = int(str(draw.one(1, 3, 7)))
    if draw.random.random() < 0.1:
        other.append(2)
    layer = draw.one(
        "layers.Add()", "layers.Multiply()", "layers.Subtract()", "layers.Average()", "layers.Maximum()",
        "layers.Concatenate()", "layers.Concatenate(axis=1)", "layers.Dot(axes=1)", "layers.Dot(axes=-1)",
    )  # fmt: skip
    return str(layer), [tuple(shape), tuple(other)]


def attention(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    size = draw.number(2, 5)
    if draw.random.random() < 0.5:
        options = draw.arguments(
            value_dim=(0.3, draw.number(1, 4)), use_bias=(0.3, False), output_shape=(0.3, draw.number(2, 6))
        )
        layer = (
            f"layers.MultiHeadAttention({draw.number(1, 3)}, {draw.number(1, 4)}{', ' + options if options else ''})"
        )
        return layer, [(draw.number(2, 5), size), (draw.number(2, 5), draw.number(2, 5))]
    layer = draw.one("layers.Attention()", "layers.Attention(use_scale=True)", "layers.AdditiveAttention()")
    return str(layer), [(draw.number(2, 5), size), (draw.number(2, 5), size + (draw.random.random() < 0.2))]


def mistaken(draw: Draw) -> tuple[str, list[tuple[int, ...]]]:
    """Arguments as beginners get them wrong."""
    layer = draw.one(
        "layers.Conv2D(8, filter_size=3)",
        "layers.Conv2D(8)",
        "layers.Conv2D(8, 3, stride=2)",
        "layers.Conv2D(8, 3, padding='SAME')",
        "layers.Conv2D(8, 3, padding='full')",
        "layers.Conv2D(0, 3)",
        "layers.Conv2D(8, 0)",
        "layers.Conv2D(8, 3, strides=0)",
        "layers.Conv2D(8, 3, activation='relux')",
        "layers.Dense(10)",
        "layers.Dense(10, input_size=4)",
        "layers.Dense(units=-3)",
        "layers.Dense('10')",
        "layers.MaxPooling2D(kernel_size=2)",
        "layers.MaxPooling2D(0)",
        "layers.Dropout(1.5)",
        "layers.Dropout(p=0.5)",
        "layers.Flatten(start_dim=1)",
        "layers.BatchNormalization(num_features=8)",
        "layers.LSTM(8)",
        "layers.Conv1D(8, 3)",
        "layers.UpSampling2D(scale_factor=2)",
        "layers.UpSampling2D(2, interpolation='cubical')",
        "layers.Reshape((3, 3))",
        "layers.GlobalAveragePooling1D()",
        "layers.Embedding(10)",
        "layers.Conv2D(8, (3, 3, 3))",
        "layers.Conv2D(8, 3, data_format='channels')",
    )
    return str(layer), [(8, 8, 3)]


MAKERS: list[Callable[[Draw], tuple[str, list[tuple[int, ...]]]]] = [
    convolution, convolution, convolution, depthwise, depthwise, transposed, transposed, pooling, pooling,
    global_pooling, border, upsampling, dense, einsum_dense, reshaping, reshaping, repeat_vector, normalization,
    normalization, activation, activation, recurrent, recurrent, convolutional_recurrent, distributed, merging, merging,
    attention, mistaken, mistaken,
]  # fmt: skip
