"""``keras.ops``, ``tf.*`` and ``keras.backend`` functions that carry shape, by topic."""

from analyzers.frameworks.keras.ops import (
    control,
    creation,
    delegated,
    elementwise,
    images,
    linear_algebra,
    losses,
    maps,
    products,
    reductions,
    shaping,
    signals,
)
from analyzers.frameworks.keras.ops.registration import names_of_rooms

names_of_rooms()

__all__ = [
    "control",
    "creation",
    "delegated",
    "elementwise",
    "images",
    "linear_algebra",
    "losses",
    "maps",
    "products",
    "reductions",
    "shaping",
    "signals",
]
