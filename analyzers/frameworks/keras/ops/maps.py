"""Convolutions, pooling and pixel shuffling on feature maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzers.frameworks.keras.layers.arguments import (
    layout,
    padding_mode,
    per_axis,
)
from analyzers.frameworks.keras.layers.convolution import convolve, depthwise
from analyzers.frameworks.keras.layers.pooling import windowed
from analyzers.frameworks.keras.layers.transposed_convolution import transposed
from analyzers.frameworks.keras.ops.registration import layout_name, names, spatial_strides, tensor
from analyzers.tensors.operations import (
    pixel,
    pooling,
)
from analyzers.tensors.tensor import Tensor

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine


@names("conv", "nn.conv", "tf.nn.convolution", "tf.nn.conv2d", "tf.nn.conv1d", "tf.nn.conv3d", "K.conv2d", "K.conv1d")
def conv(
    input: Any = None,
    filters: Any = None,
    strides: Any = 1,
    padding: Any = "valid",
    data_format: Any = None,
    dilations: Any = 1,
    *args: Any,
    inputs: Any = None,
    kernel: Any = None,
    dilation_rate: Any = None,
    machine: Machine,
    **kwargs: Any,
) -> Tensor:
    x, weights = tensor(input if inputs is None else inputs), tensor(filters if kernel is None else kernel)
    rank = weights.rank - 2
    dilation = spatial_strides(dilations if dilation_rate is None else dilation_rate, rank)
    format = layout_name(machine, data_format)
    channel_dim, _ = layout(x.rank, format)
    channels, own = x.shape[channel_dim], weights.shape[-2]
    groups = (
        channels // own if isinstance(channels, int) and isinstance(own, int) and own and channels % own == 0 else 1
    )
    return convolve(
        x,
        in_channels=own * groups,
        out_channels=weights.shape[-1],
        kernel=weights.shape[:rank],
        strides=spatial_strides(strides, rank),
        padding=padding_mode(padding, causal=True),
        dilation=dilation,
        groups=groups,
        format=format,
    )


@names("depthwise_conv", "tf.nn.depthwise_conv2d", "K.depthwise_conv2d")
def depthwise_conv(
    inputs: Any = None,
    kernel: Any = None,
    strides: Any = 1,
    padding: Any = "valid",
    data_format: Any = None,
    dilation_rate: Any = 1,
    *args: Any,
    input: Any = None,
    filter: Any = None,
    machine: Machine,
    **kwargs: Any,
) -> Tensor:
    x, weights = tensor(inputs if input is None else input), tensor(kernel if filter is None else filter)
    rank = weights.rank - 2
    return depthwise(
        x, weights.shape[-2], weights.shape[-1], weights.shape[:rank], spatial_strides(strides, rank), padding_mode(padding),
        per_axis(dilation_rate or 1, rank, "dilation_rate"), layout_name(machine, data_format),
    )  # fmt: skip


@names("separable_conv", "tf.nn.separable_conv2d", "K.separable_conv2d")
def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = 1,
    padding: Any = "valid",
    data_format: Any = None,
    dilation_rate: Any = 1,
    *,
    machine: Machine,
    **kwargs: Any,
) -> Tensor:
    middle = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate, machine=machine)
    made = conv(middle, pointwise_kernel, 1, "valid", data_format, machine=machine)
    made.cost = made.cost + middle.cost
    return made


@names("conv_transpose", "tf.nn.conv2d_transpose", "tf.nn.conv_transpose")
def conv_transpose(
    inputs: Any = None,
    kernel: Any = None,
    strides: Any = 1,
    padding: Any = "valid",
    output_padding: Any = None,
    data_format: Any = None,
    dilation_rate: Any = 1,
    *args: Any,
    machine: Machine,
    **kwargs: Any,
) -> Tensor:
    x, weights = tensor(inputs), tensor(kernel)
    rank = weights.rank - 2
    extra = None if output_padding is None else per_axis(output_padding, rank, "output_padding", 0)
    return transposed(
        x, weights.shape[-1], weights.shape[-2], weights.shape[:rank], spatial_strides(strides, rank), padding_mode(padding),
        extra, per_axis(dilation_rate, rank, "dilation_rate"), layout_name(machine, data_format),
    )  # fmt: skip


@names("max_pool", "average_pool", "K.pool2d")
def pool(
    inputs: Any,
    pool_size: Any,
    strides: Any = None,
    padding: Any = "valid",
    data_format: Any = None,
    *,
    machine: Machine,
    **kwargs: Any,
) -> Tensor:
    x = tensor(inputs)
    kernel = per_axis(pool_size, x.rank - 2, "pool_size")
    steps = kernel if strides is None else per_axis(strides, x.rank - 2, "strides")
    return windowed(x, kernel, steps, padding_mode(padding), layout_name(machine, data_format))


@names(*[f"tf.nn.{kind}_pool{rank}" for kind in ("max", "avg") for rank in ("", "1d", "2d", "3d")])
def tf_pool(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = None, name: Any = None, *, machine: Machine
) -> Tensor:
    x = tensor(input)
    kernel, steps = spatial_strides(ksize, x.rank - 2), spatial_strides(strides, x.rank - 2)
    return windowed(x, kernel, steps, padding_mode(padding), layout_name(machine, data_format))


@names("adaptive_average_pool", "adaptive_max_pool")
def adaptive_pool(inputs: Any, output_size: Any, data_format: Any = None, *, machine: Machine) -> Tensor:
    x = tensor(inputs)
    _, dims = layout(x.rank, layout_name(machine, data_format))
    return pooling.adaptive_pool(x, per_axis(output_size, x.rank - 2, "output_size"), dims)


@names("depth_to_space", "tf.nn.depth_to_space")
def depth_to_space(
    x: Any = None,
    block_size: Any = 2,
    data_format: Any = None,
    *args: Any,
    input: Any = None,
    machine: Machine,
    **kwargs: Any,
) -> Tensor:
    given = tensor(x if input is None else input)
    channel_dim, dims = layout(given.rank, layout_name(machine, data_format))
    return pixel.depth_to_space(given, block_size, channel_dim, dims)


@names("space_to_depth", "tf.nn.space_to_depth")
def space_to_depth(
    x: Any = None,
    block_size: Any = 2,
    data_format: Any = None,
    *args: Any,
    input: Any = None,
    machine: Machine,
    **kwargs: Any,
) -> Tensor:
    given = tensor(x if input is None else input)
    channel_dim, dims = layout(given.rank, layout_name(machine, data_format))
    return pixel.space_to_depth(given, block_size, channel_dim, dims)
