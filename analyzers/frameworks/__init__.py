"""The frameworks the engine knows; importing this package tells the interpreter how to load their tables."""

from __future__ import annotations

from analyzers.frameworks import profilers, progress
from analyzers.interpreter.overlays import LOADERS, MODULES, ROOTS, is_native_root

TORCH = "torch"
KERAS = "keras"
NUMPY = "numpy"
TORCHVISION = "torchvision"


def _load_torch() -> None:
    import analyzers.frameworks.torch

    assert analyzers.frameworks.torch


def _load_keras() -> None:
    """Keras' layers are described by torch's functions."""
    is_native_root(TORCH)
    import analyzers.frameworks.keras

    assert analyzers.frameworks.keras


def _load_numpy() -> None:
    import analyzers.frameworks.numpy

    assert analyzers.frameworks.numpy


def _load_torchvision() -> None:
    """Its transforms are modules of torch."""
    is_native_root(TORCH)
    import analyzers.frameworks.torchvision

    assert analyzers.frameworks.torchvision


LOADERS.update({TORCH: _load_torch, KERAS: _load_keras, NUMPY: _load_numpy, TORCHVISION: _load_torchvision})
ROOTS.update(dict.fromkeys(("torch", "einops", "lightning", "pytorch_lightning"), TORCH))
ROOTS.update(dict.fromkeys(("keras", "tensorflow", "tf_keras", "keras_core"), KERAS))
ROOTS.update({"numpy": NUMPY, "torchvision": TORCHVISION, "PIL": TORCHVISION})
MODULES.update(profilers.MODULES)
MODULES.update(progress.MODULES)
