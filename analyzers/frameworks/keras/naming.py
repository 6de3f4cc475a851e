"""Keras' many spellings of one name, and the names it gives to layers."""

from __future__ import annotations

import re
from typing import Any

from analyzers.frameworks import registry

PREFIXES = (
    ("tensorflow.compat.v1.keras", "keras"),
    ("tensorflow.compat.v2.keras", "keras"),
    ("tensorflow.compat.v1", "tensorflow"),
    ("tensorflow.compat.v2", "tensorflow"),
    ("tensorflow.python.keras", "keras"),
    ("tensorflow.keras", "keras"),
    ("tf_keras.src", "keras"),
    ("tf_keras", "keras"),
    ("keras._tf_keras.keras", "keras"),
    ("keras.api._v2.keras", "keras"),
    ("keras.api", "keras"),
    ("keras.src", "keras"),
)
"""Package prefixes that mean the same thing."""
LEGACY = frozenset(
    "convolutional core pooling merge merging normalization recurrent rnn embeddings local noise wrappers "
    "advanced_activations activation activations attention reshaping regularization preprocessing "
    "convolutional_recurrent topology training base_layer input_layer sequential functional model np_utils "
    "generic_utils vis_utils layer_utils tensorflow_backend numpy nn layer input_spec experimental core_layers "
    "numerical_utils summary_utils model_visualization".split()
)
"""Modules inside a room (``keras.layers``, ``keras.ops`` …) in which older or internal spellings keep its names."""
ROOMS = {"engine": ("layers", "models", "utils"), "legacy": ("layers", "utils")}
"""Rooms that are gone, and where their names live now."""


def canonical(dotted: str) -> str:
    """``tf.keras.layers.Conv2D``, ``keras.src.layers.convolutional.conv2d.Conv2D`` → ``keras.layers.Conv2D``."""
    for old, new in PREFIXES:
        if dotted == old or dotted.startswith(old + "."):
            dotted = new + dotted[len(old) :]
            break
    if not dotted.startswith("keras.") or dotted in registry.NAMES:
        return dotted
    return _shortened(dotted.split("."))


def _shortened(parts: list[str]) -> str:
    """Without the inner modules that older or internal spellings go through."""
    rooms = ROOMS.get(parts[1], (parts[1],))
    if len(parts) > 2:
        for room in rooms:
            direct = f"keras.{room}.{parts[-1]}"
            if direct in registry.NAMES and (len(parts) == 3 or parts[2] in LEGACY or room == "layers"):
                return direct
        if parts[2] in LEGACY and all(part.islower() for part in parts[2:]):
            return f"keras.{rooms[0]}"
    return f"keras.{rooms[0]}" if len(parts) == 2 else ".".join(parts)


def source_of(dotted: str) -> str:
    """The module of the installed ``keras`` package that a spelling means."""
    for old in ("tensorflow.python.keras", "tensorflow.compat.v1.keras", "tensorflow.keras"):
        if dotted == old or dotted.startswith(old + "."):
            return "keras" + dotted[len(old) :]
    return dotted


for _root in ("keras", "tensorflow", "tf_keras"):
    registry.SPELLINGS[_root] = canonical
    registry.SOURCED[_root] = source_of


# -- names of layers ---------------------------------------------------------------------------


def snake_case(name: str) -> str:
    """``Conv2DTranspose`` → ``conv2d_transpose``, as Keras does it."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def automatic_name(machine: Any, kind: str) -> str:
    """The next free name of its kind in this analysis: ``dense``, ``dense_1`` …"""
    counters = machine.frameworks.setdefault("keras names", {})
    base = snake_case(kind)
    count = counters.get(base, 0)
    counters[base] = count + 1
    return f"{base}_{count}" if count else base
