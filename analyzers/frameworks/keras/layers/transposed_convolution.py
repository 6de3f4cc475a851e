"""Keras' transposed convolutions."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.keras.layer import add_weights
from analyzers.frameworks.keras.layers.arguments import (
    activated,
    activation_of,
    invalid,
    keras_layer,
    layout,
    maps,
    padding_mode,
    per_axis,
)
from analyzers.frameworks.keras.layers.convolution import Convolution, geometry_of, input_channels, input_of, set_up
from analyzers.frameworks.keras.state import input_features
from analyzers.geometry import Geometry
from analyzers.tensors.dims import Dim, require
from analyzers.tensors.layout import Layouts
from analyzers.tensors.operations import convolution
from analyzers.tensors.operations.spatial import Pair, below
from analyzers.tensors.tensor import Tensor


def transposed_size(n: Dim, kernel: Dim, stride: Dim, padding: str, output_padding: Dim | None, dilation: Dim) -> Dim:
    """Keras' output size of a transposed convolution along one axis."""
    extent = (kernel - 1) * dilation + 1
    if padding == "valid":
        if output_padding is None:
            return (n - 1) * stride + (stride if below(extent - stride, 0) else extent)
        return (n - 1) * stride + extent + output_padding
    return n * stride if output_padding is None else (n - 1) * stride + extent % 2 + output_padding


def transposed(
    x: Tensor, in_channels: Dim, filters: Dim, kernel: Any, strides: Any, padding: str, output_padding: Any,
    dilation: Any, format: str,
) -> Tensor:  # fmt: skip
    """The transpose of the convolution that turns the output's size into the input's."""
    channel_dim, spatial_dims = layout(x.rank, format)
    extra = output_padding if output_padding is not None else (None,) * len(kernel)
    sizes = [
        transposed_size(x.shape[dim], k, s, padding, p, d)
        for dim, k, s, p, d in zip(spatial_dims, kernel, strides, extra, dilation)
    ]
    pairs: list[Pair] = []
    for dim, out, k, s, d in zip(spatial_dims, sizes, kernel, strides, dilation):
        extent = d * (k - 1) + 1
        total = (x.shape[dim] - 1) * s + extent - out
        before = (
            -((extent % 2 - extent + _beyond(extent, s, output_padding, len(pairs))) // 2) if padding == "same" else 0
        )
        before = 0 if below(before, 0) else before
        pairs.append((before, total - before))
    return convolution.conv_transpose(
        x,
        in_channels=in_channels,
        out_channels=filters,
        kernel=kernel,
        stride=strides,
        padding=pairs,
        output_padding=[0] * len(kernel),
        dilation=dilation,
        groups=1,
        channel_dim=channel_dim,
        spatial_dims=spatial_dims,
    )


def _beyond(extent: Dim, stride: Dim, output_padding: Any, axis: int) -> Dim:
    """The output padding that Keras' torch backend assumes where none is given."""
    return stride - extent % 2 if output_padding is None else output_padding[axis]


class BaseConvTranspose(Convolution):
    """What ``Conv1DTranspose`` … ``Conv3DTranspose`` share."""

    filters: Dim
    output_padding: tuple[Dim, ...] | None

    def geometry(self) -> Geometry | None:
        values = self.attributes
        return geometry_of(
            self, transposed=True, in_channels=values.get("_channels"), out_channels=values.get("filters"), groups=1
        )

    def input_layouts(self, place: int) -> Layouts:
        return maps(self.data_format, len(self.kernel_size))

    def call(self, inputs: Any) -> Any:
        made = transposed(
            input_of(self, inputs), input_features(self), self.filters, self.kernel_size, self.strides,
            self.padding, self.output_padding, self.dilation_rate, self.data_format,
        )  # fmt: skip
        return activated(self, made)

    def build(self, input_shape: Any = None) -> None:
        channels = input_channels(self, input_shape)
        kernel = (*self.kernel_size, self.filters, channels)
        add_weights(self, kernel=kernel, bias=(self.filters,) if self.use_bias else None)

    def _setup(
        self, rank: int, filters: Any, kernel_size: Any, strides: Any, padding: Any, output_padding: Any,
        format: Any, dilation_rate: Any, activation: Any, use_bias: Any, kwargs: dict[str, Any],
    ) -> None:  # fmt: skip
        given = None if output_padding is None else per_axis(output_padding, rank, "output_padding", 0)
        set_up(
            self, rank, kernel_size, strides, padding_mode(padding), format, dilation_rate, use_bias, kwargs,
            filters=filters,
        )  # fmt: skip
        self.output_padding = given
        self.activation = activation_of(activation, self.machine)
        if given is not None and any(require(p, s) is True or below(s - p, 1) for p, s in zip(given, self.strides)):
            raise invalid(
                f"{{subject}} has output_padding {given}, which must be below its strides {self.strides}",
                "output_padding",
            )


@keras_layer("Conv1DTranspose", "Convolution1DTranspose")
class Conv1DTranspose(BaseConvTranspose):
    def __init__(
        self, filters: Any, kernel_size: Any, strides: Any = 1, padding: Any = "valid", output_padding: Any = None,
        data_format: Any = None, dilation_rate: Any = 1, activation: Any = None, use_bias: Any = True,
        kernel_initializer: Any = None, bias_initializer: Any = None, kernel_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None,
        bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        BaseConvTranspose._setup(
            self, 1, filters, kernel_size, strides, padding, output_padding, data_format, dilation_rate, activation,
            use_bias, kwargs,
        )  # fmt: skip


@keras_layer("Conv2DTranspose", "Convolution2DTranspose", "Deconvolution2D")
class Conv2DTranspose(BaseConvTranspose):
    def __init__(
        self, filters: Any, kernel_size: Any, strides: Any = (1, 1), padding: Any = "valid",
        output_padding: Any = None, data_format: Any = None, dilation_rate: Any = (1, 1), activation: Any = None,
        use_bias: Any = True, kernel_initializer: Any = None, bias_initializer: Any = None,
        kernel_regularizer: Any = None, bias_regularizer: Any = None, activity_regularizer: Any = None,
        kernel_constraint: Any = None, bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        BaseConvTranspose._setup(
            self, 2, filters, kernel_size, strides, padding, output_padding, data_format, dilation_rate, activation,
            use_bias, kwargs,
        )  # fmt: skip


@keras_layer("Conv3DTranspose", "Convolution3DTranspose")
class Conv3DTranspose(BaseConvTranspose):
    def __init__(
        self, filters: Any, kernel_size: Any, strides: Any = (1, 1, 1), padding: Any = "valid",
        data_format: Any = None, output_padding: Any = None, dilation_rate: Any = (1, 1, 1), activation: Any = None,
        use_bias: Any = True, kernel_initializer: Any = None, bias_initializer: Any = None,
        kernel_regularizer: Any = None, bias_regularizer: Any = None, activity_regularizer: Any = None,
        kernel_constraint: Any = None, bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        BaseConvTranspose._setup(
            self, 3, filters, kernel_size, strides, padding, output_padding, data_format, dilation_rate, activation,
            use_bias, kwargs,
        )  # fmt: skip
