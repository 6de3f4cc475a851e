"""Keras' layers, registered when they are imported."""

from analyzers.frameworks.keras.layers import (
    activation,
    attention,
    convolution,
    core,
    merging,
    normalization,
    pooling,
    preprocessing,
    recurrent,
    regularization,
    reshaping,
    wrappers,
)

__all__ = [
    "activation",
    "attention",
    "convolution",
    "core",
    "merging",
    "normalization",
    "pooling",
    "preprocessing",
    "recurrent",
    "regularization",
    "reshaping",
    "wrappers",
]
