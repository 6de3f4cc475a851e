"""Convolutions: plain, depthwise, separable; 1 to 3 spatial axes, both layouts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzers.frameworks.keras.layer import Layer, add_weights
from analyzers.frameworks.keras.layers.arguments import (
    activated,
    activation_of,
    as_tensor,
    data_format,
    invalid,
    is_linear,
    keras_layer,
    layout,
    maps,
    padding_mode,
    per_axis,
    require_rank,
    same_paddings,
    whole,
)
from analyzers.frameworks.keras.shapes import open_shape
from analyzers.frameworks.keras.state import changed, input_features, state_of
from analyzers.frameworks.keras.weights import size_of
from analyzers.geometry import CONVOLUTION, Geometry, number, numbers
from analyzers.tensors.dims import Dim, counted
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import Layouts
from analyzers.tensors.operations import convolution
from analyzers.tensors.operations.spatial import Pair, resized
from analyzers.tensors.tensor import Tensor


def require_one_stretch(strides: Sequence[Dim], dilation: Sequence[Dim], argument: str = "strides") -> None:
    """Keras refuses strides and dilation that are both above 1."""
    wide = [any(isinstance(v, int) and v > 1 for v in values) for values in (strides, dilation)]
    if all(wide):
        raise invalid(
            f"{{subject}} has strides {tuple(strides)} and dilation_rate {tuple(dilation)}: "
            "only one of them may be above 1",
            argument,
        )


def convolve(
    x: Tensor,
    *,
    in_channels: Dim,
    out_channels: Dim,
    kernel: Sequence[Dim],
    strides: Sequence[Dim],
    padding: str,
    dilation: Sequence[Dim],
    groups: Any = 1,
    format: str = "channels_last",
) -> Tensor:
    """A convolution with Keras' paddings. Raises channel-mismatch, empty-output."""
    channel_dim, spatial_dims = layout(x.rank, format)
    sizes = [x.shape[d] for d in spatial_dims]
    outs: list[Dim] | None = None
    if padding == "same":
        pairs, outs = same_paddings(sizes, kernel, strides, dilation)
    elif padding == "causal":
        pairs: list[Pair] = [(d * (k - 1), 0) for k, d in zip(kernel, dilation)]
    else:
        pairs = [(0, 0)] * len(kernel)
    result = convolution.conv(
        x,
        in_channels=in_channels,
        out_channels=out_channels,
        kernel=kernel,
        stride=strides,
        padding=pairs,
        dilation=dilation,
        groups=groups,
        channel_dim=channel_dim,
        spatial_dims=spatial_dims,
    )
    if outs is not None and any(not isinstance(n, int) for n in sizes):
        result.shape = tuple(resized(result.shape, spatial_dims, outs))
    return result


ARGUMENT_NAMES = {"stride": "strides", "dilation": "dilation_rate", "out_channels": "filters", "bias": "use_bias"}
"""What a convolution takes, by torch's name → the argument of Keras' layers."""


class Convolution(Layer):
    """What every convolution holds, set by :func:`set_up`."""

    argument_names = ARGUMENT_NAMES
    rank: int
    kernel_size: tuple[Dim, ...]
    strides: tuple[Dim, ...]
    padding: str
    data_format: str
    dilation_rate: tuple[Dim, ...]
    use_bias: bool
    activation: Any


def set_up(
    self: Convolution, rank: int, kernel_size: Any, strides: Any, padding: str, format: Any, dilation_rate: Any, use_bias: Any,
    kwargs: dict[str, Any], **counts: Any,
) -> None:  # fmt: skip
    """The attributes that all convolutions have; ``counts`` are whole numbers such as ``filters``."""
    Layer.__init__(self, **kwargs)
    self.rank = rank
    for name, value in counts.items():
        is_own = name == "filters" and value is None  # A subclass that makes its own weights.
        setattr(self, name, None if is_own else whole(value, name))
    self.kernel_size = per_axis(kernel_size, rank, "kernel_size")
    self.strides = per_axis(strides, rank, "strides")
    self.padding = padding
    self.data_format = data_format(self.machine, format)
    self.dilation_rate = per_axis(dilation_rate, rank, "dilation_rate")
    self.use_bias = bool(use_bias)
    require_one_stretch(self.strides, self.dilation_rate)


def convolved(self: Convolution, x: Tensor, filters: Dim, groups: Any = 1) -> Tensor:
    """The layer's own convolution."""
    try:
        return convolve(
            x,
            in_channels=input_features(self),
            out_channels=filters,
            kernel=self.kernel_size,
            strides=self.strides,
            padding=self.padding,
            dilation=self.dilation_rate,
            groups=groups,
            format=self.data_format,
        )
    except OperationError as error:
        if error.rule == "empty-output":
            error.message += _meant_kernel(self)
        raise


