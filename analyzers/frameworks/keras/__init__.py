"""What Keras' layers and functions do to tensors."""

from analyzers.frameworks.keras import backend, layer, layers, models, naming, opaque_objects, ops

__all__ = ["backend", "layer", "layers", "models", "naming", "opaque_objects", "ops"]
