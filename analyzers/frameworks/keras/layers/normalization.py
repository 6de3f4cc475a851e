"""Batch, layer, group and other normalisations."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.keras.layer import Layer, add_weights
from analyzers.frameworks.keras.layers.arguments import as_tensor, invalid, keras_layer, require_rank
from analyzers.frameworks.keras.state import changed, input_features, state_of
from analyzers.frameworks.keras.weights import size_of
from analyzers.tensors.dims import Dim, counted
from analyzers.tensors.errors import OperationError
from analyzers.tensors.layout import Layout, Layouts
from analyzers.tensors.operations import normalization
from analyzers.tensors.operations.arguments import axes as axes_of
from analyzers.tensors.operations.arguments import axis as axis_of
from analyzers.tensors.tensor import Tensor


@keras_layer("BatchNormalization")
class BatchNormalization(Layer):
    """With gamma and beta to train, and moving mean and variance that are not."""

    def __init__(
        self, axis: Any = -1, momentum: Any = 0.99, epsilon: Any = 1e-3, center: Any = True, scale: Any = True,
        beta_initializer: Any = None, gamma_initializer: Any = None, moving_mean_initializer: Any = None,
        moving_variance_initializer: Any = None, beta_regularizer: Any = None, gamma_regularizer: Any = None,
        beta_constraint: Any = None, gamma_constraint: Any = None, renorm: Any = False,
        renorm_clipping: Any = None, renorm_momentum: Any = 0.99, synchronized: Any = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        kwargs = {k: v for k, v in kwargs.items() if k not in ("fused", "virtual_batch_size", "adjustment")}
        Layer.__init__(self, **kwargs)
        axis = axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis
        self.axis = axis
        self.center = bool(center)
        self.scale = bool(scale)

    def build(self, input_shape: Any = None) -> None:
        channels = size_of(input_shape, axis_of(self.axis, len(input_shape)))
        state = changed(self)
        state.features, state.rank = channels, len(input_shape)
        shape = (channels,)
        add_weights(self, gamma=shape if self.scale else None, beta=shape if self.center else None)
        add_weights(self, False, moving_mean=shape, moving_variance=shape)

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        x = as_tensor(inputs)
        require_rank(x, state_of(self).rank or x.rank)
        return normalization.channel_norm(x, input_features(self), axis_of(self.axis, x.rank))


def _over(self: LayerNormalization | RMSNormalization, input_shape: Any) -> tuple[Dim, ...]:
    """The sizes along the axes of a layer normalisation."""
    return tuple(size_of(input_shape, i) for i in sorted(axes_of(self.axis, len(input_shape))))


def _last_axis(self: LayerNormalization | RMSNormalization) -> Layouts:
    """Features in the last dim, where that is the one normalised."""
    return (Layout.of("... E"),) if self.axis in (-1, [-1], (-1,)) else ()


@keras_layer("LayerNormalization")
class LayerNormalization(Layer):
    def __init__(
        self, axis: Any = -1, epsilon: Any = 1e-3, center: Any = True, scale: Any = True,
        beta_initializer: Any = None, gamma_initializer: Any = None, beta_regularizer: Any = None,
        gamma_regularizer: Any = None, beta_constraint: Any = None, gamma_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        kwargs.pop("rms_scaling", None)
        Layer.__init__(self, **kwargs)
        self.axis = axis
        self.center = bool(center)
        self.scale = bool(scale)

    def input_layouts(self, place: int) -> Layouts:
        return _last_axis(self)

    def build(self, input_shape: Any = None) -> None:
        shape = _over(self, input_shape)
        add_weights(self, gamma=shape if self.scale else None, beta=shape if self.center else None)
        changed(self).sizes = shape

    def call(self, inputs: Any) -> Any:
        return _checked_norm(self, as_tensor(inputs))


def _checked_norm(self: LayerNormalization | RMSNormalization, x: Tensor) -> Tensor:
    """Statistics over the axes, whose sizes must be those the layer was built for."""
    dims = sorted(axes_of(self.axis, x.rank))
    sizes = state_of(self).sizes
    result = normalization.normalized(x, dims)
    for dim, expected in zip(dims, sizes):
        actual = x.shape[dim]
        if isinstance(actual, int) and isinstance(expected, int) and actual != expected:
            raise OperationError(
                "feature-size-mismatch",
                f"{{subject}} was built for {counted(expected, 'feature')}, gets {actual}",
                result=result,
                exception="ValueError",
                expected=expected,
                actual=actual,
            )
    return result


@keras_layer("RMSNormalization")
class RMSNormalization(Layer):
    def __init__(self, axis: Any = -1, epsilon: Any = 1e-6, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        self.axis = axis

    def input_layouts(self, place: int) -> Layouts:
        return _last_axis(self)

    def build(self, input_shape: Any = None) -> None:
        shape = _over(self, input_shape)
        add_weights(self, scale=shape)
        changed(self).sizes = shape

    def call(self, inputs: Any) -> Any:
        return _checked_norm(self, as_tensor(inputs))


@keras_layer("GroupNormalization")
class GroupNormalization(Layer):
    def __init__(
        self, groups: Any = 32, axis: Any = -1, epsilon: Any = 1e-3, center: Any = True, scale: Any = True,
        beta_initializer: Any = None, gamma_initializer: Any = None, beta_regularizer: Any = None,
        gamma_regularizer: Any = None, beta_constraint: Any = None, gamma_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        Layer.__init__(self, **kwargs)
        if isinstance(groups, int) and groups <= 0 and groups != -1:
            raise invalid(f"{{subject}} has groups {groups}, which must be at least 1 (or -1)", "groups")
        self.groups = groups
        self.axis = axis
        self.center = bool(center)
        self.scale = bool(scale)

    def build(self, input_shape: Any = None) -> None:
        channels = size_of(input_shape, axis_of(self.axis, len(input_shape)))
        if self.groups == -1:
            self.groups = channels
        shape = (channels,)
        add_weights(self, gamma=shape if self.scale else None, beta=shape if self.center else None)

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        channel_dim = axis_of(self.axis, x.rank)
        spatial = [d for d in range(1, x.rank) if d != channel_dim]
        channels, groups = x.shape[channel_dim], self.groups
        result = normalization.normalized(x, spatial)
        if isinstance(channels, int) and isinstance(groups, int) and channels % groups:
            raise OperationError(
                "groups-mismatch",
                f"{{subject}} has {channels} channels, not divisible by groups {groups}",
                result=result,
                exception="ValueError",
                argument="groups",
                expected=groups,
                actual=channels,
            )
        return result


@keras_layer("UnitNormalization")
class UnitNormalization(Layer):
    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        self.axis = axis

    def call(self, inputs: Any) -> Any:
        x = as_tensor(inputs)
        return normalization.normalized(x, axes_of(self.axis, x.rank))
