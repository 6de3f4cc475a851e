"""Pooling layers: maximum, average, Lp, fractional, adaptive, and unpooling."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.torch import functional as F
from analyzers.frameworks.torch.module import Module
from analyzers.frameworks.torch.nn.naming import nn_layer
from analyzers.frameworks.torch.nn.tuples import pair, single, triple
from analyzers.frameworks.torch.nn.weights import below, invalid
from analyzers.geometry import POOLING, UNPOOLING, Geometry, numbers
from analyzers.tensors.layout import takes_map
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown


def window_of(self: Module, axes: int, kind: str = POOLING) -> Geometry | None:
    """The geometry of a layer that has these spatial axes; a stride it does not have is the kernel's."""
    values = self.attributes
    kernel, stride = values.get("kernel_size"), values.get("stride")
    size = numbers(kernel, axes)
    if size is None:
        return None
    return Geometry(
        kind,
        size,
        numbers(kernel if stride is None else stride, axes),
        numbers(values.get("padding", 0), axes),
        numbers(values.get("dilation", 1), axes),
        transposed=kind == UNPOOLING,
        ceil_mode=values.get("ceil_mode") is True,
    )


@nn_layer("pooling")
class _MaxPoolNd(Module):
    """Attributes stay as they are given: ``kernel_size`` may be an int; no stride is the kernel's."""

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: Any = False,
        ceil_mode: Any = False,
    ) -> None:
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


def _window(self: _MaxPoolNd) -> tuple[Any, ...]:
    return self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices


@nn_layer("pooling")
class MaxPool1d(_MaxPoolNd):
    """N×C×L → N×C×L'; with ``return_indices`` a pair. Raises empty-output, invalid-argument."""

    input_layouts = takes_map(1)

    def geometry(self) -> Geometry | None:
        return window_of(self, 1)

    def forward(self, input: Tensor) -> Any:
        return F.max_pool1d(input, *_window(self))


@nn_layer("pooling")
class MaxPool2d(_MaxPoolNd):
    """N×C×H×W → N×C×H'×W'; with ``return_indices`` a pair. Raises empty-output, invalid-argument."""

    input_layouts = takes_map(2)

    def geometry(self) -> Geometry | None:
        return window_of(self, 2)

    def forward(self, input: Tensor) -> Any:
        return F.max_pool2d(input, *_window(self))


@nn_layer("pooling")
class MaxPool3d(_MaxPoolNd):
    """N×C×D×H×W → N×C×D'×H'×W'; with ``return_indices`` a pair. Raises empty-output, invalid-argument."""

    input_layouts = takes_map(3)

    def geometry(self) -> Geometry | None:
        return window_of(self, 3)

    def forward(self, input: Tensor) -> Any:
        return F.max_pool3d(input, *_window(self))


@nn_layer("pooling")
class _MaxUnpoolNd(Module):
    """Puts maxima back where they came from."""

    kernel_size: tuple[Any, ...]
    stride: tuple[Any, ...]
    padding: tuple[Any, ...]

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


@nn_layer("pooling")
class MaxUnpool1d(_MaxUnpoolNd):
    """N×C×L and its indices → N×C×L', ``L' = (L−1)·s − 2p + k`` unless ``output_size`` says."""

    input_layouts = takes_map(1)

    def geometry(self) -> Geometry | None:
        return window_of(self, 1, UNPOOLING)

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        self.kernel_size = single(kernel_size)
        self.stride = single(kernel_size if stride is None else stride)
        self.padding = single(padding)

    def forward(self, input: Tensor, indices: Tensor, output_size: Any = None) -> Tensor:
        return F.max_unpool1d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


@nn_layer("pooling")
class MaxUnpool2d(_MaxUnpoolNd):
    """N×C×H×W and its indices → N×C×H'×W', per axis as :class:`MaxUnpool1d`."""

    input_layouts = takes_map(2)

    def geometry(self) -> Geometry | None:
        return window_of(self, 2, UNPOOLING)

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        self.kernel_size = pair(kernel_size)
        self.stride = pair(kernel_size if stride is None else stride)
        self.padding = pair(padding)

    def forward(self, input: Tensor, indices: Tensor, output_size: Any = None) -> Tensor:
        return F.max_unpool2d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


