"""Convolutions: ``torch.nn.Conv1d`` … ``ConvTranspose3d``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.frameworks.torch.nn.tuples import pair, reverse_repeat_tuple, single, triple
from analyzers.frameworks.torch.nn.weights import (
    below,
    check_size,
    divisible,
    invalid,
    register_optional,
    weight,
)
from analyzers.geometry import CONVOLUTION, Geometry, number, numbers
from analyzers.tensors.dim_text import text
from analyzers.tensors.dims import Dim, Expression
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import Layouts, channels_first
from analyzers.tensors.operations import arguments
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed

CHANNELS = ("in_channels", "out_channels")
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def check_groups(in_channels: Dim, out_channels: Dim, groups: Any) -> None:
    """ValueError when there are no groups or they do not divide the channels."""
    if below(groups, 1):
        raise invalid(f"{{subject}} needs at least 1 group, gets groups={groups}", actual=groups)
    for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
        if not divisible(channels, groups):
            message = f"{{subject}}: {name} {text(channels)} is not divisible by groups {text(groups)}"
            raise OperationError("groups-mismatch", message, exception="ValueError", argument=name, expected=groups)


def check_padding(padding: Any, stride: Sequence[Any], padding_mode: Any) -> None:
    """ValueError for an unknown padding string or mode, and for ``"same"`` with a stride."""
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise invalid(f"{{subject}} takes padding='same' or 'valid', not {padding!r}", actual=padding)
        if padding == "same" and any(s != 1 for s in stride):
            message = f"{{subject}}: padding='same' needs stride 1, gets {_per_axis(stride)}"
            raise invalid(message, argument="padding")
    if isinstance(padding_mode, str) and padding_mode not in PADDING_MODES:
        modes = ", ".join(PADDING_MODES)
        raise invalid(f"{{subject}} takes padding_mode {modes}, not {padding_mode!r}", actual=padding_mode)


def _per_axis(sizes: Sequence[Any]) -> str:
    return "×".join(str(size) for size in sizes)


def same_padding(kernel_size: Sequence[Any], dilation: Sequence[Any]) -> list[Any]:
    """What ``padding="same"`` adds, last axis first, in front and behind (as ``F.pad`` takes it)."""
    padding: list[Any] = []
    for step in dilation:
        check_size(step)
    for d, k in zip(reversed(dilation), reversed(kernel_size), strict=False):
        total = d * (k - 1)
        padding += [total // 2, total - total // 2]
    return padding


def explicit_padding(padding: Any, kernel_size: Sequence[Any], dilation: Sequence[Any]) -> Sequence[Any]:
    """The padding of a convolution in ``F.pad``'s order."""
    if padding == "same":
        return same_padding(kernel_size, dilation)
    if padding == "valid":
        return [0, 0] * len(kernel_size)
    return reverse_repeat_tuple(padding, 2)


def known_padding(padding: Any, axes: int) -> tuple[int, ...] | str | None:
    """The padding of a convolution's geometry."""
    if isinstance(padding, str):
        return (0,) * axes if padding == "valid" else padding
    return numbers(padding, axes)


@nn_layer("conv", CHANNELS)
class _ConvNd(Module):
    """What every convolution holds.

    weight: ``out × in/groups × kernel`` (transposed: ``in × out/groups × kernel``), bias: ``out``.
    Raises ValueError for groups and paddings that cannot be (see :func:`check_groups`).
    """

    bias: Tensor | None

    def __init__(
        self,
        in_channels: Any,
        out_channels: Any,
        kernel_size: tuple[Any, ...],
        stride: tuple[Any, ...],
        padding: Any,
        dilation: tuple[Any, ...],
        transposed: bool,
        output_padding: tuple[Any, ...],
        groups: Any,
        bias: Any,
        padding_mode: Any,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        for size in (in_channels, out_channels, *kernel_size):
            check_size(size)
        check_groups(in_channels, out_channels, groups)
        check_padding(padding, stride, padding_mode)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.transposed = transposed
        self.output_padding = output_padding
        self.groups = groups
        self.padding_mode = padding_mode
        self._reversed_padding_repeated_twice = explicit_padding(padding, kernel_size, dilation)
        self.weight = weight(*weight_channels(in_channels, out_channels, groups, transposed), *kernel_size)
        register_optional(self, "bias", bias, out_channels)

    def geometry(self) -> Geometry | None:
        values = self.attributes
        kernel = values.get("kernel_size")
        axes = len(kernel) if isinstance(kernel, tuple) else 0
        window = [numbers(values.get(name), axes) for name in ("kernel_size", "stride", "dilation", "output_padding")]
        if not window[0]:
            return None
        channels = [number(values.get(name)) for name in ("in_channels", "out_channels", "groups")]
        own = {name for name, tensor in values["_parameters"].items() if tensor is not None}
        return Geometry(
            CONVOLUTION,
            window[0],
            window[1],
            known_padding(values.get("padding"), axes),
            window[2],
            window[3],
            values.get("transposed") is True,
            in_channels=channels[0],
            out_channels=channels[1],
            groups=channels[2],
            biased=own == {"weight", "bias"},
        )

    def input_layouts(self, place: int) -> Layouts:
        return (channels_first(len(self.kernel_size), self.in_channels),)

    def reset_parameters(self) -> None:
        """Draws new values; shapes stay."""

    def extra_repr(self) -> str:
        return f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"


def weight_channels(in_channels: Any, out_channels: Any, groups: Any, transposed: bool) -> tuple[Dim, Dim]:
    """The first two sizes of a convolution's weight."""
    if transposed:
        return in_channels, out_channels // groups
    return out_channels, in_channels // groups


def _padding(padding: Any, parse: Callable[[Any], tuple[Any, ...]]) -> Any:
    return padding if isinstance(padding, str) else parse(padding)


def _pad_first(self: _ConvNd, input: Tensor) -> tuple[Tensor, Any]:
    """The input and padding that the convolution itself gets under this padding mode."""
    if self.padding_mode == "zeros":
        return input, self.padding
    padded = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)
    return padded, (0,) * len(self.kernel_size)


