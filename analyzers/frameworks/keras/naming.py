"""Keras' many spellings of one name, and the names it gives to layers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from analyzers.interpreter import overlays

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

PREFIXES = (
    ("tensorflow.compat.v1.keras", "keras"),
    ("tensorflow.compat.v2.keras", "keras"),
    ("tensorflow.compat.v1", "tensorflow"),
    ("tensorflow.compat.v2", "tensorflow"),
    ("tensorflow.python.keras", "keras"),
    ("tensorflow.keras", "keras"),
    ("tf_keras.src", "keras"),
    ("tf_keras", "keras"),
    ("keras_core", "keras"),
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
"""Modules inside a package (``keras.layers``, ``keras.ops`` …) in which older or internal spellings keep its names."""
MOVED_PACKAGES = {"engine": ("layers", "models", "utils"), "legacy": ("layers", "utils")}
"""Packages that are gone, and where their names live now."""


def canonical(dotted: str) -> str:
    """``tf.keras.layers.Conv2D``, ``keras.src.layers.convolutional.conv2d.Conv2D`` → ``keras.layers.Conv2D``."""
    for old, new in PREFIXES:
        if dotted == old or dotted.startswith(old + "."):
            dotted = new + dotted[len(old) :]
            break
    if not dotted.startswith("keras.") or dotted in overlays.NAMES:
        return dotted
    return _shortened(dotted.split("."))


def _shortened(parts: list[str]) -> str:
    """Without the inner modules that older or internal spellings go through."""
    packages = MOVED_PACKAGES.get(parts[1], (parts[1],))
    if len(parts) > 2:
        for package in packages:
            direct = f"keras.{package}.{parts[-1]}"
            if direct in overlays.NAMES and (len(parts) == 3 or parts[2] in LEGACY or package == "layers"):
                return direct
        if parts[2] in LEGACY and all(part.islower() for part in parts[2:]):
            return f"keras.{packages[0]}"
    return f"keras.{packages[0]}" if len(parts) == 2 else ".".join(parts)


def source_of(dotted: str) -> str:
    """The module of the installed ``keras`` package that a spelling means."""
    for old in ("tensorflow.python.keras", "tensorflow.compat.v1.keras", "tensorflow.keras", "keras_core"):
        if dotted == old or dotted.startswith(old + "."):
            return "keras" + dotted[len(old) :]
    return dotted


for _root in ("keras", "tensorflow", "tf_keras", "keras_core"):
    overlays.SPELLINGS[_root] = canonical
    overlays.SOURCED[_root] = source_of
overlays.CHECKING.add("keras.src.applications")


# -- names of layers ---------------------------------------------------------------------------


def snake_case(name: str) -> str:
    """``Conv2DTranspose`` → ``conv2d_transpose``, as Keras does it."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


class Names:
    """The automatic names of one analysis, and when in the program what bears them was made.

    Modules are read lazily, so things are not made in the order in which the program makes them;
    :func:`settle` numbers them as it would have.
    """

    def __init__(self) -> None:
        self.counters: dict[str, int] = {}
        self.made: list[tuple[float, int, Any, str]] = []
        self.numbered: list[tuple[float, int, None, str]] = []

    def next(self, base: str) -> str:
        count = self.counters.get(base, 0)
        self.counters[base] = count + 1
        return numbered(base, count)


def numbered(base: str, count: int) -> str:
    return f"{base}_{count}" if count else base


def names_of(machine: Machine) -> Names:
    return machine.frameworks.setdefault("keras names", Names())


def automatic_name(machine: Machine, kind: str, owner: Any = None) -> str:
    """The next free name of its kind: ``dense``, ``dense_1`` …; ``owner`` may be renamed by :func:`settle`."""
    names = names_of(machine)
    base = snake_case(kind)
    names.made.append((_moment(machine), len(names.made), owner, base))
    return names.next(base)


def _moment(machine: Machine) -> float:
    """The block of the analysed file whose code is running; what is built on request comes after all of them."""
    main = next(iter(machine.modules.by_path.values()), None)
    return main.running[-1] if main is not None and main.running else float("inf")


def finalize_model(machine: Machine) -> None:
    """Give every automatically named layer the number that the program's own order gives it."""
    names = names_of(machine)
    if all(moment == float("inf") for moment, *_ in names.made):
        return
    counters: dict[str, int] = {}
    for _, _, owner, base in sorted(names.made, key=lambda entry: entry[:2]):
        count = counters.get(base, 0)
        counters[base] = count + 1
        if owner is not None:
            owner.attributes["name"] = numbered(base, count)


def before_build(machine: Machine) -> None:
    """Something is built on request, as in a session of its own: only what the file itself made counts before it."""
    names = names_of(machine)
    names.made = [entry for entry in names.made if entry[0] != float("inf")]
    names.counters = {}
    for _, _, _, base in names.made:
        names.counters[base] = names.counters.get(base, 0) + 1
