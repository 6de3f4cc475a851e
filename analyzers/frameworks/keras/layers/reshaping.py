"""Flatten, reshape, permute, repeat; cropping, padding, upsampling."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from analyzers.frameworks.keras.layer import Layer
from analyzers.frameworks.keras.layers.arguments import (
    as_tensor,
    data_format,
    invalid,
    keras_layer,
    layout,
    maps,
    per_axis,
    require_rank,
    whole,
)
from analyzers.interpreter.hosts import host_of
from analyzers.tensors.dim_text import shape_text
from analyzers.tensors.dims import Dim, product
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import OPEN, SPATIAL, Layout, Layouts, channels_last
from analyzers.tensors.operations import axis_names, padding, reshape, resize
from analyzers.tensors.operations.spatial import below
from analyzers.tensors.support import Gather
from analyzers.tensors.tensor import Tensor
from analyzers.unknown import Unknown, UnknownUsed


@keras_layer("Flatten")
class Flatten(Layer):
    def __init__(self, data_format: Any = None, **kwargs: Any) -> None:
        Flatten._setup(self, data_format, kwargs)

    def _setup(self, format: Any, kwargs: dict[str, Any]) -> None:
        Layer.__init__(self, **kwargs)
        self.data_format = data_format(self.machine, format)

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        if x.rank == 1:
            return reshape.unsqueeze(x, 1)
        if self.data_format == "channels_first" and x.rank > 2:
            x = reshape.permute(x, (0, *range(2, x.rank), 1))
        return reshape.view(x, (x.shape[0], product(x.shape[1:])))


@keras_layer("Reshape")
class Reshape(Layer):
    """Everything behind the batch in another shape; one length may be -1."""

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        if isinstance(target_shape, Unknown):
            raise UnknownUsed(target_shape)
        self.target_shape = tuple(target_shape)

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        return reshaped(x, self.target_shape)


def reshaped(x: Tensor, target: Sequence[Any]) -> Tensor:
    """Raises reshape-mismatch (ValueError)."""
    shape = tuple(-1 if d is None else d for d in target)
    only = Tensor(x.shape[1:])
    try:
        resolved = reshape.resolved_shape(only, shape)
    except OperationError as error:
        error.exception = "ValueError"
        if isinstance(error.result, Tensor):
            error.result = Tensor((x.shape[0], *error.result.shape), dtype=x.dtype)
        raise
    return reshape.view(x, (x.shape[0], *resolved))


@keras_layer("Permute")
class Permute(Layer):
    """Dims behind the batch in another order, counted from 1."""

    def __init__(self, dims: Any, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise invalid(f"{{subject}} has dims {self.dims}, expects each of 1 to {len(self.dims)} once", "dims")

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        require_rank(x, len(self.dims) + 1)
        return reshape.permute(x, (0, *self.dims))


@keras_layer("RepeatVector")
class RepeatVector(Layer):
    def __init__(self, n: Any, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        self.n = whole(n, "n", 0)

    def input_layouts(self, place: int) -> Layouts:
        return (Layout.of("N E", E=OPEN),)

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        require_rank(x, 2)
        return reshape.expand(reshape.unsqueeze(x, 1), (x.shape[0], self.n, x.shape[1]))


# -- borders -----------------------------------------------------------------------------------------


def pairs_of(value: Any, rank: int, argument: str) -> tuple[tuple[Dim, Dim], ...]:
    """Amounts before and after every axis: an int, one per axis, or a pair per axis."""
    if isinstance(value, Unknown):
        raise UnknownUsed(value)
    if not isinstance(value, (tuple, list)):
        amount = whole(value, argument, 0)
        return ((amount, amount),) * rank
    if rank == 1:
        pair = value[0] if len(value) == 1 and isinstance(value[0], (tuple, list)) else value
        amounts = per_axis(pair, 2, argument, 0)
        return ((amounts[0], amounts[1]),)
    if len(value) != rank:
        raise invalid(f"{{subject}} expects {argument} of {rank} values, gets {len(value)}", argument)
    found = [per_axis(v, 2, argument, 0) for v in value]
    return tuple((before, after) for before, after in found)


class Border(Layer):
    """Zero padding and cropping: amounts at the ends of every axis."""

    data_format: str

    spatial_axes = 2
    amounts = "padding"
    """The attribute that holds the amounts before and after every axis."""

    def input_layouts(self, place: int) -> Layouts:
        return maps(self.data_format, host_of(self).spatial_axes)

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        require_rank(x, host_of(self).spatial_axes + 2)
        _, dims = layout(x.rank, self.attributes.get("data_format", "channels_last"))
        amounts = host_of(self).amounts
        sign = -1 if amounts == "cropping" else 1
        pairs = [(sign * a, sign * b) for a, b in self.attributes[amounts]]
        result = padding.pad(x, dims, pairs)
        if sign < 0 and any(below(result.shape[d], 1) for d in dims):
            sizes, made = [x.shape[d] for d in dims], [result.shape[d] for d in dims]
            raise OperationError(
                "empty-output",
                f"{{subject}} crops {shape_text(sizes)} to {shape_text(made)}",
                exception="ValueError",
                actual=tuple(made),
            )
        return result

    def _setup(self, amounts: Any, format: Any, kwargs: dict[str, Any]) -> None:
        Layer.__init__(self, **kwargs)
        host = host_of(self)
        setattr(self, host.amounts, pairs_of(amounts, host.spatial_axes, host.amounts))
        self.data_format = data_format(self.machine, format)


@keras_layer("ZeroPadding1D")
class ZeroPadding1D(Border):
    spatial_axes = 1

    def __init__(self, padding: Any = 1, data_format: Any = None, **kwargs: Any) -> None:
        Border._setup(self, padding, data_format, kwargs)


@keras_layer("ZeroPadding2D")
class ZeroPadding2D(Border):
    spatial_axes = 2

    def __init__(self, padding: Any = (1, 1), data_format: Any = None, **kwargs: Any) -> None:
        if isinstance(padding, (tuple, list)) and len(padding) == 2 and all(isinstance(p, int) for p in padding):
            padding = tuple((p, p) for p in padding)
        Border._setup(self, padding, data_format, kwargs)


@keras_layer("ZeroPadding3D")
class ZeroPadding3D(Border):
    spatial_axes = 3

    def __init__(self, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: Any = None, **kwargs: Any) -> None:
        Border._setup(self, padding, data_format, kwargs)


@keras_layer("Cropping1D")
class Cropping1D(Border):
    spatial_axes = 1
    amounts = "cropping"

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        Border._setup(self, cropping, None, kwargs)


@keras_layer("Cropping2D")
class Cropping2D(Border):
    spatial_axes = 2
    amounts = "cropping"

    def __init__(self, cropping: Any = ((0, 0), (0, 0)), data_format: Any = None, **kwargs: Any) -> None:
        Border._setup(self, cropping, data_format, kwargs)


@keras_layer("Cropping3D")
class Cropping3D(Border):
    spatial_axes = 3
    amounts = "cropping"

    def __init__(self, cropping: Any = ((1, 1), (1, 1), (1, 1)), data_format: Any = None, **kwargs: Any) -> None:
        Border._setup(self, cropping, data_format, kwargs)


# -- upsampling ----------------------------------------------------------------------------------------

METHODS = {
    "nearest": "nearest",
    "bilinear": "linear",
    "bicubic": "cubic",
    "lanczos3": "cubic",
    "lanczos5": "cubic",
    "area": "area",
}


def enlarged(x: Tensor, factors: Sequence[Dim], dims: Sequence[int], interpolation: str) -> Tensor:
    """Every axis ``factor`` times as long."""
    sizes = [x.shape[d] * f for d, f in zip(dims, factors)]
    if interpolation == "nearest":
        field = x.field.moved_over(dims, SPATIAL[len(dims)])
        for dim, factor, size in zip(dims, factors, sizes):
            field = field.gather(dim, Gather.repeated(factor), size)
        shape = list(x.shape)
        for dim, size in zip(dims, sizes):
            shape[dim] = size
        return x.with_(shape=shape, field=field, axes=axis_names.of_map(x.rank, dims))
    scales = [Fraction(f) if isinstance(f, int) else None for f in factors]
    return resize.resize(x, sizes, scales, METHODS[interpolation], False, False, dims)


@keras_layer("UpSampling1D")
class UpSampling1D(Layer):
    def __init__(self, size: Any = 2, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        self.size = whole(size[0] if isinstance(size, (tuple, list)) else size, "size")

    def input_layouts(self, place: int) -> Layouts:
        return (channels_last(1, OPEN),)

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        require_rank(x, 3)
        return enlarged(x, (self.size,), (1,), "nearest")


@keras_layer("UpSampling2D")
class UpSampling2D(Layer):
    def __init__(
        self, size: Any = (2, 2), data_format: Any = None, interpolation: Any = "nearest", **kwargs: Any
    ) -> None:
        UpSampling2D._setup(self, size, data_format, interpolation, kwargs)

    def _setup(self, size: Any, format: Any, interpolation: Any, kwargs: dict[str, Any]) -> None:
        Layer.__init__(self, **kwargs)
        if isinstance(interpolation, Unknown):
            raise UnknownUsed(interpolation)
        if interpolation.lower() not in METHODS:
            raise invalid(
                f"{{subject}} has interpolation {interpolation!r}, expects nearest or bilinear", "interpolation"
            )
        self.size = per_axis(size, 2, "size")
        self.data_format = data_format(self.machine, format)
        self.interpolation = interpolation.lower()

    def input_layouts(self, place: int) -> Layouts:
        return maps(self.data_format, 2)

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        require_rank(x, 4)
        _, dims = layout(4, self.data_format)
        return enlarged(x, self.size, dims, self.interpolation)


@keras_layer("UpSampling3D")
class UpSampling3D(Layer):
    def __init__(self, size: Any = (2, 2, 2), data_format: Any = None, **kwargs: Any) -> None:
        UpSampling3D._setup(self, size, data_format, kwargs)

    def _setup(self, size: Any, format: Any, kwargs: dict[str, Any]) -> None:
        Layer.__init__(self, **kwargs)
        self.size = per_axis(size, 3, "size")
        self.data_format = data_format(self.machine, format)

    def input_layouts(self, place: int) -> Layouts:
        return maps(self.data_format, 3)

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        require_rank(x, 5)
        _, dims = layout(5, self.data_format)
        return enlarged(x, self.size, dims, "nearest")