@nn_layer("conv", CHANNELS)
class Conv1d(_ConvNd):
    """N×C×L → N×out×L'. Raises channel-mismatch, empty-output, rank-mismatch when called."""

    def __init__(
        self,
        in_channels: Any,
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
        sizes = single(kernel_size), single(stride), _padding(padding, single), single(dilation)
        _ConvNd.__init__(self, in_channels, out_channels, *sizes, False, (0,), groups, bias, padding_mode)

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        input, padding = _pad_first(self, input)
        return F.conv1d(input, weight, bias, self.stride, padding, self.dilation, self.groups)

    def forward(self, input: Tensor) -> Tensor:
        return self._conv_forward(input, self.weight, self.bias)


@nn_layer("conv", CHANNELS)
class Conv2d(_ConvNd):
    """N×C×H×W → N×out×H'×W'. Raises channel-mismatch, empty-output, rank-mismatch when called."""

    def __init__(
        self,
        in_channels: Any,
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
        sizes = pair(kernel_size), pair(stride), _padding(padding, pair), pair(dilation)
        _ConvNd.__init__(self, in_channels, out_channels, *sizes, False, (0, 0), groups, bias, padding_mode)

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        input, padding = _pad_first(self, input)
        return F.conv2d(input, weight, bias, self.stride, padding, self.dilation, self.groups)

    def forward(self, input: Tensor) -> Tensor:
        return self._conv_forward(input, self.weight, self.bias)


@nn_layer("conv", CHANNELS)
class Conv3d(_ConvNd):
    """N×C×D×H×W → N×out×D'×H'×W'. Raises channel-mismatch, empty-output, rank-mismatch when called."""

    def __init__(
        self,
        in_channels: Any,
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
        sizes = triple(kernel_size), triple(stride), _padding(padding, triple), triple(dilation)
        zeros = (0, 0, 0)
        _ConvNd.__init__(self, in_channels, out_channels, *sizes, False, zeros, groups, bias, padding_mode)

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        input, padding = _pad_first(self, input)
        return F.conv3d(input, weight, bias, self.stride, padding, self.dilation, self.groups)

    def forward(self, input: Tensor) -> Tensor:
        return self._conv_forward(input, self.weight, self.bias)


@nn_layer("conv", CHANNELS)
class _ConvTransposeNd(_ConvNd):
    """Transposed convolutions; ValueError for any padding mode but zeros."""

    def __init__(
        self,
        in_channels: Any,
        out_channels: Any,
        kernel_size: tuple[Any, ...],
        stride: tuple[Any, ...],
        padding: Any,
        dilation: tuple[Any, ...],
        transposed: bool,
        output_padding: tuple[Any, ...],
        groups: Any,
        bias: Any,
        padding_mode: Any,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if isinstance(padding_mode, str) and padding_mode != "zeros":
            raise invalid(f"{{subject}} only takes padding_mode='zeros', not {padding_mode!r}")
        sizes = kernel_size, stride, padding, dilation
        channels = in_channels, out_channels
        _ConvNd.__init__(self, *channels, *sizes, transposed, output_padding, groups, bias, padding_mode)

    def _output_padding(
        self,
        input: Tensor,
        output_size: Sequence[Any] | None,
        stride: Sequence[Any],
        padding: Sequence[Any],
        kernel_size: Sequence[Any],
        num_spatial_dims: int,
        dilation: Sequence[Any] | None = None,
    ) -> Sequence[Any]:
        """The output padding that makes the output ``output_size``; ValueError when none does."""
        if output_size is None:
            return single(self.output_padding)
        leading = 2 if input.rank == num_spatial_dims + 2 else 1
        wanted = requested_size(output_size)
        if len(wanted) == leading + num_spatial_dims:
            wanted = wanted[leading:]
        if len(wanted) != num_spatial_dims:
            message = f"{{subject}} takes an output_size of {num_spatial_dims} numbers, gets {len(wanted)}"
            raise invalid(message, argument="output_size")
        steps = dilation or (1,) * num_spatial_dims
        if not all(is_geometry(sizes, num_spatial_dims) for sizes in (stride, padding, kernel_size, steps)):
            return single(self.output_padding)  # The convolution tells what is wrong with it.
        geometry = zip(input.shape[leading:], stride, padding, kernel_size, steps)
        smallest = [(n - 1) * s - 2 * p + d * (k - 1) + 1 for n, s, p, k, d in geometry]
        check_output_size(wanted, smallest, stride)
        return [size - low for size, low in zip(wanted, smallest, strict=True)]


def requested_size(output_size: Any) -> tuple[Any, ...]:
    """``output_size=`` as sizes; TypeError for what is no sequence of whole numbers."""
    if isinstance(output_size, (Unknown, Tensor)):
        raise UnknownUsed(output_size if isinstance(output_size, Unknown) else Unknown(arguments.TENSOR_VALUE))
    if not isinstance(output_size, (tuple, list)):
        raise arguments.refused(output_size, "several numbers as output_size")
    return tuple(arguments.size(wanted) for wanted in output_size)


def is_geometry(sizes: Sequence[Any], axes: int) -> bool:
    """Whether these are as many numbers as there are axes."""
    return len(sizes) == axes and all(isinstance(size, (int, Expression)) for size in sizes)


def check_output_size(wanted: Sequence[Any], smallest: Sequence[Any], stride: Sequence[Any]) -> None:
    """ValueError when a requested size is not within ``smallest … smallest + stride − 1``."""
    for size, low, step in zip(wanted, smallest, stride, strict=True):
        high = low + step - 1
        if all(isinstance(number, int) for number in (size, low, high)) and not low <= size <= high:
            message = f"{{subject}} can make sizes {low}…{high}, not the requested output_size {size}"
            raise invalid(message, argument="output_size", actual=size)


def _transposed(
    self: _ConvTransposeNd, input: Tensor, output_size: Any, convolve: Callable[..., Tensor], axes: int
) -> Tensor:
    geometry = self.stride, self.padding, self.kernel_size, axes, self.dilation
    output_padding = self._output_padding(input, output_size, *geometry)
    sizes = self.stride, self.padding, output_padding, self.groups, self.dilation
    return convolve(input, self.weight, self.bias, *sizes)


@nn_layer("conv", CHANNELS)
class ConvTranspose1d(_ConvTransposeNd):
    """N×C×L → N×out×L', ``L' = (L−1)·s − 2p + d·(k−1) + output_padding + 1``."""

    def __init__(
        self,
        in_channels: Any,
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
        sizes = single(kernel_size), single(stride), single(padding), single(dilation)
        rest = True, single(output_padding), groups, bias, padding_mode
        _ConvTransposeNd.__init__(self, in_channels, out_channels, *sizes, *rest)

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        return _transposed(self, input, output_size, F.conv_transpose1d, 1)


@nn_layer("conv", CHANNELS)
class ConvTranspose2d(_ConvTransposeNd):
    """N×C×H×W → N×out×H'×W', ``H' = (H−1)·s − 2p + d·(k−1) + output_padding + 1``."""

    def __init__(
        self,
        in_channels: Any,
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
        sizes = pair(kernel_size), pair(stride), pair(padding), pair(dilation)
        rest = True, pair(output_padding), groups, bias, padding_mode
        _ConvTransposeNd.__init__(self, in_channels, out_channels, *sizes, *rest)

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        return _transposed(self, input, output_size, F.conv_transpose2d, 2)


@nn_layer("conv", CHANNELS)
class ConvTranspose3d(_ConvTransposeNd):
    """N×C×D×H×W → N×out×D'×H'×W', per axis as :class:`ConvTranspose1d`."""

    def __init__(
        self,
        in_channels: Any,
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
        sizes = triple(kernel_size), triple(stride), triple(padding), triple(dilation)
        rest = True, triple(output_padding), groups, bias, padding_mode
        _ConvTransposeNd.__init__(self, in_channels, out_channels, *sizes, *rest)

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        return _transposed(self, input, output_size, F.conv_transpose3d, 3)