@nn_layer("pooling")
class MaxUnpool3d(_MaxUnpoolNd):
    """N×C×D×H×W and its indices → N×C×D'×H'×W', per axis as :class:`MaxUnpool1d`."""

    input_layouts = takes_map(3)

    def geometry(self) -> Geometry | None:
        return window_of(self, 3, UNPOOLING)

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        self.kernel_size = triple(kernel_size)
        self.stride = triple(kernel_size if stride is None else stride)
        self.padding = triple(padding)

    def forward(self, input: Tensor, indices: Tensor, output_size: Any = None) -> Tensor:
        return F.max_unpool3d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


@nn_layer("pooling")
class _AvgPoolNd(Module):
    """Means over windows."""

    kernel_size: Any
    stride: Any
    padding: Any
    ceil_mode: Any
    count_include_pad: Any

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


@nn_layer("pooling")
class AvgPool1d(_AvgPoolNd):
    """N×C×L → N×C×L'. Raises empty-output, invalid-argument (padding above half the kernel)."""

    input_layouts = takes_map(1)

    def geometry(self) -> Geometry | None:
        return window_of(self, 1)

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: Any = False,
        count_include_pad: Any = True,
    ) -> None:
        self.kernel_size = single(kernel_size)
        self.stride = single(kernel_size if stride is None else stride)
        self.padding = single(padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        window = self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        return F.avg_pool1d(input, *window)


def _set_average_window(
    self: _AvgPoolNd, kernel_size: Any, stride: Any, padding: Any, ceil_mode: Any, count_include_pad: Any
) -> None:
    self.kernel_size = kernel_size
    self.stride = kernel_size if stride is None else stride
    self.padding = padding
    self.ceil_mode = ceil_mode
    self.count_include_pad = count_include_pad


@nn_layer("pooling")
class AvgPool2d(_AvgPoolNd):
    """N×C×H×W → N×C×H'×W'. Raises empty-output, invalid-argument (padding above half the kernel)."""

    input_layouts = takes_map(2)

    def geometry(self) -> Geometry | None:
        return window_of(self, 2)

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: Any = False,
        count_include_pad: Any = True,
        divisor_override: Any = None,
    ) -> None:
        _set_average_window(self, kernel_size, stride, padding, ceil_mode, count_include_pad)
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        window = self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        return F.avg_pool2d(input, *window, self.divisor_override)


@nn_layer("pooling")
class AvgPool3d(_AvgPoolNd):
    """N×C×D×H×W → N×C×D'×H'×W'. Raises empty-output, invalid-argument."""

    input_layouts = takes_map(3)

    def geometry(self) -> Geometry | None:
        return window_of(self, 3)

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: Any = False,
        count_include_pad: Any = True,
        divisor_override: Any = None,
    ) -> None:
        _set_average_window(self, kernel_size, stride, padding, ceil_mode, count_include_pad)
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        window = self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        return F.avg_pool3d(input, *window, self.divisor_override)


def check_fractional(output_size: Any, output_ratio: Any) -> None:
    """ValueError unless exactly one of size and ratio is given and every ratio is within 0…1."""
    if (output_size is None) == (output_ratio is None):
        raise invalid("{subject} takes either an output_size or an output_ratio, and one of them")
    for ratio in output_ratio or ():
        if not isinstance(ratio, (int, float, Unknown)):
            raise invalid(f"{{subject}} takes numbers as output_ratio, gets {ratio!r}", "TypeError", actual=ratio)
        if not 0 < ratio < 1:
            raise invalid(f"{{subject}} needs an output_ratio between 0 and 1, gets {ratio}", actual=ratio)


@nn_layer("pooling")
class FractionalMaxPool2d(Module):
    """N×C×H×W → N×C×``output_size`` (or H·ratio × W·ratio, rounded down)."""

    input_layouts = takes_map(2)

    def __init__(
        self,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: Any = False,
        _random_samples: Any = None,
    ) -> None:
        self.kernel_size = pair(kernel_size)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else pair(output_size)
        self.output_ratio = None if output_ratio is None else pair(output_ratio)
        check_fractional(self.output_size, self.output_ratio)

    def forward(self, input: Tensor) -> Any:
        sizes = self.kernel_size, self.output_size, self.output_ratio
        return F.fractional_max_pool2d(input, *sizes, self.return_indices)


