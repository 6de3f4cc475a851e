"""``keras.ops.image`` and ``tf.image``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.layers.arguments import invalid, layout, padding_mode
from analyzers.frameworks.keras.layers.convolution import convolve
from analyzers.frameworks.keras.layers.reshaping import METHODS as RESIZES
from analyzers.frameworks.keras.ops.registration import layout_name, names, shape_argument, spatial_strides, tensor
from analyzers.tensors.dims import Dim
from analyzers.tensors.operations import resize
from analyzers.tensors.operations.arguments import size as size_of_one
from analyzers.tensors.operations.elementwise import unary
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


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
    crop_to_aspect_ratio: Any = False,
    pad_to_aspect_ratio: Any = False,
    machine: Machine,
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
    machine: Machine,
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
    machine: Machine,
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


@names(
    "image.affine_transform",
    "image.elastic_transform",
    "image.perspective_transform",
    "image.gaussian_blur",
    "image.rgb_to_hsv",
    "image.hsv_to_rgb",
)
def moved(images: Any, *args: Any, **kwargs: Any) -> Tensor:
    """Pixels of the same image, moved or mixed with others."""
    given = tensor(images)
    return given.with_(field=given.field.forget(range(given.rank), "an image that is transformed"))


@names("tf.image.rgb_to_hsv", "tf.image.hsv_to_rgb", "tf.image.rgb_to_yuv", "tf.image.yuv_to_rgb", "tf.image.rot90")
def recoloured(images: Any, *args: Any, **kwargs: Any) -> Tensor:
    return moved(images)


@names("tf.image.grayscale_to_rgb")
def grayscale_to_rgb(images: Any, name: Any = None) -> Tensor:
    given = tensor(images)
    return given.with_(shape=(*given.shape[:-1], 3))


def _boxed(images: Any, height: Any, width: Any, format: str) -> Tensor:
    """Images cut or padded to a size."""
    x = tensor(images)
    first = x.rank - 2 if format == "channels_first" else x.rank - 3
    field = x.field.forget((first, first + 1), "cut to a box")
    return x.with_(shape=(*x.shape[:first], height, width, *x.shape[first + 2 :]), field=field)


@names("tf.image.random_crop")
def random_crop(value: Any, size: Any, *args: Any, **kwargs: Any) -> Tensor:
    given = tensor(value)
    return given.with_(shape=shape_argument(size), field=given.field.forget(range(given.rank), "cut at random"))


@names("tf.image.resize_with_crop_or_pad")
def resize_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> Tensor:
    return _boxed(image, size_of_one(target_height), size_of_one(target_width), "channels_last")


@names("tf.image.crop_to_bounding_box", "tf.image.pad_to_bounding_box")
def bounding_box(image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any) -> Tensor:
    return _boxed(image, size_of_one(target_height), size_of_one(target_width), "channels_last")


@names("image.crop_images")
def crop_images(
    images: Any, top_cropping: Any = None, left_cropping: Any = None, bottom_cropping: Any = None,
    right_cropping: Any = None, target_height: Any = None, target_width: Any = None, data_format: Any = None, *,
    machine: Machine,
) -> Tensor:  # fmt: skip
    """What is not given of the four sides follows from the target size."""
    heights, widths = (top_cropping, bottom_cropping, target_height), (left_cropping, right_cropping, target_width)
    return _fitted(images, heights, widths, -1, layout_name(machine, data_format))


@names("image.pad_images")
def pad_images(
    images: Any, top_padding: Any = None, left_padding: Any = None, bottom_padding: Any = None,
    right_padding: Any = None, target_height: Any = None, target_width: Any = None, data_format: Any = None, *,
    machine: Machine,
) -> Tensor:  # fmt: skip
    """What is not given of the four sides follows from the target size."""
    heights, widths = (top_padding, bottom_padding, target_height), (left_padding, right_padding, target_width)
    return _fitted(images, heights, widths, 1, layout_name(machine, data_format))


def _fitted(images: Any, heights: tuple, widths: tuple, sign: int, format: str) -> Tensor:
    x = tensor(images)
    first = x.rank - 2 if format == "channels_first" else x.rank - 3
    height = _fitted_size(x.shape[first], heights, sign)
    return _boxed(x, height, _fitted_size(x.shape[first + 1], widths, sign), format)


def _fitted_size(have: Dim, sides: tuple, sign: int) -> Dim:
    before, after, target = sides
    if target is not None:
        return size_of_one(target)
    if before is None or after is None:
        raise invalid("{subject} needs two of: both sides, target size", "target_height")
    return have + sign * (size_of_one(before) + size_of_one(after))


@names("image.map_coordinates")
def map_coordinates(inputs: Any, coordinates: Any, *args: Any, **kwargs: Any) -> Tensor:
    """One value for each coordinate: (rank, …) → (…)"""
    given, where = tensor(inputs), tensor(coordinates)
    field = given.field.forget(range(given.rank), "sampled at coordinates")
    return given.with_(shape=where.shape[1:], field=field)


@names("image.scale_and_translate")
def scale_and_translate(images: Any, output_shape: Any, *args: Any, **kwargs: Any) -> Tensor:
    given = tensor(images)
    return given.with_(shape=shape_argument(output_shape), field=given.field.forget(range(given.rank), "moved"))


@names("image.sobel_edges", "tf.image.sobel_edges")
def sobel_edges(images: Any, *args: Any, **kwargs: Any) -> Tensor:
    """(N, H, W, C) → (N, H, W, C, 2): the edges of two directions, each from 3×3 pixels."""
    given = tensor(images)
    field = given.field.forget(range(given.rank), "edges").insert(given.rank)
    return given.with_(shape=(*given.shape, 2), field=field)


@names("image.extract_patches_3d")
def extract_patches_3d(
    volumes: Any,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: Any = "valid",
    data_format: Any = None,
    *,
    machine: Machine,
) -> Tensor:
    x = tensor(volumes)
    kernel = spatial_strides(size, 3)
    steps = kernel if strides is None else spatial_strides(strides, 3)
    return convolve(
        x, in_channels=x.shape[-1], out_channels=x.shape[-1] * kernel[0] * kernel[1] * kernel[2], kernel=kernel,
        strides=steps, padding=padding_mode(padding), dilation=spatial_strides(dilation_rate, 3),
        format=layout_name(machine, data_format),
    ).with_()  # fmt: skip