def _meant_kernel(self: Convolution) -> str:
    """``Conv2D(32, 3, 3)`` is how Keras 1 had a kernel of 3×3."""
    given = self.constructors[0].args if self.constructors else ()
    if len(self.kernel_size) != 2 or len(given) < 3 or not all(type(n) is int for n in given[:3]) or given[2] < 2:
        return ""
    count, kernel, strides = given[:3]
    written = f"{self.class_.name}({count}, {kernel}, {strides})"
    return f"; the third number of {written} is strides={strides}, a kernel is ({kernel}, {strides}) in brackets"


def input_of(self: Convolution, inputs: Any) -> Tensor:
    """The tensor that is convolved; raises rank-mismatch."""
    x = as_tensor(inputs)
    require_rank(x, len(self.kernel_size) + 2)
    return x


def geometry_of(
    self: Convolution,
    transposed: bool = False,
    in_channels: Any = None,
    out_channels: Any = None,
    groups: Any = None,
) -> Geometry | None:
    """The geometry of a layer that was set up with :func:`set_up`."""
    values = self.attributes
    kernel, padding = values.get("kernel_size"), values.get("padding")
    axes = len(kernel) if isinstance(kernel, tuple) else 0
    size = numbers(kernel, axes)
    if not size:
        return None
    return Geometry(
        CONVOLUTION,
        size,
        numbers(values.get("strides"), axes),
        (0,) * axes if padding == "valid" else padding if isinstance(padding, str) else None,
        numbers(values.get("dilation_rate"), axes),
        numbers(values.get("output_padding") or 0, axes) if transposed else None,
        transposed,
        in_channels=number(in_channels),
        out_channels=number(out_channels),
        groups=number(groups),
        biased=values.get("use_bias") is True and is_linear(values.get("activation")),
    )


