"""Lazy layers: their input size is what the first call brings, and then they are ordinary layers."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch.nn.batchnorm import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
    _BatchNorm,
    _InstanceNorm,
    _NormBase,
    register_affine,
    register_statistics,
)
from analyzers.frameworks.torch.nn.conv import (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    _ConvNd,
    check_groups,
    weight_channels,
)
from analyzers.frameworks.torch.nn.linear import Linear
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.frameworks.torch.nn.weights import check_size, on, register_optional, weight
from analyzers.interpreter.hosts import HostObject
from analyzers.interpreter.values import Instance
from analyzers.tensors.dims import unknown_dim
from analyzers.tensors.errors import OperationError, PythonError
from analyzers.tensors.layout import OPEN, VECTORS, Layout, Layouts, channels_first
from analyzers.tensors.tensor import Tensor, parameter

UNSEEN = "a lazy layer that was not called"


def uninitialized() -> Tensor:
    """A parameter whose shape the first call decides."""
    return parameter((unknown_dim(UNSEEN),))


@nn_layer("lazy")
class LazyModuleMixin(HostObject):
    """Marks lazy layers (``isinstance(m, LazyModuleMixin)``)."""

    def initialize_parameters(self, input: Tensor, *args: Any, **kwargs: Any) -> None:
        raise PythonError("NotImplementedError", f"initialize_parameters is not implemented for {self.class_.name}")

    def has_uninitialized_params(self) -> bool:
        return True


def become(module: Instance, kind: type) -> None:
    """Turn an initialised lazy layer into the ordinary one, as torch does after the first call."""
    object.__setattr__(module, "class_", module.machine.class_of_host(kind))


# -- convolutions ----------------------------------------------------------------------------


@nn_layer("conv")
class _LazyConvXdMixin(LazyModuleMixin):
    """A convolution whose ``in_channels`` is the input's."""

    out_channels: Any
    kernel_size: tuple[Any, ...]
    transposed: bool
    groups: Any

    def _get_num_spatial_dims(self) -> int:
        raise PythonError("NotImplementedError", f"{self.class_.name} does not say how many axes it has")

    def input_layouts(self, place: int) -> Layouts:
        return (channels_first(len(self.kernel_size), OPEN),)

    def initialize_parameters(self, input: Tensor, *args: Any, **kwargs: Any) -> None:
        check_size(self.out_channels)
        self.in_channels = self._get_in_channels(input)
        check_groups(self.in_channels, self.out_channels, self.groups)
        channels = weight_channels(self.in_channels, self.out_channels, self.groups, self.transposed)
        self.weight = weight(*channels, *self.kernel_size)
        if self.bias is not None:
            self.bias = weight(self.out_channels)

    def _get_in_channels(self, input: Tensor) -> Any:
        axes = self._get_num_spatial_dims()
        if input.rank not in (axes + 1, axes + 2):
            message = f"{{subject}} expects {axes + 1}D or {axes + 2}D input, gets {input.rank}D"
            raise OperationError("rank-mismatch", message, actual=input.rank)
        return input.shape[input.rank - axes - 1]


def _postpone(self: _ConvNd, out_channels: Any, bias: Any) -> None:
    self.weight = uninitialized()
    self.out_channels = out_channels
    if on(bias):
        self.bias = uninitialized()


def _first_call(self: LazyModuleMixin, kind: Any, *args: Any) -> Tensor:
    self.initialize_parameters(args[0])
    become(self, kind)
    return kind.forward(self, *args)


