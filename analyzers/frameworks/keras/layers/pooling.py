"""Pooling: sliding windows, global, adaptive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzers.frameworks.keras.layer import Layer
from analyzers.frameworks.keras.layers.arguments import (
    as_tensor,
    data_format,
    keras_layer,
    layout,
    maps,
    padding_mode,
    per_axis,
    require_rank,
    same_paddings,
)
from analyzers.geometry import POOLING, Geometry, numbers
from analyzers.interpreter.hosts import host_of
from analyzers.tensors.dims import Dim
from analyzers.tensors.layout import Layouts
from analyzers.tensors.operations import pooling, reduction
from analyzers.tensors.operations.convolution import require_fitting_kernel
from analyzers.tensors.operations.spatial import resized
from analyzers.tensors.tensor import Tensor


def windowed(x: Tensor, size: Sequence[Dim], strides: Sequence[Dim], padding: str, format: str) -> Tensor:
    """A maximum or average over windows. Raises empty-output."""
    _, dims = layout(x.rank, format)
    sizes = [x.shape[d] for d in dims]
    ones = (1,) * len(size)
    pairs, outs = [(0, 0)] * len(size), None
    if padding == "same":
        pairs, outs = same_paddings(sizes, size, strides, ones)
    result = pooling.pool(
        x, kernel=size, stride=strides, padding=pairs, dilation=ones, ceil_mode=False, spatial_dims=dims
    )
    require_fitting_kernel(sizes, size, pairs, ones, result)
    if outs is not None:
        result.shape = tuple(resized(result.shape, dims, outs))
    return result


ARGUMENT_NAMES = {"kernel_size": "pool_size", "stride": "strides"}
"""What a pooling takes, by torch's name → the argument of Keras' layers."""


class BasePooling(Layer):
    argument_names = ARGUMENT_NAMES

    def geometry(self) -> Geometry | None:
        values = self.attributes
        pool, padding = values.get("pool_size"), values.get("padding")
        axes = len(pool) if isinstance(pool, tuple) else 0
        size = numbers(pool, axes)
        if not size:
            return None
        known = (0,) * axes if padding == "valid" else padding if isinstance(padding, str) else None
        return Geometry(POOLING, size, numbers(values.get("strides"), axes), known, (1,) * axes)

    def input_layouts(self, place: int) -> Layouts:
        return maps(self.data_format, len(self.pool_size))

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        require_rank(x, len(self.pool_size) + 2)
        return windowed(x, self.pool_size, self.strides, self.padding, self.data_format)

    def _setup(
        self, rank: int, pool_size: Any, strides: Any, padding: Any, format: Any, kwargs: dict[str, Any]
    ) -> None:
        Layer.__init__(self, **kwargs)
        self.pool_size = per_axis(pool_size, rank, "pool_size")
        self.strides = self.pool_size if strides is None else per_axis(strides, rank, "strides")
        self.padding = padding_mode(padding)
        self.data_format = data_format(self.machine, format)


@keras_layer("MaxPooling1D", "MaxPool1D")
class MaxPooling1D(BasePooling):
    def __init__(
        self, pool_size: Any = 2, strides: Any = None, padding: Any = "valid", data_format: Any = None,
        name: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        BasePooling._setup(self, 1, pool_size, strides, padding, data_format, {"name": name, **kwargs})


@keras_layer("MaxPooling2D", "MaxPool2D")
class MaxPooling2D(BasePooling):
    def __init__(
        self, pool_size: Any = (2, 2), strides: Any = None, padding: Any = "valid", data_format: Any = None,
        name: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        BasePooling._setup(self, 2, pool_size, strides, padding, data_format, {"name": name, **kwargs})


@keras_layer("MaxPooling3D", "MaxPool3D")
class MaxPooling3D(BasePooling):
    def __init__(
        self, pool_size: Any = (2, 2, 2), strides: Any = None, padding: Any = "valid", data_format: Any = None,
        name: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        BasePooling._setup(self, 3, pool_size, strides, padding, data_format, {"name": name, **kwargs})


@keras_layer("AveragePooling1D", "AvgPool1D")
class AveragePooling1D(BasePooling):
    def __init__(
        self, pool_size: Any, strides: Any = None, padding: Any = "valid", data_format: Any = None,
        name: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        BasePooling._setup(self, 1, pool_size, strides, padding, data_format, {"name": name, **kwargs})


@keras_layer("AveragePooling2D", "AvgPool2D")
class AveragePooling2D(BasePooling):
    def __init__(
        self, pool_size: Any = (2, 2), strides: Any = None, padding: Any = "valid", data_format: Any = None,
        name: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        BasePooling._setup(self, 2, pool_size, strides, padding, data_format, {"name": name, **kwargs})


@keras_layer("AveragePooling3D", "AvgPool3D")
class AveragePooling3D(BasePooling):
    def __init__(
        self, pool_size: Any = (2, 2, 2), strides: Any = None, padding: Any = "valid", data_format: Any = None,
        name: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        BasePooling._setup(self, 3, pool_size, strides, padding, data_format, {"name": name, **kwargs})


# -- global ----------------------------------------------------------------------------------------


class BaseGlobalPooling(Layer):
    spatial_axes = 2

    def __init__(self, data_format: Any = None, keepdims: Any = False, **kwargs: Any) -> None:
        BaseGlobalPooling._setup(self, data_format, keepdims, kwargs)

    def _setup(self, format: Any, keepdims: Any, kwargs: dict[str, Any]) -> None:
        Layer.__init__(self, **kwargs)
        self.data_format = data_format(self.machine, format)
        self.keepdims = bool(keepdims)

    def input_layouts(self, place: int) -> Layouts:
        return maps(self.data_format, host_of(self).spatial_axes)

    def call(self, inputs: Any, mask: Any = None) -> Any:
        x = as_tensor(inputs)
        require_rank(x, host_of(self).spatial_axes + 2)
        _, dims = layout(x.rank, self.data_format)
        return reduction.reduce(x, dims, self.keepdims)


@keras_layer("GlobalAveragePooling1D", "GlobalAvgPool1D")
class GlobalAveragePooling1D(BaseGlobalPooling):
    spatial_axes = 1


@keras_layer("GlobalAveragePooling2D", "GlobalAvgPool2D")
class GlobalAveragePooling2D(BaseGlobalPooling):
    spatial_axes = 2


@keras_layer("GlobalAveragePooling3D", "GlobalAvgPool3D")
class GlobalAveragePooling3D(BaseGlobalPooling):
    spatial_axes = 3


@keras_layer("GlobalMaxPooling1D", "GlobalMaxPool1D")
class GlobalMaxPooling1D(BaseGlobalPooling):
    spatial_axes = 1


@keras_layer("GlobalMaxPooling2D", "GlobalMaxPool2D")
class GlobalMaxPooling2D(BaseGlobalPooling):
    spatial_axes = 2


@keras_layer("GlobalMaxPooling3D", "GlobalMaxPool3D")
class GlobalMaxPooling3D(BaseGlobalPooling):
    spatial_axes = 3


# -- adaptive --------------------------------------------------------------------------------------


class BaseAdaptivePooling(Layer):
    spatial_axes = 2

    def __init__(self, output_size: Any, data_format: Any = None, **kwargs: Any) -> None:
        BaseAdaptivePooling._setup(self, output_size, data_format, kwargs)

    def _setup(self, output_size: Any, format: Any, kwargs: dict[str, Any]) -> None:
        Layer.__init__(self, **kwargs)
        self.output_size = per_axis(output_size, host_of(self).spatial_axes, "output_size")
        self.data_format = data_format(self.machine, format)

    def input_layouts(self, place: int) -> Layouts:
        return maps(self.data_format, host_of(self).spatial_axes)

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        require_rank(x, host_of(self).spatial_axes + 2)
        _, dims = layout(x.rank, self.data_format)
        return pooling.adaptive_pool(x, self.output_size, dims)


@keras_layer("AdaptiveAveragePooling1D")
class AdaptiveAveragePooling1D(BaseAdaptivePooling):
    spatial_axes = 1


@keras_layer("AdaptiveAveragePooling2D")
class AdaptiveAveragePooling2D(BaseAdaptivePooling):
    spatial_axes = 2


@keras_layer("AdaptiveAveragePooling3D")
class AdaptiveAveragePooling3D(BaseAdaptivePooling):
    spatial_axes = 3


@keras_layer("AdaptiveMaxPooling1D")
class AdaptiveMaxPooling1D(BaseAdaptivePooling):
    spatial_axes = 1


@keras_layer("AdaptiveMaxPooling2D")
class AdaptiveMaxPooling2D(BaseAdaptivePooling):
    spatial_axes = 2


@keras_layer("AdaptiveMaxPooling3D")
class AdaptiveMaxPooling3D(BaseAdaptivePooling):
    spatial_axes = 3