class BaseConv(Convolution):
    """What ``Conv1D`` … ``Conv3D`` share."""

    filters: Dim
    groups: Dim

    def geometry(self) -> Geometry | None:
        values = self.attributes
        channels = values.get("_channels"), values.get("filters"), values.get("groups")
        return geometry_of(self, in_channels=channels[0], out_channels=channels[1], groups=channels[2])

    def input_layouts(self, place: int) -> Layouts:
        return maps(self.data_format, len(self.kernel_size))

    def call(self, inputs: Any) -> Any:
        return activated(self, convolved(self, input_of(self, inputs), self.filters, self.groups))

    def build(self, input_shape: Any = None) -> None:
        channels = input_channels(self, input_shape)
        if isinstance(channels, int) and isinstance(self.groups, int) and channels % self.groups:
            self.attributes["built"] = True
            raise _uneven("input channel", channels, self.groups)
        kernel = (*self.kernel_size, channels // self.groups, whole(self.filters, "filters"))
        add_weights(self, kernel=kernel, bias=(self.filters,) if self.use_bias else None)

    def _setup(
        self, rank: int, filters: Any, kernel_size: Any, strides: Any, padding: Any, format: Any,
        dilation_rate: Any, groups: Any, activation: Any, use_bias: Any, kwargs: dict[str, Any],
    ) -> None:  # fmt: skip
        set_up(
            self, rank, kernel_size, strides, padding_mode(padding, causal=rank == 1), format, dilation_rate, use_bias,
            kwargs, filters=filters, groups=groups,
        )  # fmt: skip
        self.activation = activation_of(activation, self.machine)
        if isinstance(self.filters, int) and isinstance(self.groups, int) and self.filters % self.groups:
            raise _uneven("filter", self.filters, self.groups)


def _uneven(what: str, count: int, groups: int) -> OperationError:
    return OperationError(
        "groups-mismatch",
        f"{{subject}} has {counted(count, what)}, not divisible by groups {groups}",
        exception="ValueError",
        argument="groups",
        expected=groups,
        actual=count,
    )


def input_channels(self: Convolution, input_shape: Any) -> Dim:
    """The channels it is built for; raises rank-mismatch for another number of dims."""
    rank = len(self.kernel_size) + 2
    if len(input_shape) != rank:
        require_rank(Tensor(open_shape(input_shape)), rank)
    channels = size_of(input_shape, 1 if self.data_format == "channels_first" else -1)
    changed(self).features = channels
    if channels == 0:
        raise invalid("{subject} gets an input of 0 channels")
    return channels


@keras_layer("Conv1D", "Convolution1D")
class Conv1D(BaseConv):
    def __init__(
        self, filters: Any, kernel_size: Any, strides: Any = 1, padding: Any = "valid", data_format: Any = None,
        dilation_rate: Any = 1, groups: Any = 1, activation: Any = None, use_bias: Any = True,
        kernel_initializer: Any = None, bias_initializer: Any = None, kernel_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None,
        bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        BaseConv._setup(
            self, 1, filters, kernel_size, strides, padding, data_format, dilation_rate, groups, activation,
            use_bias, kwargs,
        )  # fmt: skip


@keras_layer("Conv2D", "Convolution2D")
class Conv2D(BaseConv):
    def __init__(
        self, filters: Any, kernel_size: Any, strides: Any = (1, 1), padding: Any = "valid",
        data_format: Any = None,
        dilation_rate: Any = (1, 1), groups: Any = 1, activation: Any = None, use_bias: Any = True,
        kernel_initializer: Any = None, bias_initializer: Any = None, kernel_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None,
        bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        BaseConv._setup(
            self, 2, filters, kernel_size, strides, padding, data_format, dilation_rate, groups, activation,
            use_bias, kwargs,
        )  # fmt: skip


@keras_layer("Conv3D", "Convolution3D")
class Conv3D(BaseConv):
    def __init__(
        self, filters: Any, kernel_size: Any, strides: Any = (1, 1, 1), padding: Any = "valid",
        data_format: Any = None, dilation_rate: Any = (1, 1, 1), groups: Any = 1, activation: Any = None,
        use_bias: Any = True, kernel_initializer: Any = None, bias_initializer: Any = None,
        kernel_regularizer: Any = None, bias_regularizer: Any = None, activity_regularizer: Any = None,
        kernel_constraint: Any = None, bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        BaseConv._setup(
            self, 3, filters, kernel_size, strides, padding, data_format, dilation_rate, groups, activation,
            use_bias, kwargs,
        )  # fmt: skip


# -- depthwise and separable -----------------------------------------------------------------------


def depthwise(
    x: Tensor, channels: Dim, multiplier: Dim, kernel: Any, strides: Any, padding: str, dilation: Any, format: str
) -> Tensor:
    """Every channel with its own ``multiplier`` kernels."""
    return convolve(
        x,
        in_channels=channels,
        out_channels=channels * multiplier,
        kernel=kernel,
        strides=strides,
        padding=padding,
        dilation=dilation,
        groups=channels,
        format=format,
    )


class Depthwise(Convolution):
    """A convolution with ``depth_multiplier`` kernels for every channel."""

    depth_multiplier: Dim


def _depthwise_of(self: Depthwise, x: Tensor) -> Tensor:
    """The depthwise convolution of a layer that has a ``depth_multiplier``."""
    return depthwise(
        x, input_features(self), self.depth_multiplier, self.kernel_size, self.strides, self.padding,
        self.dilation_rate, self.data_format,
    )  # fmt: skip


class BaseDepthwiseConv(Depthwise):
    """What ``DepthwiseConv1D`` and ``DepthwiseConv2D`` share."""

    def geometry(self) -> Geometry | None:
        channels = number(state_of(self).features)
        many = number(self.attributes.get("depth_multiplier"))
        outs = channels * many if channels is not None and many is not None else None
        return geometry_of(self, in_channels=channels, out_channels=outs, groups=channels)

    def input_layouts(self, place: int) -> Layouts:
        return maps(self.data_format, len(self.kernel_size))

    def call(self, inputs: Any) -> Any:
        return activated(self, _depthwise_of(self, input_of(self, inputs)))

    def build(self, input_shape: Any = None) -> None:
        channels = input_channels(self, input_shape)
        many = self.depth_multiplier
        bias = (channels * many,) if self.use_bias else None
        add_weights(self, kernel=(*self.kernel_size, channels, many), bias=bias)

    def _setup(
        self, rank: int, kernel_size: Any, strides: Any, padding: Any, depth_multiplier: Any, format: Any,
        dilation_rate: Any, activation: Any, use_bias: Any, kwargs: dict[str, Any],
    ) -> None:  # fmt: skip
        set_up(
            self, rank, kernel_size, strides, padding_mode(padding), format, dilation_rate, use_bias, kwargs,
            depth_multiplier=depth_multiplier,
        )  # fmt: skip
        self.activation = activation_of(activation, self.machine)


@keras_layer("DepthwiseConv1D")
class DepthwiseConv1D(BaseDepthwiseConv):
    def __init__(
        self, kernel_size: Any, strides: Any = 1, padding: Any = "valid", depth_multiplier: Any = 1,
        data_format: Any = None, dilation_rate: Any = 1, activation: Any = None, use_bias: Any = True,
        depthwise_initializer: Any = None, bias_initializer: Any = None, depthwise_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None, depthwise_constraint: Any = None,
        bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        BaseDepthwiseConv._setup(
            self, 1, kernel_size, strides, padding, depth_multiplier, data_format, dilation_rate, activation,
            use_bias, kwargs,
        )  # fmt: skip


@keras_layer("DepthwiseConv2D")
class DepthwiseConv2D(BaseDepthwiseConv):
    def __init__(
        self, kernel_size: Any, strides: Any = (1, 1), padding: Any = "valid", depth_multiplier: Any = 1,
        data_format: Any = None, dilation_rate: Any = (1, 1), activation: Any = None, use_bias: Any = True,
        depthwise_initializer: Any = None, bias_initializer: Any = None, depthwise_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None, depthwise_constraint: Any = None,
        bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        BaseDepthwiseConv._setup(
            self, 2, kernel_size, strides, padding, depth_multiplier, data_format, dilation_rate, activation,
            use_bias, kwargs,
        )  # fmt: skip


class BaseSeparableConv(Depthwise):
    """What ``SeparableConv1D`` and ``SeparableConv2D`` share: depthwise, then 1×1."""

    filters: Dim

    def geometry(self) -> Geometry | None:
        return geometry_of(self)

    def input_layouts(self, place: int) -> Layouts:
        return maps(self.data_format, len(self.kernel_size))

    def call(self, inputs: Any) -> Any:
        x = input_of(self, inputs)
        try:
            middle = _depthwise_of(self, x)
        except OperationError as error:
            if error.result is not None:
                error.result = BaseSeparableConv._pointwise(self, error.result)
            raise
        return activated(self, BaseSeparableConv._pointwise(self, middle))

    def _pointwise(self, middle: Tensor) -> Tensor:
        ones = (1,) * len(self.kernel_size)
        made = convolve(
            middle,
            in_channels=input_features(self) * self.depth_multiplier,
            out_channels=self.filters,
            kernel=ones,
            strides=ones,
            padding="valid",
            dilation=ones,
            format=self.data_format,
        )
        made.cost = made.cost + middle.cost
        return made

    def build(self, input_shape: Any = None) -> None:
        channels = input_channels(self, input_shape)
        many = self.depth_multiplier
        add_weights(
            self,
            depthwise_kernel=(*self.kernel_size, channels, many),
            pointwise_kernel=(*((1,) * len(self.kernel_size)), channels * many, self.filters),
            bias=(self.filters,) if self.use_bias else None,
        )

    def _setup(
        self, rank: int, filters: Any, kernel_size: Any, strides: Any, padding: Any, format: Any,
        dilation_rate: Any, depth_multiplier: Any, activation: Any, use_bias: Any, kwargs: dict[str, Any],
    ) -> None:  # fmt: skip
        set_up(
            self, rank, kernel_size, strides, padding_mode(padding, causal=rank == 1), format, dilation_rate, use_bias,
            kwargs, filters=filters, depth_multiplier=depth_multiplier,
        )  # fmt: skip
        self.activation = activation_of(activation, self.machine)


@keras_layer("SeparableConv1D", "SeparableConvolution1D")
class SeparableConv1D(BaseSeparableConv):
    def __init__(
        self, filters: Any, kernel_size: Any, strides: Any = 1, padding: Any = "valid", data_format: Any = None,
        dilation_rate: Any = 1, depth_multiplier: Any = 1, activation: Any = None, use_bias: Any = True,
        depthwise_initializer: Any = None, pointwise_initializer: Any = None, bias_initializer: Any = None,
        depthwise_regularizer: Any = None, pointwise_regularizer: Any = None, bias_regularizer: Any = None,
        activity_regularizer: Any = None, depthwise_constraint: Any = None, pointwise_constraint: Any = None,
        bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        BaseSeparableConv._setup(
            self, 1, filters, kernel_size, strides, padding, data_format, dilation_rate, depth_multiplier, activation,
            use_bias, kwargs,
        )  # fmt: skip


@keras_layer("SeparableConv2D", "SeparableConvolution2D")
class SeparableConv2D(BaseSeparableConv):
    def __init__(
        self, filters: Any, kernel_size: Any, strides: Any = (1, 1), padding: Any = "valid",
        data_format: Any = None,
        dilation_rate: Any = (1, 1), depth_multiplier: Any = 1, activation: Any = None, use_bias: Any = True,
        depthwise_initializer: Any = None, pointwise_initializer: Any = None, bias_initializer: Any = None,
        depthwise_regularizer: Any = None, pointwise_regularizer: Any = None, bias_regularizer: Any = None,
        activity_regularizer: Any = None, depthwise_constraint: Any = None, pointwise_constraint: Any = None,
        bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        BaseSeparableConv._setup(
            self, 2, filters, kernel_size, strides, padding, data_format, dilation_rate, depth_multiplier, activation,
            use_bias, kwargs,
        )  # fmt: skip


__all__ = ["BaseConv", "Convolution", "convolve"]
