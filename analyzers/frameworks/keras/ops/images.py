"""``keras.ops.image`` and ``tf.image``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from analyzers.frameworks.keras.layers.arguments import (
    layout,
    padding_mode,
)
from analyzers.frameworks.keras.layers.convolution import convolve
from analyzers.frameworks.keras.layers.reshaping import METHODS as RESIZES
from analyzers.frameworks.keras.ops.registration import layout_name, names, shape_argument, spatial_strides, tensor
from analyzers.tensors.operations import (
    resize,
)
from analyzers.tensors.operations.elementwise import unary
from analyzers.tensors.tensor import Tensor


@names(
    "image.resize",
    "tf.image.resize",
    "tf.image.resize_bilinear",
    "tf.image.resize_with_pad",
    "tf.compat.v1.image.resize_bilinear",
)
def resize_image(
    images: Any = None,
    size: Any = None,
    interpolation: Any = "bilinear",
    *args: Any,
    method: Any = None,
    data_format: Any = None,
    image: Any = None,
    machine: Any,
    **kwargs: Any,
) -> Tensor:
    x = tensor(images if image is None else image)
    sizes = shape_argument(size)
    if x.rank == 3:
        dims: Sequence[int] = (1, 2) if layout_name(machine, data_format) == "channels_first" else (0, 1)
    else:
        _, dims = layout(x.rank, layout_name(machine, data_format))
    how = method if isinstance(method, str) else interpolation
    scales: list[Fraction | None] = [None] * len(dims)
    return resize.resize(x, list(sizes), scales, RESIZES.get(how, "linear"), False, False, dims)


@names("K.resize_images")
def resize_images(
    x: Any,
    height_factor: Any,
    width_factor: Any,
    data_format: Any = None,
    interpolation: Any = "nearest",
    *,
    machine: Any,
) -> Tensor:
    from analyzers.frameworks.keras.layers.reshaping import enlarged

    given = tensor(x)
    _, dims = layout(given.rank, layout_name(machine, data_format))
    return enlarged(given, (height_factor, width_factor), dims, interpolation)


@names("image.extract_patches", "tf.image.extract_patches")
def extract_patches(
    images: Any = None,
    size: Any = None,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: Any = "valid",
    data_format: Any = None,
    *args: Any,
    sizes: Any = None,
    rates: Any = None,
    machine: Any,
    **kwargs: Any,
) -> Tensor:
    x = tensor(images)
    kernel = spatial_strides(size if sizes is None else sizes, 2)
    steps = kernel if strides is None else spatial_strides(strides, 2)
    return convolve(
        x, in_channels=x.shape[-1], out_channels=x.shape[-1] * kernel[0] * kernel[1], kernel=kernel, strides=steps,
        padding=padding_mode(padding), dilation=spatial_strides(rates or dilation_rate, 2),
        format=layout_name(machine, data_format),
    ).with_()  # fmt: skip


@names("image.rgb_to_grayscale", "tf.image.rgb_to_grayscale")
def rgb_to_grayscale(images: Any, *args: Any, **kwargs: Any) -> Tensor:
    given = tensor(images)
    return given.with_(shape=(*given.shape[:-1], 1), field=given.field.mix((given.rank - 1,)))


@names(*[f"tf.image.{n}" for n in (
    "random_flip_left_right flip_left_right flip_up_down random_flip_up_down random_brightness random_contrast "
    "per_image_standardization adjust_brightness adjust_contrast convert_image_dtype random_hue random_saturation"
).split()])  # fmt: skip
def same_image(image: Any, *args: Any, **kwargs: Any) -> Tensor:
    return unary(tensor(image))
