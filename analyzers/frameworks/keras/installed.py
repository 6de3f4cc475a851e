"""Which Keras the environment has. What only some versions refuse is refused where one of them is found."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from analyzers.source.sources import SourceError

if TYPE_CHECKING:
    from analyzers.interpreter.machine import Machine

VERSION = re.compile(r"^__version__\s*=\s*[\"'](\d+)\.(\d+)", re.MULTILINE)
OF_TENSORFLOW = re.compile(r"tensorflow(?:_cpu|_macos|_intel)?-(\d+)\.(\d+)[^/]*\.dist-info")
IMPORTS_KERAS = re.compile(r"^[ \t]*(?:from|import)[ \t]+keras\b", re.MULTILINE)
FIRST_WITH_KERAS_3 = (2, 16)
"""The TensorFlow whose ``tf.keras`` is Keras 3."""
WHOLE_UNITS = re.compile(r"if not isinstance\(units, int\)")
"""What Keras says where numbers of numpy are no units."""


def is_keras_3(machine: Machine) -> bool:
    """Whether it is certain that the program runs under Keras 3."""
    known = machine.frameworks
    if "keras 3" not in known:
        known["keras 3"] = _is_keras_3(machine)
    return known["keras 3"]


def refuses_numpy_units(machine: Machine) -> bool:
    """Whether ``Dense(np.int64(3))`` is refused."""
    known = machine.frameworks
    if "keras numpy units" not in known:
        text = _text(machine, "keras.src.layers.core.dense") if is_keras_3(machine) else ""
        known["keras numpy units"] = WHOLE_UNITS.search(text) is not None
    return known["keras numpy units"]


def refuses_tensorflow(machine: Machine) -> bool:
    """Whether TensorFlow's functions certainly take none of the program's symbolic tensors: they are those of Keras 3."""
    known = machine.frameworks
    if "keras refuses tensorflow" not in known:
        main = next(iter(machine.modules.by_path.values()), None)
        imports_keras = main is not None and IMPORTS_KERAS.search(main.source.text) is not None
        known["keras refuses tensorflow"] = is_keras_3(machine) and (imports_keras or _tensorflow(machine) is not None)
    return known["keras refuses tensorflow"]


def _is_keras_3(machine: Machine) -> bool:
    found = VERSION.search(_text(machine, "keras.src.version"))
    if found is None or int(found[1]) < 3:
        return False
    tensorflow = _tensorflow(machine)
    return tensorflow is None or tensorflow >= FIRST_WITH_KERAS_3


def _tensorflow(machine: Machine) -> tuple[int, int] | None:
    resolver = machine.modules.resolver
    path = resolver.find("tensorflow")
    if path is None:
        return None
    names = resolver.sources.list_dir(os.path.dirname(os.path.dirname(path)))
    found = next((match for name in names if (match := OF_TENSORFLOW.fullmatch(name))), None)
    return (int(found[1]), int(found[2])) if found is not None else (0, 0)


def _text(machine: Machine, module: str) -> str:
    resolver = machine.modules.resolver
    path = resolver.find(module)
    try:
        return resolver.sources.read(path) if path is not None else ""
    except SourceError:
        return ""
