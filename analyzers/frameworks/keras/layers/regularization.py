"""Dropout and noise: nothing happens to shape or field."""

from __future__ import annotations

from typing import Any

from analyzers.frameworks.keras.layer import Layer
from analyzers.frameworks.keras.layers.arguments import as_tensor, invalid, keras_layer, require_rank
from analyzers.interpreter.hosts import host_of
from analyzers.tensors.operations.elementwise import unary


def _require_rate(rate: Any, argument: str = "rate") -> None:
    if isinstance(rate, (int, float)) and not isinstance(rate, bool) and not 0 <= rate <= 1:
        raise invalid(f"{{subject}} has {argument} {rate}, expects 0 to 1", argument)


class Noise(Layer):
    def call(self, inputs: Any, training: Any = False) -> Any:
        return unary(as_tensor(inputs))


@keras_layer("Dropout")
class Dropout(Noise):
    def __init__(self, rate: Any, noise_shape: Any = None, seed: Any = None, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        _require_rate(rate)
        self.rate = rate


@keras_layer("AlphaDropout")
class AlphaDropout(Noise):
    def __init__(self, rate: Any, noise_shape: Any = None, seed: Any = None, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        _require_rate(rate)


@keras_layer("GaussianDropout")
class GaussianDropout(Noise):
    def __init__(self, rate: Any, seed: Any = None, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        _require_rate(rate)


@keras_layer("GaussianNoise")
class GaussianNoise(Noise):
    def __init__(self, stddev: Any, seed: Any = None, **kwargs: Any) -> None:
        Layer.__init__(self, **kwargs)
        _require_rate(stddev, "stddev")


class BaseSpatialDropout(Noise):
    input_rank = 3

    def __init__(
        self, rate: Any, data_format: Any = None, seed: Any = None, name: Any = None, dtype: Any = None
    ) -> None:
        Layer.__init__(self, name=name, dtype=dtype)
        _require_rate(rate)

    def call(self, inputs: Any, training: Any = False) -> Any:
        x = as_tensor(inputs)
        require_rank(x, host_of(self).input_rank)
        return unary(x)


@keras_layer("SpatialDropout1D")
class SpatialDropout1D(BaseSpatialDropout):
    input_rank = 3


@keras_layer("SpatialDropout2D")
class SpatialDropout2D(BaseSpatialDropout):
    input_rank = 4


@keras_layer("SpatialDropout3D")
class SpatialDropout3D(BaseSpatialDropout):
    input_rank = 5
