"""``keras.ops``, ``tf.*`` and ``keras.backend`` functions that carry shape, by topic."""

from analyzers.frameworks.keras.ops import (
    control,
    creation,
    elementwise,
    images,
    maps,
    products,
    reductions,
    shaping,
)
from analyzers.frameworks.keras.ops.registration import names_of_rooms

names_of_rooms()

__all__ = ["control", "creation", "elementwise", "images", "maps", "products", "reductions", "shaping"]
