"""What Keras' layers and functions do to tensors."""

from analyzers.frameworks.keras import backend, inert, layer, layers, models, naming, ops

__all__ = ["backend", "inert", "layer", "layers", "models", "naming", "ops"]