@nn_layer("pooling")
class FractionalMaxPool3d(Module):
    """N×C×D×H×W → N×C×``output_size`` (or each size · ratio, rounded down)."""

    input_layouts = takes_map(3)

    def __init__(
        self,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: Any = False,
        _random_samples: Any = None,
    ) -> None:
        self.kernel_size = triple(kernel_size)
        if any(below(size, 1) for size in self.kernel_size):
            raise invalid(f"{{subject}} needs a kernel_size above 0, gets {kernel_size}", actual=kernel_size)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else triple(output_size)
        self.output_ratio = None if output_ratio is None else triple(output_ratio)
        check_fractional(self.output_size, self.output_ratio)

    def forward(self, input: Tensor) -> Any:
        sizes = self.kernel_size, self.output_size, self.output_ratio
        return F.fractional_max_pool3d(input, *sizes, self.return_indices)


@nn_layer("pooling")
class _LPPoolNd(Module):
    """The p-norm of each window."""

    def __init__(self, norm_type: Any, kernel_size: Any, stride: Any = None, ceil_mode: Any = False) -> None:
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode


@nn_layer("pooling")
class LPPool1d(_LPPoolNd):
    """N×C×L → N×C×L'."""

    input_layouts = takes_map(1)

    def geometry(self) -> Geometry | None:
        return window_of(self, 1)

    def forward(self, input: Tensor) -> Tensor:
        return F.lp_pool1d(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)


@nn_layer("pooling")
class LPPool2d(_LPPoolNd):
    """N×C×H×W → N×C×H'×W'."""

    input_layouts = takes_map(2)

    def geometry(self) -> Geometry | None:
        return window_of(self, 2)

    def forward(self, input: Tensor) -> Tensor:
        return F.lp_pool2d(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)


@nn_layer("pooling")
class LPPool3d(_LPPoolNd):
    """N×C×D×H×W → N×C×D'×H'×W'."""

    input_layouts = takes_map(3)

    def geometry(self) -> Geometry | None:
        return window_of(self, 3)

    def forward(self, input: Tensor) -> Tensor:
        return F.lp_pool3d(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)


@nn_layer("pooling", ("output_size",))
class _AdaptiveMaxPoolNd(Module):
    """Pools to a given size; None in ``output_size`` keeps that axis."""

    def __init__(self, output_size: Any, return_indices: Any = False) -> None:
        self.output_size = output_size
        self.return_indices = return_indices

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


@nn_layer("pooling")
class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """N×C×L → N×C×``output_size``; with ``return_indices`` a pair."""

    input_layouts = takes_map(1)

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_max_pool1d(input, self.output_size, self.return_indices)


@nn_layer("pooling")
class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """N×C×H×W → N×C×``output_size``; with ``return_indices`` a pair."""

    input_layouts = takes_map(2)

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_max_pool2d(input, self.output_size, self.return_indices)


@nn_layer("pooling")
class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """N×C×D×H×W → N×C×``output_size``; with ``return_indices`` a pair."""

    input_layouts = takes_map(3)

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_max_pool3d(input, self.output_size, self.return_indices)


@nn_layer("pooling", ("output_size",))
class _AdaptiveAvgPoolNd(Module):
    """Pools to a given size; None in ``output_size`` keeps that axis."""

    def __init__(self, output_size: Any) -> None:
        self.output_size = output_size

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


@nn_layer("pooling")
class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """N×C×L → N×C×``output_size``."""

    input_layouts = takes_map(1)

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_avg_pool1d(input, self.output_size)


@nn_layer("pooling")
class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """N×C×H×W → N×C×``output_size``."""

    input_layouts = takes_map(2)

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_avg_pool2d(input, self.output_size)


@nn_layer("pooling")
class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """N×C×D×H×W → N×C×``output_size``."""

    input_layouts = takes_map(3)

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_avg_pool3d(input, self.output_size)