@nn_layer("conv", ("out_channels",))
class LazyConv1d(_LazyConvXdMixin, Conv1d):
    """:class:`Conv1d` without ``in_channels``."""

    def __init__(
        self,
        out_channels: Any,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: Any = 1,
        bias: Any = True,
        padding_mode: Any = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        Conv1d.__init__(self, 0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode)
        _postpone(self, out_channels, bias)

    def _get_num_spatial_dims(self) -> int:
        return 1

    def forward(self, input: Tensor) -> Tensor:
        return _first_call(self, Conv1d, input)


@nn_layer("conv", ("out_channels",))
class LazyConv2d(_LazyConvXdMixin, Conv2d):
    """:class:`Conv2d` without ``in_channels``."""

    def __init__(
        self,
        out_channels: Any,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: Any = 1,
        bias: Any = True,
        padding_mode: Any = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        Conv2d.__init__(self, 0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode)
        _postpone(self, out_channels, bias)

    def _get_num_spatial_dims(self) -> int:
        return 2

    def forward(self, input: Tensor) -> Tensor:
        return _first_call(self, Conv2d, input)


@nn_layer("conv", ("out_channels",))
class LazyConv3d(_LazyConvXdMixin, Conv3d):
    """:class:`Conv3d` without ``in_channels``."""

    def __init__(
        self,
        out_channels: Any,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: Any = 1,
        bias: Any = True,
        padding_mode: Any = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        Conv3d.__init__(self, 0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode)
        _postpone(self, out_channels, bias)

    def _get_num_spatial_dims(self) -> int:
        return 3

    def forward(self, input: Tensor) -> Tensor:
        return _first_call(self, Conv3d, input)


@nn_layer("conv", ("out_channels",))
class LazyConvTranspose1d(_LazyConvXdMixin, ConvTranspose1d):
    """:class:`ConvTranspose1d` without ``in_channels``."""

    def __init__(
        self,
        out_channels: Any,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: Any = 1,
        bias: Any = True,
        dilation: Any = 1,
        padding_mode: Any = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        sizes = kernel_size, stride, padding, output_padding, groups
        ConvTranspose1d.__init__(self, 0, 0, *sizes, False, dilation, padding_mode)
        _postpone(self, out_channels, bias)

    def _get_num_spatial_dims(self) -> int:
        return 1

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        return _first_call(self, ConvTranspose1d, input, output_size)


@nn_layer("conv", ("out_channels",))
class LazyConvTranspose2d(_LazyConvXdMixin, ConvTranspose2d):
    """:class:`ConvTranspose2d` without ``in_channels``."""

    def __init__(
        self,
        out_channels: Any,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: Any = 1,
        bias: Any = True,
        dilation: Any = 1,
        padding_mode: Any = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        sizes = kernel_size, stride, padding, output_padding, groups
        ConvTranspose2d.__init__(self, 0, 0, *sizes, False, dilation, padding_mode)
        _postpone(self, out_channels, bias)

    def _get_num_spatial_dims(self) -> int:
        return 2

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        return _first_call(self, ConvTranspose2d, input, output_size)


@nn_layer("conv", ("out_channels",))
class LazyConvTranspose3d(_LazyConvXdMixin, ConvTranspose3d):
    """:class:`ConvTranspose3d` without ``in_channels``."""

    def __init__(
        self,
        out_channels: Any,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: Any = 1,
        bias: Any = True,
        dilation: Any = 1,
        padding_mode: Any = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        sizes = kernel_size, stride, padding, output_padding, groups
        ConvTranspose3d.__init__(self, 0, 0, *sizes, False, dilation, padding_mode)
        _postpone(self, out_channels, bias)

    def _get_num_spatial_dims(self) -> int:
        return 3

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        return _first_call(self, ConvTranspose3d, input, output_size)


# -- linear ----------------------------------------------------------------------------------


@nn_layer("linear", ("out_features",))
class LazyLinear(LazyModuleMixin, Linear):
    """:class:`Linear` without ``in_features``."""

    def input_layouts(self, place: int) -> Layouts:
        return (Layout.of("... E", rest=VECTORS, E=OPEN),)

    def __init__(self, out_features: Any, bias: Any = True, device: Any = None, dtype: Any = None) -> None:
        self.in_features = 0
        self.out_features = out_features
        self.weight = uninitialized()
        register_optional(self, "bias", bias, 0)
        if on(bias):
            self.bias = uninitialized()

    def initialize_parameters(self, input: Tensor, *args: Any, **kwargs: Any) -> None:
        self.in_features = input.shape[-1]
        self.weight = weight(self.out_features, self.in_features)
        if self.bias is not None:
            self.bias = weight(self.out_features)

    def forward(self, input: Tensor) -> Tensor:
        return _first_call(self, Linear, input)


# -- normalisation ---------------------------------------------------------------------------


@nn_layer("batchnorm")
class _LazyNormBase(LazyModuleMixin, _NormBase):
    """A normalisation whose ``num_features`` is the input's channels."""

    def __init__(
        self,
        eps: Any = 1e-5,
        momentum: Any = 0.1,
        affine: Any = True,
        track_running_stats: Any = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: Any = True,
    ) -> None:
        unseen = unknown_dim(UNSEEN)
        _NormBase.__init__(self, unseen, eps, momentum, affine, track_running_stats, bias=bias)
        self.num_features = 0

    def initialize_parameters(self, input: Tensor, *args: Any, **kwargs: Any) -> None:
        self.num_features = input.shape[1]
        register_affine(self, self.weight is not None, self.bias is not None, self.num_features)
        register_statistics(self, self.track_running_stats, self.num_features)


def _first_norm(self: _LazyNormBase, kind: Any, input: Tensor) -> Tensor:
    if input.rank < 2:
        raise OperationError("rank-mismatch", f"{{subject}} gets {input.rank}D input", exception="IndexError")
    return _first_call(self, kind, input)


@nn_layer("batchnorm")
class LazyBatchNorm1d(_LazyNormBase, _BatchNorm):
    """:class:`BatchNorm1d` without ``num_features``."""

    def forward(self, input: Tensor) -> Tensor:
        return _first_norm(self, BatchNorm1d, input)


@nn_layer("batchnorm")
class LazyBatchNorm2d(_LazyNormBase, _BatchNorm):
    """:class:`BatchNorm2d` without ``num_features``."""

    def forward(self, input: Tensor) -> Tensor:
        return _first_norm(self, BatchNorm2d, input)


@nn_layer("batchnorm")
class LazyBatchNorm3d(_LazyNormBase, _BatchNorm):
    """:class:`BatchNorm3d` without ``num_features``."""

    def forward(self, input: Tensor) -> Tensor:
        return _first_norm(self, BatchNorm3d, input)


@nn_layer("instancenorm")
class LazyInstanceNorm1d(_LazyNormBase, _InstanceNorm):
    """:class:`InstanceNorm1d` without ``num_features``."""

    def forward(self, input: Tensor) -> Tensor:
        return _first_norm(self, InstanceNorm1d, input)


@nn_layer("instancenorm")
class LazyInstanceNorm2d(_LazyNormBase, _InstanceNorm):
    """:class:`InstanceNorm2d` without ``num_features``."""

    def forward(self, input: Tensor) -> Tensor:
        return _first_norm(self, InstanceNorm2d, input)


@nn_layer("instancenorm")
class LazyInstanceNorm3d(_LazyNormBase, _InstanceNorm):
    """:class:`InstanceNorm3d` without ``num_features``."""

    def forward(self, input: Tensor) -> Tensor:
        return _first_norm(self, InstanceNorm3d, input)
